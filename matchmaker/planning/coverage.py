"""Whom to invite 覆盖: the fewest experts such that each problem gets its k good ones; pure arithmetic.

Level by level, each kept while the next is improved: coverage (a problem's first expert counts k, its second
k − 1, …, times its priority) · fewest new invitations · the largest share of one body as small as possible ·
total score. ``covering`` solves it with OR-Tools within some seconds and tells bounds; a greedy choice is the
start and the fallback.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

#: Parts of a unit of a priority, and of a score, that are told apart.
PARTS, FINE = 100, 1000


@dataclass(frozen=True, slots=True)
class Need:
    """A problem of the event; ``priority`` is a factor of what its coverage counts."""

    id: int
    priority: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be invited.

    Attributes:
        body: his body; "" for none, which counts to no quota of a body.
        kind: of his body.
        good: (problem, score) of those problems that he would serve well; others do not count.
    """

    id: int
    body: str = ""
    kind: str = ""
    good: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        k: good experts that each problem should get, as far as there are any.
        coming: candidates who are invited or have accepted: they count, and cost nothing.
        left_out: candidates who are not to be invited.
        most: experts in all, those who are coming among them; None: any number.
        per_body: experts of one body; ``bodies`` are quotas of single ones, ``kinds`` of kinds of bodies.
    """

    needs: tuple[Need, ...]
    candidates: tuple[Candidate, ...]
    k: int = 3
    coming: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    most: int | None = None
    per_body: int | None = None
    bodies: tuple[tuple[str, int], ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()

    @cached_property
    def by_id(self) -> Mapping[int, Candidate]:
        """Candidates by their ids."""
        return {each.id: each for each in self.candidates}

    @cached_property
    def serving(self) -> Mapping[int, Mapping[int, float]]:
        """Problem → candidate → score, for the good pairs."""
        found: dict[int, dict[int, float]] = {need.id: {} for need in self.needs}
        for each in self.candidates:
            for problem, score in each.good:
                if problem in found:
                    found[problem][each.id] = score
        return found

    @cached_property
    def open(self) -> tuple[Candidate, ...]:
        """Those of whom it is to be decided: good for something, neither coming nor left out."""
        out = self.coming | self.left_out
        useful = {one for some in self.serving.values() for one in some}
        return tuple(each for each in self.candidates if each.id in useful and each.id not in out)

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Every quota, less those who are coming; never below nothing."""
        here = [self.by_id[one] for one in self.coming if one in self.by_id]
        of_body, of_kind = Counter(each.body for each in here), Counter(each.kind for each in here)
        single, found = dict(self.bodies), list[Limit]()
        if self.most is not None:
            found.append(Limit("all", "", max(self.most - len(self.coming), 0)))
        for body in sorted({each.body for each in self.open if each.body}):
            quota = single.get(body, self.per_body)
            if quota is not None:
                found.append(Limit("body", body, max(quota - of_body[body], 0)))
        found += [Limit("kind", kind, max(quota - of_kind[kind], 0)) for kind, quota in self.kinds]
        return tuple(found)

    def missing(self, need: Need) -> int:
        """Good experts that a problem lacks as long as nobody further is invited."""
        some = self.serving[need.id]
        here = sum(one in self.coming for one in some)
        return max(min(self.k, len(some)) - here, 0)

    def weights(self, need: Need) -> list[int]:
        """What each further good expert of a problem counts: the first one missing most."""
        here = sum(one in self.coming for one in self.serving[need.id])
        return [
            max(round(need.priority * PARTS), 1) * max(self.k - here - place, 1)
            for place in range(self.missing(need))
        ]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many further ones of some candidates; ``what`` is all, body or kind."""

    what: str
    name: str
    most: int

    def holds(self, candidate: Candidate) -> bool:
        """Whether it is about this candidate."""
        return self.what == "all" or self.name == (candidate.body if self.what == "body" else candidate.kind)


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to invite, and why.

    Attributes:
        covers: problems that he serves well, those that still lacked somebody when he was chosen first.
        gained: how many of them still lacked somebody.
        alone_for: problems that nobody else serves well.
        needed_for: problems that fall below what is possible when he is left out and all others come.
    """

    expert: int
    covers: tuple[int, ...]
    gained: int
    alone_for: tuple[int, ...]
    needed_for: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cover:
    """How one problem is covered: good experts that there are, before and after the choice, and the aim."""

    problem: int
    available: int
    before: int
    after: int
    target: int

    @property
    def short(self) -> int:
        """Good experts that it lacks afterwards."""
        return max(self.target - self.after, 0)


@dataclass(frozen=True)
class Answer:
    """The choice with its reasons.

    Attributes:
        worth, worth_bound: coverage as it is counted, and what no choice within the quotas can beat.
        number_bound: fewer invitations cannot give this coverage.
        largest_body: most experts of one body, coming ones among them; ``score`` of the new ones in all.
        is_proven: every level met its bound.
        method: "solver" or "greedy".
    """

    choices: tuple[Choice, ...]
    covers: tuple[Cover, ...]
    worth: int
    worth_bound: int
    number_bound: int
    largest_body: int
    score: float
    is_proven: bool
    method: str
    seconds: float = field(default=0.0, compare=False)

    @property
    def chosen(self) -> frozenset[int]:
        """Who is to be invited."""
        return frozenset(each.expert for each in self.choices)

    @property
    def uncovered(self) -> tuple[int, ...]:
        """Problems that nobody serves well (暂无合适专家)."""
        return tuple(each.problem for each in self.covers if not each.available)


def worth(question: Question, chosen: Collection[int]) -> int:
    """What a choice counts on the first level."""
    total = 0
    for need in question.needs:
        got = sum(one in chosen for one in question.serving[need.id])
        total += sum(question.weights(need)[:got])
    return total


