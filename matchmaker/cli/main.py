"""``matchmaker``: the entry; commands are loaded when they are called, so that --help answers at once."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

# numpy's threads go on spinning after each product and keep a core from everybody else: a ranking took 130 ms
# of processor time with two of them, 73 ms with one. The model's own threads are a setting.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

#: Command → (module, attribute, one line for --help).
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("matchmaker.cli.install", "init", "Prepare an installation: settings, database, model, index."),
    "config": (
        "matchmaker.cli.install",
        "config",
        "Show the settings, where each comes from, what it is for.",
    ),
    "import": ("matchmaker.cli.data", "import_", "Read problems, experts, works from JSONL, CSV or XLSX."),
    "import-forms": (
        "matchmaker.cli.forms",
        "import_forms",
        "Read a folder of filled official forms (Word) as problems.",
    ),
    "index": ("matchmaker.cli.index", "index", "Rebuild, verify, show the search index."),
    "match": (
        "matchmaker.cli.match",
        "match",
        "Rank experts for a problem (id or text), problems for an expert.",
    ),
    "search": ("matchmaker.cli.match", "search", "Search everything by words and meaning."),
    "evaluate": ("matchmaker.cli.evaluate", "evaluate", "Measure the ranking against graded judgments."),
    "train": ("matchmaker.cli.evaluate", "train", "Fit the ranker's weights to graded judgments."),
    "plan": ("matchmaker.cli.plan", "plan", "Plan a docking event told in a file: who, when, where."),
    "database": ("matchmaker.cli.database", "database", "Check the database, copy it into another one."),
    "codes": ("matchmaker.cli.codes", "codes", "List the code tables, add an office's own codes."),
    "event": ("matchmaker.cli.event", "event", "List events; show one, its figures, its bulletin."),
    "account": ("matchmaker.cli.accounts", "account", "Make, list, reset, close, link accounts of people."),
    "serve": ("matchmaker.cli.serve", "serve", "Serve the site (and work, unless told not to)."),
    "work": ("matchmaker.cli.serve", "work", "Run background jobs: imports, index updates."),
    "link": ("matchmaker.cli.serve", "link", "Print a link that logs an organizer in."),
    "demo": ("matchmaker.cli.demo", "demo", "Load a fictional county, rank, serve."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which somebody meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Imports the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _help = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """One line a command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, _attribute, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.option(
    "--home", metavar="DIR", help="Folder of the installation (else MATCHMAKER_HOME, else your data folder)."
)
@click.version_option(package_name="matchmaker")
@click.pass_context
def cli(ctx: click.Context, home: str | None) -> None:
    """产学研对接: problems of enterprises ranked against the expertise of universities, with reasons.

    \b
    First steps:
      matchmaker init                          prepare this machine
      matchmaker import problems.jsonl         then experts.jsonl, publications.jsonl …
      matchmaker match 12                      who should meet about problem 12, and why
      matchmaker serve                         the same in a browser
    or try it on a fictional county:
      matchmaker --home var/demo demo

    Every command takes --help; those that answer take --json. Exit codes: 0 done, 1 a fault of ours,
    2 wrong input, 3 not found, 4 not allowed, 5 conflict, 6 a part (index, model, database) is missing.
    """  # noqa: D301 - click reads the backspace as “leave these lines as they are”
    ctx.obj = {"home": home}


def main() -> None:
    """Runs the command line; an error of ours becomes a sentence, a hint and an exit code."""
    try:
        code = cli(
            prog_name="matchmaker", standalone_mode=False
        )  # of ``ctx.exit``; commands themselves return nothing
        sys.exit(code if isinstance(code, int) else 0)
    except click.Abort:
        click.echo("已中断 / interrupted", err=True)
        sys.exit(130)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as fault:  # noqa: BLE001 - the last line of defence: every fault becomes a sentence
        from matchmaker.cli.common import explain

        sys.exit(explain(fault))


if __name__ == "__main__":
    main()
