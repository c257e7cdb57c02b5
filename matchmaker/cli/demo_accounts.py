"""Accounts of the demo: one of each role, with passwords of this installation only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.models import Organization
    from matchmaker.services.account_changes import Standing
    from matchmaker.storage.unit_of_work import UnitOfWork

#: Firms of the park.
FIRMS = 5
#: User name → role and name of the person, in the order of printing.
PEOPLE = {
    "enterprise": ("enterprise", "企业联系人"),
    "expert": ("expert", "专家"),
    "university": ("body_liaison", "高校科技处联络人"),
    "town": ("territory_liaison", "镇街联络员"),
    "broker": ("broker", "技术经理人"),
    "organizer": ("organizer", "组织者"),
    "admin": ("administrator", "管理员"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One account as it is printed."""

    username: str
    role: str
    password: str
    body: str


def make(app: Application) -> list[Entry]:
    """The accounts with new passwords: what a run before printed opens nothing any more."""
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import account_changes, accounts, password_changes
    from matchmaker.services.account_changes import Person

    found = []
    for username, (role, name) in PEOPLE.items():
        password = password_changes.generated()
        digest = password_changes.hashed(password)
        with app.unit_of_work() as uow:
            known = accounts.by_names(uow, "username", username)
            if known is None:
                standing, called = _standing(uow, role, name)
                person = Person(called, username=username, password_hash=digest)
                known = account_changes.create(uow, SYSTEM, person, standing)
            else:
                password_changes.give(uow, SYSTEM, known.id, digest).must_change = False
            bodies = "、".join(
                each.organization.name for each in accounts.get(uow, SYSTEM, known.id).memberships
            )
        found.append(Entry(username, str(accounts.ROLE_NAMES[role]), password, bodies))
    return found


def show(entries: list[Entry]) -> None:
    """The accounts as a table, beside the answers on standard output: they differ from run to run."""
    from matchmaker.cli.common import say, table

    say("\n示范账号，密码只在这里显示 / demo accounts, their passwords are shown only here:")
    lines = [[each.username, each.password, each.role, each.body] for each in entries]
    say(table(lines, ["登录名 / log-in", "密码 / password", "角色 / role", "单位 / body"]))


def _standing(uow: UnitOfWork, role: str, name: str) -> tuple[Standing, str]:
    """What the person of a role is in the fictional county, and how he is called."""
    from sqlalchemy import func, select

    from matchmaker.models import Expert, Organization, Problem, Territory
    from matchmaker.services.account_changes import Standing

    if role == "enterprise":
        busiest = (
            select(Organization.id)
            .join(Problem, Problem.organization_id == Organization.id)
            .where(Organization.kind == "enterprise")
            .group_by(Organization.id)
            .order_by(func.count().desc(), Organization.id)
        )
        return Standing([role], [uow.session.scalars(busiest.limit(1)).one()]), name
    if role in {"expert", "body_liaison"}:
        person = uow.session.scalars(
            select(Expert).where(Expert.organization_id.is_not(None)).order_by(Expert.id).limit(1)
        ).one()
        record = person.id if role == "expert" else None
        return Standing([role], [person.organization_id or 0], record), person.name if record else name
    if role == "territory_liaison":
        town = uow.session.scalar(select(Territory.town_id).limit(1))
        return Standing([role], [town if town is not None else _town(uow).id]), name
    return Standing([role]), name


def _town(uow: UnitOfWork) -> Organization:
    """A park of the county, which cares for the first few firms from now on."""
    from sqlalchemy import select

    from matchmaker.models import Organization, Territory

    park = uow.session.scalars(
        select(Organization).where(Organization.kind == "park").order_by(Organization.id).limit(1)
    ).one()
    firms = select(Organization.id).where(Organization.kind == "enterprise").order_by(Organization.id)
    for number in uow.session.scalars(firms.limit(FIRMS)).all():
        uow.session.add(Territory(organization_id=number, town_id=park.id))
    uow.session.flush()
    return park
