"""A run step by step: a portion of rows, its faults and its position in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import insert

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, Unavailable
from matchmaker.importing.checking import CheckedRow, Checker
from matchmaker.importing.columns import head_of
from matchmaker.importing.faults import Finding, told
from matchmaker.importing.files import count_rows, open_file
from matchmaker.importing.rows import Source
from matchmaker.messages import Message
from matchmaker.models import ImportFault, ImportRun, now
from matchmaker.permissions import Actor
from matchmaker.services.saving import Saved, save_rows
from matchmaker.storage.unit_of_work import UnitOfWork

#: Rows of one transaction.
PORTION = 200
#: States that do not change any more; a failed run may be tried again.
ENDED = frozenset({"done", "cancelled"})


class Steps:
    """The rows of a file, checked, from a position on.

    Attributes:
        position: rows dealt with before the next portion.
        total: rows of the whole file.
    """

    def __init__(self, source: Source, checker: Checker, position: int, total: int) -> None:
        self.position = position
        self.total = total
        self._rows = self._checked(source, checker)

    def next(self) -> list[CheckedRow]:
        """The next portion; empty at the end."""
        return list(islice(self._rows, PORTION))

    def _checked(self, source: Source, checker: Checker) -> Iterator[CheckedRow]:
        """Rows after the position. Those before it are read again: later ones may repeat them."""
        first_seen: dict[str, int] = {}
        for place, raw in enumerate(source.rows()):
            row = checker.check(raw)
            if not row.faults:
                name = row.key or row.matching + str(row.values.get("department", ""))
                before = first_seen.setdefault(name, row.number) if name else row.number
                if before != row.number:
                    row.notes.append(_repeated(row, before))
            if place >= self.position:
                yield row


def _repeated(row: CheckedRow, before: int) -> Finding:
    if row.key:
        fault = told("编号“%(key)s”在第 %(before)s 行已出现，以本行为准", "如不是同一条，请改用不同的编号",
                     key=row.key[:80], before=before)  # fmt: skip
        return Finding("id", fault)
    fault = told("与第 %(before)s 行是同一条，以本行为准", "如不是同一条，请填写不同的编号", before=before)
    return Finding("", fault)


def begin(uow: UnitOfWork, run: ImportRun) -> bool:
    """Whether there is something to do; then the run is marked as running."""
    if run.state in ENDED:
        return False
    if run.cancel_requested:
        end(uow, run, "cancelled")
        return False
    run.state, run.error, run.finished_at = "running", "", None
    return True


def steps(app: Application, run: ImportRun) -> Steps | None:
    """Opens the file; None when it cannot be read, which the run then tells."""
    try:
        path = app.settings.imports_folder / run.stored_name
        if not path.is_file():
            raise InvalidInput(Message("这个上传的文件已不在。"), hint=Message("请重新上传。"))  # noqa: TRY301
        source = open_file(path, run.kind, app.settings)
        total = count_rows(source, app.settings)
    except Exception as fault:
        _fail(app, run.id, fault)
        if isinstance(fault, MatchmakerError):
            return None
        raise
    columns = {head: name for head, name in run.columns.items() if isinstance(name, str)}
    return Steps(source, Checker(run.kind, columns), run.position, total)


def advance(app: Application, number: int, work: Steps) -> bool:
    """Saves the next portion; False when the run has ended.

    Raises:
        Conflict: another process is importing the same run.
        Unavailable: the database is away; the run goes on at its position later.
    """
    try:
        rows = work.next()
        with app.unit_of_work() as uow:
            uow.alone("objects")  # two files may name the same new organization
            run = uow.session.get(ImportRun, number, with_for_update=True)
            if run is None or run.state != "running" or run.position != work.position:
                raise _taken()  # noqa: TRY301
            if run.cancel_requested:
                end(uow, run, "cancelled")
                return False
            _save(uow, run, rows)
            work.position = run.position = run.position + len(rows)
            run.total = max(work.total, run.position)
            if len(rows) < PORTION:
                run.total = run.position
                end(uow, run, "done")
                return False
    except (Conflict, Unavailable):
        raise
    except Exception as fault:
        _fail(app, number, fault)
        if isinstance(fault, MatchmakerError):
            return False
        raise
    return True


def interrupt(app: Application, number: int) -> None:
    """Somebody at the keyboard stopped it: what was saved stays, the rest is not taken up again."""
    with app.unit_of_work() as uow:
        run = uow.session.get(ImportRun, number)
        if run is not None and run.state not in ENDED:
            end(uow, run, "cancelled")


def end(uow: UnitOfWork, run: ImportRun, state: str) -> None:
    """The last state of a run, with one line of history for all its rows."""
    run.state, run.finished_at = state, now()
    counts = {
        name: getattr(run, name) for name in ("created", "updated", "unchanged", "rejected", "kept_fields")
    }
    uow.record(
        Actor("system", run.actor),
        f"import:{state}",
        f"import:{run.id}",
        kind=run.kind,
        filename=run.filename,
        **counts,
    )


def _save(uow: UnitOfWork, run: ImportRun, rows: list[CheckedRow]) -> None:
    actor = Actor("system", run.actor)
    good = [row for row in rows if not row.faults]
    saved = save_rows(uow, actor, run.kind, good, source=run.filename)
    outcome = {id(each.row): each for each in saved}
    faults: list[dict[str, Any]] = []
    for row in rows:
        became = outcome.get(id(row)) or Saved(row, "rejected", findings=row.faults)
        setattr(run, became.state, getattr(run, became.state) + 1)
        run.kept_fields += became.kept
        faults += _fault_rows(run, became)
    if faults:
        uow.session.execute(insert(ImportFault), faults)


def _fault_rows(run: ImportRun, became: Saved) -> Iterable[dict[str, Any]]:
    """One line a finding; the first of a rejected row carries the row itself."""
    rejected = became.state == "rejected"
    for place, finding in enumerate(became.findings):
        yield {
            "run_id": run.id,
            "row": became.row.number,
            "field": head_of(run.kind, finding.field)[:60],
            "fault": str(finding.fault.fault),
            "remedy": str(finding.fault.remedy),
            "rejected": rejected,
            "raw": became.row.raw if rejected and place == 0 else {},
        }


def _fail(app: Application, number: int, fault: Exception) -> None:
    error = (
        f"{fault.message} {fault.hint}"
        if isinstance(fault, MatchmakerError)
        else f"{type(fault).__name__}: {str(fault).splitlines()[0][:300] if str(fault) else ''}"
    )
    with app.unit_of_work() as uow:
        run = uow.session.get(ImportRun, number)
        if run is not None and run.state not in ENDED:
            run.error = error.strip()[:2000]
            end(uow, run, "failed")


def _taken() -> Conflict:
    return Conflict(Message("另一个进程正在导入这个文件。"), hint=Message("请等它完成；进度见导入页面。"))
