"""Pictures of an event that took place: who met whom and what came of it; which table was used when."""

from __future__ import annotations

from collections.abc import Callable

from matchmaker.messages import Message, Translate
from matchmaker.planning import pictures
from matchmaker.planning.pictures import Cell, GraphPicture, Link, Node, TimetablePicture
from matchmaker.services.event_records import Records

Say = Callable[[Message], str]


def drawn(records: Records, translate: Translate) -> list[str]:
    """The pictures as SVG; none while nothing is planned. Each title says its finding."""
    if not records.meetings:
        return []

    def say(message: Message) -> str:
        return message.render(translate)

    return [pictures.graph(graph_of(records, say)), pictures.timetable(timetable_of(records, say))]


def graph_of(records: Records, say: Say) -> GraphPicture:
    """Experts by body left, problems right; a line a meeting, marked where it came to an intention."""
    people = {row.id: row for row in records.people}
    offers = {row.id: row for row in records.problems}
    experts = sorted({(_body(people[row.attendee_id]), row.attendee_id) for row in records.counted})
    score = {(pair.attendee_id, pair.event_problem_id): pair.score for pair in records.pairs}
    meetings = records.counted
    counted = {row.id for row in meetings if records.verdicts[row.id].counts}
    needs = {row.event_problem_id for row in meetings if row.id in counted}
    title = Message(
        "%(needs)s 项难题中 %(reached)s 项达成意向，共 %(meetings)s 场洽谈",
        {
            "needs": len(records.accepted),
            "reached": len(needs),
            "meetings": len(meetings),
        },
    )
    return GraphPicture(
        name="graph",
        title=say(title),
        description=say(title),
        left=[Node(str(number), people[number].name, body) for body, number in experts],
        right=[
            Node(str(number), offers[number].problem.number or offers[number].problem.title[:20])
            for number in sorted({row.event_problem_id for row in meetings})
        ],
        links=[
            Link(
                str(row.attendee_id),
                str(row.event_problem_id),
                score.get((row.attendee_id, row.event_problem_id), 0.0),
                row.id in counted,
            )
            for row in meetings
        ],
        left_head=say(Message("专家（人）")),
        right_head=say(Message("难题（项）")),
        legend=say(Message("线越粗，匹配度越高（0 到 1）；双线带点的为达成意向。")),
        group_legend=say(Message("线越粗，洽谈场次越多；双线带点的含达成的意向。")),
        rest=say(Message("其他")),
    )


def timetable_of(records: Records, say: Say) -> TimetablePicture:
    """Tables by rounds; meetings that were not held are left out."""
    event = records.event
    place = {table.id: at for at, table in enumerate(event.tables)}
    column = {slot.position: at for at, slot in enumerate(event.slots)}
    people = {row.id: row for row in records.people}
    offers = {row.id: row for row in records.problems}
    cells = [
        Cell(
            column[row.slot],
            place[row.table_id],
            offers[row.event_problem_id].problem.number or f"#{row.id}",
            people[row.attendee_id].name,
            records.verdicts[row.id].counts,
        )
        for row in records.counted
        if row.table_id in place and row.slot in column
    ]
    size = max(len(event.slots) * len(event.tables), 1)
    title = Message(
        "%(rounds)s 轮 %(tables)s 张桌，用了 %(share)s%% 的位置",
        {"rounds": len(event.slots), "tables": len(event.tables), "share": round(100 * len(cells) / size)},
    )
    return TimetablePicture(
        name="timetable",
        title=say(title),
        description=say(title),
        slots=[f"{slot.starts:%H:%M}" for slot in event.slots],
        rows=[table.name for table in event.tables],
        cells=cells,
        corner=say(Message("洽谈桌")),
        legend=say(Message("带标记的为达成意向。")),
    )


def _body(person: object) -> str:
    organization = getattr(person, "organization", None)
    return organization.name if organization is not None else ""
