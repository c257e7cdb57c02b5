"""``account``: the first administrator, and help for people who cannot get in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from matchmaker.bootstrap import Application
    from matchmaker.models import Account
    from matchmaker.storage.unit_of_work import UnitOfWork

#: As in services.accounts, which is not loaded for --help.
ROLES = (
    "enterprise",
    "expert",
    "body_liaison",
    "territory_liaison",
    "broker",
    "organizer",
    "administrator",
)


@click.group()
def account() -> None:
    """Make, list, reset, close, link accounts of people."""


@account.command()
@click.option("--name", required=True, help="As it is shown.")
@click.option("--phone", default="", help="Mobile number, a way to log in.")
@click.option("--username", default="", help="User name, another way to log in.")
@click.option("--email", default="", help="E-mail, a third one.")
@click.option("--administrator", is_flag=True, help="Short for --role administrator.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be repeated.")
@click.option(
    "--organization", "bodies", multiple=True, help="Name, code or organization:7; may be repeated."
)
@click.option("--expert", default="", help="His record: name or expert:12.")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@click.pass_context
def create(
    ctx: click.Context, *, name: str, phone: str, username: str, email: str, administrator: bool,
    roles: tuple[str, ...], bodies: tuple[str, ...], expert: str, ask: bool,
) -> None:  # fmt: skip
    """Make an account; a password that was made is printed once and must be changed at the first log-in."""
    from matchmaker.cli.common import application
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import account_changes, account_lookups
    from matchmaker.services.account_changes import Person, Standing

    wanted = [*roles, *(["administrator"] if administrator else [])]
    if not wanted:
        raise click.UsageError("Name a --role, or --administrator.")
    password, digest = _password(ask=ask, own=(name, phone, username))
    with application(ctx) as app, app.unit_of_work() as uow:
        numbers = [account_lookups.body(uow, each) for each in bodies]
        standing = Standing(wanted, numbers, account_lookups.expert(uow, expert, *numbers[:1]))
        person = Person(name, phone, username, email, digest, must_change=not ask)
        made = account_changes.create(uow, SYSTEM, person, standing)
        _tell(made, password)


@account.command("list")
@click.option("--state", type=click.Choice(["waiting", "active", "closed"]), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def list_(ctx: click.Context, state: str | None, *, as_json: bool) -> None:
    """Show who has an account."""
    from matchmaker.cli.common import application, print_json, table

    with application(ctx) as app:
        rows = [_row(each) for each in _all(app, state or "")]
    if as_json:
        print_json(rows)
        return
    heads = ["id", "name", "phone", "username", "state", "roles", "organizations"]
    lines = [
        [", ".join(cell) if isinstance(cell, list) else str(cell or "") for cell in row.values()]
        for row in rows
    ]
    click.echo(table(lines, heads))


@account.command()
@click.argument("who")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@click.pass_context
def reset(ctx: click.Context, who: str, *, ask: bool) -> None:
    """Set a temporary password for WHO (phone, user name, e-mail or number); all his sessions end.

    His second factor is switched off too: whoever is at the server's console is trusted.
    """
    from matchmaker.cli.common import application
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import password_changes, second_factors

    with application(ctx) as app:
        password, digest = _password(ask=ask, own=(who,))
        with app.unit_of_work() as uow:
            number = _find(uow, who)
            changed = password_changes.give(uow, SYSTEM, number, digest)
            if changed.totp_since is not None:
                second_factors.clear(uow, SYSTEM, number)
            _tell(changed, password)


@account.command()
@click.argument("who")
@click.option("--reason", default="", help="For the history.")
@click.pass_context
def close(ctx: click.Context, who: str, reason: str) -> None:
    """Close the account of WHO: sessions and tokens end at once."""
    from matchmaker.cli.common import application, say
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import account_changes

    with application(ctx) as app, app.unit_of_work() as uow:
        closed = account_changes.close(uow, SYSTEM, _find(uow, who), reason)
        say(f"已停用 / closed: {closed.name}")


@account.command()
@click.argument("who")
@click.option(
    "--organization", "bodies", multiple=True, help="Name, code or organization:7; may be repeated."
)
@click.option("--expert", default="", help="His record: name or expert:12.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="In place of his roles.")
@click.pass_context
def link(ctx: click.Context, who: str, bodies: tuple[str, ...], expert: str, roles: tuple[str, ...]) -> None:
    """Link the account of WHO with bodies, an expert record, roles; what is not named stays as it is."""
    from matchmaker.cli.common import application, say
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import account_changes, account_lookups, accounts
    from matchmaker.services.account_changes import Standing

    with application(ctx) as app, app.unit_of_work() as uow:
        held = accounts.get(uow, SYSTEM, _find(uow, who))
        numbers = [account_lookups.body(uow, each) for each in bodies]
        numbers = numbers or [each.organization_id for each in held.memberships]
        record = account_lookups.expert(uow, expert, *numbers[:1]) if expert else held.expert_id
        account_changes.change(uow, SYSTEM, held.id, Standing(roles or held.roles, numbers, record))
        say(f"已关联 / linked: {held.name}")


def _password(*, ask: bool, own: tuple[str, ...]) -> tuple[str, str]:
    """The password, "" when it was typed and needs no printing; and its digest."""
    from matchmaker.services import password_changes

    if not ask:
        text = password_changes.generated()
        return text, password_changes.hashed(text)
    typed = click.prompt("密码 / password", hide_input=True)
    again = click.prompt("再输入一次 / again", hide_input=True)
    return "", password_changes.checked(typed, again, *own)


def _tell(made: Account, password: str) -> None:
    """What somebody needs to log in, on standard output."""
    names = " / ".join(filter(None, (made.phone, made.username, made.email)))
    click.echo(f"账号 / account {made.id}: {made.name}，登录名 / log-in: {names}")
    if password:
        click.echo(f"临时密码 / temporary password: {password}")


def _find(uow: UnitOfWork, who: str) -> int:
    from matchmaker.errors import NotFound
    from matchmaker.identity.names import log_in_name
    from matchmaker.messages import Message
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import accounts

    found = accounts.by_names(uow, *log_in_name(who))
    if found is not None:
        return found.id
    if who.isascii() and who.isdigit() and len(who) < 10:
        return accounts.get(uow, SYSTEM, int(who)).id
    raise NotFound(
        Message("没有登录名为“%(who)s”的账号。", {"who": who[:60]}),
        hint=Message("可用 matchmaker account list 查看全部账号。"),
    )


def _all(app: Application, state: str) -> list[Account]:
    from matchmaker.permissions import SYSTEM
    from matchmaker.services import accounts

    found: list[Account] = []
    with app.reading() as uow:
        number, pages = 0, 1
        while number < pages:
            number += 1
            page = accounts.listing(uow, SYSTEM, accounts.AccountFilter(state=state), number, 500)
            pages = page.pages
            found += page.rows
    return found


def _row(each: Account) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.name,
        "phone": each.phone,
        "username": each.username,
        "state": each.state,
        "roles": list(each.roles),
        "organizations": [membership.organization.name for membership in each.memberships],
    }
