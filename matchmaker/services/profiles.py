"""Profiles of experts, achievements and bodies: made, changed step by step, made public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Account, Achievement, Expert, ExpertProject, Indicator, Organization
from matchmaker.permissions import Actor, allowed, require
from matchmaker.services import provenance, versions
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.services.profile_changes import refresh_match, refresh_readers, set_town, tell_index
from matchmaker.services.profile_choices import towns
from matchmaker.services.profile_fields import FORMS, step_of
from matchmaker.services.profile_values import parse
from matchmaker.storage.queries import index_id, may_read, readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

Profile = Expert | Achievement | Organization
TABLES: dict[str, type[Any]] = {"expert": Expert, "achievement": Achievement, "organization": Organization}
_OPTIONS: dict[str, tuple[Any, ...]] = {
    "expert": (joinedload(Expert.organization), selectinload(Expert.projects)),
    "achievement": (joinedload(Achievement.organization), selectinload(Achievement.indicators)),
    "organization": (),
}
_CHILDREN: dict[str, type[Any]] = {"projects": ExpertProject, "indicators": Indicator}


def get(uow: UnitOfWork, actor: Actor, kind: str, number: int) -> Any:
    """The row with what its form shows; NotFound if it is hidden."""
    table = TABLES[kind]
    statement = select(table).where(table.id == number, readable_by(actor, table)).options(*_OPTIONS[kind])
    found = uow.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(
            Message("没有找到要修改的内容。"),
            hint=Message("它可能已被删除或合并，或未向您公开；请用搜索查找。"),
        )
    return found


def blank(actor: Actor, kind: str) -> Any:
    """A row for the form of a new one; nothing is stored."""
    row = TABLES[kind](visibility="public", created_by=actor.account)
    for name in ("fields", "directions", "keywords", "representative", "avoid", "tiers", "transfer_modes"):
        if hasattr(row, name):
            setattr(row, name, [])
    for column in row.__table__.columns:
        if getattr(row, column.key) is None and column.default is not None and column.default.is_scalar:
            setattr(row, column.key, column.default.arg)
    if kind == "expert" and actor.expert is None and "expert" in actor.roles:
        row.name = actor.name
    return row


def create(
    uow: UnitOfWork, actor: Actor, kind: str, typed: Mapping[str, Any], *, today: date, origin: str = "form"
) -> Any:
    """A new profile from the first step: a draft that its maker, its body and the office read.

    A body is public at once: it is named by others from then on. An expert's account gets its profile.
    """
    if kind == "organization":
        require(actor, "organization:create")
    values = parse(kind, FORMS[kind][0], typed)
    uow.alone("objects")
    _refuse_known_body(uow, kind, values)
    body = _body(uow, actor, kind, values)
    if kind != "organization":
        _may_create(actor, kind, body)
    row = TABLES[kind](
        visibility="public" if kind == "organization" else "draft",
        created_by=actor.account,
        confirmed=[],
        provenance={},
        readers=" office ",
    )
    if kind == "achievement":
        row.state, row.visibility = "draft", "public"
        if actor.expert is not None and not values.get("leader_id"):
            row.leader_id = actor.expert
    changed, _concerned = _apply(uow, row, values, body)
    uow.session.add(row)
    uow.session.flush()
    if kind == "expert" and actor.expert is None and "expert" in actor.roles and actor.account:
        account = uow.session.get(Account, actor.account)
        if account is not None:
            account.expert_id = row.id
            actor = replace(actor, expert=row.id)
    actor = on_behalf(actor, row)
    if values.get("town") and set_town(uow, row, _town(uow, actor, values["town"])):
        changed.add("town")
    _finish(uow, actor, row, changed, origin=origin, today=today)
    uow.record(actor, f"{kind}:create", index_id(row))
    uow.enqueue("index", index_id(row))
    versions.keep(uow, actor, row)
    return row


def save(
    uow: UnitOfWork,
    actor: Actor,
    kind: str,
    number: int,
    step: str,
    typed: Mapping[str, Any],
    *,
    revision: int | None,
    today: date,
    origin: str = "form",
    what: str = "",
) -> Any:
    """Saves one step of a form.

    Args:
        uow: the transaction.
        actor: who saves; what a person writes of himself counts as confirmed.
        kind: of the row.
        number: of the row.
        step: name of the step.
        typed: field → what stands in the form.
        revision: of the row when the form was shown.
        today: day of the office.
        origin: where the facts come from (``taxonomy.ORIGINS``).
        what: a remark on that.

    Raises:
        StaleForm: somebody saved meanwhile.
    """
    row = get(uow, actor, kind, number)
    require(actor, f"{kind}:edit", row)
    actor = on_behalf(actor, row)
    versions.refuse_stale(uow, row, revision)
    values = parse(kind, step_of(kind, step), typed)
    uow.alone("objects")
    versions.begin(uow, row)
    body = _body(uow, actor, kind, values)
    if "organization" in values:
        _may_move(actor, kind, row, body)
    if row.visibility == "draft":
        values.pop("visibility", None)  # becomes public by its own step, never by a form
    before = row.leader_id if isinstance(row, Achievement) else None
    changed, renamed = _apply(uow, row, values, body)
    if "town" in values and set_town(uow, row, _town(uow, actor, values["town"])):
        changed.add("town")
    if not changed:
        return row
    _finish(uow, actor, row, changed, origin=origin, today=today, what=what)
    tell_index(uow, row, renamed=renamed, further={"expert": {before}} if before else {})
    uow.record(actor, f"{kind}:edit", index_id(row), fields=sorted(changed))
    versions.keep(uow, actor, row)
    return row


def publish(uow: UnitOfWork, actor: Actor, number: int, visibility: str = "public") -> Expert:
    """Shows an expert to everybody or to members; "draft" takes him back."""
    row: Expert = get(uow, actor, "expert", number)
    require(actor, "expert:publish", row)
    if visibility not in {"public", "members", "draft"}:
        raise InvalidInput(
            Message("没有这个公开范围。"), fields={"visibility": Message("没有这个选项，请重新选择。")}
        )
    if row.visibility == visibility:
        return row
    actor = on_behalf(actor, row)
    versions.begin(uow, row)
    row.visibility = visibility
    refresh_readers(uow, row)
    tell_index(uow, row, renamed=True, further={})
    uow.record(actor, "expert:publish", index_id(row), visibility=visibility)
    versions.keep(uow, actor, row)
    return row


def on_behalf(actor: Actor, row: Profile) -> Actor:
    """The actor as the history shows him: for whom he acts when the profile is not his own."""
    if actor.behalf:
        return actor
    if isinstance(row, Expert):
        return actor if allowed(actor, "expert:confirm", row) else actor.acting_for(row.name)
    body = row if isinstance(row, Organization) else row.organization
    if body is None or body.id in {*actor.organizations, *actor.liaison_of}:
        return actor
    return actor.acting_for(body.name)


def _body(uow: UnitOfWork, actor: Actor, kind: str, values: Mapping[str, Any]) -> Organization | None:
    """The body that the form names; a new name is registered."""
    name = values.get("organization", "") if kind != "organization" else ""
    if not name:
        return None
    found, created = organizations_by_name(uow.session, kind, [name])
    body = found[name]
    if not may_read(actor, body):
        raise InvalidInput(
            Message("不能使用这家单位。"),
            fields={_body_field(kind): Message("没有这家单位，或者您不能查看它；请联系组织者。")},
        )
    if created:
        body.created_by = actor.account
        uow.record(actor, "organization:create", index_id(body), name=name)
        uow.enqueue("index", index_id(body))
    return body


def _body_field(kind: str) -> str:
    return "institution" if kind == "expert" else "organization"


def _may_create(actor: Actor, kind: str, body: Organization | None) -> None:
    if kind == "achievement":
        require(actor, "achievement:create", body)
        return
    require(actor, "expert:create", body)
    if not allowed(actor, "expert:merge", body) and actor.expert is not None:
        raise Conflict(
            Message("您已有一份专家资料。"),
            hint=Message("请在“我的资料”中修改；重复的资料请联系组织者合并。"),
        )


def _may_move(actor: Actor, kind: str, row: Any, body: Organization | None) -> None:
    """Into another body only by the office, by the person himself, or by that body's own liaison."""
    if (body.id if body else None) == row.organization_id or actor.is_office:
        return
    if kind == "expert" and allowed(actor, "expert:confirm", row):
        return
    require(actor, f"{kind}:create", body)