def within(question: Question, chosen: Collection[int]) -> bool:
    """Whether a choice keeps every quota."""
    people = [question.by_id[one] for one in chosen]
    return all(sum(map(limit.holds, people)) <= limit.most for limit in question.limits)


def largest_body(question: Question, chosen: Collection[int]) -> int:
    """Most experts of one body among those who are coming and the chosen."""
    people = [question.by_id[one] for one in {*chosen, *question.coming} if one in question.by_id]
    counted = Counter(each.body for each in people if each.body)
    return max(counted.values(), default=0)


def value(question: Question, one: int) -> int:
    """Total score of a candidate's good pairs, in thousandths."""
    known = question.serving
    return sum(
        round(score * FINE) for problem, score in question.by_id[one].good if problem in known
    )  # fmt: skip


def greedy(question: Question) -> list[int]:
    """Always whoever adds most, then whose body has fewest, then the best score; none who is not needed."""
    room = {limit: limit.most for limit in question.limits}
    got: dict[int, int] = defaultdict(int)
    weights = {need.id: question.weights(need) for need in question.needs}
    bodies = Counter(question.by_id[one].body for one in question.coming if one in question.by_id)
    left, chosen = list(question.open), list[int]()

    def gain(each: Candidate) -> int:
        return sum(
            sum(weights[problem][got[problem] :][:1]) for problem, _ in each.good if problem in weights
        )

    while left:
        left = [each for each in left if all(room[limit] for limit in room if limit.holds(each))]
        rated = [(gain(each), -bodies[each.body], value(question, each.id), -each.id, each) for each in left]
        best = max(rated, default=None, key=lambda line: line[:4])
        if best is None or not best[0]:
            break
        taken = best[4]
        chosen.append(taken.id)
        left.remove(taken)
        bodies[taken.body] += 1
        for problem, _ in taken.good:
            got[problem] += 1
        for limit in room:
            room[limit] -= limit.holds(taken)
    return _needed(question, chosen)


def _needed(question: Question, chosen: Sequence[int]) -> list[int]:
    """Without those whom later ones have made superfluous, the last first."""
    kept = list(chosen)
    full = worth(question, kept)
    for one in reversed(chosen):
        fewer = [each for each in kept if each != one]
        if worth(question, fewer) == full:
            kept = fewer
    return kept


def explained(question: Question, chosen: Collection[int]) -> tuple[Choice, ...]:
    """The chosen in the order of what each adds, with the reasons for each."""
    got: dict[int, int] = defaultdict(int)
    weights = {need.id: question.weights(need) for need in question.needs}
    left, found = set(chosen), list[Choice]()

    def gains(one: int) -> list[int]:
        return [
            problem
            for problem, _ in question.by_id[one].good
            if problem in weights and got[problem] < len(weights[problem])
        ]

    def rank(one: int) -> tuple[int, int, int]:
        added = sum(weights[problem][got[problem]] for problem in gains(one))
        return added, value(question, one), -one

    while left:
        one = max(left, key=rank)
        left.remove(one)
        lacking = gains(one)
        good = [problem for problem, _ in question.by_id[one].good if problem in weights]
        rest = [problem for problem in good if problem not in lacking]
        found.append(Choice(one, (*lacking, *rest), len(lacking), _alone(question, one, good), ()))
        for problem in good:
            got[problem] += 1
    return tuple(
        Choice(each.expert, each.covers, each.gained, each.alone_for, _lost(question, chosen, each))
        for each in found
    )


def _alone(question: Question, one: int, good: Iterable[int]) -> tuple[int, ...]:
    return tuple(problem for problem in good if set(question.serving[problem]) == {one})


def _lost(question: Question, chosen: Collection[int], each: Choice) -> tuple[int, ...]:
    rest = {*chosen, *question.coming} - {each.expert}
    return tuple(
        problem
        for problem in each.covers
        if sum(one in rest for one in question.serving[problem])
        < min(question.k, len(question.serving[problem]))
    )


def covers(question: Question, chosen: Collection[int]) -> tuple[Cover, ...]:
    """Every problem before and after a choice."""
    found = []
    for need in question.needs:
        some = question.serving[need.id]
        before = sum(one in question.coming for one in some)
        after = before + sum(one in chosen for one in some)
        found.append(Cover(need.id, len(some), before, after, min(question.k, len(some))))
    return tuple(found)


def added(question: Question, chosen: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Candidate → problems that lack somebody and that he would serve, if the chosen come: the best first."""
    lacking = {each.problem for each in covers(question, chosen) if each.short}
    gains = {
        each.id: tuple(problem for problem, _ in each.good if problem in lacking)
        for each in question.open
        if each.id not in chosen
    }
    order = sorted(gains, key=lambda one: (-len(gains[one]), -value(question, one), one))
    return {one: gains[one] for one in order if gains[one]}


def answer(question: Question, chosen: Collection[int]) -> Answer:
    """A choice made by hand or greedily, told in the same way; its bounds are those of what exists."""
    reached = worth(question, chosen)
    possible = sum(sum(question.weights(need)) for need in question.needs)
    return Answer(
        choices=explained(question, chosen),
        covers=covers(question, chosen),
        worth=reached,
        worth_bound=possible,
        number_bound=min(len(chosen), _fewest(question) if reached == possible else 0),
        largest_body=largest_body(question, chosen),
        score=sum(value(question, one) for one in chosen) / FINE,
        is_proven=not chosen and not possible,
        method="greedy",
    )


def _fewest(question: Question) -> int:
    """Whoever covers most cannot cover more: a simple bound."""
    total = sum(question.missing(need) for need in question.needs)
    most = max((len(each.good) for each in question.open), default=0)
    return -(-total // most) if most else 0
