"""Rows a second of an import, on the shared data: python tests/benchmarks/bench_import.py FOLDER [FILE ...]

Imports each file twice (all new, then all unchanged) into a fresh SQLite database in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from pathlib import Path

from matchmaker.bootstrap import build
from matchmaker.config import Settings
from matchmaker.importing.files import inspect
from matchmaker.models import Base
from matchmaker.permissions import SYSTEM
from matchmaker.services import importing

FILES = ("problems.jsonl", "expertise.jsonl", "experts.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="*", default=FILES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        app = build(Settings(home=Path(home)))
        Base.metadata.create_all(app.database.engine)
        for name in chosen.files:
            for time_name in ("new", "again"):
                print(json.dumps({"file": name, "pass": time_name, **measure(app, chosen.folder / name)}))
        app.close()
    print(json.dumps({"peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


def measure(app, path: Path) -> dict[str, object]:
    app.settings.imports_folder.mkdir(parents=True, exist_ok=True)
    stored = importing.stored_name(path.name)
    shutil.copyfile(path, app.settings.imports_folder / stored)
    start = time.perf_counter()
    preview = inspect(path, path.name, kind=None, settings=app.settings)
    looked = time.perf_counter() - start
    with app.unit_of_work() as uow:
        number = importing.create_run(
            uow, SYSTEM, filename=path.name, stored_name=stored, kind=preview.kind, columns=preview.columns
        ).id
    start = time.perf_counter()
    run = importing.run_import(app, number)
    seconds = time.perf_counter() - start
    counts = {name: getattr(run, name) for name in ("created", "updated", "unchanged", "rejected")}
    return {
        "state": run.state,
        "rows": run.total,
        **counts,
        "inspect_s": round(looked, 2),
        "seconds": round(seconds, 1),
        "rows_per_s": round(run.total / seconds),
    }


if __name__ == "__main__":
    main()