def _refuse_known_body(uow: UnitOfWork, kind: str, values: Mapping[str, Any]) -> None:
    """A second body of one name or code would only have to be merged."""
    if kind != "organization":
        return
    row = Organization(name=values["name"])
    refresh_match(row)
    same = [Organization.match_key == row.match_key]
    if values.get("code"):
        same.append(Organization.code == values["code"])
    for condition in same:
        held = uow.session.scalar(select(Organization).where(condition).limit(1))
        if held is not None:
            raise Conflict(
                Message("这家单位已经在册：%(name)s。", {"name": held.name}),
                hint=Message("请在它的页面上修改，不必新建。"),
            )


def _town(uow: UnitOfWork, actor: Actor, number: int | None) -> int | None:
    if number is None:
        return None
    if number not in dict(towns(uow, actor)):
        raise InvalidInput(
            Message("没有这个镇街或园区。"), fields={"town": Message("没有这个选项，请重新选择。")}
        )
    return number


def _apply(
    uow: UnitOfWork, row: Any, values: Mapping[str, Any], body: Organization | None
) -> tuple[set[str], bool]:
    """Sets what differs; the attributes that changed, and whether name or body did."""
    changed: set[str] = set()
    for name, value in values.items():
        if name == "organization":
            if row.organization_id != (body.id if body else None):
                row.organization = body
                changed.add("organization_id")
        elif name in _CHILDREN:
            changed |= _set_children(row, name, value)
        elif name == "leader_id":
            changed |= _set_leader(uow, row, value, body)
        elif name != "town" and (getattr(row, name) or None) != (value or None):
            setattr(row, name, value)
            changed.add(name)
    return changed, bool(changed & {"name", "organization_id"})


