"""An event that gathers: bodies of three kinds with experts, problems, and who would serve which how well."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.models import Event, Expert, Match, MatchRun, Organization, Problem
from matchmaker.permissions import Actor
from matchmaker.services import attending, candidates
from tests.support import accounts
from tests.support.events import docking
from tests.support.samples import store

TODAY = date(2027, 2, 1)
#: Body → experts and, for each, the problems (by index) that he serves, with the probability.
PEOPLE: dict[str, dict[str, dict[int, float]]] = {
    "临江大学": {"林一鸣": {0: 0.9, 1: 0.8}, "周远": {0: 0.7}, "吴为": {3: 0.02}},
    "望海研究院": {"孙海": {0: 0.6, 2: 0.75}, "郑和": {1: 0.65}},
    "科创园": {"钱进": {2: 0.6}},
}
KINDS = ("university", "institute", "park")
BANDS = ((0.7, "strong"), (0.5, "worth"), (0.1, "weak"), (0.0, "none"))


@dataclass
class Gathering:
    """Numbers by name."""

    app: Application
    event: int
    problems: list[int]
    offers: list[int]
    firms: list[int]
    bodies: dict[str, int] = field(default_factory=dict)
    experts: dict[str, int] = field(default_factory=dict)
    _accounts: dict[str, int] = field(default_factory=dict)

    def account(self, name: str) -> int:
        """ "office", the name of a body (its liaison) or of an expert; made at first use."""
        if name not in self._accounts:
            if name == "office":
                made = accounts.account(self.app, "organizer", name="办公室某某")
            elif name in self.bodies:
                made = accounts.account(self.app, "body_liaison", self.bodies[name], name=f"{name}科技处")
            else:
                made = accounts.account(self.app, "expert", None, self.experts[name], name=f"{name}账号")
            self._accounts[name] = made
        return self._accounts[name]

    def actor(self, name: str) -> Actor:
        """The same as it asks."""
        return accounts.actor(self.app, self.account(name))


def gathering(
    app: Application, *, problems: int = 4, anonymous: tuple[int, ...] = (1,), **parts: Any
) -> Gathering:
    """Problem 3 is served by nobody; the firm of an anonymous one is hidden; nothing is indexed."""
    made = docking(
        app, experts=0, problems=problems, state=parts.pop("state", "open"), anonymous=anonymous,
        answer_until=date(2027, 3, 1), **parts,
    )  # fmt: skip
    found = Gathering(app, made.event, made.problems, made.offers, made.firms)
    served: dict[int, list[tuple[int, float]]] = {number: [] for number in range(problems)}
    for (body, people), kind in zip(PEOPLE.items(), KINDS, strict=True):
        (found.bodies[body],) = store(app, Organization(name=body, kind=kind, contact_phone="0576-8888888"))
        for name, scores in people.items():
            person = Expert(
                name=name, profile="研究电镀", organization_id=found.bodies[body], position="教授",
                phone=f"1360000{len(found.experts):04}", email=f"e{len(found.experts)}@example.edu.cn",
            )  # fmt: skip
            (found.experts[name],) = store(app, person)
            for problem, score in scores.items():
                served[problem].append((found.experts[name], score))
    for problem, lines in served.items():
        rank(app, found.problems[problem], dict(lines))
    return found


def rank(app: Application, problem: int, scores: dict[int, float]) -> None:
    """A ranking of a problem as the job would keep it."""
    order = sorted(scores, key=lambda one: -scores[one])
    with app.unit_of_work() as uow:
        version = uow.session.get_one(Problem, problem).index_version
        uow.session.add(
            MatchRun(
                direction=candidates.DIRECTION,
                subject=f"problem:{problem}",
                subject_version=version,
                matches=[
                    Match(
                        rank=at,
                        target=f"expert:{one}",
                        score=scores[one],
                        band=next(band for least, band in BANDS if scores[one] >= least),
                    )
                    for at, one in enumerate(order, 1)
                ],
            )
        )


def many(app: Application, experts: int, problems: int) -> Gathering:
    """As many experts, each invited, each serving two of as many problems."""
    made = docking(app, experts=0, problems=problems, state="open", answer_until=date(2027, 3, 1))
    found = Gathering(app, made.event, made.problems, made.offers, made.firms)
    (found.bodies["大学"],) = store(app, Organization(name="大学", kind="university"))
    people = [
        Expert(name=f"某{at}", profile="电镀", organization_id=found.bodies["大学"]) for at in range(experts)
    ]
    numbers = store(app, *people)
    with app.unit_of_work() as uow:
        event = uow.session.get_one(Event, made.event)
        for at, number in enumerate(numbers):
            found.experts[f"某{at}"] = number
            if at % 2:
                attending.add(
                    uow, event, name=f"某{at}", kind="expert", state="invited", expert_id=number,
                    organization_id=found.bodies["大学"],
                )  # fmt: skip
    for at, problem in enumerate(made.problems):
        rank(
            app,
            problem,
            {number: 0.8 for place, number in enumerate(numbers) if place % problems in {at, at - 1}},
        )
    return found
