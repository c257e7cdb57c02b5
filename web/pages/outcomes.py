"""结果卡: what came of each meeting, told by both sides, by link, from paper; settled by the organizer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, NotFound
from matchmaker.messages import Message
from matchmaker.permissions import Actor, require
from matchmaker.services import events, outcome_links, outcomes, secret_links
from matchmaker.services.history import words_of
from matchmaker.services.outcome_rules import CONTRADICTIONS, HAPPENED, SETTLEABLE
from matchmaker.services.outcomes import SIDES, VIAS, Settlement, Shown
from web.i18n import _, tell
from web.outcome_cards import (
    READY,
    SIDE_KEYS,
    GridFault,
    Row,
    card_of,
    faults_of,
    numbered,
    read,
    rows_of,
    typed_of,
)
from web.pages import links
from web.request import actor, application
from web.schemas.outcomes import SettlementIn
from web.schemas.parsing import load
from web.security import csrf

blueprint = Blueprint("outcomes", __name__)

#: What a list shows → its name.
TABS: dict[str, Message] = {
    "": Message("全部"),
    "silent": Message("没有结果卡"),
    "contradicted": Message("说法不一"),
    "pending": Message("意向待确认"),
    "intention": Message("已达成意向"),
}


@blueprint.get("/events/<int:number>/outcomes")
def listing(number: int) -> str:
    """Every meeting that the reader may tell of, with what is known of it."""
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        found = outcomes.listing(uow, actor(), event)
        wanted = request.args.get("show", "")
        return render_template(
            "pages/outcomes.html",
            event=event,
            rows=[row for row in found if _is_wanted(row, wanted)],
            counts={tab: sum(_is_wanted(row, tab) for row in found) for tab in TABS},
            tabs=TABS,
            wanted=wanted if wanted in TABS else "",
            slots={slot.position: slot for slot in event.slots},
            names=HAPPENED,
            contradictions=CONTRADICTIONS,
            sides=SIDES,
            may_tell=outcomes.may_tell(actor(), event),
            office=actor().is_office,
        )


@blueprint.post("/events/<int:number>/outcomes/ask")
def ask(number: int) -> ResponseReturnValue:
    """A message with a secret link for everybody whose cards are missing."""
    with application().unit_of_work() as uow:
        event = events.get(uow, actor(), number)
        made = outcome_links.ask(uow, actor(), event)
    if made:
        flash(_("已发给 %(n)s 人；没有账号的列在电话清单中。", n=len(made)), "done")
    else:
        flash(_("结果卡都已填齐，没有需要提醒的人。"), "attention")
    return redirect(url_for("outcomes.listing", number=number), 303)


@blueprint.get("/events/<int:number>/outcomes/<int:meeting>")
def show(number: int, meeting: int) -> str:
    """One meeting: the reader's card, or for the office both cards, its word and what was changed."""
    return _shown(number, meeting)


@blueprint.post("/events/<int:number>/outcomes/<int:meeting>/<side>")
def tell_of(number: int, meeting: int, side: str) -> ResponseReturnValue:
    """Takes the card of one side; with faults it comes back as it was filled in."""
    app = application()
    if side not in SIDES:
        raise NotFound(Message("没有这一方的结果卡。"), hint=Message("请从洽谈列表中打开。"))
    try:
        card, revision = card_of(request.form)
        with app.unit_of_work() as uow:
            _of(uow, number, meeting)
            via = "paper" if actor().is_office else "page"
            outcomes.tell(uow, actor(), meeting, side, card, at=app.clock(), via=via, revision=revision)
    except (InvalidInput, Conflict) as fault:
        return _shown(number, meeting, side=side, typed=request.form, fault=fault), fault.status
    flash(_("结果卡已保存，谢谢。"), "done")
    if actor().is_office:
        return redirect(url_for("outcomes.show", number=number, meeting=meeting), 303)
    return redirect(url_for("outcomes.listing", number=number), 303)


@blueprint.post("/events/<int:number>/outcomes/<int:meeting>/settle")
def settle(number: int, meeting: int) -> ResponseReturnValue:
    """The organizer says what holds, with a reason."""
    app = application()
    try:
        given = load(SettlementIn(), request.form)
        word = Settlement(
            given["happened"], given["reason"], given["result"], tuple(given["ways"]), given["amount"]
        )
        with app.unit_of_work() as uow:
            _of(uow, number, meeting)
            outcomes.settle(uow, actor(), meeting, word, at=app.clock())
    except (InvalidInput, Conflict) as fault:
        return _shown(number, meeting, side="settle", typed=request.form, fault=fault), fault.status
    flash(_("裁定已保存。"), "done")
    return redirect(url_for("outcomes.show", number=number, meeting=meeting), 303)