def _set_children(row: Any, name: str, items: list[dict[str, Any]]) -> set[str]:
    held = [
        {key: getattr(child, key) for key in item}
        for child, item in zip(getattr(row, name), items, strict=False)
    ]
    if held == items and len(getattr(row, name)) == len(items):
        return set()
    setattr(row, name, [_CHILDREN[name](position=place, **item) for place, item in enumerate(items)])
    return {name}


def _set_leader(uow: UnitOfWork, row: Achievement, number: int | None, body: Organization | None) -> set[str]:
    if number == row.leader_id:
        return set()
    owner = body.id if body else row.organization_id
    leader = uow.session.get(Expert, number) if number is not None else None
    if number is not None and (leader is None or leader.organization_id != owner):
        raise InvalidInput(
            Message("负责人不在完成单位的专家中。"),
            fields={"leader_id": Message("请先保存完成单位，再从它的专家中选择。")},
        )
    row.leader_id = number
    return {"leader_id"}


def _finish(
    uow: UnitOfWork, actor: Actor, row: Any, changed: set[str], *, origin: str, today: date, what: str = ""
) -> None:
    uow.session.flush()
    refresh_match(row)
    refresh_readers(uow, row)
    is_self = isinstance(row, Expert) and allowed(actor, "expert:confirm", row)
    provenance.note(row, changed, "self" if is_self else origin, actor, on=today, what=what)
    if is_self:
        row.confirmed = sorted({*row.confirmed, *changed})
    uow.session.flush()
