"""引荐: the list, one introduction with its thread, and every step that can be taken in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from matchmaker import lookups
from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, NotFound
from matchmaker.lifecycle import INTRODUCTION_STATES
from matchmaker.messages import Message
from matchmaker.permissions import allowed
from matchmaker.services import (
    experts,
    introducing,
    introduction_reasons,
    introduction_steps,
    introduction_talk,
    introduction_work,
    introductions,
    problems,
)
from matchmaker.services.introducing import Asked
from matchmaker.services.introduction_records import SIDES
from matchmaker.services.introduction_steps import Meeting
from matchmaker.services.introductions import IntroductionFilter
from web.i18n import _, tell
from web.introduction_parts import exported, links, looked, moment, refused
from web.introductions import KINDS, timeline
from web.request import actor, application, number_argument, page_number
from web.schemas.introductions import AnswerIn, AskIn, FollowerIn, MeetingIn, ReasonIn, WordsIn
from web.schemas.parsing import load
from web.tables import csv_answer

if TYPE_CHECKING:
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("introductions", __name__)

#: Name of a tab → what it is called.
TABS: dict[str, Message] = {
    "": Message("全部"),
    "asked": Message("等待答复"),
    "talking": Message("洽谈中"),
    "intention": Message("达成意向"),
    "ended": Message("已结束"),
}
Step = Callable[["UnitOfWork", dict[str, Any]], object]


@blueprint.get("/introductions")
def listing() -> str:
    """The introductions that concern the reader, by state."""
    app, who, wanted = application(), actor(), _filter()
    with app.reading() as uow:
        page = introductions.listing(uow, who, wanted, page_number())
        figures = allowed(who, "introduction:figures")
        return render_template(
            "pages/introductions.html",
            page=page,
            wanted=wanted,
            tabs=TABS,
            counts=introductions.tab_counts(uow, who, wanted),
            unread=introductions.unread(uow, who, page.rows),
            waiting=introduction_work.waiting(uow, who, app.clock()),
            prompt=introduction_reasons.promptness(uow, who, now=app.clock()) if figures else None,
            firm=lambda row: introductions.firm_of(who, row),
            states=INTRODUCTION_STATES,
            kinds=KINDS,
            follows=who.is_office or "broker" in who.roles,
        )


@blueprint.get("/introductions.csv")
def export() -> Response:
    """The same list as a file, without contacts."""
    heads = (
        _("编号"), _("难题"), _("难题单位"), _("专家"), _("专家单位"), _("发起方"), _("状态"),
        _("发起日期"), _("原因"), _("跟进人"),
    )  # fmt: skip
    with application().unit_of_work() as uow:
        rows = [exported(row) for row in introductions.export(uow, actor(), _filter())]
    return csv_answer("introductions", heads, rows)


@blueprint.get("/introductions/new")
def new() -> str:
    """A form for interest in a pair of problem and expert; without an expert a choice of one's own."""
    if not request.args.get("expert") and number_argument("problem"):
        return _nominate(number_argument("problem") or 0)
    return _new({"message": ""}, {})


@blueprint.post("/introductions")
def create() -> ResponseReturnValue:
    """Asks the other side."""
    app, who = application(), actor()
    try:
        given = load(AskIn(), request.form)
        asked = Asked(given["problem"], given["expert"], given["side"], given["message"])
        _both(asked.problem, asked.expert)
        evidence = lookups.pair(app, who, asked.problem, asked.expert)
        with app.unit_of_work() as uow:
            row = introducing.ask(
                uow,
                who,
                Asked(asked.problem, asked.expert, asked.side, asked.message, evidence),
                now=app.clock(),
                answer_days=app.settings.introduction_answer_days,
                reason_days=app.settings.introduction_reason_days,
            )
            number = row.id
    except (InvalidInput, Conflict) as fault:
        return _new(request.form, _faults(fault), fault), fault.status
    flash(_("已通知对方；答复后会告诉您。"), "done")
    return redirect(url_for("introductions.show", number=number), 303)


