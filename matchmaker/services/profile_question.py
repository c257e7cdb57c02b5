"""The question to an expert by link, file or telephone whether his profile still holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.models import Expert, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services import confirming, provenance, versions
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.merged import kept
from matchmaker.services.profile_changes import tell_index
from matchmaker.services.profile_fields import EXPERT, Step
from matchmaker.services.profile_values import parse, show
from matchmaker.storage.queries import index_id, parse_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Fields that the question shows and takes; none is a contact.
_NAMES = ("position", "department", "profile", "directions", "services", "hours", "travel")
_STEP = Step(
    "confirm",
    Message("核对资料"),
    tuple(field for step in EXPERT for field in step.fields if field.name in _NAMES),
)


def _expert(uow: UnitOfWork, link: SecretLink) -> Expert:
    parsed = parse_id(link.subject, "expert")
    number = (kept(uow, "expert", parsed[1]) or parsed[1]) if parsed else 0
    row = uow.session.get(Expert, number)
    if row is None:
        raise NotFound(
            Message("这份资料已不在系统中，不需要再填写。"), hint=Message("如有疑问请致电办公室。")
        )
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    row = _expert(uow, link)
    done = "；".join(f"{each.title}（{each.year}）" if each.year else each.title for each in row.projects)
    return [
        (Message("姓名"), row.name),
        (Message("单位"), row.organization.name if row.organization else ""),
        (Message("论文以外的经历"), done[:1000]),
        (Message("代表论文、专利、标准"), "；".join(row.representative)[:1000]),
    ]


def _values(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    return {**show("expert", _STEP, _expert(uow, link), Actor("visitor", link.recipient)), "all": "yes"}


def _apply(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = _expert(uow, link)
    try:
        parsed = parse("expert", _STEP, {name: values.get(name) or "" for name in _NAMES})
    except InvalidInput as fault:
        raise invalid(fault.fields) from fault
    today = now().date()
    versions.begin(uow, row)
    changed = {name for name, value in parsed.items() if getattr(row, name) != value}
    for name in changed:
        setattr(row, name, parsed[name])
    if changed:
        provenance.note(row, changed, "self", actor, on=today)
        tell_index(uow, row, renamed=False, further={})
        uow.record(actor, "expert:edit", index_id(row), fields=sorted(changed))
    every = values.get("all") == "yes"
    chosen = set(confirming.CONFIRMABLE) if every else {*_NAMES, *row.confirmed} & set(confirming.CONFIRMABLE)
    confirming.confirm_row(uow, actor, row, chosen, today=today)


CONFIRM = Purpose(
    title=Message("您的专家资料还对吗？"),
    about=Message("请专家核对并确认自己的资料"),
    questions=(
        *(
            Question(
                field.name, field.label, "text" if field.kind == "text" else "line",
                longest=field.longest, help=field.help,
            )
            for field in _STEP.fields
        ),
        Question(
            "all",
            Message("其余资料（单位、经历、论文等）"),
            "choice",
            {"yes": Message("都对"), "no": Message("有不对的，请联系我")},
            required=True,
        ),
    ),
    facts=_facts,
    values=_values,
    apply=_apply,
    settles=("expert:stale", "answers:asked"),
)  # fmt: skip
