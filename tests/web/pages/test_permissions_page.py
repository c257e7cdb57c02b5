"""The page of permissions shows the rules that hold."""

from __future__ import annotations

from matchmaker.permissions import ACTIONS


def test_every_action_has_its_line(client):
    page = client.get("/permissions").get_data(as_text=True)
    assert [name for name in ACTIONS if f"<code>{name}</code>" not in page] == []
    assert "所有者（草稿、退回、已发布、对接中、已过期）" in page


def test_one_role_alone(client):
    page = client.get("/permissions?who=visitor").get_data(as_text=True)
    assert ("search:all" in page, "object:purge" in page) == (True, False)
    assert client.get("/permissions?who=nobody").status_code == 200
