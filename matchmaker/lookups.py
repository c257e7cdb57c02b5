"""Questions that need both index and database: ask the index first, then load, never both at once.

Web, API and command line share these; each opens its own short reading units. What comes back holds index
ids; ``services.display.rows`` loads them and leaves out what the actor may not read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from indexer.embedder import EmbedderError
from indexer.engine import EngineError, IndexBroken
from indexer.query import Filter, QueryError
from indexer.text import words
from matchmaker import searching
from matchmaker.bootstrap import Application
from matchmaker.errors import InvalidInput, Unavailable
from matchmaker.matching import problems, ranker
from matchmaker.matching import works as matching_works
from matchmaker.matching.question import Question, typed
from matchmaker.matching.result import Ranking
from matchmaker.messages import Message
from matchmaker.permissions import Actor, audiences_of, require
from matchmaker.searching import By, SearchAnswer, SearchHit, SearchRequest
from matchmaker.services import matches, works

__all__ = [
    "By", "SearchAnswer", "SearchHit", "SearchRequest", "match_expert", "match_problem", "match_text",
    "match_work", "search",
]  # fmt: skip

Answer = TypeVar("Answer")


def match_problem(app: Application, actor: Actor, number: int, *, limit: int = 10) -> Ranking:
    """Experts, achievements and literature for a stored problem; NotFound if it is hidden."""
    require(actor, "match:read")
    with app.reading() as uow:
        question = matches.question(uow, actor, number)
    return _ranked(app, actor, question, limit)


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
    return _ranked(app, actor, question, limit)


def match_expert(app: Application, actor: Actor, number: int, *, limit: int = 10) -> Ranking:
    """Problems for an expert (``Ranking.problems``); NotFound if he is hidden."""
    require(actor, "match:read")
    with app.reading() as uow:
        expert = matches.expert_id(uow, actor, number)
    found = _asked(
        app,
        lambda: problems.rank(app.index, app.embedder.fingerprint, expert, audiences_of(actor), limit=limit),
    )
    if found is None:
        raise Unavailable(
            Message("这位专家的资料还在建立索引。"),
            hint=Message("请稍候再看；长时间不变请让管理员核对索引。"),
        )
    return found


def match_work(app: Application, actor: Actor, identifier: str, *, limit: int = 8) -> Ranking:
    """Who else does what an achievement, paper or patent is about; NotFound if it is hidden.

    Its own people are left out.
    """
    require(actor, "match:read")
    with app.reading() as uow:
        work = works.work_id(uow, actor, identifier)
    found = _asked(
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
    """One box over everything that the actor may read."""
    require(actor, "search:all")
    found = _asked(app, lambda: searching.search(app.index, app.embedder, audiences_of(actor), request))
    if not found.hits and not any(found.totals.values()):
        _refuse_lost_index(app, actor)
    return found


def _ranked(app: Application, actor: Actor, question: Question, limit: int) -> Ranking:
    found = _asked(
        app, lambda: ranker.rank(app.index, app.embedder, question, audiences_of(actor), limit=limit)
    )
    if not (found.experts or found.achievements or found.literature):
        _refuse_lost_index(app, actor)
    return found


def _refuse_lost_index(app: Application, actor: Actor) -> None:
    """A deleted index is made anew, empty: that nothing is found in it says nothing about people."""
    if _asked(app, lambda: app.index.count(Filter(None))):
        return
    with app.reading() as uow:
        if not matches.has_anybody(uow, actor):
            return
    raise Unavailable(
        Message("索引是空的，还不能检索和匹配。"),
        hint=Message("刚导入的内容请稍候再看；索引丢失时请让管理员运行 matchmaker index rebuild。"),
    )


def _asked(app: Application, question: Callable[[], Answer]) -> Answer:
    """Asks the index; its faults become errors with a remedy, and a lost index is opened anew next time."""
    try:
        return question()
    except QueryError as fault:
        raise InvalidInput(Message("无法这样查询：%(fault)s", {"fault": fault})) from fault
    except EmbedderError as fault:
        raise Unavailable(
            Message("嵌入模型暂不可用。"), hint=Message("请让管理员运行 matchmaker init。")
        ) from fault
    except EngineError as fault:
        if isinstance(fault, IndexBroken):
            app.forget_index()
        raise Unavailable(
            Message("检索暂不可用，请稍后再试。"), hint=Message("请让管理员运行 matchmaker index rebuild。")
        ) from fault
