"""时间和意愿: when somebody can, how often, whom he wants to meet; by account, by link, on his behalf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.permissions import Actor, require
from matchmaker.services import answers, asking_wishes, event_wishes, events, pairs, preferring, secret_links
from matchmaker.services.preferring import WISHES, Choice, Sheet
from web.i18n import _, tell
from web.pages import links
from web.request import actor, application
from web.schemas.parsing import load
from web.schemas.preferring import DemandIn, WishesIn
from web.security import csrf

if TYPE_CHECKING:
    from matchmaker.models import Attendee, EventPair

blueprint = Blueprint("preferring", __name__)

#: Pairs of one page.
PAGE = 100


@blueprint.get("/events/<int:number>/wishes")
def listing(number: int) -> str:
    """Who has told hours and wishes, who has not; asking and reminding them."""
    app = application()
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        people = asking_wishes.everybody(uow, actor(), event)
        told = asking_wishes.told_wishes(uow, event.id)
        return render_template(
            "pages/event_wishes.html", event=event, people=people, told=told, wishes=WISHES
        )


@blueprint.post("/events/<int:number>/wishes/ask")
def ask(number: int) -> ResponseReturnValue:
    """A message with a secret link for each of the chosen, or for everybody who has told nothing."""
    app = application()
    chosen = [int(each) for each in request.form.getlist("who") if each.isascii() and each.isdigit()][:1000]
    today = app.today()
    with app.unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        if request.form.get("all") == "1":
            chosen = [each.id for each in asking_wishes.silent(uow, event.id)]
        made = asking_wishes.ask(uow, actor(), event, chosen, today)
    if made:
        flash(_("已发给 %(n)s 人；没有账号的列在电话清单中。", n=len(made)), "done")
    else:
        flash(_("没有需要提醒的人：请勾选，或所有人都已填写。"), "attention")
    return redirect(url_for("preferring.listing", number=number), 303)


@blueprint.get("/events/<int:number>/wishes/<int:attendee>")
def show(number: int, attendee: int) -> ResponseReturnValue:
    """The form of one person, for himself, who answers for him, and the office."""
    app = application()
    with app.reading() as uow:
        row = preferring.get(uow, actor(), attendee)
        found = preferring.sheet(uow, row)
        return _page(found, _given(found), {}, action=url_for(".save", number=number, attendee=attendee))


@blueprint.post("/events/<int:number>/wishes/<int:attendee>")
def save(number: int, attendee: int) -> ResponseReturnValue:
    """Takes it; with faults the form comes back as it was filled in."""
    app, at, today = application(), application().clock(), application().today()
    try:
        choice = _read()
        with app.unit_of_work() as uow:
            row = preferring.get(uow, actor(), attendee, to_change=True)
            who = actor() if _is_own(actor(), row) else actor().acting_for(row.name)
            preferring.choose(uow, who, row, choice, at=at, today=today, known=request.form.get("known", ""))
    except (InvalidInput, Conflict) as fault:
        with app.reading() as uow:
            found = preferring.sheet(uow, preferring.get(uow, actor(), attendee))
            return _refused(found, fault, url_for(".save", number=number, attendee=attendee))
    flash(_("已保存。排程时会用到，截止前可以再改。"), "done")
    back = "preferring.listing" if actor().is_office else "preferring.show"
    values: dict[str, Any] = (
        {"number": number} if actor().is_office else {"number": number, "attendee": attendee}
    )
    return redirect(url_for(back, **values), 303)


@blueprint.get("/l/<key>/wishes")
def by_link(key: str) -> ResponseReturnValue:
    """The same form for whoever holds the secret link."""
    links.hide()
    opened = links.opened(key)
    if opened.over is not None or opened.link.purpose != "event_wishes":
        return redirect(url_for("links.show", key=key), 303)
    with application().reading() as uow:
        found = preferring.sheet(uow, event_wishes.attendee_of(uow, opened.link))
        page = _page(found, _given(found), {}, action=url_for(".by_link_save", key=key), by_link=True)
    return links.kept_secret(page)


@blueprint.post("/l/<key>/wishes")
def by_link_save(key: str) -> ResponseReturnValue:
    """Takes what the bearer of the link tells."""
    links.hide()
    app, opened = application(), links.opened(key)
    if opened.over is not None or opened.link.purpose != "event_wishes":
        return redirect(url_for("links.show", key=key), 303)
    at, today, known = app.clock(), app.today(), request.form.get("known", "")
    who = Actor("visitor", f"{opened.link.recipient or '某人'}（专属链接）")
    try:
        choice = _read()
        with app.unit_of_work() as uow:
            link = secret_links.find(uow, app.secret(), key, to_answer=True)
            row = event_wishes.attendee_of(uow, link, to_change=True)
            preferring.choose(uow, who, row, choice, at=at, today=today, known=known)
            answers.done(uow, who, link, {}, at)
    except (InvalidInput, Conflict) as fault:
        with app.reading() as uow:
            found = preferring.sheet(uow, event_wishes.attendee_of(uow, opened.link))
            page = _refused(found, fault, url_for(".by_link_save", key=key), by_link=True)
        return links.kept_secret(page)
    done = make_response(render_template("pages/link_done.html", asked=opened, key=key))
    return links.kept_secret(done)


csrf.exempt(by_link_save)


@blueprint.get("/events/<int:number>/pairs")
def pairs_of(number: int) -> str:
    """All pairs with scores and both wishes, for the organizer; what is held in every plan."""
    app = application()
    require(actor(), "plan:read")
    at = max(request.args.get("page", 1, type=int), 1)
    with app.reading() as uow:
        event = events.get(uow, actor(), number)
        found = pairs.of(uow, event, only_coming=False)
        wanted = request.args.get("show", "")
        kept = [pair for pair in found if _is_wanted(pair, wanted)]
        return render_template(
            "pages/event_pairs.html",
            event=event,
            rows=kept[(at - 1) * PAGE : at * PAGE],
            total=len(kept),
            at=at,
            pages=max(-(-len(kept) // PAGE), 1),
            wanted=wanted,
            lacking=pairs.lacking(uow, event.id),
            bars=pairs.BARS,
            wishes=WISHES,
            sessions=[(str(each.position), each.name) for each in event.sessions],
        )


def _is_wanted(pair: EventPair, wanted: str) -> bool:
    kinds: dict[str, bool] = {
        "wished": bool(pair.expert_wish or pair.problem_wish),
        "must": pair.must,
        "veto": "veto" in (pair.expert_wish, pair.problem_wish),
        "barred": bool(pair.barred),
        "match": pairs.is_match(pair),
    }
    return kinds.get(wanted, True)


@blueprint.post("/events/<int:number>/pairs/score")
def score(number: int) -> ResponseReturnValue:
    """Asks for the scores of all pairs anew; a worker computes them."""
    require(actor(), "plan:run")
    with application().unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        pairs.scored_again(uow, event.id)
    flash(_("正在后台计算匹配，几秒后刷新即可看到。"), "done")
    return redirect(url_for("preferring.pairs_of", number=number), 303)


@blueprint.post("/events/<int:number>/pairs/<int:pair>")
def demand(number: int, pair: int) -> ResponseReturnValue:
    """The organizer's word on a pair: held in every plan, in which session."""
    form = load(DemandIn(), _plain(request.form))
    with application().unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        session = form["session"] if form["session"] in {each.position for each in event.sessions} else None
        pairs.demand(uow, actor(), event, pair, must=form["must"], session=session)
    flash(_("已保存，下次排程生效。"), "done")
    return redirect(
        url_for(
            "preferring.pairs_of", number=number, show=request.args.get("show"), page=request.args.get("page")
        ),
        303,
    )