@blueprint.get("/introductions/<int:number>")
def show(number: int) -> str:
    """One introduction: the pair, why they match, contacts once both agreed, thread, steps."""
    return _shown(number, {}, {})


@blueprint.post("/introductions/<int:number>/answer")
def answer(number: int) -> ResponseReturnValue:
    """The asked side accepts or declines."""

    def taken(uow: UnitOfWork, given: dict[str, Any]) -> None:
        now = application().clock()
        if given["answer"] == "accept":
            introduction_steps.accept(uow, actor(), number, now=now)
        else:
            introduction_steps.decline(uow, actor(), number, refused(given), now=now)

    return _step(number, AnswerIn(), taken, _("答复已保存，并已通知对方。"))


@blueprint.post("/introductions/<int:number>/recall")
def recall(number: int) -> ResponseReturnValue:
    """The asker takes it back."""
    return _step(
        number,
        WordsIn(),
        lambda uow, _given: introduction_steps.recall(uow, actor(), number, now=application().clock()),
        _("已收回。"),
    )


@blueprint.post("/introductions/<int:number>/meeting")
def meeting(number: int) -> ResponseReturnValue:
    """A meeting is agreed on or was held."""

    def taken(uow: UnitOfWork, given: dict[str, Any]) -> None:
        agreed = Meeting(moment(given["day"], given["time"]), given["place"], given["note"])
        introduction_steps.meet(uow, actor(), number, agreed, now=application().clock())

    return _step(number, MeetingIn(), taken, _("见面已记录，并已通知对方。"))


@blueprint.post("/introductions/<int:number>/intention")
def intention(number: int) -> ResponseReturnValue:
    """Both want to go on together."""
    return _step(
        number,
        WordsIn(),
        lambda uow, given: introduction_steps.intend(
            uow, actor(), number, given["text"], now=application().clock()
        ),
        _("已记录为达成意向。"),
    )


@blueprint.post("/introductions/<int:number>/close")
def close(number: int) -> ResponseReturnValue:
    """It ends without an intention, with a reason."""
    return _step(
        number,
        ReasonIn(),
        lambda uow, given: introduction_steps.close(
            uow, actor(), number, refused(given), now=application().clock(), side=given["side"]
        ),
        _("引荐已结束，原因会告知对方。"),
    )


@blueprint.post("/introductions/<int:number>/back")
def back(number: int) -> ResponseReturnValue:
    """One state back, with the reason for it."""
    return _step(
        number,
        WordsIn(),
        lambda uow, given: introduction_steps.back(
            uow, actor(), number, given["text"], now=application().clock()
        ),
        _("已退回上一状态。"),
        names={"why": "back-text"},
    )


@blueprint.post("/introductions/<int:number>/follower")
def follower(number: int) -> ResponseReturnValue:
    """Says who follows it; brokers take one for themselves."""

    def taken(uow: UnitOfWork, given: dict[str, Any]) -> None:
        account = given["account"] or None
        names = dict(introduction_work.followers(uow))
        if account is not None and account not in names:
            raise NotFound(Message("没有这位跟进人。"), hint=Message("请从列表中选择。"))
        now = application().clock()
        introduction_steps.assign(uow, actor(), number, account, names.get(account or 0, ""), now=now)

    return _step(number, FollowerIn(), taken, _("跟进人已更新。"))


@blueprint.post("/introductions/<int:number>/notes")
def write(number: int) -> ResponseReturnValue:
    """Adds an entry to the thread."""
    return _step(
        number,
        WordsIn(),
        lambda uow, given: introduction_talk.write(
            uow, actor(), number, given["text"], now=application().clock(), side=given["side"]
        ),
        _("留言已发出。"),
        anchor="thread",
    )


@blueprint.post("/introductions/<int:number>/reason")
def pass_on(number: int) -> ResponseReturnValue:
    """The office passes a reason on, in its own words if it likes."""
    return _step(
        number,
        WordsIn(),
        lambda uow, given: introduction_reasons.pass_on(
            uow, actor(), number, given["text"], now=application().clock()
        ),
        _("理由已转达。"),
    )


