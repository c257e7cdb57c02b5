"""Calendar files: an appointment keeps its UID for ever, SEQUENCE grows, what is off stays as cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Appointment:
    """One entry; moments are local.

    Attributes:
        key: names it for ever ("meeting:9").
        status: CONFIRMED, TENTATIVE or CANCELLED.
    """

    key: str
    starts: datetime
    ends: datetime
    title: str
    place: str = ""
    text: str = ""
    status: str = "CONFIRMED"
    sequence: int = 0


def written(appointments: Sequence[Appointment], name: str, site: str, timezone: str, at: datetime) -> bytes:
    """A file for any calendar program, in the time zone of the office; ``at`` is now, with its zone.

    Its METHOD is PUBLISH; CANCEL where nothing in it takes place.
    """
    from icalendar import Calendar, Event

    zone, host = ZoneInfo(timezone), urlsplit(site).hostname or "matchmaker"
    is_off = bool(appointments) and all(each.status == "CANCELLED" for each in appointments)
    calendar = Calendar()
    calendar.add("prodid", "-//matchmaker//event//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_off else "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", timezone)
    for each in appointments:
        event = Event()
        event.add("uid", f"{each.key}@{host}")
        event.add("dtstamp", at)
        event.add("sequence", each.sequence)
        event.add("dtstart", each.starts.replace(tzinfo=zone))
        event.add("dtend", each.ends.replace(tzinfo=zone))
        event.add("summary", each.title)
        event.add("location", each.place)
        event.add("description", each.text)
        event.add("status", each.status)
        calendar.add_component(event)
    if appointments:
        calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content
