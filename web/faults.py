"""Faults of a form as its page shows them again."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from matchmaker.errors import MatchmakerError, TooMany
from web.i18n import tell


def by_field(fault: MatchmakerError) -> dict[str, str]:
    """Field → sentence; what concerns no single field stands under "" and is told above the form."""
    return {name: tell(text) for name, text in fault.fields.items()} or {"": tell(fault.message)}


def shown_again(fault: MatchmakerError, page: str) -> ResponseReturnValue:
    """The page with its status, and when to come again if it was too often."""
    headers = {"Retry-After": str(fault.seconds)} if isinstance(fault, TooMany) else {}
    return page, fault.status, headers
