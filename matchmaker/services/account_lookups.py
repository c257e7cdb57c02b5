"""Bodies and experts as somebody types them into a form of accounts: by name, number or code."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import match_key
from matchmaker.messages import Message
from matchmaker.models import Expert, Organization
from matchmaker.permissions import Actor
from matchmaker.services.accounts import bodies_of
from matchmaker.storage.queries import parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Names that a fault proposes.
_PROPOSED = 5
#: Bodies that a form offers to a liaison.
MOST_OFFERED = 300


def bodies(uow: UnitOfWork, text: str) -> list[int]:
    """Numbers of the bodies in ``text``, one a line.

    Raises:
        InvalidInput: at the field ``organizations``, with names that are near.
    """
    return [body(uow, line, "organizations") for line in text.splitlines() if line.strip()]


def body(uow: UnitOfWork, text: str, field: str = "organization") -> int:
    """The number of a body by its name, its code, or ``organization:7``."""
    typed = text.strip()
    parsed = parse_id(typed, "organization")
    if parsed is not None:
        found = uow.session.scalars(select(Organization.id).where(Organization.id == parsed[1])).all()
    else:
        key = match_key("organization", {"name": typed})
        same = (
            (Organization.code == typed.upper())
            | (Organization.name == typed)
            | (Organization.match_key == key)
        )
        found = uow.session.scalars(select(Organization.id).where(same).order_by(Organization.id)).all()
    if len(found) == 1:
        return found[0]
    raise _unclear(field, typed, _near(uow, typed))


def expert(uow: UnitOfWork, text: str, organization: int | None = None) -> int | None:
    """The number of an expert by his name (within a body) or ``expert:12``; None for an empty text.

    Raises:
        InvalidInput: at the field ``expert``: nobody, or several of that name.
    """
    typed = text.strip()
    if not typed:
        return None
    parsed = parse_id(typed, "expert")
    condition = Expert.id == parsed[1] if parsed else Expert.name == typed
    statement = select(Expert).where(condition).order_by(Expert.id).limit(_PROPOSED + 1)
    found = uow.session.scalars(statement).all()
    if organization is not None and len(found) > 1:
        found = [each for each in found if each.organization_id == organization] or found
    if len(found) == 1:
        return found[0].id
    raise _unclear("expert", typed, [f"expert:{each.id}（{each.name} {each.department}）" for each in found])


def offered(uow: UnitOfWork, actor: Actor) -> Sequence[Organization]:
    """The bodies that a liaison may choose from; the office types a name."""
    if actor.is_office:
        return []
    numbers = bodies_of(actor).with_only_columns(Organization.id)
    statement = select(Organization).where(Organization.id.in_(numbers)).order_by(Organization.name)
    return uow.session.scalars(statement.limit(MOST_OFFERED)).all()


def _near(uow: UnitOfWork, typed: str) -> list[str]:
    statement = (
        select(Organization.name, Organization.id)
        .where(Organization.name.icontains(typed, autoescape=True))
        .order_by(Organization.name)
        .limit(_PROPOSED)
    )
    return [f"{name}（organization:{number}）" for name, number in uow.session.execute(statement)]


def _unclear(field: str, typed: str, near: Sequence[str]) -> InvalidInput:
    values = {"text": typed[:60], "near": "；".join(near)}
    fault = (
        Message("“%(text)s”不能确定是哪一个；是不是：%(near)s？可填写括号中的编号。", values)
        if near
        else Message(
            "没有找到“%(text)s”；请填写全称，或页面地址中的编号，例如 organization:7、expert:12。", values
        )
    )
    return InvalidInput(fault, fields={field: fault})
