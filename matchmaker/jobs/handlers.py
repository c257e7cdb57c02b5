"""What each kind of job does. A handler may run again after a crash: it looks at the present state first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.jobs import mailing, ranking, watching
from matchmaker.permissions import SYSTEM
from matchmaker.services.attachment_steps import settle, sweep
from matchmaker.services.index_health import VERIFIED
from matchmaker.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed job as a value, free of its session."""

    id: int
    kind: str
    subject: str
    payload: Mapping[str, Any]
    attempts: int


class IndexingFailed(Exception):
    """The index refused some of the documents; the others are in it."""


#: Renews the lease of the jobs in hand; raises LeaseLost when another worker took over.
Beat = Callable[[], None]
Handler = Callable[[Application, Sequence[Task], Beat], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of job is run.

    Attributes:
        batch: jobs handled together at most.
        writes_index: only one worker at a time may write the index.
        asks_index: it waits while the index's server is away.
        nightly: every worker sees to it that the next night's is planned.
        about: for the docs and the page of the index's health.
    """

    handler: Handler
    batch: int
    writes_index: bool
    about: str
    asks_index: bool = True
    nightly: bool = False


def _index(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    deletions = {task.subject: int(task.payload["version"]) for task in tasks if "version" in task.payload}
    report = sync.sync(app, [task.subject for task in tasks], deletions, beat)
    if report.failed:
        raise IndexingFailed("; ".join(f"{name}: {reason}" for name, reason in report.failed.items()))


def _import(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services.importing import run_import

    for task in tasks:
        run_import(app, int(task.subject.partition(":")[2]), lambda _done, _total: beat())


def _verify(app: Application, _tasks: Sequence[Task], _beat: Beat) -> None:
    from matchmaker.services import log_in

    sweep(app)
    settle(app)
    with app.unit_of_work() as uow:
        log_in.forget_old(uow, app.clock())
    drift = sync.compare(app)
    with app.unit_of_work() as uow:
        sync.repair(uow, drift)
        uow.record(
            SYSTEM,
            VERIFIED,
            "index",
            missing=len(drift.missing),
            outdated=len(drift.outdated),
            surplus=len(drift.surplus),
        )


def _extract(app: Application, tasks: Sequence[Task], _beat: Beat) -> None:
    from matchmaker.services.attachment_steps import extract

    for task in tasks:
        extract(app, int(task.subject.partition(":")[2]))


def _expire(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services import expiring

    today = app.today()
    done = 1
    while done:
        with app.unit_of_work() as uow:
            done = expiring.expire_due(uow, today)
        beat()
    with app.reading() as uow:
        numbers = expiring.to_warn(uow, today)
    for start in range(0, len(numbers), expiring.BATCH):
        with app.unit_of_work() as uow:
            expiring.warn(uow, numbers[start : start + expiring.BATCH])
        beat()


def _lapse(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services.introduction_reasons import lapse_due

    _until_done(app, lambda uow: lapse_due(uow, now=app.clock()), beat)


def _reasons(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services.introduction_reasons import tell_due

    _until_done(app, lambda uow: tell_due(uow, now=app.clock()), beat)


def _stale(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services import confirming

    days = app.settings.profile_stale_days
    _until_done(app, lambda uow: confirming.remind_due(uow, now=app.clock(), days=days), beat)


def _follow(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services import following

    _until_done(app, lambda uow: following.remind_due(uow, today=app.today(), at=app.clock()), beat)


def _mail(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    mailing.send_mails(app, [int(task.subject.partition(":")[2]) for task in tasks], beat)


def _digest(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    mailing.send_digests(app, [task.subject for task in tasks], beat)


def _reset(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.jobs.resetting import mail_reset

    for task in tasks:
        mail_reset(app, int(task.subject.partition(":")[2]))
        beat()


def _watch(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    watching.look(app, [task.subject for task in tasks], beat)


def _pairs(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker import pairing

    for task in tasks:
        pairing.score(app, int(task.subject.partition(":")[2]), lambda _done, _of: beat())


def _rank(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    ranking.rank(app, [task.subject for task in tasks], beat)


def _replies(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.services import event_reminders

    _until_done(app, lambda uow: event_reminders.remind_due(uow, today=app.today(), now=app.clock()), beat)


def _plan(app: Application, tasks: Sequence[Task], beat: Beat) -> None:
    from matchmaker.jobs import planning

    for task in tasks:
        planning.perform(app, int(task.subject.partition(":")[2]), beat)


def _until_done(app: Application, some: Callable[[UnitOfWork], int], beat: Beat) -> None:
    """Some rows in a unit of work of their own, again until there are none."""
    done = 1
    while done:
        with app.unit_of_work() as uow:
            done = some(uow)
        beat()


def _rebuild(app: Application, _tasks: Sequence[Task], beat: Beat) -> None:
    sync.rebuild(app, alive=beat)


#: Kind → how it is run, in the order in which a worker looks for work.
KINDS: dict[str, Kind] = {
    "import": Kind(
        _import, 1, writes_index=False, asks_index=False, about="读入一个文件 / reads an uploaded file"
    ),
    "extract": Kind(
        _extract, 1, writes_index=False, asks_index=False, about="读取附件 / reads an attachment's text"
    ),
    "plan": Kind(
        _plan, 1, writes_index=False, asks_index=False, about="排程 / makes a plan of a docking event"
    ),
    "mail": Kind(
        _mail, 20, writes_index=False, asks_index=False, about="发送邮件 / sends an e-mail of a message"
    ),
    "reset": Kind(
        _reset,
        1,
        writes_index=False,
        asks_index=False,
        about="重设密码的邮件 / sends the link for a new password",
    ),
    "digest": Kind(
        _digest,
        20,
        writes_index=False,
        asks_index=False,
        about="每日汇总邮件 / sends somebody's daily e-mail",
    ),
    "expire": Kind(
        _expire,
        1,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="难题到期：提醒并下架 / warns of expiry, ends what has expired",
    ),
    "lapse": Kind(
        _lapse,
        100,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="引荐逾期 / ends introductions that nobody answered",
    ),
    "reasons": Kind(
        _reasons,
        100,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="转达婉拒理由 / tells the other side why it was declined",
    ),
    "stale": Kind(
        _stale,
        1,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="专家资料待核实 / asks experts whether their profiles still hold",
    ),
    "pairs": Kind(_pairs, 1, writes_index=False, about="计算活动的匹配 / scores the pairs of an event"),
    "rank": Kind(
        _rank,
        20,
        writes_index=False,
        nightly=True,
        about="活动的候选专家 / ranks experts for an event's problems",
    ),
    "replies": Kind(
        _replies,
        1,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="提醒回复邀请和推荐专家 / reminds of invitations and nominations",
    ),
    "follow": Kind(
        _follow,
        1,
        writes_index=False,
        asks_index=False,
        nightly=True,
        about="提醒跟进 / tells brokers what is due, the office what is overdue",
    ),
    "rebuild": Kind(
        _rebuild, 1, writes_index=True, about="重建索引 / rebuilds the index beside the live one"
    ),
    "index": Kind(_index, 500, writes_index=True, about="更新索引 / makes the index agree with rows"),
    "verify": Kind(
        _verify, 1, writes_index=False, nightly=True, about="核对索引 / compares index and database, repairs"
    ),
    "watch": Kind(
        _watch, 50, writes_index=False, nightly=True, about="查看订阅 / asks watches, tells what is new"
    ),
}
