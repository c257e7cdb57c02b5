"""The words of one message: title, text and a short text that fits into a text message with its link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.messages import Message
from matchmaker.notifications.kinds import KINDS
from matchmaker.notifications.languages import translator

#: Signs of a text message, its link included.
SHORT = 140
_TITLE = 300


@dataclass(frozen=True, slots=True)
class Words:
    """A message as its recipient reads it; ``short`` has no link yet."""

    title: str
    text: str
    short: str
    link: str


def worded(kind: str, language: str, values: Mapping[str, object]) -> Words:
    """The words of a kind with its values; KeyError for a value that its templates want and nobody gave."""
    rule, translate = KINDS[kind], translator(language)

    def told(message: Message) -> str:
        return Message(message.template, {**message.values, **values}).render(translate)

    title = told(rule.title)
    return Words(
        title=_cut(title, _TITLE),
        text=told(rule.text),
        short=_cut(told(rule.short or rule.title), SHORT),
        link=rule.link % values if rule.link else "",
    )


def short_text(short: str, link: str, site: str) -> str:
    """What is copied into WeChat or an SMS: 【site】, the words, the link; the words give way first."""
    sign = f"【{site}】" if site else ""
    room = SHORT - len(sign) - len(link) - (1 if link else 0)
    words = _cut(short, max(room, 0))
    return f"{sign}{words} {link}".strip() if link else f"{sign}{words}"


def _cut(text: str, most: int) -> str:
    flat = " ".join(text.split())
    if len(flat) <= most:
        return flat
    return flat[: most - 1] + "…" if most > 0 else ""