def _step(
    number: int,
    schema: Schema,
    taken: Step,
    done: str,
    *,
    anchor: str | None = None,
    names: dict[str, str] | None = None,
) -> ResponseReturnValue:
    """One step and back to the page; where it fails the page comes again with what was typed."""
    try:
        given = load(schema, request.form)
        with application().unit_of_work() as uow:
            taken(uow, given)
    except (InvalidInput, Conflict) as fault:
        renamed = {(names or {}).get(name, name): text for name, text in _faults(fault).items()}
        form = (request.endpoint or "").rpartition(".")[2]
        return _shown(number, request.form, renamed, fault, form), fault.status
    flash(done, "done")
    return redirect(url_for("introductions.show", number=number, _anchor=anchor), 303)


def _shown(
    number: int, typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None, form: str = ""
) -> str:
    """The page; looks at contacts are written down and the thread counts as read."""
    app, who = application(), actor()
    reached, seen = looked(number)
    with app.reading() as uow:
        row = introductions.get(uow, who, number)
        notes = introduction_talk.thread(uow, row) if introductions.connected(row) else []
        steps = introduction_work.open_steps(who, row)
        return render_template(
            "pages/introduction.html",
            row=row,
            state=(KINDS[row.state], INTRODUCTION_STATES[row.state]),
            sides=SIDES,
            own=introductions.sides_of(who, row),
            firm=introductions.firm_of(who, row),
            summary=problems.summary(row.problem),
            links=links(uow, row),
            reached=reached,
            notes=notes,
            seen=seen,
            steps=steps,
            timeline=timeline(who, row),
            reason=introductions.words_for(who, row) if introductions.may_know_reason(who, row) else None,
            followers=introduction_work.followers(uow) if "assign" in steps else [],
            me=who.account,
            office=who.is_office,
            typed=typed,
            faults=faults,
            fault=fault,
            form=form,
        )


def _new(typed: Any, faults: dict[str, str], fault: MatchmakerError | None = None) -> str:
    values = request.values
    numbers = [values.get(name, "") for name in ("problem", "expert")]
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in numbers):
        raise NotFound(
            Message("没有说明是哪项难题和哪位专家。"), hint=Message("请从难题或专家的页面点击“邀约”。")
        )
    side = values.get("side", "demand")
    with application().reading() as uow:
        problem = problems.get(uow, actor(), int(numbers[0]))
        expert = experts.get(uow, actor(), int(numbers[1]))
        sides = introduction_work.may_begin(actor(), problem, expert)
        return render_template(
            "pages/introduction_new.html",
            problem=problem,
            expert=expert,
            side=side if side in SIDES else "demand",
            sides=sides,
            names=SIDES,
            days=application().settings.introduction_answer_days,
            typed=typed,
            faults=faults,
            fault=fault,
        )


def _nominate(number: int) -> str:
    """Which of one's own experts is meant."""
    with application().reading() as uow:
        problem = problems.get(uow, actor(), number)
        own = introduction_work.own_experts(uow, actor())
        return render_template("pages/introduction_nominate.html", problem=problem, experts=own)


def _both(problem: int, expert: int) -> None:
    """Hidden is not there, before any ranking is asked."""
    with application().reading() as uow:
        problems.get(uow, actor(), problem)
        experts.get(uow, actor(), expert)


def _faults(fault: MatchmakerError) -> dict[str, str]:
    return {name: tell(text) for name, text in fault.fields.items()}


def _filter() -> IntroductionFilter:
    arguments = request.args
    return IntroductionFilter(
        tab=arguments.get("tab", "") if arguments.get("tab", "") in TABS else "",
        q=arguments.get("q", "").strip()[:200],
        mine=arguments.get("mine") == "1",
        problem=number_argument("problem"),
        expert=number_argument("expert"),
    )
