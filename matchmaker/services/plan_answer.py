"""The answer to a provisional plan by secret link, file or telephone: all of it suits, or what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Attendee, SecretLink
from matchmaker.permissions import Actor
from matchmaker.services import own_meetings
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.own_meetings import ASKING, MOST_WORDS, OPEN_IN
from matchmaker.storage.unit_of_work import UnitOfWork

_YES, _NO = "confirm", "object"


def _person(uow: UnitOfWork, link: SecretLink) -> Attendee:
    kind, _, number = link.subject.partition(":")
    row = uow.session.get(Attendee, int(number)) if kind == "attendee" else None
    if row is None:
        raise NotFound(Message("您不在这次活动的名单上。"), hint=Message("有疑问请致电办公室。"))
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    """His meetings as he may know them, in the order of time."""
    person = _person(uow, link)
    found = [(Message("活动"), person.event.title)]
    for own in own_meetings.of_person(uow, person.event, person.id):
        when = f"{own.slot.starts:%m-%d %H:%M}" if own.slot else ""
        found.append(
            (Message("洽谈 %(when)s", {"when": when}), f"{own.table} · {own.other} {own.body}".strip())
        )
    return found


def _over(uow: UnitOfWork, link: SecretLink) -> Message | None:
    event = _person(uow, link).event
    if event.state in OPEN_IN:
        return None
    return Message("排程已不再征求意见；当天的变动请联系现场工作人员。")


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    """The link is the authority for this person's side of each of his meetings."""
    person = _person(uow, link)
    words = str(values.get("words") or "")
    objects = values.get("answer") == _NO
    if objects and not words.strip():
        raise invalid({"words": Message("请写一句哪里不合适，例如“当天下午三点要赶车”。")})
    for own in own_meetings.of_person(uow, person.event, person.id):
        if own.row.state != "planned":
            continue
        if objects:
            own_meetings.disagree(uow, actor, person.event, own.row, own.side, words)
        else:
            own_meetings.agree(uow, actor, person.event, own.row, own.side)


MEETINGS = Purpose(
    title=Message("您的洽谈安排合适吗？"),
    about=Message("确认对接会的初排"),
    questions=(
        Question(
            "answer",
            Message("您的答复"),
            "choice",
            {_YES: Message("都合适，我会准时到"), _NO: Message("有不合适的地方")},
            required=True,
        ),
        Question(
            "words",
            Message("哪里不合适"),
            "text",
            longest=MOST_WORDS,
            help=Message("例如“当天下午三点要赶车”“与这家公司谈过了”；我们会调整后再告诉您。"),
        ),
    ),
    facts=_facts,
    values=lambda _uow, _link: {},
    apply=_apply,
    over=_over,
    settles=ASKING,
)
