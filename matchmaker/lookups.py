"""Questions that need both index and database: ask the index first, then load, never both at once.

Web, API and command line share these; each opens its own short reading units. What comes back holds index
ids; ``services.display.rows`` loads them and leaves out what the actor may not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from indexer.embedder import EmbedderError
from indexer.engine import EngineError, EngineUnavailable, IndexBroken
from indexer.query import Filter, QueryError
from indexer.text import words
from matchmaker import searching
from matchmaker.bootstrap import Application
from matchmaker.errors import InvalidInput, Unavailable
from matchmaker.matching import problems, ranker
from matchmaker.matching import works as matching_works
from matchmaker.matching.question import Question, typed
from matchmaker.matching.result import RankedDocument, RankedExpert, Ranking
from matchmaker.messages import Message
from matchmaker.permissions import Actor, audiences_of, require
from matchmaker.searching import By, SearchAnswer, SearchHit, SearchRequest
from matchmaker.services import evidence, finding, matches, refusals, works
from matchmaker.services.refusals import Heeded

__all__ = [
    "By", "SearchAnswer", "SearchHit", "SearchRequest", "asked", "match_expert", "match_problem",
    "match_text", "match_work", "pair", "ranked", "search",
]  # fmt: skip

Answer = TypeVar("Answer")
Ranked = TypeVar("Ranked", RankedExpert, RankedDocument)
#: Lines of a ranking among which a pair is looked for.
PAIR_DEPTH = 50

IN_DATABASE = Message("索引暂时不可用，以下是直接在数据库中按字面查到的。")
BACK_IN_INDEX = Message("索引已恢复，结果从第一页重新列出。")


def match_problem(
    app: Application, actor: Actor, number: int, *, limit: int = 10, feedback: bool | None = None
) -> Ranking:
    """Experts, achievements and literature for a stored problem; NotFound if it is hidden.

    Pairs that were refused for a reason that still holds are left out unless ``feedback`` is False; None does
    as the setting says.
    """
    require(actor, "match:read")
    today = app.today()
    with app.reading() as uow:
        question = matches.question(uow, actor, number)
        heeded = refusals.for_problem(uow, actor, number, today) if _heeds(app, feedback) else Heeded()
    question = replace(question, excluded=(*question.excluded, *heeded.excluded))
    return replace(ranked(app, actor, question, limit), feedback=heeded.told)


def match_text(app: Application, actor: Actor, title: str, text: str, *, limit: int = 10) -> Ranking:
    """The same for a text never seen; InvalidInput if it is empty or only stop words."""
    require(actor, "match:read")
    question = typed(title, text)
    if not words(question.text):
        raise InvalidInput(
            Message("这段文字里没有可以匹配的词语。"),
            hint=Message("请写出对象、问题和希望达到的指标，例如“纽扣电镀废水含镍，想降到 0.1 mg/L”。"),
            fields={"text": Message("内容为空，或只有虚词")},
        )
    return ranked(app, actor, question, limit)


def match_expert(
    app: Application, actor: Actor, number: int, *, limit: int = 10, feedback: bool | None = None
) -> Ranking:
    """Problems for an expert (``Ranking.problems``); NotFound if he is hidden. ``feedback`` as above."""
    require(actor, "match:read")
    today = app.today()
    with app.reading() as uow:
        expert = matches.expert_id(uow, actor, number)
        heeded = refusals.for_expert(uow, actor, number, today) if _heeds(app, feedback) else Heeded()
    found = asked(
        app,
        lambda: problems.rank(
            app.index,
            app.embedder.fingerprint,
            expert,
            audiences_of(actor),
            limit=limit,
            excluded=heeded.excluded,
        ),
    )
    if found is None:
        raise Unavailable(
            Message("这位专家的资料还在建立索引。"),
            hint=Message("请稍候再看；长时间不变请让管理员核对索引。"),
        )
    return replace(found, feedback=heeded.told)


def pair(app: Application, actor: Actor, problem: int, expert: int) -> dict[str, Any]:
    """Why a problem and an expert match, for whoever is asked; {} where no ranking brings them together."""
    try:
        ranking = match_problem(app, actor, problem, limit=PAIR_DEPTH, feedback=False)
        found: RankedExpert | RankedDocument | None = _named(ranking.experts, f"expert:{expert}")
        if found is None:
            ranking = match_expert(app, actor, expert, limit=PAIR_DEPTH, feedback=False)
            found = _named(ranking.problems, f"problem:{problem}")
    except (Unavailable, InvalidInput):
        return {}
    if found is None:
        return {}
    with app.reading() as uow:
        return evidence.for_both(uow, found)


def match_work(app: Application, actor: Actor, identifier: str, *, limit: int = 8) -> Ranking:
    """Who else does what an achievement, paper or patent is about; NotFound if it is hidden.

    Its own people are left out.
    """
    require(actor, "match:read")
    with app.reading() as uow:
        work = works.work_id(uow, actor, identifier)
    found = asked(
        app,
        lambda: matching_works.rank(
            app.index, app.embedder.fingerprint, work, audiences_of(actor), limit=limit
        ),
    )
    if found is None:
        raise Unavailable(
            Message("这项内容还在建立索引。"),
            hint=Message("请稍候再看；长时间不变请让管理员核对索引。"),
        )
    return found


def search(app: Application, actor: Actor, request: SearchRequest) -> SearchAnswer:
    """One box over everything that the actor may read; in the database while the index is away.

    Either kind of search begins anew, and says so, where the cursor is of the other.
    """
    require(actor, "search:all")
    searching.check(request)
    begun_in_database = finding.place_of(request.after) is not None
    wanted = replace(request, after=None) if begun_in_database else request
    try:
        found = asked(app, lambda: searching.search(app.index, app.embedder, audiences_of(actor), wanted))
        if not found.hits and not any(found.totals.values()):
            _refuse_lost_index(app, actor)
    except Unavailable:
        with app.reading() as uow:
            found = finding.find(uow, actor, request)
        return replace(found, notice=IN_DATABASE)
    return replace(found, notice=BACK_IN_INDEX) if begun_in_database else found


def _heeds(app: Application, feedback: bool | None) -> bool:
    return app.settings.ranking_feedback == "on" if feedback is None else feedback


def _named(lines: Sequence[Ranked], identifier: str) -> Ranked | None:
    return next((one for one in lines if one.id == identifier), None)


def ranked(app: Application, actor: Actor, question: Question, limit: int) -> Ranking:
    """The ranking of any question; Unavailable while the index is away or empty."""
    found = asked(
        app, lambda: ranker.rank(app.index, app.embedder, question, audiences_of(actor), limit=limit)
    )
    if not (found.experts or found.achievements or found.literature):
        _refuse_lost_index(app, actor)
    return found


def _refuse_lost_index(app: Application, actor: Actor) -> None:
    """A deleted index is made anew, empty: that nothing is found in it says nothing about people."""
    if asked(app, lambda: app.index.count(Filter(None))):
        return
    with app.reading() as uow:
        if not matches.has_anybody(uow, actor):
            return
    raise Unavailable(
        Message("索引是空的，还不能检索和匹配。"),
        hint=Message("刚导入的内容请稍候再看；索引丢失时请让管理员运行 matchmaker index rebuild。"),
    )


def asked(app: Application, question: Callable[[], Answer]) -> Answer:
    """Asks the index; its faults become errors with a remedy, and a lost index is opened anew next time.

    While its server is away nobody waits for it (``circuit``).
    """
    try:
        return app.circuit.ask(question)
    except QueryError as fault:
        raise InvalidInput(Message("无法这样查询：%(fault)s", {"fault": fault})) from fault
    except EmbedderError as fault:
        raise Unavailable(
            Message("嵌入模型暂不可用。"), hint=Message("请让管理员运行 matchmaker init。")
        ) from fault
    except EngineUnavailable as fault:
        raise Unavailable(
            Message("负责检索和匹配的索引暂时连不上。"),
            hint=Message("数据没有丢失，其余页面照常使用；索引恢复后这里会自动出现，请过几分钟再看。"),
        ) from fault
    except EngineError as fault:
        if isinstance(fault, IndexBroken):
            app.forget_index()
        raise Unavailable(
            Message("检索暂不可用，请稍后再试。"),
            hint=Message("数据没有丢失；请让管理员运行 matchmaker index rebuild。"),
        ) from fault