@blueprint.post("/events/<int:number>/outcomes/<int:meeting>/reopen")
def reopen(number: int, meeting: int) -> ResponseReturnValue:
    """The organizer takes his word back."""
    app = application()
    with app.unit_of_work() as uow:
        _of(uow, number, meeting)
        outcomes.reopen(uow, actor(), meeting, at=app.clock())
    flash(_("裁定已撤回，以双方的结果卡为准。"), "done")
    return redirect(url_for("outcomes.show", number=number, meeting=meeting), 303)


@blueprint.get("/events/<int:number>/outcomes/grid")
def grid(number: int) -> str:
    """Empty lines for paper cards: one card a line, by keyboard alone."""
    require(actor(), "meeting:settle")
    return _grid(number, [])


@blueprint.post("/events/<int:number>/outcomes/grid")
def save_grid(number: int) -> ResponseReturnValue:
    """Saves every line that holds; the others stay as they were typed, with the fault beside the cell."""
    require(actor(), "meeting:settle")
    saved, faulty = 0, []
    for row in rows_of(request.form):
        fault = _saved(number, row)
        if fault is None:
            saved += 1
        else:
            faulty.append(fault)
    if faulty:
        return _grid(number, faulty, saved=saved), 422
    flash(_("已保存 %(n)s 张结果卡。", n=saved), "done")
    return redirect(url_for("outcomes.grid", number=number), 303)


@blueprint.get("/l/<key>/outcomes")
def by_link(key: str) -> ResponseReturnValue:
    """The cards of whoever holds the secret link, the first empty one open."""
    return _by_link(key)


@blueprint.post("/l/<key>/outcomes/<int:meeting>")
def by_link_save(key: str, meeting: int) -> ResponseReturnValue:
    """Takes one of them."""
    links.hide()
    app, opened = application(), links.opened(key)
    if opened.over is not None or opened.link.purpose != outcome_links.PURPOSE:
        return redirect(url_for("links.show", key=key), 303)
    who = Actor("visitor", f"{opened.link.recipient or '某人'}（专属链接）")
    try:
        card, revision = card_of(request.form)
        with app.unit_of_work() as uow:
            link = secret_links.find(uow, app.secret(), key, to_answer=True)
            outcome_links.take(uow, who, link, meeting, card, at=app.clock(), revision=revision)
    except (InvalidInput, Conflict) as fault:
        return _by_link(key, meeting=meeting, typed=request.form, fault=fault)
    return links.kept_secret(
        make_response(redirect(url_for("outcomes.by_link", key=key, saved=meeting), 303))
    )


#: Who knows the address may answer: it is the token of this form.
csrf.exempt(by_link_save)


def _by_link(
    key: str, *, meeting: int = 0, typed: Any = None, fault: MatchmakerError | None = None
) -> ResponseReturnValue:
    links.hide()
    opened = links.opened(key)
    if opened.over is not None or opened.link.purpose != outcome_links.PURPOSE:
        return redirect(url_for("links.show", key=key), 303)
    with application().reading() as uow:
        person, rows = outcome_links.own(uow, opened.link)
        side = outcome_links.side_of(person)
        cards = {row.id: next((card for card in row.cards if card.side == side), None) for row in rows}
        asked = request.args.get("meeting", "")
        wanted = meeting or (int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0)
        empty = next((row.id for row in rows if cards[row.id] is None), 0)
        page = render_template(
            "pages/outcome_link.html",
            asked=opened,
            key=key,
            person=person,
            rows=rows,
            cards=cards,
            open=wanted if wanted in cards else empty,
            names={row.id: outcome_links.counterpart(row, side) for row in rows},
            slots={slot.position: slot for slot in person.event.slots},
            typed=typed,
            cards_typed=typed_of,
            is_typed=typed is not None,
            faults=faults_of(fault) if fault else {},
            fault=fault,
            left=sum(card is None for card in cards.values()),
            contact=application().settings.office_contact,
        )
        answer = make_response(page, fault.status if fault else 200)
    return links.kept_secret(answer)


