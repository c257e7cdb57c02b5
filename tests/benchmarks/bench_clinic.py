"""The need clinic on the real problems: how often each finding fires, proposals against labels, duplicates, time.

python -m tests.benchmarks.bench_clinic [--home FOLDER]

Without a home it uses the installation of the other benchmarks. ``clinic_labels.tsv`` holds fields and kinds of 40
problems given by reading, ``clinic_reworded.tsv`` 16 needs told again in other words.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path

from indexer.query import Filter
from matchmaker import consulting
from matchmaker.bootstrap import Application, build
from matchmaker.clinic import nearness
from matchmaker.clinic.examination import examine
from matchmaker.clinic.form import Form
from matchmaker.clinic.nearness import SAME
from matchmaker.clinic.proposals import told_codes
from matchmaker.config import Settings
from matchmaker.permissions import VISITOR
from tests.benchmarks.support import DATA, HEAD, installation, row

HERE = Path(__file__).parent
TODAY = date(2026, 11, 23)


def main() -> None:
    """Prints all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path)
    home = parser.parse_args().home or installation()
    problems = [json.loads(line) for line in (DATA / "problems.jsonl").open(encoding="utf-8")]
    forms = {each["id"]: Form(title=each["title"], text=each["text"]) for each in problems}
    findings(forms)
    proposals(forms)
    app = build(Settings(home=home))
    app.embedder.load()
    try:
        duplicates(app, forms)
        times(app, forms)
    finally:
        app.close()


def findings(forms: dict[str, Form]) -> None:
    """How often each point has each level."""
    levels: Counter[tuple[str, str]] = Counter()
    for form in forms.values():
        found = examine(form, TODAY)
        levels.update((one.code, one.level) for one in (*found.findings, *found.remarks))
    print(f"| {len(forms)} problems | missing | weak | good |\n|---|--:|--:|--:|")
    for code in [*consulting.POINTS, *consulting.REMARKS]:
        print(
            f"| {code} |", " | ".join(str(levels[code, level]) for level in ("missing", "weak", "good")), "|"
        )


def proposals(forms: dict[str, Form]) -> None:
    """Fields and kinds against labels: of real problems, and of the demonstration's."""
    print("\n| proposed | labels | first right | one of two right |\n|---|--:|--:|--:|")
    real = [
        (forms[parts[0]], parts[1].split(";"), parts[2].split(";")) for parts in _table("clinic_labels.tsv")
    ]
    for name, table, place in (("field, real", "fields", 1), ("kind, real", "kinds", 2)):
        _told(name, [(one[0], one[place], table) for one in real])
    demo = list(_demonstration())
    _told("field, demonstration", [(form, each["field"], "fields") for form, each in demo])
    _told("kind, demonstration", [(form, [each["kind"]], "kinds") for form, each in demo])
    _told("industry, demonstration", [(form, [each["industry"]], "industries") for form, each in demo])


def _told(name: str, cases: list[tuple[Form, list[str], str]]) -> None:
    answers = [([one.code for one in told_codes(table, form)], right) for form, right, table in cases]
    first = sum(1 for told, right in answers if told[:1] and told[0] in right)
    either = sum(1 for told, right in answers if set(told[:2]) & set(right))
    print(f"| {name} | {len(cases)} | {first} | {either} |")


def duplicates(app: Application, forms: dict[str, Form]) -> None:
    """Recall on reworded needs; for each real problem, others that are called the same need."""
    reworded = [
        (forms[parts[0]], Form(title=parts[1], text=parts[2])) for parts in _table("clinic_reworded.tsv")
    ]
    found = 0
    for form, again in reworded:
        near = _near(app, again)
        found += any(title == form.title for title, closeness in near if closeness >= SAME)
    flagged: dict[frozenset[str], float] = {}
    for form in forms.values():
        for title, closeness in _near(app, form):
            if closeness >= SAME and title.strip() != form.title.strip():
                flagged[frozenset((title, form.title))] = closeness
    print(f"\nreworded needs found again: {found} of {len(reworded)} (threshold {SAME})")
    print(f"pairs of other titles called the same need: {len(flagged)}")
    for pair, closeness in sorted(flagged.items(), key=lambda item: -item[1]):
        print(f"  {closeness:.2f}  {' | '.join(sorted(pair))}")


def times(app: Application, forms: dict[str, Form]) -> None:
    """Rules alone, with neighbours, and two rankings; texts are changed so that no cache knows them."""
    alone, whole, twice = [], [], []
    consulting.consult(app, VISITOR, next(iter(forms.values())))
    for place, form in enumerate(forms.values()):
        changed = Form(title=f"{form.title} {place}", text=f"我厂{form.text}")
        alone.append(_timed(lambda changed=changed: examine(changed, TODAY)))
        if place % 3 == 0:
            whole.append(_timed(lambda changed=changed: consulting.consult(app, VISITOR, changed)))
        if place % 13 == 0:
            twice.append(
                _timed(lambda form=form, changed=changed: consulting.compare(app, VISITOR, form, changed))
            )
    print(f"\n{HEAD}")
    print(row("findings and proposals alone", alone))
    print(row("with duplicates and similar problems", whole))
    print(row("experts before and after (two rankings)", twice))


def _near(app: Application, form: Form) -> list[tuple[str, float]]:
    found = nearness.nearest(app.index, app.embedder, consulting.question(form), Filter(None))
    stored = app.index.get([identifier for identifier, _closeness in found])
    return [(stored[identifier].title, closeness) for identifier, closeness in found]


def _timed(act) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _demonstration() -> Iterator[tuple[Form, dict]]:
    text = (resources.files("matchmaker.demo") / "data" / "problems.jsonl").read_text("utf-8")
    parts = ("background", "main_problem", "tried", "key_technology", "goal", "scene", "deliverables")
    for line in text.splitlines():
        each = json.loads(line)
        yield Form(title=each["title"], **{name: each.get(name) or "" for name in parts}), each


def _table(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


if __name__ == "__main__":
    main()
