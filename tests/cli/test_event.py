"""``matchmaker event``: events listed, one told with its stages, figures, bulletin, each as text and JSON."""

from __future__ import annotations

from matchmaker.bootstrap import build
from matchmaker.config import load
from matchmaker.models import Event
from matchmaker.permissions import ORGANIZER
from matchmaker.services import outcomes
from matchmaker.services.outcomes import Card
from tests.support.events import docking, with_plan


def test_the_bulletin_as_json_gives_each_figure_with_its_records(run, home, tmp_path):
    assert run("init").code == 0
    app = build(load(str(home)))
    try:
        made = docking(app)
        with_plan(app, made)
        with app.unit_of_work() as uow:
            uow.session.get_one(Event, made.event).state = "running"
            for side in ("demand", "supply"):
                card = Card("met", "intention", ("joint",))
                outcomes.tell(uow, ORGANIZER, made.meetings[0, 0], side, card, at=app.clock())
    finally:
        app.close()
    told = run("event", "bulletin", "2027-D01", "--json").json
    assert (sorted(told), told["event"]["id"], told["locked_at"]) == (
        ["event", "figures", "locked_at", "text"], made.event, None,
    )  # fmt: skip
    figures = {each["name"]: each for each in told["figures"]}
    assert (figures["intentions"]["value"], figures["intentions"]["unit"], figures["intentions"]["records"]) == (
        1, "项意向", ["agreement:1"],
    )  # fmt: skip
    assert "1 家高校院所的 1 位专家与 1 个企业项目对接，达成意向 1 项。" in run("event", "bulletin", "1").out
    assert run("event", "bulletin", "1", "--docx", str(tmp_path / "b.docx")).code == 0
    assert (tmp_path / "b.docx").read_bytes()[:2] == b"PK"
    assert [line["number"] for line in run("event", "list", "--json").json] == ["2027-D01"]
    assert {each["name"]: each["value"] for each in run("event", "figures", "1", "--json").json["figures"]}[
        "meetings_kept"
    ] == 1
    stages = {each["name"] for each in run("event", "show", "1", "--json").json["stages"]}
    assert {"outcomes", "after"} <= stages
    assert run("event", "show", "9999").code == 3
    for command in ("list", "show", "figures"):
        assert run("event", command, *(() if command == "list" else ("1",))).code == 0
