"""A day in the demo: problems that wait for review, one that came back, introductions in several states.

Everything goes through the services, by the accounts of the demo, so that each of them finds work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.matching.result import Ranking
    from matchmaker.permissions import Actor
    from matchmaker.services.introducing import Asked

#: Posted by (user name): title, text, visibility, and the codes with which the office returns it.
POSTED: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (
        "enterprise",
        "微型扬声器跌落后音圈擦圈",
        "微型扬声器 1.2 米跌落 6 面后约 3% 出现擦圈异响，音圈偏移。换过两种胶水，高温后仍开胶。"  # noqa: ISC004
        "希望不良率降到 0.3% 以下，不增加厚度，预算 60 万元，2027 年 6 月前验证。",
        "public",
        (),
    ),
    (
        "enterprise",
        "提高产品质量",
        "想提高我们产品的质量，降低成本。",
        "public",
        ("object", "target", "tried"),
    ),
    (
        "town",
        "金属纽扣电镀层在酸性汗液中变色",
        "锌合金纽扣镀层在酸性人工汗液中 12 小时发黑，客户要求 48 小时。加厚镀层后成本上升 20%，效果不稳。",
        "anonymous",
        (),
    ),
)
#: Words with which the office returns a problem.
RETURNED = "请写明是哪个产品、现在的合格率是多少、希望达到多少。"


def play(app: Application, rankings: list[tuple[int, Ranking]]) -> int:
    """Plays it unless it was played before; returns how many things happened."""
    from sqlalchemy import select

    from matchmaker.models import Introduction, Review

    with app.reading() as uow:
        if uow.session.scalar(select(Introduction.id).limit(1)) or uow.session.scalar(
            select(Review.id).limit(1)
        ):
            return 0
    return _post(app) + _introduce(app, rankings)


def _actor(app: Application, username: str) -> Actor:
    from matchmaker.services import accounts

    with app.reading() as uow:
        found = accounts.by_names(uow, "username", username)
        assert found is not None, "the accounts of the demo are made first"
        return accounts.actor_of(found)


def _post(app: Application) -> int:
    from matchmaker.models import Organization
    from matchmaker.services import accounts, posting, reviewing

    office = _actor(app, "organizer")
    for username, title, text, visibility, reasons in POSTED:
        who = _actor(app, username)
        with app.unit_of_work() as uow:
            bodies = accounts.bodies_of(who)
            firm = uow.session.scalars(
                bodies.where(Organization.kind == "enterprise").order_by(Organization.id).limit(1)
            ).one()
            body = uow.session.get_one(Organization, firm)
            values: dict[str, Any] = {
                "title": title,
                "text": text,
                "organization": body.name,
                "contact_name": who.name,
                "contact_phone": "13800000000",
                "visibility": visibility,
            }
            row = posting.post(uow, who, values, declared=True, at=app.clock())
            if reasons:
                reviewing.send_back(uow, office, row.id, reasons=reasons, words=RETURNED)
    return len(POSTED)


def _introduce(app: Application, rankings: list[tuple[int, Ranking]]) -> int:
    """Good pairs: one is asked, one accepted and talked over, one declined."""
    from matchmaker.matching.result import NONE
    from matchmaker.services import introduction_steps, introduction_talk
    from matchmaker.services.introducing import Asked
    from matchmaker.services.introduction_steps import Refused

    office, now = _actor(app, "organizer"), app.clock()
    good = sorted(
        (each for each in rankings if len(each[1].experts) > 2 and each[1].verdict.band != NONE),
        key=lambda each: (-each[1].experts[0].probability, each[0]),
    )[:3]
    places = (0, 0, 2)  # declined is a third choice: the best one stays for whoever looks at the demo again
    pairs = [
        Asked(
            number,
            int(ranking.experts[place].id.partition(":")[2]),
            "demand",
            "想当面聊聊贵方的方案。",
        )
        for (number, ranking), place in zip(good, places, strict=False)
    ]
    asked = [_ask(app, office, pair) for pair in pairs]
    with app.unit_of_work() as uow:
        for number in asked[1:2]:
            introduction_steps.accept(uow, office, number, now=now)
            introduction_talk.write(uow, office, number, "已约下周三电话沟通，请先把检测报告发来。", now=now)
        for number in asked[2:]:
            introduction_steps.decline(uow, office, number, Refused("busy", "今年的课题已排满。"), now=now)
    return len(asked)


def _ask(app: Application, who: Actor, asked: Asked) -> int:
    from dataclasses import replace

    from matchmaker import lookups
    from matchmaker.services import introducing

    evidence = lookups.pair(app, who, asked.problem, asked.expert)
    with app.unit_of_work() as uow:
        row = introducing.ask(
            uow,
            who,
            replace(asked, evidence=evidence),
            now=app.clock(),
            answer_days=app.settings.introduction_answer_days,
            reason_days=app.settings.introduction_reason_days,
        )
        return row.id
