"""Docs cannot lie: what the program has stands in them, and what they name exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from matchmaker import errors
from matchmaker.cli.main import COMMANDS, cli
from matchmaker.config import CHOICES, HELP, PREFIX, RANGES, Settings
from matchmaker.jobs.handlers import KINDS
from matchmaker.permissions.table import markdown
from web.app import create_app

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page(name):
    return (DOCS / name).read_text("utf-8")


def rows(name):
    """First cell → the cells of its line, for every line of a table that begins with code."""
    found = {}
    for line in page(name).splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found[cells[0].strip("`")] = cells
    return found


def test_every_setting_with_its_default_and_range():
    table = {name: cells for name, cells in rows("configuration.md").items() if name in HELP}
    assert list(table) == [field.name for field in fields(Settings)]
    for field in fields(Settings):
        cells = table[field.name]
        assert cells[1] == f"`{PREFIX}{field.name.upper()}`"
        if field.name != "home":
            assert cells[2].strip("`") == (str(field.default) or "empty")
        if field.name in RANGES:
            low, high = RANGES[field.name]
            assert f"{low} to {high}" in cells[3]
        for choice in CHOICES.get(field.name, ()):
            assert f"`{choice}`" in cells[3]


def test_every_command_and_no_other():
    told = {name.split()[1] for name in re.findall(r"\| `(matchmaker [\w-]+)", page("commands.md"))}
    assert told == set(COMMANDS)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_exists_with_help(command):
    import click

    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    assert found.get_short_help_str()
    for name in getattr(found, "commands", {}):
        assert f"`{name}`" in page("commands.md") or f"matchmaker {command} {name}" in page("commands.md")


def test_the_table_of_permissions_is_the_one_that_holds():
    assert markdown() in page("permissions.md"), "python -m matchmaker.permissions.table"


def test_every_kind_of_job_with_its_batch():
    table = rows("jobs.md")
    assert list(table) == list(KINDS)
    for kind, rule in KINDS.items():
        assert str(rule.batch) in table[kind][2]
        assert ("writes the index" in table[kind][2]) is rule.writes_index


def test_every_error_with_status_and_exit_code():
    classes = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")
    ]
    table = rows("errors.md")
    assert {kind.code: [str(kind.status), str(kind.exit_code)] for kind in classes} == {
        kind.code: table[kind.code][1:3] for kind in classes
    }


def test_every_code_of_the_web_alone():
    source = (ROOT / "web" / "errors.py").read_text("utf-8")
    codes = set(re.findall(r'\(\s*"([a-z]+_[a-z_]+)", ?_\(', source)) | set(
        re.findall(r'return "([a-z]+_[a-z]+)", _', source)
    )
    assert codes
    assert codes - set(rows("errors.md")) == set()


def test_every_address_of_a_page(app):
    site = create_app(app, testing=True)
    addresses = {re.sub(r"<[^>]*>", lambda part: "<name>" if "name" in part[0] else "<number>", rule.rule)
                 for rule in site.url_map.iter_rules()}  # fmt: skip
    told = set(re.findall(r"`(/[^`\s]*)`", page("pages.md")))
    pages = {address for address in addresses if not address.startswith(("/api/", "/static/", "/bootstrap/"))}
    assert pages - told == set()
    assert {
        address for address in told if "…" not in address and not address.startswith("/api/")
    } - pages == set()
    assert {
        address for address in told if address.startswith("/api/v1/") and address != "/api/v1/"
    } <= addresses


def test_every_link_leads_somewhere():
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8"))
        if not target.startswith(("http:", "https:", "mailto:")) and not (path.parent / target).exists()
    ]
    assert broken == []


def test_every_page_stands_in_the_table_of_contents():
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", page("index.md")))
    assert {path.name for path in DOCS.glob("*.md")} - {"index.md"} == linked


def test_every_target_of_make_that_the_docs_name_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        code = re.findall(r"`make ([a-z]+)|^make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)
        assert {first or second for first, second in code} - targets == set(), path
    assert {"help", "demo", "test", "check", "bench"} <= targets
    for variable in (
        "ARGS",
        "PYTEST_ARGS",
        "PYTHON",
        "TORCH_INDEX_URL",
        "REQUIRE_BROWSER",
        "REQUIRE_ELASTICSEARCH",
        "REQUIRE_MODEL",
        "REQUIRE_POSTGRES",
    ):
        assert variable in makefile
        assert f"`{variable}" in page("configuration.md")


def test_what_may_be_absent_is_required_where_a_submission_is_tested():
    makefile, submission = (ROOT / "Makefile").read_text("utf-8"), (ROOT / ".ci" / "run").read_text("utf-8")
    required = set(re.findall(r"\b(REQUIRE_[A-Z]+)=1", submission))
    assert required == set(re.findall(r"\bREQUIRE_[A-Z]+", makefile))
    used = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py")))
    assert [name for name in required if f'os.environ.get("{name}") == "1"' not in used] == []


def test_readme_shows_the_two_commands():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert ["make demo" in readme, "make test" in readme] == [True, True]
