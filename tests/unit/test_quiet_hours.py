"""Quiet hours, digests and short texts: pure arithmetic of clocks and signs."""

from __future__ import annotations

import re
from datetime import date

import pytest

from matchmaker.notifications.kinds import KINDS
from matchmaker.notifications.quiet import is_quiet, next_digest, not_before
from matchmaker.notifications.words import SHORT, short_text, worded
from tests.support.moments import office

ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        ((22, 7), [0, 1, 2, 3, 4, 5, 6, 22, 23]),
        ((12, 14), [12, 13]),
        ((0, 24 % 24), []),
        ((8, 8), []),
        ((23, 0), [23]),
    ],
)
def test_quiet_hours_may_lie_over_midnight(hours, quiet):
    assert [hour for hour in range(24) if is_quiet(hour, *hours)] == quiet


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-07-01 21:59", "2026-07-01 21:59"),
        ("2026-07-01 22:00", "2026-07-02 07:00"),
        ("2026-12-31 23:30", "2027-01-01 07:00"),
        ("2026-07-02 00:10", "2026-07-02 07:00"),
        ("2026-07-02 06:59", "2026-07-02 07:00"),
        ("2026-07-02 07:00", "2026-07-02 07:00"),
    ],
)
def test_what_is_due_at_night_waits_until_morning(now, then):
    assert not_before(office(now), 22, 7, ZONE) == office(then)


def test_the_clock_is_that_of_the_office_whatever_the_season():
    summer, winter = office("2026-07-01 23:00"), office("2026-01-01 23:00")
    assert not_before(summer, 22, 7, ZONE) - summer == not_before(winter, 22, 7, ZONE) - winter
    assert not_before(summer, 22, 7, "Europe/Berlin") == summer


@pytest.mark.parametrize(
    ("now", "sent_on", "then"),
    [
        ("2026-07-01 07:30", None, "2026-07-01 08:00"),
        ("2026-07-01 09:30", None, "2026-07-01 09:30"),
        ("2026-07-01 09:30", "2026-07-01", "2026-07-02 08:00"),
        ("2026-07-01 09:30", "2026-06-30", "2026-07-01 09:30"),
    ],
)
def test_a_digest_is_due_once_a_day(now, sent_on, then):
    day = date.fromisoformat(sent_on) if sent_on else None
    assert next_digest(office(now), day, ZONE) == office(then)


@pytest.mark.parametrize("length", [0, 5, 60, 139, 140, 300])
def test_a_short_text_fits_with_its_link(length):
    link = "https://match.example.cn/l/12." + "x" * 43
    made = short_text("难" * length, link, "产学研对接")
    assert len(made) <= SHORT
    assert made.endswith(link)
    assert made.startswith("【产学研对接】")


def test_every_kind_has_words_in_each_language_and_none_is_empty():
    for kind, rule in KINDS.items():
        templates = [
            rule.title.template,
            rule.text.template,
            rule.short.template if rule.short else "",
            rule.link,
        ]
        names = re.findall(r"%\((\w+)\)s", " ".join(templates))
        for language in ("zh", "en"):
            made = worded(kind, language, {**dict.fromkeys(names, "镀层"), "path": "/problems/1"})
            assert "" not in (made.title, made.text, made.short), kind
            assert len(made.short) <= SHORT
            assert made.link.startswith("/") or made.link == "", kind
