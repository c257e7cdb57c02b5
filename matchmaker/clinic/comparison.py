"""Two rankings side by side: who moved after a change of the text, and which new evidence moved him."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.matching.result import NONE, Quote, RankedExpert, Ranking
from matchmaker.messages import Message

NEW, UP, DOWN, GONE, SAME = "new", "up", "down", "gone", "same"
MOVES: dict[str, Message] = {
    NEW: Message("新出现"),
    UP: Message("上升"),
    DOWN: Message("下降"),
    GONE: Message("不再推荐"),
    SAME: Message("不变"),
}
#: Experts shown of each ranking.
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Move:
    """One expert in both rankings.

    Attributes:
        before, after: place from 1, None when he is not among those shown.
        evidence: quotes that stand in the later ranking only, the weightiest first.
        lost: quotes that stood in the earlier one only.
    """

    id: str
    kind: str
    before: int | None
    after: int | None
    band_before: str
    band_after: str
    evidence: tuple[Quote, ...] = ()
    lost: tuple[Quote, ...] = ()

    @property
    def places(self) -> int:
        """How many places up (positive) or down."""
        return (self.before or 0) - (self.after or 0) if self.before and self.after else 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change of the text does to the proposed experts."""

    before: Ranking
    after: Ranking
    moves: tuple[Move, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of moves by kind, every kind named."""
        return {kind: sum(1 for move in self.moves if move.kind == kind) for kind in MOVES}


def compared(before: Ranking, after: Ranking, shown: int = SHOWN) -> Comparison:
    """The moves among the best of both; first those of the later ranking in its order, then who is gone."""
    old = {one.id: (place, one) for place, one in enumerate(before.experts[:shown], 1)}
    new = {one.id: (place, one) for place, one in enumerate(after.experts[:shown], 1)}
    moves = [_move(identifier, old.get(identifier), new.get(identifier)) for identifier in [*new]]
    moves += [_move(identifier, old[identifier], None) for identifier in old if identifier not in new]
    return Comparison(before, after, tuple(moves))


def _move(
    identifier: str, old: tuple[int, RankedExpert] | None, new: tuple[int, RankedExpert] | None
) -> Move:
    before, after = (old[0] if old else None), (new[0] if new else None)
    told = old[1].quotes if old else ()
    tells = new[1].quotes if new else ()
    return Move(
        id=identifier,
        kind=_kind(before, after),
        before=before,
        after=after,
        band_before=old[1].band if old else NONE,
        band_after=new[1].band if new else NONE,
        evidence=_only(tells, told),
        lost=_only(told, tells),
    )


def _kind(before: int | None, after: int | None) -> str:
    if before is None:
        return NEW
    if after is None:
        return GONE
    return SAME if before == after else UP if after < before else DOWN


def _only(quotes: tuple[Quote, ...], others: tuple[Quote, ...]) -> tuple[Quote, ...]:
    """Quotes whose sentence of the document is not among the others."""
    known = {(quote.document, quote.theirs) for quote in others}
    fresh = [quote for quote in quotes if (quote.document, quote.theirs) not in known]
    return tuple(sorted(fresh, key=lambda quote: -quote.weight))
