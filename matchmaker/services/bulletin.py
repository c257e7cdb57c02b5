"""The bulletin 对接会简报: a text around figures, each drawn from the records; versions of it are kept.

Figures stand in the text as {name}. What cannot be told yet is marked, never guessed; when the figures are
locked the text shows them as they were locked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message, Translate
from matchmaker.models import Bulletin, Event
from matchmaker.permissions import Actor, require
from matchmaker.services import event_figures
from matchmaker.services.event_figures import UNITS, Figure, newest_lock
from matchmaker.services.figure_locks import locked_figures
from matchmaker.storage.unit_of_work import UnitOfWork

#: Facts of the event that may stand in the text besides figures.
FACTS = ("title", "series", "theme", "day", "venue", "hosts", "partners")
_PLACE = re.compile(r"\{([a-z_0-9]+)\}")
MOST_LETTERS = 20_000

#: The text as it begins; a paragraph a line.
TEMPLATE = (
    "{day}，{hosts}在{venue}举办{title}。\n"
    "{bodies_attended} 家高校院所的 {experts_attended} 位专家与 {needs_docked} 个企业项目对接，"
    "达成意向 {intentions} 项。\n"
    "会上开展洽谈 {meetings_kept} 场，涉及企业 {firms_docked} 家，"
    "每项难题洽谈场次的中位数为 {meetings_per_need_median} 场。"
    "达成的意向涉及难题 {intention_needs} 项、企业 {intention_firms} 家，"
    "意向金额 {intentions_amount} 万元；另有 {intentions_pending} 项意向待双方确认。\n"
    "下一步，技术经理人将在会后 3 天、14 天、30 天逐项跟进，推动意向转为合同。"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text: words, or a figure or fact that stands in it.

    Attributes:
        name: "" for words.
        figure: behind the words, when it is one.
        is_missing: it cannot be told (yet).
    """

    text: str
    name: str = ""
    figure: Figure | None = None
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The bulletin as it stands: paragraphs of pieces.

    Attributes:
        source: the text with its places, as it is edited; version: its number, 0 while it is the first draft.
        figures: those that stand in the text, in their order; ``known``: all that may.
        locked_at: when the figures were locked; None while they are not.
    """

    event: Event
    paragraphs: Sequence[Sequence[Piece]]
    source: str
    version: int
    figures: Sequence[Figure]
    locked_at: datetime | None
    known: Mapping[str, Figure]

    @property
    def text(self) -> str:
        """As plain text, a paragraph a line."""
        return "\n".join("".join(piece.text for piece in line) for line in self.paragraphs)

    def plain(self, translate: Translate = str) -> dict[str, Any]:
        """As JSON holds it: the text and each figure in it with its unit and the records behind it."""
        return {
            "event": {"id": self.event.id, "number": self.event.number, "title": self.event.title},
            "text": self.text,
            "figures": [
                {
                    "name": each.name,
                    "title": each.title.render(translate),
                    "value": each.value,
                    "unit": UNITS[each.unit].render(translate),
                    "records": list(each.records),
                }
                for each in self.figures
            ],
            "locked_at": f"{self.locked_at.isoformat()}Z" if self.locked_at else None,
        }


def read(uow: UnitOfWork, actor: Actor, event: Event, today: date, version: int | None = None) -> Written:
    """The bulletin of an event: its newest version, or another one."""
    require(actor, "event:figures", event)
    figures = event_figures.of_event(uow, event, today)
    kept = newest_lock(uow, event)
    if kept is not None:
        figures = locked_figures(kept, figures)
    row = _version(uow, event, version)
    source = row.text if row else TEMPLATE
    paragraphs = [_pieces(line, figures, _facts(event)) for line in source.splitlines() if line.strip()]
    used = [piece.figure for line in paragraphs for piece in line if piece.figure is not None]
    return Written(
        event,
        paragraphs,
        source,
        row.number if row else 0,
        list({figure.name: figure for figure in used}.values()),
        kept.locked_at if kept else None,
        figures,
    )


def versions(uow: UnitOfWork, event: Event) -> Sequence[Bulletin]:
    """All versions of its text, the newest first."""
    return uow.session.scalars(
        select(Bulletin).where(Bulletin.event_id == event.id).order_by(Bulletin.number.desc())
    ).all()


def write(uow: UnitOfWork, actor: Actor, event: Event, text: str, *, at: datetime, today: date) -> Bulletin:
    """Keeps a new version of the text; a place that names no figure is a fault, and nothing is lost."""
    require(actor, "event:figures", event)
    text = "\n".join(line.strip() for line in text.replace("\r\n", "\n").splitlines()).strip()
    if not text:
        fault = Message("简报不能为空。")
        raise InvalidInput(fault, fields={"text": fault})
    if len(text) > MOST_LETTERS:
        fault = Message("最多 %(most)s 个字。", {"most": MOST_LETTERS})
        raise InvalidInput(fault, fields={"text": fault})
    known = {*event_figures.of_event(uow, event, today), *FACTS}
    unknown = [name for name in _PLACE.findall(text) if name not in known]
    if unknown:
        fault = Message("没有名为 {%(name)s} 的数据；可用的名称列在下方。", {"name": unknown[0]})
        raise InvalidInput(fault, fields={"text": fault})
    uow.alone(f"bulletin:{event.id}")
    last = uow.session.scalar(select(func.max(Bulletin.number)).where(Bulletin.event_id == event.id)) or 0
    row = Bulletin(event_id=event.id, number=last + 1, text=text, written_at=at, written_by=actor.name[:100])
    uow.session.add(row)
    uow.session.flush()
    uow.record(actor, "bulletin:written", f"event:{event.id}", version=row.number)
    return row


def _version(uow: UnitOfWork, event: Event, number: int | None) -> Bulletin | None:
    statement = select(Bulletin).where(Bulletin.event_id == event.id).order_by(Bulletin.number.desc())
    if number is not None:
        statement = statement.where(Bulletin.number == number)
    return uow.session.scalar(statement.limit(1))


def _facts(event: Event) -> dict[str, str]:
    day = event.first_day
    return {
        "title": event.title,
        "series": event.series,
        "theme": event.theme,
        "day": f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "",
        "venue": event.venue,
        "hosts": "、".join(event.hosts),
        "partners": "、".join(event.partners),
    }


def _pieces(line: str, figures: Mapping[str, Figure], facts: Mapping[str, str]) -> list[Piece]:
    found: list[Piece] = []
    end = 0
    for place in _PLACE.finditer(line):
        if place.start() > end:
            found.append(Piece(line[end : place.start()]))
        found.append(_piece(place[1], figures, facts))
        end = place.end()
    if end < len(line):
        found.append(Piece(line[end:]))
    return found


def _piece(name: str, figures: Mapping[str, Figure], facts: Mapping[str, str]) -> Piece:
    figure = figures.get(name)
    if figure is not None and figure.value is not None:
        return Piece(shown(figure), name, figure)
    if figure is None and facts.get(name):
        return Piece(facts[name], name)
    what = str(figure.title) if figure is not None else name
    return Piece(f"〔待补：{what}〕", name, figure, is_missing=True)


def shown(figure: Figure) -> str:
    """A value as the text has it: amounts with two decimals, whole numbers whole."""
    if figure.unit == "wan" and figure.value is not None:
        return f"{figure.value:,.2f}"
    return f"{figure.value:,}" if figure.value is not None else "—"
