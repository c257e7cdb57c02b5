"""The search for a timetable: filling, exchanges, bounds, CP-SAT, until all is proven or time is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matchmaker.planning.chains import Chains, Found
from matchmaker.planning.frame import Frame
from matchmaker.planning.seating import Crowded, seat
from matchmaker.planning.slots_model import Background, SlotsModel
from matchmaker.planning.waiting import least_waiting

#: First round of exchanges; later ones are longer, to cool more slowly, up to so many for each meeting.
_STEPS = 40_000
_LONGEST = 1_500
_GROWTH = 2.5
#: Heat of the exchanges in idle slots, from what is often taken to what hardly is; rounds take turns.
_HEATS = ((0.4, 0.15), (0.35, 0.1), (0.5, 0.2))
#: Larger models are not given to CP-SAT: they would not get anywhere beside the exchanges.
_LARGEST = 60_000
#: Idle slots from which on people of several sessions are counted.
_FEW = 10
#: Questions of so few choices are given to CP-SAT at once; larger ones after so many rounds alone.
_SMALL, _ALONE = 400, 3

Until = Callable[[float], Callable[[], bool]]


class Slots:
    """The best slots found; ``bound``: idle slots of every timetable; ``is_impossible``: none exists."""

    def __init__(
        self, frame: Frame, until: Until, left: Callable[[], float], seed: int, workers: int
    ) -> None:
        self.frame = frame
        self.found: Found | None = None
        self.bound = 0
        self.is_impossible = False
        self._until, self._left, self._seed, self._workers = until, left, seed, workers
        self._is_counted = False
        self._turn = 0
        self._waiters = sum(len(own) > 1 for own in frame.meetings_of())
        self._beside: Background | None = None
        self._asked = 0
        self._chains = Chains(frame, seed)

    def search(self, seconds: float, hint: Sequence[int] | None = None) -> None:
        """All of it. ``hint``: meeting → slot or -1."""
        is_over = self._until(seconds)
        try:
            if not self._fill(is_over, seconds, hint):
                return
            self._improve(is_over)
        finally:
            if self._beside is not None:
                self._beside.end()

    def again(self, is_over: Callable[[], bool]) -> bool:
        """Another timetable in which people wait as little, from another start; says whether there is one."""
        self._turn += 1
        chains = Chains(self.frame, self._seed + 7919 * self._turn)
        found = self.found
        if found is None or not chains.fill(is_over):
            return False
        warm, cold = _HEATS[0]
        chains.anneal(3 * _STEPS, warm, cold, (found.idle, found.worst), is_over)
        best = chains.best
        if best is None or (best.idle, best.worst) > (found.idle, found.worst):
            return False
        self._chains = chains
        return self._is_seated()

    def _fill(self, is_over: Callable[[], bool], seconds: float, hint: Sequence[int] | None) -> bool:
        """A first timetable; where filling gets stuck CP-SAT looks and proves beside it."""
        if hint is not None:
            self._chains.take(hint)
        turn = 0
        while not is_over():
            share = self._until(min(2.0, max(0.2, seconds / 10)))
            if self._chains.fill(lambda share=share: share() or is_over()):  # type: ignore[misc]
                self._chains.note()
                if self._chains.best is None:
                    self._chains.anneal(_STEPS // 4, 2.0, 0.2, (0, 0), is_over)
                if self._is_seated():
                    return True
            if self._beside is None:
                self._beside = Background(
                    SlotsModel(self.frame), seconds, self._seed, max(1, self._workers - 1), None, 0, None
                )
            answer = self._beside.model.answer
            if self._beside.is_over and answer.is_impossible:
                self.is_impossible = True
                return False
            if answer.slots is not None:
                slots = self._beside.end().slots
                self._beside = None
                self._chains.take(slots or ())
                if self._is_seated():
                    return True
            turn += 1
            self._chains = self._fresh(turn)
        return False

    def _fresh(self, turn: int) -> Chains:
        return Chains(self.frame, self._seed + 1000 * turn)

    def _is_seated(self) -> bool:
        """Whether the best slots get tables; if not the condition that they break is kept from now on."""
        best = self._chains.best
        while best is not None:
            try:
                seat(self.frame, best.slots, [None] * len(best.slots))
            except Crowded as crowded:
                self.frame.halls.append(self.frame.hall(crowded.tables))
                self._chains = Chains(self.frame, self._seed + len(self.frame.halls))
                self._chains.take(best.slots)
                best = self._chains.best
            else:
                self.found = best
                return True
        return False

    @property
    def _is_done(self) -> bool:
        found = self.found
        return found is not None and found.idle <= self.bound and found.worst <= self.least_worst

    @property
    def least_worst(self) -> int:
        """What the worst person waits at least when all wait as long as found."""
        return self._share(self.found.idle) if self.found else 0

    def _share(self, total: int) -> int:
        """Idle slots of the worst when those who can wait share them: who has two meetings or more."""
        return -(-total // max(1, self._waiters))

    def _improve(self, is_over: Callable[[], bool]) -> None:
        steps, turn, idle_rounds = _STEPS, 0, 0
        longest = max(5 * _STEPS, _LONGEST * len(self.frame.keys))
        while not self._is_done and not is_over():
            before = self.found
            warm, cold = _HEATS[turn % len(_HEATS)]
            self._chains.anneal(steps, warm, cold, self._goal(), is_over)
            self._is_seated()
            turn += 1
            idle_rounds = 0 if self.found != before else idle_rounds + 1
            if not is_over():
                self._count()
            if self._size() <= _SMALL or (self._workers < 2 and turn == _ALONE):
                self._prove_at_once()
            elif turn >= 2:
                self._prove()
            if self._is_settled() and idle_rounds >= 2:
                return
            steps = _STEPS if self._is_settled() else min(longest, int(steps * _GROWTH))

    def _is_settled(self) -> bool:
        """Nothing is left but the worst person's idle slots."""
        return self.found is not None and self.found.idle <= self.bound

    def _goal(self) -> tuple[int, int]:
        return self.bound, self._share(self.bound)

    def _count(self) -> None:
        """Once, as soon as little enough is found: days of several sessions make a large question."""
        is_small = len(self.frame.instance.days) == 1 or (self.found is not None and self.found.idle <= _FEW)
        if self.found is None or not self.found.idle or not is_small or self._is_counted:
            return
        self._is_counted = True
        seconds = min(2.0, self._left() / 3)
        if seconds > 0.1:
            self.bound = max(self.bound, least_waiting(self.frame, self.found.idle, seconds, self._seed))

    def _prove(self) -> None:
        """CP-SAT is asked for less than what is found, anew when that has become less."""
        if self.found is None or self._is_settled() or self._workers < 2 or self._size() > _LARGEST:
            return
        if self._beside is not None:
            self._listen(self._beside)
        if self._beside is None and not self._is_settled():
            self._asked = self.found.idle - 1
            self._beside = Background(
                SlotsModel(self.frame),
                3600.0,
                self._seed,
                max(1, self._workers - 1),
                self.found.slots,
                self.bound,
                self._asked,
            )

    def _prove_at_once(self) -> None:
        """The same without a thread: small questions, and larger ones once when there is one worker only."""
        if self.found is None or self._is_settled() or self._size() > _LARGEST:
            return
        self._asked = self.found.idle - 1
        model = SlotsModel(self.frame)
        seconds = self._left() / 2
        answer = model.solve(seconds, self._seed, 1, self.found.slots, self.bound, self._asked)
        if answer.is_impossible:
            self.bound = self._asked + 1
        else:
            self.bound = max(self.bound, answer.bound)
        if answer.slots is not None:
            self._chains.offer(answer.slots)
            self._is_seated()

    def _listen(self, beside: Background) -> None:
        answer, found = beside.model.answer, self.found
        if beside.is_over and answer.is_impossible:
            self.bound = max(self.bound, self._asked + 1)
        elif beside.is_over:
            self.bound = max(self.bound, answer.bound)
        if answer.slots is not None:
            self._chains.offer(answer.slots)
            self._is_seated()
        if beside.is_over or found is None or found.idle <= self._asked:
            beside.end()
            self._beside = None

    def _size(self) -> int:
        return sum(mask.bit_count() for mask in self.frame.allowed)
