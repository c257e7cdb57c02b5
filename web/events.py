"""Events on pages: colours of their states."""

from __future__ import annotations

#: State of an event → kind of the state component.
STATE_KINDS: dict[str, str] = {
    "draft": "waiting",
    "open": "attention",
    "choosing": "attention",
    "provisional": "attention",
    "frozen": "done",
    "running": "attention",
    "ended": "done",
    "locked": "done",
    "cancelled": "fault",
}
#: State of somebody at an event, or of a problem of it → the same.
PERSON_KINDS: dict[str, str] = {
    "nominated": "waiting",
    "invited": "waiting",
    "registered": "attention",
    "offered": "attention",
    "accepted": "done",
    "declined": "fault",
    "refused": "fault",
    "cancelled": "fault",
    "withdrawn": "fault",
}
