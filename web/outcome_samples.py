"""Values by which the style guide shows outcome cards; fictional."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from matchmaker.messages import Message
from matchmaker.services.outcome_rules import HAPPENED, Told, verdict
from matchmaker.services.outcomes import Card

NAMES = HAPPENED
CARD = Card("met", "intention", ("commission", "testing"), 20_500_000, next_step="先寄样品", rating=5)
TYPED = MultiDict([("attended", "met"), ("result", "intention"), ("ways", "joint"), ("amount", "12.345")])
FAULT = Message("最多两位小数（精确到百元）。")

_INTENDED = Told("demand", "met", "intention", ("joint",))
#: Agreed, pending, contradicting, settled, told by nobody.
VERDICTS = (
    verdict([_INTENDED, Told("supply", "met", "intention", ("joint",))]),
    verdict([_INTENDED]),
    verdict([_INTENDED, Told("supply", "other_missing")]),
    verdict([_INTENDED], Told("office", "met", "talk")),
    verdict([], desk="missed"),
    verdict([]),
)
