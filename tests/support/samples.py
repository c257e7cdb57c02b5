"""Rows for tests, with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.models import Authorship, Expert, Organization, Problem, Publication


def organization(name: str = "临江大学", **parts: Any) -> Organization:
    return Organization(name=name, kind=parts.pop("kind", "university"), **parts)


def expert(name: str = "林一鸣", **parts: Any) -> Expert:
    return Expert(name=name, profile=parts.pop("profile", "研究电镀与表面处理"), **parts)


def problem(title: str = "纽扣镀层耐腐蚀", **parts: Any) -> Problem:
    return Problem(title=title, text=parts.pop("text", "镀层在盐雾中 24 小时后变色"), **parts)


def publication(
    title: str = "合金镀层的盐雾试验", authors: list[Expert] | None = None, **parts: Any
) -> Publication:
    made = Publication(title=title, abstract=parts.pop("abstract", "研究锌镍合金镀层在盐雾中的腐蚀"), **parts)
    made.authorships = [Authorship(expert=person, position=at) for at, person in enumerate(authors or [])]
    return made


def store(app: Application, *rows: Any) -> list[int]:
    """Stores rows and returns their numbers; nothing is enqueued."""
    with app.unit_of_work() as uow:
        uow.session.add_all(rows)
        uow.session.flush()
        return [row.id for row in rows]


def organization_names(app: Application) -> list[str]:
    """What stands in the table of organizations, in the order of their making."""
    with app.reading() as uow:
        return list(uow.session.scalars(select(Organization.name).order_by(Organization.id)))
