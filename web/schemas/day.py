"""Forms of the day: somebody who walks in; what was written on paper."""

from __future__ import annotations

from marshmallow import Schema

from web.schemas.fields import Choice, Text


class WalkInIn(Schema):
    """Who stands at the desk; what is compulsory depends on who he is and is told by the service."""

    kind = Choice(("expert", "representative"), load_default="")
    name = Text(longest=100, load_default="")
    body = Text(longest=200, load_default="")
    topic = Text(longest=200, load_default="")
    phone = Text(longest=50, load_default="")
