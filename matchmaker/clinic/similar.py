"""What similar problems tell of a draft: duplicates, further fields, indicators that they give besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from matchmaker.clinic.findings import SIMILAR, Proposal
from matchmaker.clinic.form import Form
from matchmaker.clinic.nearness import SAME
from matchmaker.clinic.nearness import SIMILAR as CLOSE
from matchmaker.messages import Message

#: A solved problem was understood by somebody: it counts more.
SOLVED = 1.5
#: Of all that neighbours say, a code must have at least this share, from two of them.
LEAST_SHARE = 0.4
MOST_SHOWN, MOST_LACKING = 5, 6

_WHY = Message("类似难题多半这样填")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A stored problem near the draft, as its reader may see it.

    Attributes:
        id: index id; number: the one that people use.
        indicators: names of the lines of its table.
        closeness: see ``nearness.nearest``.
    """

    id: str
    number: str
    title: str
    state: str
    kind: str
    industry: str
    fields: tuple[str, ...]
    cooperation: tuple[str, ...]
    indicators: tuple[str, ...]
    closeness: float

    @property
    def percent(self) -> int:
        """Closeness as people read it, 0…100."""
        return round(100 * max(0.0, min(self.closeness, 1.0)))


_OPEN_TO_VOTE: tuple[tuple[str, Callable[[Neighbour], tuple[str, ...]]], ...] = (
    ("fields", lambda one: one.fields),
    ("cooperation", lambda one: one.cooperation),
    ("kind", lambda one: (one.kind,)),
    ("industry", lambda one: (one.industry,)),
)


def duplicates(neighbours: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """Those that seem to be the same need."""
    return tuple(one for one in neighbours if one.closeness >= SAME)


def similar(neighbours: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """Those that are alike, yet another need."""
    return tuple(one for one in neighbours if CLOSE <= one.closeness < SAME)[:MOST_SHOWN]


def from_similar(form: Form, known: Iterable[str], neighbours: Sequence[Neighbour]) -> tuple[Proposal, ...]:
    """Values for open fields of which the text says nothing, as most of the neighbours have them."""
    close = [one for one in neighbours if one.closeness >= CLOSE]
    held = set(known)
    found: list[Proposal] = []
    for name, codes_of in _OPEN_TO_VOTE:
        if getattr(form, name) or name in held:
            continue
        codes = _voted(close, codes_of)[:2]
        if codes and name in {"fields", "cooperation"}:
            found.append(Proposal(name, name, codes=codes, source=SIMILAR, why=_WHY))
        elif codes:
            found.append(Proposal(name, name, codes[0], source=SIMILAR, why=_WHY))
    return tuple(found)


def lacking(form: Form, proposed: Iterable[Proposal], neighbours: Iterable[Neighbour]) -> tuple[str, ...]:
    """Indicators that similar problems give and the draft does not speak of, the commonest first."""
    own = f"{form.title}\n{form.body}"
    names = {line.name for line in form.indicators}
    names |= {one.line.name for one in proposed if one.line is not None}
    counts: dict[str, float] = {}
    for one in neighbours:
        for name in one.indicators if one.closeness >= CLOSE else ():
            counts[name] = counts.get(name, 0.0) + (SOLVED if one.state == "solved" else 1.0)
    fresh = [name for name in counts if name and name not in own and not _is_named(name, names)]
    return tuple(sorted(fresh, key=lambda name: (-counts[name], name)))[:MOST_LACKING]


def _is_named(name: str, names: Iterable[str]) -> bool:
    return any(name in other or other in name for other in names if other)


def _voted(close: Sequence[Neighbour], codes_of: Callable[[Neighbour], tuple[str, ...]]) -> tuple[str, ...]:
    """Codes that at least two neighbours have and that weigh enough, the heaviest first."""
    weights: dict[str, float] = {}
    voices: Counter[str] = Counter()
    total = 0.0
    for one in close:
        codes = [code for code in codes_of(one) if code]
        weight = one.closeness * (SOLVED if one.state == "solved" else 1.0)
        total += weight if codes else 0.0
        for code in codes:
            weights[code] = weights.get(code, 0.0) + weight
            voices[code] += 1
    chosen = [code for code in weights if voices[code] > 1 and weights[code] >= LEAST_SHARE * total]
    return tuple(sorted(chosen, key=lambda code: (-weights[code], code)))
