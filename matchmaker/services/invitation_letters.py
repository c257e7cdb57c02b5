"""Invitations as letters: gathered from the event, each for its recipient; written outside transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, Event, SecretLink
from matchmaker.permissions import Actor, require
from matchmaker.reporting import letters
from matchmaker.reporting.letters import Letter
from matchmaker.services import invitation_facts, inviting, secret_links
from matchmaker.storage.unit_of_work import UnitOfWork

__all__ = ["Letter", "gather", "nobody", "packed", "written"]


def gather(
    uow: UnitOfWork,
    actor: Actor,
    event: Event,
    people: Sequence[Attendee],
    *,
    secret: bytes,
    site: str,
    today: date,
) -> list[Letter]:
    """Letters to people who are invited or come; the export is written down.

    Args:
        uow: writing.
        actor: of the office.
        event: whose invitations they are.
        people: of ``inviting.listing``.
        secret: of the installation, for the links.
        site: address of the site, "" for letters without links.
        today: stands below.
    """
    require(actor, "event:print")
    wanted = [row for row in people if row.state in {"invited", "accepted"}]
    problems = invitation_facts.concerning(uow, event, wanted)
    found = []
    for row in wanted:
        own = inviting.recipients_of(uow, row)[0]
        link = _link(uow, row) if site else None
        found.append(
            Letter(
                number=row.badge_number,
                person=row.name,
                title=row.title,
                body=row.organization.name if row.organization else "",
                event=event.title,
                hosts="、".join(event.hosts),
                when=invitation_facts.when(event),
                place=invitation_facts.place(event),
                theme=event.theme,
                problems=tuple(
                    str(invitation_facts.problem_name(each, own.may_read)) for each in problems[row.id]
                ),
                day=f"{event.answer_until:%Y-%m-%d}" if event.answer_until else "",
                contact=" ".join(part for part in (event.contact_name, event.contact_phone) if part),
                link=f"{site}{secret_links.path(secret, link)}" if link else "",
                written=f"{today:%Y-%m-%d}",
            )
        )
        uow.looked_at(actor, "event:letter", f"attendee:{row.id}")
    return found


def _link(uow: UnitOfWork, row: Attendee) -> SecretLink | None:
    """His own link, not that of his liaison."""
    found = secret_links.of_subject(uow, inviting.PURPOSE, f"attendee:{row.id}")
    still = [link for link in found if link.revoked_at is None and link.closed_at is None]
    return next((link for link in still if link.recipient == row.name), still[0] if still else None)


def nobody() -> NotFound:
    """The error where there is no invitation to print."""
    return NotFound(
        Message("没有可以打印的邀请函。"), hint=Message("邀请专家后再打印；已收回或谢绝的不再打印。")
    )


def written(letter: Letter) -> bytes:
    """One letter as a Word file."""
    return letters.word(letter)


def packed(found: Sequence[Letter]) -> bytes:
    """All of them in one zip."""
    return letters.batch(found)
