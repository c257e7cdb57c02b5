"""Need clinic over rules, index and database: a form that nobody has stored is examined, nothing is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from indexer.query import Filter
from matchmaker import lookups
from matchmaker.bootstrap import Application
from matchmaker.clinic import nearness, similar
from matchmaker.clinic.comparison import SHOWN, Comparison, compared
from matchmaker.clinic.examination import examine as examine_form
from matchmaker.clinic.findings import POINTS, REMARKS, Examination, Finding, Proposal
from matchmaker.clinic.form import TEXT_PARTS, Form, Line
from matchmaker.clinic.similar import Neighbour
from matchmaker.errors import InvalidInput, Unavailable
from matchmaker.indexing.documents import question_of
from matchmaker.matching.question import TITLE_LENGTH, Question
from matchmaker.messages import Message
from matchmaker.models import Indicator, Problem
from matchmaker.permissions import Actor, audiences_of, require
from matchmaker.services import clinic, problems

__all__ = [
    "POINTS", "REMARKS", "Comparison", "Consultation", "Examination", "Finding", "Form", "Line", "Neighbour",
    "Proposal", "compare", "consult", "examine", "stored",
]  # fmt: skip

#: Characters below which a draft resembles everything.
LEAST_CHARACTERS = 8
#: Each part is ranked up to this; somebody waits for the answer.
MOST_CHARACTERS = 12_000
_AWAY = Message("索引暂时不可用：重复和类似难题现在查不到，其余检查照常。")


@dataclass(frozen=True, slots=True)
class Consultation:
    """The answer of the clinic.

    Attributes:
        proposals: of the text, then of similar problems.
        duplicates: stored problems that seem to be the same need, as far as the actor may see them.
        similar: others near it.
        lacking: indicators that similar problems give and this one does not speak of.
        notice: what could not be asked, else None.
    """

    examination: Examination
    proposals: tuple[Proposal, ...]
    duplicates: tuple[Neighbour, ...] = ()
    similar: tuple[Neighbour, ...] = ()
    lacking: tuple[str, ...] = ()
    notice: Message | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


def examine(app: Application, actor: Actor, form: Form) -> Consultation:
    """Rules alone: some milliseconds, no index and no database."""
    require(actor, "clinic:use")
    start = time.perf_counter()
    found = examine_form(form, app.today())
    return Consultation(found, found.proposals, seconds={"rules": time.perf_counter() - start})


def consult(app: Application, actor: Actor, form: Form, *, exclude: int | None = None) -> Consultation:
    """Rules, duplicates and similar problems; where the index is away the rest still holds and says so.

    A problem that the actor may not read is in no part of the answer, nor is ``exclude``, the number of the
    stored one that he is editing.
    """
    found = examine(app, actor, form)
    start = time.perf_counter()
    notice: Message | None = None
    close: list[tuple[str, float]] = []
    try:
        close = _near(app, actor, form, exclude)
    except Unavailable:
        notice = _AWAY
    with app.reading() as uow:
        near = clinic.neighbours(uow, actor, close)
        waiting = clinic.waiting(uow, actor, form, exclude=exclude)
    return replace(
        found,
        proposals=_joined(found.proposals, form, near),
        duplicates=(*similar.duplicates(near), *waiting),
        similar=similar.similar(near),
        lacking=similar.lacking(form, found.proposals, near),
        notice=notice,
        seconds={**found.seconds, "neighbours": time.perf_counter() - start},
    )


def compare(app: Application, actor: Actor, before: Form, after: Form, *, limit: int = SHOWN) -> Comparison:
    """Experts for two wordings side by side; both are ranked in the same way, as texts never seen.

    Raises:
        InvalidInput: one of them is empty.
        Unavailable: the index is away.
    """
    require(actor, "clinic:use")
    require(actor, "match:read")
    for name, form in (("before", before), ("after", after)):
        if form.is_empty:
            raise InvalidInput(
                Message("没有可以比较的文字。"),
                hint=Message("请先写下难题的名称或内容，再比较修改前后。"),
                fields={name: Message("内容为空")},
            )
    old, new = question(before), question(after)
    first = lookups.ranked(app, actor, old, 2 * limit)
    second = first if new.text == old.text else lookups.ranked(app, actor, new, 2 * limit)
    return compared(first, second, limit)


def stored(app: Application, actor: Actor, number: int) -> Form:
    """The form of a stored problem; NotFound if it is hidden."""
    with app.reading() as uow:
        return clinic.form_of_problem(problems.get(uow, actor, number))


def question(form: Form) -> Question:
    """A form as the question that its problem would ask; without a title its beginning serves as one."""
    title = form.title.strip() or form.body.strip()[:TITLE_LENGTH]
    texts = {name: getattr(form, name)[:MOST_CHARACTERS] for name in TEXT_PARTS}
    lines = [_indicator(line) for line in form.indicators if line.name.strip()]
    row = Problem(
        title=title, keywords=list(form.keywords), index_version=0, indicators=lines, **texts
    )  # fmt: skip
    return replace(question_of(row), id="", version=0)


def _joined(told: tuple[Proposal, ...], form: Form, near: tuple[Neighbour, ...]) -> tuple[Proposal, ...]:
    """What the text tells, then what neighbours have; they know better than a kind that nothing tells."""
    guessed = [one for one in told if one.field == "kind" and not one.quote]
    known = [one for one in told if one not in guessed]
    voted = similar.from_similar(form, (one.field for one in known), near)
    if any(one.field == "kind" for one in voted):
        guessed = []
    return (*known, *guessed, *voted)


def _indicator(line: Line) -> Indicator:
    return Indicator(
        name=line.name, current=line.current, target=line.target, unit=line.unit, comparator=line.comparator,
        required=line.required,
    )  # fmt: skip


def _near(app: Application, actor: Actor, form: Form, exclude: int | None) -> list[tuple[str, float]]:
    asked = question(form)
    if len("".join(asked.text.split())) < LEAST_CHARACTERS:
        return []
    excluded = (f"problem:{exclude}",) if exclude else ()
    where = Filter(audiences_of(actor), excluded=excluded)
    return lookups.asked(app, lambda: nearness.nearest(app.index, app.embedder, asked, where))
