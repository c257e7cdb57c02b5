"""自行注册: somebody applies for an account with a role and a body; it opens when it is approved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import match_key
from matchmaker.messages import Message
from matchmaker.models import Account, Membership, Organization
from matchmaker.permissions import VISITOR
from matchmaker.services import account_changes, log_in, messages
from matchmaker.services.account_changes import BELONGING, Person
from matchmaker.services.accounts import ROLE_NAMES
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Roles for which somebody may apply by himself.
OPEN_ROLES = ("enterprise", "expert", "body_liaison", "territory_liaison", "broker")


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody applies for, as typed; ``code`` is the 统一社会信用代码 of the body."""

    role: str
    organization: str = ""
    code: str = ""
    note: str = ""


def apply(uow: UnitOfWork, person: Person, wanted: Application, address: str, *, at: datetime) -> Account:
    """A waiting account. Its body, if it is known by code or name, is proposed to whoever approves.

    A membership is written already, so that the body's liaison finds the application among his own; it has no
    effect before the approval.

    Raises:
        InvalidInput: with the fields that do not hold.
        TooMany: this address has applied too often.
    """
    log_in.count_address(uow, address, at=at)
    faults: dict[str, Message] = {}
    if wanted.role not in OPEN_ROLES:
        faults["role"] = Message("请选择您的身份。")
    if wanted.role in BELONGING and not (wanted.organization.strip() or wanted.code.strip()):
        faults["organization"] = Message("请填写单位全称，与营业执照或公章一致。")
    faults |= _faults_of(uow, person)
    if faults:
        raise InvalidInput(Message("申请没有提交，请更正下面的内容。"), fields=faults)
    account = account_changes.make(uow, person, state="waiting")
    account.applied = {
        "role": wanted.role, "organization": wanted.organization.strip(), "code": wanted.code.strip().upper(),
        "note": wanted.note.strip(),
    }  # fmt: skip
    body = _known(uow, wanted)
    if body is not None:
        account.memberships = [Membership(organization_id=body.id)]
    uow.session.flush()
    uow.record(replace(VISITOR, name=account.name), "account:apply", index_id(account), role=wanted.role)
    _tell(uow, account, body)
    return account


def _tell(uow: UnitOfWork, account: Account, body: Organization | None) -> None:
    """The office, and whoever represents the body, learn that somebody waits."""
    told = [*messages.office(uow), *(messages.recipients_for_body(uow, body.id) if body is not None else [])]
    values = {
        "person": account.name,
        "role": ROLE_NAMES[account.applied["role"]],
        "body": body.name if body is not None else account.applied["organization"] or Message("未填单位"),
    }
    messages.tell(uow, VISITOR, told, "account:applied", index_id(account), values)


def _faults_of(uow: UnitOfWork, person: Person) -> dict[str, Message]:
    try:
        account_changes.checked_names(uow, person)
    except InvalidInput as fault:
        return dict(fault.fields)
    return {}


def _known(uow: UnitOfWork, wanted: Application) -> Organization | None:
    code, name = wanted.code.strip().upper(), wanted.organization.strip()
    if code:
        found = uow.session.scalars(select(Organization).where(Organization.code == code)).first()
        if found is not None:
            return found
    key = match_key("organization", {"name": name}) if name else ""
    statement = select(Organization).where(Organization.match_key == key).order_by(Organization.id.desc())
    return (uow.session.scalars(statement).first() if key else None) or (
        uow.session.scalars(select(Organization).where(Organization.name == name)).first() if name else None
    )
