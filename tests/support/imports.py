"""Files written, looked at and imported, for tests."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

from matchmaker.bootstrap import Application
from matchmaker.config import Settings
from matchmaker.importing.files import Preview, inspect
from matchmaker.models import ImportRun
from matchmaker.permissions import ORGANIZER
from matchmaker.services import importing


def jsonl(path: Path, *rows: Any) -> Path:
    """Objects one a line; a string is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def table(path: Path, *rows: list[str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def sheet(
    path: Path, *rows: list[Any], name: str = "难题", more: dict[str, list[list[Any]]] | None = None
) -> Path:
    """An XLSX file with one sheet, and more after it."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    assert first is not None
    first.title = name
    for row in rows:
        first.append(row)
    for title, others in (more or {}).items():
        other = book.create_sheet(title)
        for row in others:
            other.append(row)
    book.save(path)
    return path


def look(path: Path, kind: str | None = None, **settings: int) -> Preview:
    """The preview of a file."""
    return inspect(path, path.name, kind=kind, settings=Settings(home=path.parent, **settings))


def begin(app: Application, path: Path, kind: str | None = None) -> int:
    """A waiting run of a file; its number."""
    preview = inspect(path, path.name, kind=kind, settings=app.settings)
    app.settings.imports_folder.mkdir(parents=True, exist_ok=True)
    stored = importing.stored_name(path.name)
    shutil.copyfile(path, app.settings.imports_folder / stored)
    with app.unit_of_work() as uow:
        run = importing.create_run(
            uow,
            ORGANIZER,
            filename=path.name,
            stored_name=stored,
            kind=preview.kind,
            columns=preview.columns,
        )
        return run.id


def load(app: Application, path: Path, kind: str | None = None) -> ImportRun:
    """The finished run of a file."""
    return importing.run_import(app, begin(app, path, kind))


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, rejected."""
    return run.created, run.updated, run.unchanged, run.rejected


def told(app: Application, run: ImportRun) -> list[tuple[int, str, str, bool]]:
    """Row, field, fault and whether it was rejected, of every finding."""
    with app.reading() as uow:
        found = importing.report(importing.get(uow, ORGANIZER, run.id))["faults"]
    return [(each["row"], each["field"], each["fault"], each["rejected"]) for each in found]
