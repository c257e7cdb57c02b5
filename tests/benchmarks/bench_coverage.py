"""Choosing whom to invite: time, size and bound of the choice, beside the greedy one and a random order.

python -m tests.benchmarks.bench_coverage [--seeds 3] [--seconds 4]
"""

from __future__ import annotations

import argparse
import random
import time

from matchmaker.planning.coverage import Candidate, Need, Question, greedy, largest_body, worth
from matchmaker.planning.covering import cover

#: Experts, problems, good experts a problem at most, total quota.
SIZES = ((43, 28, 12, None), (200, 60, 25, 40), (500, 120, 30, None), (500, 120, 60, 40))


def made(experts: int, problems: int, good: int, most: int | None, seed: int) -> Question:
    """Experts and problems on a line of topics, each problem served by those near it; bodies have themes too."""
    chance = random.Random(seed)
    topics = [chance.random() for _ in range(experts)]
    pairs: list[list[tuple[int, float]]] = [[] for _ in range(experts)]
    for problem in range(problems):
        topic = chance.random()
        near = sorted(range(experts), key=lambda one: abs(topics[one] - topic) + chance.random() * 0.3)
        for one in near[: chance.randint(0 if problem % 10 == 0 else 2, good)]:
            pairs[one].append((problem, round(0.5 + chance.random() / 2, 3)))
    bodies = [f"body {int(topic * experts / 6)}" for topic in topics]
    kinds = ("university", "institute", "park", "association")
    people = tuple(
        Candidate(one, bodies[one], kinds[int(topics[one] * 6) % len(kinds)], tuple(pairs[one]))
        for one in range(experts)
    )
    return Question(tuple(Need(one) for one in range(problems)), people, 3, most=most, per_body=6)


def by_chance(question: Question, seed: int) -> list[int]:
    """Whoever adds anything, in random order, within the quotas."""
    chance = random.Random(seed)
    chosen: list[int] = []
    room = {limit: limit.most for limit in question.limits}
    for each in chance.sample(question.open, len(question.open)):
        adds = worth(question, [*chosen, each.id]) > worth(question, chosen)
        if adds and all(room[limit] for limit in room if limit.holds(each)):
            chosen.append(each.id)
            for limit in room:
                room[limit] -= limit.holds(each)
    return chosen


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    given = parser.parse_args()
    print("| experts × problems, quota | choice | coverage | bound | invited | bound | one body | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        for seed in range(1, given.seeds + 1):
            question = made(*size, seed)
            began = time.perf_counter()
            quick = greedy(question)
            took = time.perf_counter() - began
            found = cover(question, seconds=given.seconds)
            random_one = by_chance(question, seed)
            name = f"{size[0]} × {size[1]}, {size[3] or '–'} (seed {seed})"
            lines = (
                ("solver", found.chosen, found.worth_bound, found.number_bound, found.seconds),
                ("greedy", quick, "", "", took),
                ("random", random_one, "", "", ""),
            )
            for method, chosen, bound, fewest, seconds in lines:
                cells = [
                    name,
                    method,
                    worth(question, chosen),
                    bound,
                    len(chosen),
                    fewest,
                    largest_body(question, chosen),
                ]
                cells.append(f"{seconds:.2f}" if seconds != "" else "")
                print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
