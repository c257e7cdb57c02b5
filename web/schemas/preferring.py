"""Forms of hours and wishes."""

from __future__ import annotations

from marshmallow import fields

from matchmaker.services.preferring import MOST_MEETINGS
from web.schemas.fields import Several, Text, WholeNumber
from web.schemas.parsing import Input

#: Slots of an event that somebody may tick.
MOST_SLOTS = 400


class WishesIn(Input):
    """When somebody cannot, how often he wants to meet; wishes are read row by row."""

    away = Several(WholeNumber(low=0, high=MOST_SLOTS), most=MOST_SLOTS, load_default=list)
    most = WholeNumber(low=0, high=MOST_MEETINGS, load_default=None)
    in_a_row = WholeNumber(low=1, high=MOST_MEETINGS, load_default=None)
    note = Text(longest=500, lines=True, load_default="")
    known = Text(longest=40, load_default="")


class DemandIn(Input):
    """The organizer's word on a pair."""

    must = fields.Boolean(load_default=False)
    session = WholeNumber(low=0, high=MOST_SLOTS, load_default=None)
