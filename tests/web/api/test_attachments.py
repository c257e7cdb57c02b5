"""/attachments: sent, listed and refused by a program; hidden ones are not there."""

from __future__ import annotations

from io import BytesIO

from tests.support import attachments as files


def send(client, subject, content, name, **query):
    return client.post(
        f"/api/v1/attachments/of/{subject}",
        data={"file": (BytesIO(content), name)},
        query_string=query,
    )


def listed(client, subject):
    return client.get(f"/api/v1/attachments/of/{subject}")


def test_a_file_is_sent_listed_and_fetched(organizer, client, county):
    subject, content = f"problem:{county.open['problem']}", files.docx("镀液配方")
    made = send(organizer, subject, content, "配方.docx", visibility="members")
    assert made.status_code == 201
    told = made.json
    assert {name: told[name] for name in ("filename", "size", "visibility", "text_state", "subject")} == {
        "filename": "配方.docx", "size": len(content), "visibility": "members", "text_state": "read",
        "subject": subject,
    }  # fmt: skip
    assert listed(organizer, subject).json == {"items": [told]}
    number = told["id"].rpartition(":")[2]
    assert organizer.get(f"/api/v1/attachments/{number}").json == told
    assert organizer.get(told["url"], buffered=True).data == content
    assert listed(client, subject).json == {"items": []}
    assert client.get(f"/api/v1/attachments/{number}").status_code == 404
    assert "镀液" not in made.text


def test_what_is_wrong_is_told(organizer, client, county):
    subject = f"problem:{county.open['problem']}"
    refused = send(organizer, subject, files.picture(), "方案.pdf")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["file"])
    content = files.pdf()
    assert [send(organizer, subject, content, "a.pdf").status_code for _ in range(2)] == [201, 409]
    assert send(organizer, subject, content, "a.pdf", visibility="all").status_code == 422
    assert send(client, subject, content, "a.pdf").status_code == 403
    assert send(organizer, "problem:999", content, "a.pdf").status_code == 404
    assert organizer.post(f"/api/v1/attachments/of/{subject}").status_code == 422
    assert organizer.get("/api/v1/attachments/of/expert:1").status_code == 404
