"""What the pages of inviting are made of: what the organizer wants, from the address; forms; files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from matchmaker.errors import MatchmakerError
from matchmaker.matching.result import BANDS, WORTH
from matchmaker.services.coverage import BODY_KINDS, Wanted
from web.i18n import tell
from web.request import MOST_NUMBER
from web.schemas.fields import Text, WholeNumber
from web.schemas.parsing import Input
from web.schemas.problem_form import Day

#: Good experts that a problem may be wanted to get; experts in all, of a body, of a kind of bodies.
MOST_K, MOST_EXPERTS = 10, 2000
#: Experts that one form names.
MOST_CHOSEN = 500


def wanted_of(arguments: MultiDict[str, str]) -> Wanted:
    """What stands in the address; nonsense is as if it were not there."""
    kinds = [(kind, _number(arguments, f"kind-{kind}", MOST_EXPERTS)) for kind in BODY_KINDS]
    good = arguments.get("good", "")
    picked = frozenset(numbers(arguments, "pick"))
    return Wanted(
        k=_number(arguments, "k", MOST_K) or 3,
        good=good if good in BANDS[:3] else WORTH,
        most=_number(arguments, "most", MOST_EXPERTS),
        per_body=_number(arguments, "per_body", MOST_EXPERTS),
        kinds=tuple((kind, most) for kind, most in kinds if most is not None),
        left_out=frozenset(numbers(arguments, "left")),
        picked=picked if picked or arguments.get("by_hand") == "1" else None,
    )


def _number(arguments: MultiDict[str, str], name: str, most: int) -> int | None:
    text = arguments.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most else None


def numbers(given: MultiDict[str, str], name: str) -> list[int]:
    """Numbers of rows of a repeated name."""
    found = [text for text in given.getlist(name) if text.isascii() and text.isdigit() and len(text) < 11]
    return [int(text) for text in found if int(text) <= MOST_NUMBER][:MOST_CHOSEN]


def faults_of(fault: MatchmakerError) -> dict[str, str]:
    """Field → fault in the language of the page."""
    return {name: tell(text) for name, text in fault.fields.items()}


class BodiesIn(Input):
    """Bodies to invite; each ticked one has a quota of its own."""

    theme = Text(longest=500, lines=True, load_default="")
    until = Day(load_default=None)


class QuotaIn(Input):
    """Quota of one body."""

    quota = WholeNumber(low=1, high=100, load_default=3)


class ReasonIn(Input):
    """Why a nomination is refused, an invitation taken back, a body sends nobody."""

    reason = Text(longest=200, load_default="")


@dataclass(frozen=True, slots=True)
class Failed:
    """A form that could not be taken, as it was filled in."""

    fault: MatchmakerError | None = None
    typed: Mapping[str, Any] | None = None

    @property
    def faults(self) -> dict[str, str]:
        """By field."""
        return faults_of(self.fault) if self.fault else {}


def file_answer(content: bytes, kind: str, name: str) -> Response:
    """A file that no cache keeps; ``name`` in ASCII."""
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
