"""What a poster and the office are told of a problem's life."""

from __future__ import annotations

from datetime import date

from matchmaker.models import Problem
from matchmaker.permissions import Actor
from matchmaker.services import messages, secret_links
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: The link by which a poster without an account completes a returned problem.
COMPLETING = "complete_problem"


def tell_office(uow: UnitOfWork, actor: Actor, row: Problem) -> None:
    """A problem came to be reviewed; what the poster was asked before is answered by it."""
    messages.settle(uow, index_id(row), ["problem:returned"])
    secret_links.close(uow, COMPLETING, index_id(row))
    messages.tell(uow, actor, messages.office(uow), "problem:submitted", index_id(row))


def tell_poster(
    uow: UnitOfWork, actor: Actor, row: Problem, what: str, *, reasons: str = "", day: date | None = None
) -> None:
    """Something was decided about a problem: published, returned, withdrawn, expiring, expired, renewed."""
    messages.settle(uow, index_id(row))
    values = {"reasons": reasons or "—", "day": day.isoformat() if day else ""}
    for recipient in messages.recipients_for_problem(uow, row):
        link = None
        if what == "returned" and recipient.account is None:
            link = secret_links.issue(uow, actor, COMPLETING, index_id(row), recipient)
        messages.tell(uow, actor, [recipient], f"problem:{what}", index_id(row), values, link=link)
