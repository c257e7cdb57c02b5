"""Who is told: the people behind a problem, an expert or a body, and the office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from indexer.document import PUBLIC
from matchmaker.models import Account, Expert, Membership, Problem, Territory
from matchmaker.models.base import Findable
from matchmaker.permissions import MEMBERS, OFFICE, OFFICE_ROLES, readable
from matchmaker.services.paging import holds
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told something.

    Attributes:
        account: number of his account; None when he has none: then he is called.
        organization: body whose liaison may call him, or answer for him.
        language: of the message.
        audiences: what he may read: titles that he may not are left out of his message.
        inbox: whose inbox it lies in, when that is not his account's ("office").
        addresses: of e-mails: (whose wishes count, address).
    """

    account: int | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    organization: int | None = None
    language: str = "zh"
    audiences: frozenset[str] = frozenset()
    inbox: str = ""
    addresses: tuple[tuple[str, str], ...] = ()

    @property
    def audience(self) -> str:
        """Whose inbox the message lies in; "" when nobody's."""
        return self.inbox or (f"account:{self.account}" if self.account is not None else "")

    @property
    def mailed_to(self) -> tuple[tuple[str, str], ...]:
        """Whose wishes count for each address, and the address."""
        if self.addresses or not self.email:
            return self.addresses
        own = f"account:{self.account}" if self.account is not None else f"mail:{self.email.lower()}"
        return ((own, self.email),)

    def may_read(self, row: Findable) -> bool:
        """Whether he may read an object that a message is about."""
        own = self.audiences or self._least
        return readable(own, row.readers.split(), row.hidden_from.split())

    @property
    def _least(self) -> frozenset[str]:
        """Of somebody without an account: what is public, and what his own body may read."""
        body = {f"org:{self.organization}"} if self.organization is not None else set()
        member = {MEMBERS, f"account:{self.account}"} if self.account is not None else set()
        return frozenset({PUBLIC, *body, *member})


def of_account(account: Account) -> Recipient:
    """Whoever holds an account; its memberships should be loaded."""
    audiences = {PUBLIC, MEMBERS, f"account:{account.id}"}
    for each in account.memberships:
        audiences.add(f"org:{each.organization_id}")
        if each.represents:
            audiences.add(f"liaison:{each.organization_id}")
    if account.expert_id is not None:
        audiences.add(f"expert:{account.expert_id}")
    if not OFFICE_ROLES.isdisjoint(account.roles):
        audiences.add(OFFICE)
    bodies = [each.organization_id for each in account.memberships]
    return Recipient(
        account=account.id,
        name=account.name,
        phone=account.phone or "",
        email=account.email or "",
        organization=bodies[0] if bodies else None,
        language=account.language or "zh",
        audiences=frozenset(audiences),
    )


def account(uow: UnitOfWork, number: int) -> list[Recipient]:
    """One account by its number; nobody when it is closed or gone."""
    return [of_account(row) for row in _accounts(uow, [number])]


def recipients_for_problem(uow: UnitOfWork, problem: Problem) -> list[Recipient]:
    """Whoever made it and represents its owner; without an account the contact that it names.

    Where the contact has no account the liaison of the owner's town is told besides.
    """
    numbers = set(_representatives(uow, [problem.organization_id]))
    if problem.created_by is not None:
        numbers.add(problem.created_by)
    people = [
        row for row in _accounts(uow, numbers) if _is_own(row, problem) or OFFICE_ROLES.isdisjoint(row.roles)
    ]
    told = [of_account(row) for row in people]
    if any(_is_own(row, problem) for row in people):
        return told
    if problem.contact_name or problem.contact_phone or problem.contact_email:
        told.append(
            Recipient(
                name=problem.contact_name,
                phone=problem.contact_phone,
                email=problem.contact_email,
                organization=problem.organization_id,
                audiences=frozenset(problem.readers.split()) - {OFFICE},  # it is his own
            )
        )
    known = {each.account for each in told}
    town = _representatives(uow, _towns(uow, problem.organization_id))
    return [*told, *(of_account(row) for row in _accounts(uow, set(town) - known))]


def recipients_for_expert(uow: UnitOfWork, expert: Expert) -> list[Recipient]:
    """His own account; without one he himself by telephone, and the liaisons of his body."""
    own = uow.session.scalars(
        select(Account).where(Account.expert_id == expert.id, Account.state == "active").options(_MEMBERS)
    ).all()
    if own:
        return [of_account(row) for row in own]
    person = Recipient(
        name=expert.name,
        phone=expert.phone,
        email=expert.email,
        organization=expert.organization_id,
        audiences=frozenset({PUBLIC, f"expert:{expert.id}"}),
    )
    liaisons = _accounts(uow, _representatives(uow, [expert.organization_id]))
    return [person, *(of_account(row) for row in liaisons)]


def recipients_for_body(uow: UnitOfWork, number: int) -> list[Recipient]:
    """Whoever answers for a body."""
    return [of_account(row) for row in _accounts(uow, _representatives(uow, [number]))]


def office(uow: UnitOfWork) -> list[Recipient]:
    """The office as one recipient with one inbox; e-mails go to each of its people who has an address."""
    people = uow.session.scalars(
        select(Account)
        .where(
            Account.state == "active",
            holds(Account.roles, "organizer") | holds(Account.roles, "administrator"),
        )
        .order_by(Account.id)
    )
    addresses = tuple((f"account:{row.id}", row.email) for row in people if row.email)
    return [
        Recipient(
            name="组织者",
            inbox=OFFICE,
            audiences=frozenset({PUBLIC, MEMBERS, OFFICE}),
            addresses=addresses,
        )
    ]


_MEMBERS = selectinload(Account.memberships)


def _accounts(uow: UnitOfWork, numbers: Iterable[int]) -> Sequence[Account]:
    wanted = sorted(set(numbers))
    if not wanted:
        return []
    statement = select(Account).where(Account.id.in_(wanted), Account.state == "active")
    return uow.session.scalars(statement.options(_MEMBERS).order_by(Account.id)).all()


def _representatives(uow: UnitOfWork, organizations: Iterable[int | None]) -> list[int]:
    wanted = [number for number in organizations if number is not None]
    if not wanted:
        return []
    return list(
        uow.session.scalars(
            select(Membership.account_id).where(
                Membership.organization_id.in_(wanted), Membership.represents.is_(True)
            )
        )
    )


def _towns(uow: UnitOfWork, organization: int | None) -> list[int | None]:
    if organization is None:
        return []
    return list(
        uow.session.scalars(select(Territory.town_id).where(Territory.organization_id == organization))
    )


def _is_own(row: Account, problem: Problem) -> bool:
    """Whether an account is the owner's own, and not of somebody who wrote it down for him."""
    bodies = {each.organization_id for each in row.memberships}
    if problem.organization_id is not None:
        return problem.organization_id in bodies
    return row.id == problem.created_by
