"""Pictures of a plan: the timetable, and who meets whom. Labels arrive as texts; a title says the finding.

Small events are drawn meeting by meeting; large ones are summed up (meetings by slot, lines between groups),
so that nothing overlaps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matchmaker.planning.drawing import GREY, INK, LINE, PALE, PAPER, fit, picture, tag, text, told, words

#: Beyond so many rows or columns a timetable is summed up.
MOST_ROWS, MOST_COLUMNS = 45, 24
#: Beyond so many names on a side the graph shows groups; beyond so many groups the rest as one.
MOST_NAMES, MOST_GROUPS = 60, 40

_LABEL, _CELL, _ROW, _HEAD = 110.0, 112.0, 38.0, 26.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A meeting at a place: column and row are numbers of the picture's slots and rows."""

    slot: int
    row: int
    first: str
    second: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class TimetablePicture:
    """What a timetable shows.

    Attributes:
        name: unique in its page; ids are made from it.
        title: the finding, such as “125 场洽谈，无人空等”; ``description``: the same at length, for those
            who hear it.
        slots: labels of columns, such as times; ``rows``: of tables, or of people.
        breaks: slot → label of what lies before it (lunch).
        closed: (slot, row) where nobody can meet.
        corner: unit of the rows; ``legend``: what marks mean, with units.
        free: what an empty place is called when rows are counted, with ``%(used)s`` and ``%(all)s``.
    """

    name: str
    title: str
    description: str
    slots: Sequence[str]
    rows: Sequence[str]
    cells: Sequence[Cell]
    breaks: Mapping[int, str] = field(default_factory=dict)
    closed: frozenset[tuple[int, int]] = frozenset()
    corner: str = ""
    legend: str = ""
    free: str = "%(used)s / %(all)s"


def timetable(shown: TimetablePicture) -> str:
    """Rows × slots, each meeting with both sides' names; summed up by slot when that would be too large."""
    if len(shown.rows) > MOST_ROWS or len(shown.slots) > MOST_COLUMNS:
        return _by_slot(shown)
    left: dict[int, float] = {}
    parts: list[str] = []
    x = _LABEL
    wide = _LABEL + _CELL * len(shown.slots) + 22 * len(shown.breaks) + 12
    heading, top = _heading(shown.title, wide)
    bottom = top + _HEAD + _ROW * len(shown.rows)
    for slot in range(len(shown.slots)):
        if slot in shown.breaks:
            parts.append(_break(x + 2, top, bottom, shown.breaks[slot]))
            x += 22
        left[slot] = x
        parts.append(
            text(x + _CELL / 2, top + 17, fit(shown.slots[slot], _CELL - 6, 12), text_anchor="middle")
        )
        x += _CELL
    parts.append(text(8, top + 17, fit(shown.corner, _LABEL - 12, 12), fill=GREY))
    for row, label in enumerate(shown.rows):
        y = top + _HEAD + _ROW * row
        parts.append(tag("line", x1=0, y1=y, x2=wide, y2=y, stroke=LINE, stroke_width=0.5))
        parts.append(tag("g", told(label) + text(8, y + 23, fit(label, _LABEL - 14, 12))))
    for slot, row in sorted(shown.closed):
        if slot in left and row < len(shown.rows):
            parts.append(_closed(left[slot], top + _HEAD + _ROW * row))
    parts += [_cell(left[each.slot], top + _HEAD + _ROW * each.row, each) for each in shown.cells]
    legend, high = _legend(shown.legend, wide, bottom + 8)
    return picture(shown.name, shown.title, shown.description, wide, high, [heading, *parts, legend])


def _heading(title: str, wide: float) -> tuple[str, float]:
    lines = words(title, wide - 16, 16)
    drawn = [text(8, 22 + 20 * at, line, font_size=16, font_weight="bold") for at, line in enumerate(lines)]
    return "".join(drawn), 14 + 20.0 * len(lines)


def _legend(said: str, wide: float, top: float) -> tuple[str, float]:
    lines = words(said, wide - 16, 12) if said else []
    drawn = [text(8, top + 12 + 16 * at, line, fill=GREY) for at, line in enumerate(lines)]
    return "".join(drawn), top + 8 + 16.0 * len(lines)


def _break(x: float, top: float, bottom: float, label: str) -> str:
    """A pale column with its name turned."""
    middle = (top + bottom) / 2
    said = text(
        x + 13,
        middle,
        fit(label, bottom - top - 8, 11),
        fill=GREY,
        font_size=11,
        text_anchor="middle",
        transform=f"rotate(-90 {x + 9:.1f} {middle:.1f})",
    )
    return tag("rect", x=x, y=top, width=18, height=bottom - top, fill=PALE) + said


