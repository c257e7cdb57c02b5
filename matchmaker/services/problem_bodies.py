"""Bodies that a form names: the owner of a problem, who shares it, who may read it, who may not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import match_key
from matchmaker.messages import Message
from matchmaker.models import Organization, Problem, ProblemBody, Territory
from matchmaker.permissions import Actor, readers_by, written
from matchmaker.services.organization_names import kind_by_name
from matchmaker.services.visibility import ROLES
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Bodies that one problem may name in one role.
MOST = 30
#: Shortest name of a body.
SHORTEST = 2


def by_name(uow: UnitOfWork, actor: Actor, name: str, kind: str = "") -> Organization:
    """The body of this name; made when there is none yet.

    A new one is seen by the office alone until one of its problems is published: whoever posts cannot put
    names on the site. What a territory liaison names anew belongs to his territory.
    """
    uow.alone("objects")
    key = match_key("organization", {"name": name})
    found = uow.session.scalars(
        select(Organization).where(Organization.match_key == key).order_by(Organization.id).limit(1)
    ).one_or_none()
    found = found or _by_exact_name(uow, name)
    if found is not None:
        return found
    made = Organization(
        name=name, kind=kind or kind_by_name(name), match_key=key, confirmed=[], visibility="draft",
        readers=written(readers_by("draft")), source="自主填报",
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    made.readers = written(readers_by("draft", [made.id]))
    if "territory_liaison" in actor.roles and actor.liaison_of:
        uow.session.add(Territory(organization_id=made.id, town_id=actor.liaison_of[0]))
    uow.session.flush()
    uow.record(actor, "organization:create", f"organization:{made.id}", name=name)
    return made


def _by_exact_name(uow: UnitOfWork, name: str) -> Organization | None:
    """One whose row was made without a matching key."""
    statement = select(Organization).where(Organization.name == name, Organization.match_key == "")
    return uow.session.scalars(statement.order_by(Organization.id).limit(1)).one_or_none()


def set_bodies(uow: UnitOfWork, actor: Actor, row: Problem, role: str, names: Sequence[str]) -> None:
    """Makes the bodies of one role exactly those named."""
    assert role in ROLES
    _refuse_many(role, names)
    wanted = {by_name(uow, actor, name).id: name for name in dict.fromkeys(names)}
    if role == "rival":
        _refuse_own(row, wanted)
    held = {body.organization_id: body for body in row.bodies if body.role == role}
    for number, body in held.items():
        if number not in wanted:
            row.bodies.remove(body)
    for number in wanted:
        if number not in held:
            row.bodies.append(ProblemBody(organization_id=number, role=role))
    uow.session.flush()


def publish_owner(uow: UnitOfWork, row: Problem) -> None:
    """A body that was only named so far stands on the site with its first problem that names it openly."""
    owner = uow.session.get(Organization, row.organization_id) if row.organization_id else None
    if owner is None or owner.visibility != "draft" or row.visibility != "public":
        return
    owner.visibility = "public"
    owner.readers = written(readers_by("public", [owner.id]))
    owner.index_version += 1
    uow.enqueue("index", index_id(owner))


def _refuse_many(role: str, names: Sequence[str]) -> None:
    fault = None
    if len(names) > MOST:
        fault = Message("最多 %(most)s 家单位，现有 %(number)s 家。", {"most": MOST, "number": len(names)})
    elif short := next((name for name in names if len(name) < SHORTEST), None):
        fault = Message("“%(name)s”不像单位名称，请写全称。", {"name": short})
    if fault:
        raise InvalidInput(fault, fields={_FIELD[role]: fault})


def _refuse_own(row: Problem, wanted: dict[int, str]) -> None:
    own = {row.organization_id, *(body.organization_id for body in row.bodies if body.role == "participant")}
    for number, name in wanted.items():
        if number in own:
            fault = Message("“%(name)s”是需求单位自己，不能列为回避单位。", {"name": name})
            raise InvalidInput(fault, fields={"rivals": fault})


#: Role → name of the form's field.
_FIELD = {"participant": "participants", "invited": "invited", "rival": "rivals"}
