"""A village for introductions: a firm with a problem, a university with an expert, everybody with an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.models import Attachment, Indicator, Introduction, Organization, Territory
from matchmaker.permissions import Actor
from matchmaker.services import introducing, introduction_steps
from matchmaker.services.introducing import Asked
from matchmaker.services.introduction_steps import Refused
from tests.support import accounts
from tests.support.samples import expert, problem, store

#: Ways to reach people, which nobody may see before both agreed.
CONTACTS = ("葛建国", "13912345601", "ge@example.com", "13812345678", "lin@example.edu.cn")
FIRM = "澄溪晶彩钮扣有限公司"
NOW = datetime(2026, 5, 4, 2, 0)  # noqa: DTZ001 - as the tables hold it, UTC without a zone
ANSWER_DAYS, REASON_DAYS = 14, 7


@dataclass
class Village:
    """Numbers by name, and everybody as he asks."""

    app: Application
    ids: dict[str, int]
    people: dict[str, int]
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        if name not in self.actors:
            self.actors[name] = accounts.actor(self.app, self.people[name])
        return self.actors[name]

    def ask(self, name: str = "firm", side: str = "demand", message: str = "能否面谈？", **parts: Any) -> int:
        asked = Asked(
            parts.pop("problem", self.ids["problem"]), parts.pop("expert", self.ids["expert"]), side, message,
            parts.pop("evidence", None),
        )  # fmt: skip
        with self.app.unit_of_work() as uow:
            row = introducing.ask(
                uow,
                self.actor(name),
                asked,
                now=parts.pop("now", NOW),
                answer_days=ANSWER_DAYS,
                reason_days=REASON_DAYS,
            )
            return row.id

    def accept(self, number: int, name: str = "expert") -> None:
        with self.app.unit_of_work() as uow:
            introduction_steps.accept(uow, self.actor(name), number, now=NOW)

    def decline(self, number: int, name: str = "expert", reason: str = "price", **parts: Any) -> None:
        now = parts.pop("now", NOW)
        refused = Refused(reason, parts.pop("words", "报价差得远"), parts.pop("again_from", None))
        with self.app.unit_of_work() as uow:
            introduction_steps.decline(uow, self.actor(name), number, refused, now=now)

    def close(self, number: int, name: str = "expert", reason: str = "indicators", side: str = "") -> None:
        with self.app.unit_of_work() as uow:
            introduction_steps.close(
                uow, self.actor(name), number, Refused(reason, "做不到"), now=NOW,
                side=side,
            )  # fmt: skip

    def row(self, number: int) -> Introduction:
        with self.app.reading() as uow:
            found = uow.session.get_one(Introduction, number)
            _ = (found.problem.organization, found.expert.organization, found.events, found.notes)
            return found


def village(app: Application, *, anonymous: bool = False) -> Village:
    """Made once a test; nothing is indexed."""
    firm = Organization(name=FIRM, kind="enterprise", region="331000")
    if anonymous:  # else a search finds the firm itself, which tells nothing
        firm.visibility, firm.readers = "invited", " office "
    rival = Organization(name="对手钮扣厂", kind="enterprise")
    university = Organization(name="临江大学", kind="university")
    elsewhere = Organization(name="望海大学", kind="university")
    town = Organization(name="晶港镇", kind="government")
    person = expert(
        profile="研究镀层与盐雾腐蚀", organization=university, phone=CONTACTS[3], email=CONTACTS[4]
    )
    other = expert("周远", organization=elsewhere)
    need = problem(
        "纽扣镀层耐腐蚀", number="2026-0007", organization=firm, contact_name=CONTACTS[0],
        contact_phone=CONTACTS[1], contact_email=CONTACTS[2], budget_fen=10_000_000,
        visibility="anonymous" if anonymous else "public",
    )  # fmt: skip
    need.indicators = [Indicator(name="中性盐雾", current="24", target="96", unit="h", comparator=">=")]
    rows = [firm, rival, university, elsewhere, town, person, other, need]
    names = ("firm", "rival", "university", "elsewhere", "town", "expert", "other", "problem")
    ids = dict(zip(names, store(app, *rows), strict=True))
    with app.unit_of_work() as uow:
        uow.session.add(Territory(organization_id=ids["firm"], town_id=ids["town"]))
        stored = uow.session.merge(need)
        stored.readers = f" liaison:{ids['town']} office org:{ids['firm']} public "
    made = {
        "firm": ("enterprise", ids["firm"], None),
        "rival": ("enterprise", ids["rival"], None),
        "expert": ("expert", None, ids["expert"]),
        "other": ("expert", None, ids["other"]),
        "body": ("body_liaison", ids["university"], None),
        "other_body": ("body_liaison", ids["elsewhere"], None),
        "town": ("territory_liaison", ids["town"], None),
        "broker": ("broker", None, None),
        "other_broker": ("broker", None, None),
        "office": ("organizer", None, None),
        "chief": ("administrator", None, None),
    }
    people = {
        name: accounts.account(app, role, body, person_of, name=f"{name}账号")
        for name, (role, body, person_of) in made.items()
    }
    return Village(app, ids, people)


def attach(app: Application, problem: int, readers: str) -> int:
    """A file of a problem for those introduced."""
    (number,) = store(
        app,
        Attachment(
            subject=f"problem:{problem}",
            filename="图纸.pdf",
            stored_name=f"x{problem}",
            size=1,
            sha256="0" * 64,
            media_type="application/pdf",
            visibility="introduced",
            readers=readers,
            text_state="none",
        ),
    )
    return number


def later(days: float) -> datetime:
    """So many days after NOW."""
    return NOW + timedelta(days=days)