def _closed(x: float, y: float) -> str:
    ground = tag("rect", x=x + 2, y=y + 3, width=_CELL - 4, height=_ROW - 6, fill=PALE)
    return ground + tag("line", x1=x + 4, y1=y + _ROW - 5, x2=x + _CELL - 4, y2=y + 5, stroke=LINE)


def _cell(x: float, y: float, cell: Cell) -> str:
    room = _CELL - 14
    edge = tag(
        "rect",
        x=x + 2,
        y=y + 3,
        width=_CELL - 4,
        height=_ROW - 6,
        rx=3,
        fill=PAPER,
        stroke=INK if cell.is_marked else LINE,
        stroke_width=2.5 if cell.is_marked else 1,
    )
    names = text(x + 7, y + 16, fit(cell.first, room * 0.92, 12), font_weight="bold") + text(
        x + 7, y + 30, fit(cell.second, room, 12)
    )
    return tag("g", told(f"{cell.first} · {cell.second}") + edge + names)


def _by_slot(shown: TimetablePicture) -> str:
    """How many of the rows meet in each slot."""
    used = Counter(each.slot for each in shown.cells)
    closed = Counter(slot for slot, _ in shown.closed)
    wide, most = 760.0, max(1, len(shown.rows))
    heading, top = _heading(shown.title, wide)
    parts, y = [heading], top
    for slot, label in enumerate(shown.slots):
        if slot in shown.breaks:
            parts.append(text(8, y + 14, fit(shown.breaks[slot], wide - 16, 11), fill=GREY, font_size=11))
            y += 20
        room = most - closed[slot]
        length = 480.0 / most
        parts += [
            text(8, y + 15, fit(label, _LABEL + 20, 12)),
            tag("rect", x=145, y=y + 3, width=length * room, height=16, fill=PALE, stroke=LINE),
            tag("rect", x=145, y=y + 3, width=length * used[slot], height=16, fill=GREY),
            text(640, y + 15, shown.free % {"used": used[slot], "all": room}),
        ]
        y += 24
    legend, high = _legend(shown.legend, wide, y + 4)
    return picture(shown.name, shown.title, shown.description, wide, high, [*parts, legend])


