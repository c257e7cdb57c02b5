"""Imports as people see them: begun, watched, cancelled, their report and bad rows; and the run itself."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import PurePath
from typing import Any

from sqlalchemy import select

from matchmaker.bootstrap import Application
from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.importing.report import bad_rows_as_csv, bad_rows_as_xlsx
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.jobs.queue import schedule
from matchmaker.messages import Message
from matchmaker.models import ImportFault, ImportRun, now
from matchmaker.permissions import Actor, require
from matchmaker.services import import_steps
from matchmaker.services.paging import Page, paged
from matchmaker.storage.unit_of_work import UnitOfWork

Progress = Callable[[int, int], None]

#: When a worker takes over an import whose caller (a command) has not ended it.
TAKEN_OVER_AFTER = timedelta(minutes=15)


def stored_name(filename: str) -> str:
    """A new name for a kept file; of the sender's name only a harmless ending is taken over."""
    ending = PurePath(filename).suffix.lower()
    return secrets.token_hex(16) + (ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ".upload")


def create_run(
    uow: UnitOfWork,
    actor: Actor,
    *,
    filename: str,
    stored_name: str,
    kind: str,
    columns: Mapping[str, str],
    by_caller: bool = False,
) -> ImportRun:
    """A run that waits for the worker (or for whoever calls ``run_import`` first).

    Args:
        uow: writes.
        actor: on whose behalf.
        filename: as people know it.
        stored_name: of the copy in the imports folder.
        kind: of the rows.
        columns: head → field, "" for a column that is left out.
        by_caller: the caller runs it himself; a worker takes it over only if he has not ended it by then.
    """
    require(actor, "import:run")
    if kind not in SCHEMAS:
        raise InvalidInput(
            Message("没有“%(kind)s”这一类。", {"kind": kind}),
            hint=Message("可用的有：%(kinds)s。", {"kinds": "、".join(SCHEMAS)}),
        )
    if not stored_name or PurePath(stored_name).name != stored_name:
        raise NotFound(Message("这个上传的文件已不在。"), hint=Message("请重新上传。"))
    run = ImportRun(
        filename=filename[-300:], stored_name=stored_name, kind=kind, columns=dict(columns), actor=actor.name
    )
    uow.session.add(run)
    uow.session.flush()
    if by_caller:
        schedule(uow.session, "import", f"import:{run.id}", now() + TAKEN_OVER_AFTER)
    else:
        uow.enqueue("import", f"import:{run.id}")
    return run


def cancel(uow: UnitOfWork, actor: Actor, number: int) -> ImportRun:
    """Stops a run between two portions of rows, one that nobody works on at once; what was saved stays."""
    require(actor, "import:run")
    run = _run(uow, number)
    if run.state in import_steps.ENDED:
        raise Conflict(
            Message("这次导入已经结束，不能取消。"), hint=Message("如需撤回数据，请在相应页面上处理。")
        )
    run.cancel_requested = True
    if run.state in {"waiting", "failed"}:
        import_steps.end(uow, run, "cancelled")
    return run


def get(uow: UnitOfWork, actor: Actor, number: int) -> ImportRun:
    """One run; NotFound when there is none."""
    require(actor, "import:read")
    return _run(uow, number)


def list_runs(uow: UnitOfWork, actor: Actor, limit: int = 50) -> Sequence[ImportRun]:
    """The newest runs first."""
    require(actor, "import:read")
    return uow.session.scalars(select(ImportRun).order_by(ImportRun.id.desc()).limit(limit)).all()


def faults(uow: UnitOfWork, actor: Actor, number: int, page: int = 1, size: int = 100) -> Page[ImportFault]:
    """A page of the faults and notes of a run: rejected rows first, then by row."""
    require(actor, "import:read")
    statement = (
        select(ImportFault)
        .where(ImportFault.run_id == _run(uow, number).id)
        .order_by(ImportFault.rejected.desc(), ImportFault.row, ImportFault.id)
    )
    return paged(uow.session, statement, page, size)


def report(run: ImportRun) -> dict[str, Any]:
    """A run with all its faults and notes, for programs; the run's unit of work must be open."""
    counts = ("total", "position", "created", "updated", "unchanged", "rejected", "kept_fields")
    told = [
        {"row": fault.row, "field": fault.field, "fault": fault.fault, "remedy": fault.remedy,
         "rejected": fault.rejected}
        for fault in sorted(run.faults, key=lambda each: (not each.rejected, each.row, each.id))
    ]  # fmt: skip
    return {
        "id": run.id, "filename": run.filename, "kind": run.kind, "state": run.state,
        **{name: getattr(run, name) for name in counts}, "error": run.error, "faults": told,
    }  # fmt: skip


def bad_rows_csv(uow: UnitOfWork, actor: Actor, number: int) -> bytes:
    """The rows left out, as they came, with fault and remedy beside each: UTF-8 with a mark, for Excel."""
    run, bad = _bad_rows(uow, actor, number)
    return bad_rows_as_csv(list(run.columns), bad)


def bad_rows_xlsx(uow: UnitOfWork, actor: Actor, number: int) -> bytes:
    """The same as XLSX."""
    run, bad = _bad_rows(uow, actor, number)
    return bad_rows_as_xlsx(list(run.columns), bad)


def run_import(app: Application, number: int, progress: Progress | None = None) -> ImportRun:
    """Reads the file of a run into the database, a portion of rows a transaction; the handler of its job.

    The position is stored with the rows: a run that was killed continues there, so that nothing doubles. A
    file that cannot be read ends the run as failed; anything unexpected marks it failed and is raised, and
    the next attempt continues.
    """
    with app.unit_of_work() as uow:
        run = _run(uow, number)
        going = import_steps.begin(uow, run)
    if going:
        try:
            steps = import_steps.steps(app, run)
            while steps and import_steps.advance(app, number, steps):
                if progress:
                    progress(steps.position, steps.total)
        except KeyboardInterrupt:
            import_steps.interrupt(app, number)
            raise
    with app.reading() as uow:
        run = _run(uow, number)
    if run.state != "running":
        (app.settings.imports_folder / run.stored_name).unlink(missing_ok=True)
    return run


def _run(uow: UnitOfWork, number: int) -> ImportRun:
    run = uow.session.get(ImportRun, number) if 0 < number < 2**63 else None
    if run is None:
        raise NotFound(
            Message("没有第 %(number)s 号导入。", {"number": number}), hint=Message("请从导入的列表中选择。")
        )
    return run


def _bad_rows(
    uow: UnitOfWork, actor: Actor, number: int
) -> tuple[ImportRun, list[tuple[int, str, str, str, dict[str, Any]]]]:
    """Row, fields, faults, remedies and cells of each row that was left out."""
    require(actor, "import:read")
    run = _run(uow, number)
    rejected = (
        select(ImportFault)
        .where(ImportFault.run_id == run.id, ImportFault.rejected)
        .order_by(ImportFault.row, ImportFault.id)
    )
    by_row: dict[int, list[ImportFault]] = {}
    for fault in uow.session.scalars(rejected):
        by_row.setdefault(fault.row, []).append(fault)
    return run, [
        (
            row,
            "；".join(dict.fromkeys(fault.field for fault in found if fault.field)),
            "；".join(fault.fault for fault in found),
            "；".join(dict.fromkeys(fault.remedy for fault in found)),
            next((fault.raw for fault in found if fault.raw), {}),
        )
        for row, found in by_row.items()
    ]
