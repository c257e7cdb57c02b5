"""Rules of the house that no linter knows (docs/architecture.md)."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib

import pytest

from matchmaker.cli.main import COMMANDS
from tests.architecture.sources import ROOT, at_top, imported, modules

MODULES = list(modules())
#: Slow or optional libraries → the files that may import them when they are loaded.
ROOMS = {
    "torch": (),
    "sentence_transformers": (),
    "transformers": (),
    "elasticsearch": (),
    "ortools": ("matchmaker/planning/",),
    "tantivy": ("indexer/lexical_store.py",),
}
#: What of matchmaker the web may know.
OPEN_TO_WEB = (
    "matchmaker.bootstrap",
    "matchmaker.services",
    "matchmaker.lookups",
    "matchmaker.consulting",
    "matchmaker.permissions",
    "matchmaker.errors",
    "matchmaker.lifecycle",
    "matchmaker.messages",
    "matchmaker.taxonomy",
    "matchmaker.config",
    "matchmaker.matching.result",
)


def functions(tree):
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_the_import_rules_hold():
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_module_says_what_it_is_for():
    assert [path for path, tree in MODULES if not ast.get_docstring(tree)] == []


def test_one_place_commits():
    calls = [
        path
        for path, tree in MODULES
        if not path.startswith("indexer/")  # its stores have no unit of work
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert calls == ["matchmaker/storage/unit_of_work.py"]


def test_slow_libraries_are_imported_only_where_they_are_used():
    found = {
        (path, name.partition(".")[0])
        for path, tree in MODULES
        for node in at_top(tree)
        for name in imported(node)
        if name.partition(".")[0] in ROOMS
    }
    assert {(path, name) for path, name in found if not path.startswith(ROOMS[name])} == set()


def test_no_function_takes_both_a_transaction_and_an_index_or_embedder():
    """Inference or a search inside a transaction would hold its locks."""
    mixed = []
    for path, tree in MODULES:
        for function in functions(tree):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            told = " ".join(
                f"{each.arg} {ast.unparse(each.annotation) if each.annotation else ''}" for each in arguments
            )
            words = set(told.replace("[", " ").replace("]", " ").replace("|", " ").replace(",", " ").split())
            if words & {"uow", "UnitOfWork"} and words & {
                "index",
                "engine",
                "embedder",
                "Engine",
                "Reader",
                "Embedder",
                "CachedEmbedder",
            }:
                mixed.append(f"{path}: {function.name}")
    assert mixed == []


def test_services_never_open_a_transaction_but_for_steps_of_a_job_and_a_look_between_two_questions():
    opened = [
        path
        for path, tree in MODULES
        if path.startswith("matchmaker/services/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"unit_of_work", "reading"}
    ]
    exceptions = ("importing", "import_steps", "index_health", "attachment_steps", "official_steps")
    assert set(opened) <= {f"matchmaker/services/{name}.py" for name in exceptions}


def test_the_web_knows_only_what_is_open_to_it():
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        if path.startswith("web/")
        for node in at_top(tree)
        for name in imported(node)
        if name.startswith(("matchmaker.", "indexer"))
        and not any(name == known or name.startswith(f"{known}.") for known in OPEN_TO_WEB)
    ]
    assert wrong == []


def test_nobody_but_config_reads_the_environment():
    readers = {
        path
        for path, tree in MODULES
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    }
    # Two set a variable of a library before it is loaded: nothing is fetched for a local folder of a model,
    # and numpy keeps to one thread.
    setters = {"indexer/sentence_transformer.py", "matchmaker/cli/main.py"}
    assert readers == {"matchmaker/config.py"} | setters


def test_flask_stays_in_the_web_and_sqlalchemy_out_of_the_index():
    wrong = [
        f"{path}: {name}"
        for path, tree in MODULES
        for node in ast.walk(tree)
        for name in imported(node)
        if (name.startswith("flask") and not path.startswith("web/"))
        or (name.startswith("sqlalchemy") and path.startswith("indexer/"))
    ]
    assert wrong == []


def loaded_after(code):
    """Modules in memory after ``code`` ran in a fresh process."""
    run = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


HELP = """
from matchmaker.cli.main import main
sys.argv = ["matchmaker", *%r]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_answers_without_loading_anything_slow(arguments):
    slow = {"torch", "sqlalchemy", "flask", "numpy", "tantivy", "sentence_transformers", "alembic"}
    assert loaded_after(HELP % arguments) & slow == set()


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_help_of_a_command_loads_no_model(command):
    assert (
        loaded_after(HELP % [command, "--help"]) & {"torch", "sentence_transformers", "transformers"} == set()
    )


def test_building_the_application_loads_no_model():
    code = "from pathlib import Path\nfrom matchmaker.bootstrap import build\nfrom matchmaker.config import Settings"
    assert loaded_after(code) & {"torch", "sentence_transformers", "transformers", "tantivy"} == set()


def test_reading_a_planning_file_loads_no_solver():
    code = "import matchmaker.planning.reading, matchmaker.planning.facts, matchmaker.cli.plan"
    assert loaded_after(code) & {"ortools", "numpy", "scipy", "sqlalchemy"} == set()


def test_every_installed_requirement_is_pinned():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["test"],
        *project["optional-dependencies"]["server"],
    ]
    names = {line.split(">")[0].split(";")[0].split("[")[0].strip().lower() for line in wanted}
    pins = {
        line.partition("==")[0].lower(): line.partition("==")[2]
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line and not line.startswith("#")
    }
    assert names - set(pins) == set()
    assert pins["torch"] == "2.13.0"
    assert [name for name in pins if name.startswith("nvidia")] == []