def _shown(
    number: int, meeting: int, *, side: str = "", typed: Any = None, fault: MatchmakerError | None = None
) -> str:
    """The page of one meeting; ``side`` names the form that came back."""
    with application().reading() as uow:
        found = _of(uow, number, meeting)
        event = found.row.event
        forms: dict[str, Any] = {each: typed_of(found.cards.get(each)) for each in found.sides}
        forms["settle"] = _settled(found)
        if typed is not None:
            forms[side] = typed
        return render_template(
            "pages/outcome.html",
            event=event,
            found=found,
            row=found.row,
            slot=next((each for each in event.slots if each.position == found.row.slot), None),
            names=HAPPENED,
            choices={code: HAPPENED[code] for code in HAPPENED if code in SETTLEABLE},
            contradictions=CONTRADICTIONS,
            sides=SIDES,
            vias=VIAS,
            forms=forms,
            faulty=side if fault else "",
            faults=faults_of(fault) if fault else {},
            fault=fault,
            office=actor().is_office,
            may_tell=outcomes.may_tell(actor(), event),
            changes=outcomes.versions(uow, meeting) if actor().is_office else [],
            words=words_of,
        )


def _settled(found: Shown) -> MultiDict[str, str]:
    """The organizer's word, or what the cards suggest for it."""
    word = found.row.settled or {
        "attended": found.verdict.happened or ("met" if found.verdict.says_intention else ""),
        "result": found.verdict.outcome or ("intention" if found.verdict.says_intention else ""),
        "ways": found.verdict.ways,
        "amount_fen": found.verdict.amount_fen,
    }
    fen = word["amount_fen"]
    pairs = [
        ("happened", word["attended"]),
        ("result", word["result"]),
        ("reason", found.row.settled_reason),
        ("amount", "" if fen is None else f"{fen / 1_000_000:.2f}".rstrip("0").rstrip(".")),
        *(("ways", way) for way in word["ways"]),
    ]
    return MultiDict(pairs)


def _of(uow: Any, number: int, meeting: int) -> Shown:
    """The meeting, if it belongs to this event."""
    found = outcomes.get(uow, actor(), meeting)
    if found.row.event_id != number:
        raise outcomes.unknown(meeting)
    return found


def _is_wanted(found: Shown, tab: str) -> bool:
    verdict = found.verdict
    kinds = {
        "silent": not found.row.cards and not verdict.is_settled,
        "contradicted": bool(verdict.contradictions),
        "pending": verdict.is_pending,
        "intention": verdict.counts,
    }
    return kinds.get(tab, True)


def _saved(number: int, row: Row) -> Row | None:
    """Writes one line; None when it holds, else the line with its faults."""
    app = application()
    via = "phone" if request.form.get("via") == "phone" else "paper"
    try:
        meeting, side, card = read(row)
        with app.unit_of_work() as uow:
            _of(uow, number, meeting)
            outcomes.tell(uow, actor(), meeting, side, card, at=app.clock(), via=via, revision=row.revision)
    except GridFault as fault:
        return Row(row.place, row.typed, fault.faults, row.revision)
    except InvalidInput as fault:
        return Row(row.place, row.typed, faults_of(fault), row.revision)
    except NotFound as fault:
        return Row(row.place, row.typed, {"meeting": tell(fault.message)}, row.revision)
    except Conflict as fault:
        with app.reading() as uow:
            kept = _of(uow, number, meeting).cards.get(side)
        told = {"meeting": f"{tell(fault.message)}{tell(fault.hint)}"}
        return Row(row.place, row.typed, told, kept.revision if kept else 0)
    return None


def _grid(number: int, faulty: list[Row], *, saved: int = 0) -> str:
    with application().reading() as uow:
        event = events.get(uow, actor(), number)
        rows = [Row(place, each.typed, each.faults, each.revision) for place, each in enumerate(faulty)]
        rows += [Row(place, {}) for place in range(len(rows), len(rows) + READY)]
        return render_template(
            "pages/outcome_grid.html",
            event=event,
            rows=rows,
            saved=saved,
            numbered=numbered,
            sides=SIDE_KEYS,
            side_names=SIDES,
            faulty=len(faulty),
            may_tell=outcomes.may_tell(actor(), event),
        )
