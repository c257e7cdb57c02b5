"""``init`` and ``config``: an installation in one folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from indexer.engine import Engine
    from matchmaker.bootstrap import Application
    from matchmaker.config import Settings

#: The password of an address: after the user's name, or as a parameter.
_PASSWORD = re.compile(r"(?<=://)([^:/@]*):[^@]*@|([?&]password)=[^&]*")


@click.command()
@click.option(
    "--model",
    "packed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Packed model file, where its package does not install on this platform.",
)
@click.pass_context
def init(ctx: click.Context, packed: Path | None) -> None:
    """Prepare an installation: settings file, database, embedding model, empty index.

    Everything lies in one folder (--home). It can be run again: what is there is kept, what is missing or
    broken is made anew, and an older database is brought up to date.
    """
    from matchmaker.config import load

    prepare(load(ctx.find_root().obj["home"]), packed).close()


def prepare(settings: Settings, packed: Path | None = None) -> Application:
    """The steps of ``init``, told as they go; returns the ready application."""
    from indexer.offline_model import FOLDER_NAME, build
    from matchmaker import bootstrap
    from matchmaker.cli.common import say
    from matchmaker.config import use_timezone
    from matchmaker.storage import schema

    use_timezone(settings.timezone)
    say(f"安装文件夹 / installation: {settings.home}")
    settings.home.mkdir(parents=True, exist_ok=True)
    _write_settings_file(settings)
    if not settings.model:
        chosen = packed or (Path(settings.model_file) if settings.model_file else None)
        build(settings.models_folder / FOLDER_NAME, chosen, lambda line: say(f"  模型 / model: {line}"))
    app = bootstrap.build(settings)
    say("数据库 / database: " + schema.upgrade(app.database))
    app.secret()
    health = _sound_index(app).health()
    say(f"索引 / index: {health.engine} {health.generation}, {sum(health.documents.values())} documents")
    return app


def _sound_index(app: Application) -> Engine:
    """The index; one that is broken, or was built by another model or version, is built again."""
    from indexer.engine import IndexBroken, IndexMismatch
    from matchmaker.cli.common import progress, say
    from matchmaker.indexing import sync
    from matchmaker.jobs.worker import index_lease

    try:
        return app.index
    except (IndexMismatch, IndexBroken) as fault:
        say(f"索引需要重建 / the index must be built again: {fault}")
    with index_lease(app) as beat, progress("索引 / index") as tell:
        sync.rebuild(app, tell, beat)
    return app.index


def _write_settings_file(settings: Settings) -> None:
    """A settings file in which every setting stands as a comment, unless there is one."""
    from matchmaker.config import FILE_NAME, HELP

    path = settings.home / FILE_NAME
    if path.exists():
        return
    lines = ["# Settings of this installation; MATCHMAKER_<NAME> in the environment wins over this file.", ""]
    for name, text in HELP.items():
        if name != "home":
            value = getattr(type(settings)(home=settings.home), name)
            lines += [
                f"# {text}",
                f"# {name} = {value if isinstance(value, int) else chr(34) + value + chr(34)}",
                "",
            ]
    path.write_text("\n".join(lines), "utf-8")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def config(ctx: click.Context, *, as_json: bool) -> None:
    """Show the settings, what each is for, and whether they hold; secrets are hidden."""
    from matchmaker.cli.common import print_json, table
    from matchmaker.config import HELP, load

    settings = load(ctx.find_root().obj["home"])
    values = {name: getattr(settings, name) for name in HELP}
    values["database_url"] = settings.database
    values = {name: _without_secret(name, value) for name, value in values.items()}
    if as_json:
        print_json(values)
    else:
        click.echo(
            table([[name, str(values[name]), HELP[name]] for name in HELP], ["setting", "value", "what"])
        )


def _without_secret(name: str, value: object) -> object:
    """What may be shown of a setting, for instance to whoever is asked for help."""
    if name.endswith("_api_key"):
        return "***" if value else ""
    if not name.endswith("_url"):
        return value
    urls = str(value).split(",") if name == "elasticsearch_url" else [str(value)]
    return ",".join(_PASSWORD.sub(_hidden, url) for url in urls)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[2]}=***" if found[2] else f"{found[1]}:***@"
