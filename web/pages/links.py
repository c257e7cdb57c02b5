"""专属链接: one question, answered without an account; tells nothing to whoever comes too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.errors import Conflict, InvalidInput, NotFound
from matchmaker.permissions import Actor
from matchmaker.services import answers, secret_links
from matchmaker.services.answers import Asked
from web.answering import checked, faults_of, given
from web.i18n import tell
from web.request import application
from web.security import csrf

blueprint = Blueprint("links", __name__)


@blueprint.before_request
def hide() -> None:
    """The address is the key: it stands in no log and on no paper."""
    g.hides_address = True


@blueprint.after_request
def kept_secret(response: Response) -> Response:
    """Pages under a secret address leave no trace of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/l/<key>")
def show(key: str) -> ResponseReturnValue:
    """The question with what is known already, or why it needs no answer any more."""
    found = opened(key)
    if found.purpose.page and found.over is None:
        return redirect(url_for(found.purpose.page, key=key), 303)
    return _page(key, found, found.values, {})


@blueprint.post("/l/<key>")
def answer(key: str) -> ResponseReturnValue:
    """Takes the answer; with faults the form comes back as it was filled in."""
    app, found = application(), opened(key)
    if found.over is not None:
        return _page(key, found, {}, {}, status=410)
    typed = given(found.purpose, request.form)
    try:
        values = checked(found.link.purpose, typed)
        with app.unit_of_work() as uow:
            link = secret_links.find(uow, app.secret(), key, to_answer=True)
            actor = Actor("visitor", f"{link.recipient or '某人'}（专属链接）")
            answers.give(uow, actor, link, values, app.clock(), revision=_revision())
    except InvalidInput as fault:
        return _page(key, found, typed, faults_of(fault) or {"": tell(fault.message)}, status=422)
    except Conflict as fault:
        return _page(key, opened(key), typed, {"": f"{tell(fault.message)}{tell(fault.hint)}"}, status=409)
    return make_response(render_template("pages/link_done.html", asked=found, key=key))


#: Who knows the address may answer: it is the token of this form.
csrf.exempt(answer)


def _revision() -> int | None:
    """The answer that the form began with; None for a form that does not say."""
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def opened(key: str) -> Asked:
    """What the link shows; a wrong one is counted against its sender's address."""
    app = application()
    at, address = app.clock(), request.remote_addr or ""
    with app.reading() as uow:
        secret_links.refuse_guessing(uow, address, at)
    try:
        with app.unit_of_work() as uow:
            link = secret_links.find(uow, app.secret(), key)
            answers.seen(link, at)
            return answers.asked(uow, link, at)
    except NotFound:
        with app.unit_of_work() as uow:
            secret_links.missed(uow, address, at)
        raise


def _page(
    key: str, found: Asked, values: Mapping[str, Any], faults: dict[str, str], *, status: int = 200
) -> Response:
    if found.over is not None:
        page = render_template(
            "pages/link_over.html", asked=found, contact=application().settings.office_contact
        )
        return make_response(page, 410)
    page = render_template(
        "pages/link.html", asked=found, key=key, values=values, faults=faults,
        contact=application().settings.office_contact,
    )  # fmt: skip
    return make_response(page, status)