def _is_own(who: Actor, row: Attendee) -> bool:
    own = row.expert_id is not None and row.expert_id == who.expert
    return own or (row.account_id is not None and row.account_id == who.account)


def _read() -> Choice:
    form = load(WishesIn(), _plain(request.form))
    wishes = {
        name[5:]: value for name, value in request.form.items() if name.startswith("wish-") and len(name) < 40
    }
    return Choice(wishes, frozenset(form["away"]), form["most"], form["in_a_row"], form["note"])


def _plain(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields of the schema, without empty ones: a row of wishes has names of its own."""
    return MultiDict(
        (name, value) for name, value in form.items(multi=True) if value and not name.startswith("wish-")
    )


def _given(found: Sheet) -> dict[str, Any]:
    row = found.attendee
    return {
        "away": {str(position) for position in row.unavailable},
        "most": "" if row.most is None else str(row.most),
        "in_a_row": "" if row.most_in_a_row is None else str(row.most_in_a_row),
        "note": row.note,
        "wishes": {line.key: line.wish for line in found.lines},
        "known": found.known,
    }


def _refused(found: Sheet, fault: InvalidInput | Conflict, action: str, *, by_link: bool = False) -> Response:
    """The form as it was filled in, with what is wrong; after a conflict it overwrites when sent again."""
    typed = {
        "away": set(request.form.getlist("away")),
        "most": request.form.get("most", ""),
        "in_a_row": request.form.get("in_a_row", ""),
        "note": request.form.get("note", ""),
        "wishes": {line.key: request.form.get(f"wish-{line.key}", line.wish) for line in found.lines},
        "known": found.known,
    }
    fields = fault.fields if isinstance(fault, InvalidInput) else {}
    faults = {name.partition(".")[0]: tell(message) for name, message in fields.items()}
    told = "".join(tell(part) for part in (fault.message, fault.hint) if part)
    page = _page(found, typed, faults or {"": told}, action=action, by_link=by_link)
    page.status_code = 409 if isinstance(fault, Conflict) else 422
    return page


def _page(
    found: Sheet, given: dict[str, Any], faults: dict[str, str], *, action: str, by_link: bool = False
) -> Response:
    return make_response(
        render_template(
            "pages/event_wish.html",
            sheet=found,
            given=given,
            faults=faults,
            action=action,
            by_link=by_link,
            wishes=WISHES,
            most_must=preferring.MOST_MUST,
            contact=application().settings.office_contact,
        )
    )