@dataclass(frozen=True, slots=True)
class Node:
    """One end of a line: an expert or a problem; those of a group (body, field) stand together."""

    id: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A meeting; ``score`` 0 … 1 is its thickness, an intention has a second stroke and a dot."""

    left: str
    right: str
    score: float
    is_intention: bool = False


@dataclass(frozen=True, slots=True)
class GraphPicture:
    """Who meets whom: experts left, problems right.

    Attributes:
        title: the finding, such as “28 项难题中 18 项达成意向”; ``description``: at length, for those who
            hear it.
        left_head, right_head: what stands on the sides, with units, such as “专家（人）”.
        legend: what thickness and second strokes mean, with units; ``group_legend``: the same for groups,
        whose
            lines are the thicker the more meetings they stand for.
        rest: what groups beyond the largest are called together.
    """

    name: str
    title: str
    description: str
    left: Sequence[Node]
    right: Sequence[Node]
    links: Sequence[Link]
    left_head: str = ""
    right_head: str = ""
    legend: str = ""
    group_legend: str = ""
    rest: str = "…"


@dataclass(frozen=True, slots=True)
class _Line:
    left: str
    right: str
    thickness: float
    is_marked: bool
    told: str


_WIDE, _NAMES, _STEP, _GAP = 900.0, 250.0, 18.0, 24.0


def graph(shown: GraphPicture) -> str:
    """Lines between names, between groups when there are too many names."""
    label = {node.id: node.label for node in (*shown.left, *shown.right)}
    if max(len(shown.left), len(shown.right)) > MOST_NAMES:
        return _graph_of_groups(shown)
    lines = [
        _Line(
            each.left,
            each.right,
            0.75 + 3.25 * min(1.0, max(0.0, each.score)),
            each.is_intention,
            f"{label[each.left]} – {label[each.right]} · {each.score:.2f}",
        )
        for each in shown.links
    ]
    return _drawn(shown, shown.left, shown.right, lines, shown.legend)


def _graph_of_groups(shown: GraphPicture) -> str:
    """One line for all meetings of two groups."""
    group = {("l", node.id): node.group or node.label for node in shown.left}
    group |= {("r", node.id): node.group or node.label for node in shown.right}
    count = [
        Counter(group["l", each.left] for each in shown.links),
        Counter(group["r", each.right] for each in shown.links),
    ]
    large = [
        {name for name, _ in sorted(each.items(), key=lambda row: (-row[1], row[0]))[:MOST_GROUPS]}
        for each in count
    ]
    ends: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for each in shown.links:
        left, right = group["l", each.left], group["r", each.right]
        ends[left if left in large[0] else "", right if right in large[1] else ""].append(each)
    most = max((len(each) for each in ends.values()), default=1)
    sides = [_groups(names, total, shown.rest) for names, total in zip(large, count, strict=True)]
    lines = [
        _Line(
            left,
            right,
            0.75 + 5.25 * len(own) / most,
            any(each.is_intention for each in own),
            f"{left or shown.rest} – {right or shown.rest} · {len(own)}",
        )
        for (left, right), own in sorted(ends.items())
    ]
    return _drawn(shown, sides[0], sides[1], lines, shown.group_legend or shown.legend)


def _groups(names: set[str], total: Counter[str], rest: str) -> list[Node]:
    nodes = [
        Node(name, f"{name} ({total[name]})") for name in sorted(names, key=lambda each: (-total[each], each))
    ]
    left_over = sum(number for name, number in total.items() if name not in names)
    return [*nodes, Node("", f"{rest} ({left_over})")] if left_over else nodes


def _drawn(
    shown: GraphPicture, left: Sequence[Node], right: Sequence[Node], lines: Sequence[_Line], legend: str
) -> str:
    heading, top = _heading(shown.title, _WIDE)
    top += 24
    ends = _height(left), _height(right)
    high = max(ends)
    parts = [
        heading,
        text(_NAMES - 8, top - 6, fit(shown.left_head, _NAMES - 16, 12), text_anchor="end", fill=GREY),
        text(_WIDE - _NAMES + 8, top - 6, fit(shown.right_head, _NAMES - 16, 12), fill=GREY),
    ]
    at_left, drawn_left = _side(left, top + (high - ends[0]) / 2, is_left=True)
    at_right, drawn_right = _side(right, top, is_left=False, stretch=high / max(ends[1], 1.0))
    parts += [
        _line(at_left[line.left], at_right[line.right], line)
        for line in sorted(lines, key=lambda each: (each.is_marked, each.thickness))
        if line.left in at_left and line.right in at_right
    ]
    said, total = _legend(legend, _WIDE, top + high + 8)
    return picture(
        shown.name, shown.title, shown.description, _WIDE, total, [*parts, *drawn_left, *drawn_right, said]
    )


def _height(nodes: Sequence[Node]) -> float:
    return len(nodes) * _STEP + len({node.group for node in nodes if node.group}) * _GAP + 8


def _side(
    nodes: Sequence[Node], top: float, *, is_left: bool, stretch: float = 1.0
) -> tuple[dict[str, float], list[str]]:
    """Names below the name of their group, in the order of the groups' first appearance."""
    groups: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        groups[node.group].append(node)
    x = _NAMES - 12 if is_left else _WIDE - _NAMES + 12
    anchor = "end" if is_left else "start"
    at: dict[str, float] = {}
    parts: list[str] = []
    y = top
    for group, own in groups.items():
        if group:
            said = fit(group, _NAMES - 20, 11)
            parts.append(
                text(
                    x,
                    y + _GAP * stretch,
                    said,
                    text_anchor=anchor,
                    fill=GREY,
                    font_size=11,
                    font_weight="bold",
                )
            )
            y += _GAP * stretch
        for node in own:
            y += _STEP * stretch
            at[node.id] = y - 4
            label = text(x, y, fit(node.label, _NAMES - 24, 12), text_anchor=anchor)
            parts.append(tag("g", told(node.label) + label))
    return at, parts


def _line(y1: float, y2: float, line: _Line) -> str:
    """A curve; marked ones are a double line that ends in a dot."""
    x1, x2 = _NAMES - 4, _WIDE - _NAMES + 4
    middle = (x1 + x2) / 2
    way = f"M{x1:.1f} {y1:.1f} C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    if not line.is_marked:
        drawn = tag("path", d=way, fill="none", stroke=LINE, stroke_width=line.thickness)
        return tag("g", told(line.told) + drawn)
    outer = tag("path", d=way, fill="none", stroke=INK, stroke_width=line.thickness + 2.5)
    inner = tag("path", d=way, fill="none", stroke=PAPER, stroke_width=max(0.9, line.thickness * 0.4))
    dot = tag("circle", cx=x2, cy=y2, r=4, fill=INK)
    return tag("g", told(line.told) + outer + inner + dot)
