"""Two questions to experts by link, file or telephone: are the contacts right; when can he be met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.models import Expert, SecretLink, now
from matchmaker.permissions import Actor
from matchmaker.services.answers import Facts, Purpose, Question, invalid
from matchmaker.services.contacts import masked_email, masked_phone
from matchmaker.services.versions import begin, keep
from matchmaker.storage.queries import parse_id
from matchmaker.storage.unit_of_work import UnitOfWork


def _expert(uow: UnitOfWork, link: SecretLink) -> Expert:
    parsed = parse_id(link.subject, "expert")
    row = uow.session.get(Expert, parsed[1]) if parsed else None
    if row is None:
        raise NotFound(
            Message("这份资料已不在系统中，不需要再填写。"), hint=Message("如有疑问请致电办公室。")
        )
    return row


def _facts(uow: UnitOfWork, link: SecretLink) -> Facts:
    row = _expert(uow, link)
    return [
        (Message("姓名"), row.name),
        (Message("单位"), row.organization.name if row.organization else ""),
        (Message("院系"), row.department),
    ]


def _masked(uow: UnitOfWork, link: SecretLink) -> Facts:
    """Enough of the contacts to know whether they are right, too little for anybody else."""
    row = _expert(uow, link)
    return [
        *_facts(uow, link),
        (Message("现有手机"), masked_phone(row.phone)),
        (Message("现有邮箱"), masked_email(row.email)),
    ]


def _contacts(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    row = _expert(uow, link)
    return {"position": row.position, "phone": "", "email": "", "right": ""}


def _write_contacts(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = _expert(uow, link)
    if values.get("right") == "no" and not (values.get("phone") or values.get("email")):
        raise invalid({"phone": Message("请填写新的手机或邮箱；没有变化请选“正确”。")})
    begin(uow, row)
    for name in ("position", "phone", "email"):
        if values.get(name):
            setattr(row, name, values[name])
    _kept(uow, actor, row)


def _hours(uow: UnitOfWork, link: SecretLink) -> Mapping[str, Any]:
    return {"hours": _expert(uow, link).hours, "weekdays": []}


def _write_hours(uow: UnitOfWork, actor: Actor, link: SecretLink, values: Mapping[str, Any]) -> None:
    row = _expert(uow, link)
    begin(uow, row)
    days = "、".join(str(_WEEKDAYS[day]) for day in values.get("weekdays") or ())
    row.hours = "；".join(part for part in (days, values.get("hours") or "") if part)[:200]
    _kept(uow, actor, row)


def _kept(uow: UnitOfWork, actor: Actor, row: Expert) -> None:
    """Nothing of it stands in the index but the version by which a change is known."""
    row.verified_on = now().date()
    row.index_version += 1
    keep(uow, actor, row)
    uow.enqueue("index", f"expert:{row.id}")


_WEEKDAYS: dict[str, Message] = {
    "1": Message("周一"),
    "2": Message("周二"),
    "3": Message("周三"),
    "4": Message("周四"),
    "5": Message("周五"),
    "6": Message("周六"),
    "7": Message("周日"),
}

CONTACT = Purpose(
    title=Message("您的联系方式对吗？"),
    about=Message("请专家核对职称和联系方式"),
    questions=(
        Question(
            "right",
            Message("现有的联系方式是否正确"),
            "choice",
            {"yes": Message("正确"), "no": Message("有变化，见下")},
            required=True,
        ),
        Question("position", Message("职称"), longest=100),
        Question("phone", Message("手机（有变化时填写）"), longest=50),
        Question("email", Message("邮箱（有变化时填写）"), longest=200),
    ),
    facts=_masked,
    values=_contacts,
    apply=_write_contacts,
)
HOURS = Purpose(
    title=Message("您什么时候方便见面或接电话？"),
    about=Message("请专家填写方便的时间"),
    questions=(
        Question("weekdays", Message("方便的日子"), "several", _WEEKDAYS),
        Question(
            "hours",
            Message("时段和其他说明"),
            longest=150,
            help=Message("例如：下午 2 点以后；7 月在外地，可视频。"),
        ),
    ),
    facts=_facts,
    values=_hours,
    apply=_write_hours,
)
