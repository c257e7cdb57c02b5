"""Forms of outcome cards, of the organizer's word, of follow-ups and intentions."""

from __future__ import annotations

from matchmaker import taxonomy
from matchmaker.services.outcome_rules import SETTLEABLE
from web.schemas.fields import Choice, Several, Text, WholeNumber
from web.schemas.parsing import Input
from web.schemas.problem_form import Day, Money

_MOST = 2**31 - 1


class CardIn(Input):
    """An outcome card of one side."""

    attended = Choice(taxonomy.ATTENDANCE, load_default="")
    result = Choice(taxonomy.MEETING_OUTCOMES, load_default="")
    ways = Several(Text(longest=20), most=len(taxonomy.INTENT_WAYS), load_default=list)
    amount = Money(load_default=None)
    next_step = Text(longest=300, load_default="")
    next_who = Text(longest=100, load_default="")
    next_on = Day(load_default=None)
    reason = Choice(taxonomy.UNFIT_REASONS, load_default="")
    rating = Choice(("1", "2", "3", "4", "5"), load_default="")
    note = Text(longest=2000, lines=True, load_default="")
    revision = WholeNumber(low=0, high=_MOST, load_default=None)


class SettlementIn(Input):
    """The organizer's word."""

    happened = Choice(tuple(sorted(SETTLEABLE)), load_default="")
    result = Choice(taxonomy.MEETING_OUTCOMES, load_default="")
    ways = Several(Text(longest=20), most=len(taxonomy.INTENT_WAYS), load_default=list)
    amount = Money(load_default=None)
    reason = Text(longest=2000, lines=True, load_default="")


class LookIn(Input):
    """What a look at a pair found."""

    status = Choice(taxonomy.FOLLOW_STATUSES, load_default="")
    reason = Choice(taxonomy.UNFIT_REASONS, load_default="")
    note = Text(longest=2000, lines=True, load_default="")
    next_on = Day(load_default=None)


class OwnerIn(Input):
    """Who follows; nothing for nobody."""

    account = WholeNumber(low=0, high=_MOST, load_default=0)


class IntendedIn(Input):
    """An intention without a meeting of the plan."""

    title = Text(longest=300, load_default="")
    demand = Text(longest=200, load_default="")
    supply = Text(longest=200, load_default="")
    ways = Several(Text(longest=20), most=len(taxonomy.INTENT_WAYS), load_default=list)
    amount = Money(load_default=None)
    began_on = Day(load_default=None)
    note = Text(longest=2000, lines=True, load_default="")
