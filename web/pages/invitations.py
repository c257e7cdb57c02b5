"""邀请: a link with role and body, a short text to copy, and what became of earlier ones."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import InvalidInput
from matchmaker.permissions import require
from matchmaker.services import account_lookups, accounts, invitations
from web.faults import by_field, shown_again
from web.formats import told
from web.i18n import _, tell
from web.request import actor, application, page_number
from web.schemas.accounts import InvitationForm
from web.schemas.parsing import load

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")


@blueprint.get("")
def listing() -> str:
    """The form, and the invitations so far."""
    require(actor(), "account:invite")
    return _page(request.args, {})


@blueprint.post("")
def invite() -> ResponseReturnValue:
    """Makes a link, which is shown once."""
    app = application()
    require(actor(), "account:invite")
    try:
        given = load(InvitationForm(), request.form)
        with app.unit_of_work() as uow:
            text = given["organization"]
            body = account_lookups.body(uow, text) if text else None
            wanted = invitations.Wanted(
                given["role"], body, account_lookups.expert(uow, given["expert"], body),
                given["name"], given["phone"], given["note"],
            )  # fmt: skip
            row, key = invitations.invite(uow, actor(), wanted, at=app.clock())
            link = url_for("register.join", key=key, _external=True)
            message = tell(invitations.text_for(row, link, app.settings.site_name))
    except InvalidInput as fault:
        return shown_again(fault, _page(request.form, by_field(fault)))
    return render_template("pages/invited.html", row=row, link=link, message=message)


@blueprint.post("/<int:number>/withdraw")
def withdraw(number: int) -> ResponseReturnValue:
    """The link opens nothing any more."""
    with application().unit_of_work() as uow:
        invitations.withdraw(uow, actor(), number)
    flash(_("邀请已撤回，链接不再有效。"), "done")
    return redirect(url_for("invitations.listing"), 303)


def _page(given: Any, faults: dict[str, str]) -> str:
    app = application()
    with app.reading() as uow:
        gives = accounts.gives(actor())
        return render_template(
            "pages/invitations.html",
            page=invitations.listing(uow, actor(), page_number()),
            given=given,
            faults=faults,
            roles=[(code, name) for code, name in told(accounts.ROLE_NAMES) if code in gives],
            role_names=accounts.ROLE_NAMES,
            bodies=account_lookups.offered(uow, actor()),
            days=invitations.DAYS,
            now=app.clock(),
        )
