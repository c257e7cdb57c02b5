"""What would change the order: the signal that parts a match from its neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matchmaker.matching.result import Component
from matchmaker.messages import Message


class Scored(Protocol):
    """What has a score and its parts."""

    @property
    def score(self) -> float:
        """The score that orders."""

    @property
    def components(self) -> tuple[Component, ...]:
        """Its parts."""


def changes(ranked: Sequence[Scored]) -> list[Message | None]:
    """For each place of a ranking what would move it; None where nothing can be said."""
    return [_change(ranked, place) for place in range(len(ranked))]


def _change(ranked: Sequence[Scored], place: int) -> Message | None:
    if place == 0:
        if len(ranked) < 2:
            return None
        gap, part = _widest(ranked[0], ranked[1])
        template = "比第 2 名高 %(gap)s 分，主要靠“%(part)s”。"
    else:
        gap, part = _widest(ranked[place - 1], ranked[place])
        template = "比前一名低 %(gap)s 分，主要差在“%(part)s”；这一项提高后名次会上升。"
    if part is None:
        return None
    return Message(template, {"gap": f"{gap:.2f}", "part": part.label})


def _widest(better: Scored, other: Scored) -> tuple[float, Component | None]:
    """The difference of two scores, and the signal in which the better one is furthest ahead."""
    theirs = {part.name: part.contribution for part in other.components}
    ahead = [(part.contribution - theirs.get(part.name, 0.0), part) for part in better.components]
    best = max(ahead, key=lambda pair: pair[0], default=(0.0, None))
    return better.score - other.score, best[1] if best[0] > 0 else None
