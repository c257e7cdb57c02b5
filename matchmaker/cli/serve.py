"""``serve``, ``work`` and ``link``: the site and its background work."""

from __future__ import annotations

import logging
import signal
import threading
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application

log = logging.getLogger(__name__)

#: How the site listens: a browser keeps its connection open, so that a busy hall holds hundreds at once.
SERVER: dict[str, Any] = {"threads": 8, "connection_limit": 1000, "asyncore_use_poll": True}


@click.command()
@click.option("--host", help="Address to listen on (setting host).")
@click.option("--port", type=int, help="Port to listen on (setting port).")
@click.option("--no-work", is_flag=True, help="Leave background jobs to 'matchmaker work'.")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None, *, no_work: bool) -> None:
    """Serve the site; background jobs run in a thread beside it unless --no-work."""
    from matchmaker.cli.common import application

    with application(ctx) as app:
        run_site(app, host or app.settings.host, port or app.settings.port, work=not no_work)


def run_site(app: Application, host: str, port: int, *, work: bool) -> None:
    """Serves until interrupted; prints where, and how to enter as organizer."""
    import waitress

    from matchmaker.cli.common import say
    from matchmaker.jobs.worker import Worker
    from web.app import create_app
    from web.auth import organizer_link

    stop = threading.Event()
    thread = threading.Thread(target=Worker(app, stop).run, name="worker", daemon=True)
    if work:
        thread.start()
    threading.Thread(target=_warm, args=(app,), name="warming", daemon=True).start()
    base = f"http://{host}:{port}"
    say(f"网站 / site: {base}")
    say(f"组织者登录 / organizer log-in: {organizer_link(app, base)}")
    say("Ctrl-C 结束 / ends it")
    try:
        waitress.serve(create_app(app), host=host, port=port, _quiet=True, **SERVER)
    finally:
        stop.set()
        if work:
            thread.join(timeout=30)


def _warm(app: Application) -> None:
    """Makes the first questions fast; whatever fails is told by the question that needs it."""
    from indexer.embedder import EmbedderError
    from indexer.engine import EngineError
    from matchmaker.errors import MatchmakerError
    from matchmaker.matching.warming import warm

    try:
        warm(app.index, app.embedder)
    except (EngineError, EmbedderError, MatchmakerError) as fault:
        log.info("nothing was loaded beforehand: %s", fault)


@click.command()
@click.option("--drain", is_flag=True, help="End when nothing is due.")
@click.pass_context
def work(ctx: click.Context, *, drain: bool) -> None:
    """Run background jobs until stopped: imports, index updates, rebuilds, checks."""
    from matchmaker.cli.common import application, say
    from matchmaker.jobs.worker import Worker

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with application(ctx) as app:
        worker = Worker(app, stop)
        say(f"worker {worker.name}")
        if drain:
            worker.drain()
        else:
            worker.run()


@click.command()
@click.option("--base", metavar="URL", help="Address of the site (else from host and port).")
@click.pass_context
def link(ctx: click.Context, base: str | None) -> None:
    """Print a link that logs an organizer in (valid for 12 hours)."""
    from matchmaker.cli.common import application
    from web.auth import organizer_link

    with application(ctx) as app:
        click.echo(organizer_link(app, base or f"http://{app.settings.host}:{app.settings.port}"))
