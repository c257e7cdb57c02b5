"""Made docking events for the planner: sparse pairs with clustered scores, wishes, vetoes, late arrivals."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

#: Wish → how often a side of a listed pair says so.
WISHES = (("must", 0.06), ("willing", 0.14), ("veto", 0.03))


def event(
    experts: int = 43,
    problems: int = 28,
    slots: int = 8,
    tables: int = 16,
    *,
    seed: int = 1,
    bodies: int = 17,
    days: int = 1,
    candidates: int = 14,
    most: int = 4,
    min_score: float = 0.45,
) -> dict[str, Any]:
    """A planning file: every problem has some ``candidates`` experts, good ones at the head of its list.

    One firm in five brings two projects and one representative; one expert in eight comes late or leaves early;
    half of the experts name a maximum; each problem wants one meeting at least.
    """
    dice = random.Random(seed)
    people = [_expert(dice, number, bodies, slots) for number in range(experts)]
    firms: list[str] = []
    rows = []
    pairs = []
    for number in range(problems):
        again = firms and dice.random() < 0.2
        firm = firms[-1] if again else f"R{number}"
        if not again:
            firms.append(firm)
            people.append({"id": firm, "body": f"firm {number}", "unavailable": []})
        rows.append({"id": f"Q{number}", "people": [firm], "min_meetings": 1, "max_meetings": most})
        pairs += _pairs(dice, number, experts, candidates)
    return {
        "format": "docking-plan/1",
        "name": f"made {experts} × {problems}, seed {seed}",
        "slots": slots,
        "sessions": _halves(slots, days),
        "tables": tables,
        "people": people,
        "problems": rows,
        "pairs": pairs,
        "min_score": min_score,
    }


def dense(
    experts: int = 43, problems: int = 28, slots: int = 8, tables: int = 16, *, seed: int = 1
) -> dict[str, Any]:
    """Everybody may meet everybody, scores at random, nobody wishes anything."""
    dice = random.Random(seed)
    return {
        "format": "docking-plan/1",
        "slots": slots,
        "tables": tables,
        "people": [{"id": f"E{each}", "body": f"body {each % 17}"} for each in range(experts)]
        + [{"id": f"R{each}"} for each in range(problems)],
        "problems": [
            {"id": f"Q{each}", "people": [f"R{each}"], "min_meetings": 1, "max_meetings": 4}
            for each in range(problems)
        ],
        "pairs": [
            {"expert": f"E{one}", "problem": f"Q{other}", "score": round(dice.random(), 4)}
            for one in range(experts)
            for other in range(problems)
        ],
    }


def _halves(slots: int, days: int) -> list[list[int]]:
    """Two sessions a day."""
    edges = [round(part * slots / (2 * days)) for part in range(2 * days + 1)]
    return [[first, last - 1] for first, last in pairwise(edges)]


def _expert(dice: random.Random, number: int, bodies: int, slots: int) -> dict[str, Any]:
    row: dict[str, Any] = {"id": f"E{number}", "body": f"body {dice.randrange(bodies)}", "unavailable": []}
    luck = dice.random()
    if luck < 0.07:
        row["unavailable"] = list(range(max(1, slots // 4)))
    elif luck < 0.13:
        row["unavailable"] = list(range(slots - max(1, slots // 4), slots))
    if dice.random() < 0.5:
        row["max_meetings"] = dice.randint(3, 5)
    if dice.random() < 0.3:
        row["max_in_a_row"] = 3
    return row


def _pairs(dice: random.Random, number: int, experts: int, candidates: int) -> list[dict[str, Any]]:
    count = min(experts, max(3, round(dice.gauss(candidates, candidates / 4))))
    found = []
    for rank, expert in enumerate(dice.sample(range(experts), count)):
        level = 0.82 - 0.3 * rank / count
        row: dict[str, Any] = {
            "expert": f"E{expert}",
            "problem": f"Q{number}",
            "score": round(min(1.0, max(0.05, dice.gauss(level, 0.12))), 3),
        }
        for side in ("expert_wish", "problem_wish"):
            luck = dice.random()
            for wish, often in WISHES:
                if luck < often:
                    row[side] = wish
                    break
                luck -= often
        found.append(row)
    return found
