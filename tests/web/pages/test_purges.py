"""Purging by hand: what would go is shown, the number is typed, and the page is for administrators only."""

from __future__ import annotations

import pytest
from flask import g

from matchmaker.models import Attachment, Problem, Purge
from matchmaker.permissions import Actor
from tests.support.samples import problem, store


@pytest.fixture
def administrator(site, monkeypatch):
    """A client whose requests are an administrator's."""
    site.before_request_funcs[None].append(
        lambda: setattr(g, "actor", Actor("administrator", "管理员甲", account=1))
    )
    return site.test_client()


@pytest.fixture
def number(app):
    found = store(app, problem("误传的材料"))[0]
    name = "0" * 32
    store(app, Attachment(subject=f"problem:{found}", filename="a.pdf", stored_name=name, media_type="application/pdf",
                          size=1, sha256="0", visibility="introduced"))  # fmt: skip
    app.settings.attachments_folder.mkdir(parents=True)
    (app.settings.attachments_folder / name).write_bytes(b"x")
    return found


def test_what_would_go_is_shown_and_the_object_is_gone_after_its_number_was_typed(app, administrator, number):
    subject = f"problem:{number}"
    page = administrator.get(f"/purges?subject={subject}").get_data(as_text=True)
    assert "误传的材料" in page
    assert "<code>attachment</code> 1" in page
    wrong = administrator.post(
        "/purges", data={"subject": subject, "reason": "误传材料", "confirm": "problem:0"}
    )
    assert (wrong.status_code, "请原样输入编号" in wrong.get_data(as_text=True)) == (422, True)
    assert 'value="误传材料"' in wrong.get_data(as_text=True)
    answer = administrator.post(
        "/purges", data={"subject": subject, "reason": "误传材料", "confirm": subject}
    )
    assert answer.status_code == 303
    with app.reading() as uow:
        assert (uow.session.get(Problem, number), uow.session.query(Purge).count()) == (None, 1)
    assert list(app.settings.attachments_folder.iterdir()) == []
    page = administrator.get("/purges").get_data(as_text=True)
    assert "误传材料" in page
    assert "误传的材料" not in page
    assert administrator.get(f"/problems/{number}").status_code == 404


def test_an_unknown_number_is_told_beside_the_field(administrator):
    page = administrator.get("/purges?subject=problem:99").get_data(as_text=True)
    assert "没有编号为 problem:99 的内容" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_enters(client, organizer, number, method):
    data = {"subject": f"problem:{number}", "reason": "误传材料", "confirm": f"problem:{number}"}
    for who in (client, organizer):
        answer = who.open("/purges", method=method.upper(), data=data if method == "post" else None)
        assert answer.status_code == 403
