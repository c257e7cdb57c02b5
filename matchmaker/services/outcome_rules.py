"""What two outcome cards say together: agreed, pending, or contradicting each other. Pure, no database.

Nothing that only one side says overrules the other: an intention counts when both say it, or by the
organizer's word; what one side alone says is pending.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.messages import Message

#: What happened, told without a side: who was not there.
MET, POSTPONED = "met", "postponed"
DEMAND_MISSING, SUPPLY_MISSING, BOTH_MISSING = "demand_missing", "supply_missing", "both_missing"
#: The desk says that they did not meet, not why.
MISSED = "missed"
HAPPENED: dict[str, Message] = {
    MET: Message("已洽谈"),
    DEMAND_MISSING: Message("需求方未到"),
    SUPPLY_MISSING: Message("专家未到"),
    BOTH_MISSING: Message("双方均未到"),
    POSTPONED: Message("改期"),
    MISSED: Message("未洽谈（现场记录）"),
}
#: What the organizer may say.
SETTLEABLE = frozenset(HAPPENED) - {MISSED}
#: In which two cards may differ → the sentence that tells it.
CONTRADICTIONS: dict[str, Message] = {
    "attended": Message("双方对是否洽谈说法不一"),
    "desk": Message("与现场记录不一致"),
    "result": Message("双方所填结果不同"),
    "amount": Message("意向金额不同"),
    "ways": Message("意向方式不同"),
}
INTENTION = "intention"


@dataclass(frozen=True, slots=True)
class Told:
    """What a card says, or the organizer.

    Attributes:
        side: demand, supply, or office (no side named).
        attended: of ``taxonomy.ATTENDANCE`` as that side sees it; of the organizer one of ``HAPPENED``.
        result: of ``taxonomy.MEETING_OUTCOMES``; "" unless they met.
    """

    side: str
    attended: str
    result: str = ""
    ways: Sequence[str] = ()
    amount_fen: int | None = None

    @property
    def happened(self) -> str:
        """The same without a side: one of ``HAPPENED``, or "" where it cannot be said."""
        if self.attended in {MET, POSTPONED}:
            return self.attended
        if self.side not in _OTHER:
            return self.attended if self.attended in HAPPENED else ""
        missing = self.side if self.attended == "own_missing" else _OTHER[self.side]
        return f"{missing}_missing" if self.attended else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds of a meeting.

    Attributes:
        happened: one of ``HAPPENED``; "" while nobody has told or they disagree.
        outcome: of ``MEETING_OUTCOMES`` as both say, or the organizer; "" pending.
        is_settled: by the organizer.
        contradictions: keys of ``CONTRADICTIONS`` that the organizer has still to settle.
        says_intention: somebody says that there is an intention, whether it counts or not.
        ways, amount_fen: of an intention; the amount is None where the cards differ.
    """

    happened: str = ""
    outcome: str = ""
    is_settled: bool = False
    contradictions: tuple[str, ...] = ()
    says_intention: bool = False
    ways: tuple[str, ...] = ()
    amount_fen: int | None = None

    @property
    def counts(self) -> bool:
        """Whether it is an intention that counts."""
        return self.outcome == INTENTION

    @property
    def is_pending(self) -> bool:
        """Somebody says intention, and it does not count (yet)."""
        return self.says_intention and not self.outcome


_OTHER = {"demand": "supply", "supply": "demand"}


def verdict(cards: Sequence[Told], settled: Told | None = None, desk: str = "") -> Verdict:
    """What cards, the organizer's word and the desk's record say together.

    Args:
        cards: one a side at most; a card without a side is heard, but agrees with nobody.
        settled: the organizer's word, which holds above all.
        desk: the state of the meeting that the desk wrote down ("held", "missed" or "").
    """
    says = any(card.result == INTENTION for card in cards)
    if settled is not None:
        return Verdict(
            happened=settled.happened,
            outcome=settled.result if settled.happened == MET else "",
            is_settled=True,
            says_intention=says or settled.result == INTENTION,
            ways=tuple(settled.ways),
            amount_fen=settled.amount_fen,
        )
    found = _found(cards, desk)
    sides = [card for card in cards if card.side in _OTHER]
    agreed = not {"attended", "desk", "result"} & set(found) and len(sides) == 2 and _all_met(cards)
    outcome = sides[0].result if agreed else ""
    happened = _happened(cards, desk) if not {"attended", "desk"} & set(found) else ""
    amounts = {card.amount_fen for card in cards if card.amount_fen is not None}
    return Verdict(
        happened=happened,
        outcome=outcome,
        contradictions=found,
        says_intention=says,
        ways=tuple(dict.fromkeys(way for card in cards for way in card.ways)),
        amount_fen=amounts.pop() if len(amounts) == 1 else None,
    )


def contradicts(card: Told, settled: Told) -> bool:
    """Whether a card says something else than the organizer's word, which it then opens again."""
    if settled.happened not in {card.happened, BOTH_MISSING}:
        return True
    if card.happened != MET:
        return False
    if card.result != settled.result:
        return True
    if card.result != INTENTION:
        return False
    other_amount = card.amount_fen is not None and card.amount_fen != settled.amount_fen
    other_ways = bool(card.ways) and set(card.ways) != set(settled.ways)
    return other_amount or other_ways


def _all_met(cards: Sequence[Told]) -> bool:
    return all(card.happened == MET for card in cards)


def _found(cards: Sequence[Told], desk: str) -> tuple[str, ...]:
    happened = {card.happened for card in cards if card.happened}
    found = []
    if len(happened) > 1 and not _each_blames_itself(cards):
        found.append("attended")
    elif (desk == "missed" and MET in happened) or (desk == "held" and happened - {MET}):
        found.append("desk")
    met = [card for card in cards if card.happened == MET]
    if len({card.result for card in met}) > 1:
        found.append("result")
    intended = [card for card in met if card.result == INTENTION]
    if len({card.amount_fen for card in intended if card.amount_fen is not None}) > 1:
        found.append("amount")
    ways = [set(card.ways) for card in intended if card.ways]
    if len(ways) > 1 and not set.intersection(*ways):
        found.append("ways")
    return tuple(found)


def _each_blames_itself(cards: Sequence[Told]) -> bool:
    """Both say that their own side was not there: neither was."""
    sides = {card.side: card.attended for card in cards if card.side in _OTHER}
    return len(sides) == len(cards) == 2 and set(sides.values()) == {"own_missing"}


def _happened(cards: Sequence[Told], desk: str) -> str:
    """What nobody disagrees about. That the other was not there is not enough said by one side."""
    if len(cards) > 1 and _each_blames_itself(cards):
        return BOTH_MISSING
    told = {card.happened for card in cards if card.happened}
    if not told:
        return {"held": MET, "missed": MISSED}.get(desk, "")
    happened = told.pop()
    if happened == MET or len(cards) > 1 or desk == "missed":
        return happened
    return happened if cards[0].attended in {"own_missing", POSTPONED} else ""


def told_of(side: str, values: Mapping[str, Any]) -> Told:
    """From how a card's values or a settlement are stored."""
    return Told(
        side,
        values.get("attended") or "",
        values.get("result") or "",
        tuple(values.get("ways") or ()),
        values.get("amount_fen"),
    )
