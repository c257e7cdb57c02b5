"""Records that may be one: found by their names, with what speaks for it and what against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from matchmaker.messages import Message
from matchmaker.models import Authorship, Distinction, Expert, Inventorship, Organization
from matchmaker.permissions import Actor
from matchmaker.services import spellings
from matchmaker.storage.queries import readable_by
from matchmaker.storage.unit_of_work import UnitOfWork

#: Kinds of records that can be merged.
TABLES: dict[str, type[Any]] = {"expert": Expert, "organization": Organization}
#: Records of one block (one name) that are compared with one another, and pairs looked at in all.
MOST_ALIKE = 30
MOST_PAIRS = 400
#: Sum of weights from which on two are likely one, and below which likely two.
LIKELY = 3.0
UNCLEAR = 0.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for two records being one (weight above 0) or against it."""

    weight: float
    what: Message


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one, the older first; ``signs`` the weightiest first."""

    first: Any
    second: Any
    signs: tuple[Sign, ...] = field(default=())

    @property
    def score(self) -> float:
        """Sum of the weights."""
        return sum(sign.weight for sign in self.signs)

    @property
    def verdict(self) -> str:
        """One of likely, unclear, different."""
        return "likely" if self.score >= LIKELY else "unclear" if self.score >= UNCLEAR else "different"


def pairs(uow: UnitOfWork, actor: Actor, kind: str, *, of: int | None = None) -> list[Pair]:
    """Pairs of readable records that may be one, the likeliest first; those found to be two are left out.

    A liaison sees pairs of his own body. ``of`` keeps only the pairs of one record, the different ones too.
    Some six statements, however many records.
    """
    table = TABLES[kind]
    statement = select(table).where(readable_by(actor, table)).order_by(table.id)
    if not actor.is_office:
        own = table.organization_id if kind == "expert" else table.id
        statement = statement.where(own.in_(actor.liaison_of))
    if kind == "expert":
        statement = statement.options(joinedload(Expert.organization))
    rows = uow.session.scalars(statement).all()
    chosen = _alike(kind, rows, of)
    apart = _apart(uow, kind, of)
    chosen = [pair for pair in chosen if (pair[0].id, pair[1].id) not in apart]
    compared = _compare(uow, kind, chosen[:MOST_PAIRS])
    wanted = compared if of is not None else [pair for pair in compared if pair.verdict != "different"]
    return sorted(wanted, key=lambda pair: (-pair.score, pair.first.id, pair.second.id))


def compare(uow: UnitOfWork, kind: str, first: Any, second: Any) -> Pair:
    """What speaks for and against two records in hand being one."""
    one, other = sorted((first, second), key=lambda row: row.id)
    return _compare(uow, kind, [(one, other)])[0]


def _alike(kind: str, rows: Sequence[Any], of: int | None) -> list[tuple[Any, Any]]:
    """Pairs that share a form of their names, an identifier or a contact."""
    keys: Callable[[Any], Iterable[str]] = _expert_keys if kind == "expert" else _body_keys
    blocks: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        for key in set(keys(row)):
            blocks[key].append(row)
    found: dict[tuple[int, int], tuple[Any, Any]] = {}
    for block in blocks.values():
        for first, second in combinations(block[:MOST_ALIKE], 2):
            if (of is None or of in (first.id, second.id)) and _may_be_one(kind, first, second):
                found[first.id, second.id] = (first, second)
    return list(found.values())


def _expert_keys(row: Expert) -> Iterable[str]:
    yield from spellings.person_keys(row.name)
    for name in ("orcid", "openalex", "email", "phone"):
        if value := getattr(row, name):
            yield f"{name}:{value.casefold()}"


def _body_keys(row: Organization) -> Iterable[str]:
    yield from spellings.body_keys(row.name)
    if row.code:
        yield f"code:{row.code}"


def _may_be_one(kind: str, first: Any, second: Any) -> bool:
    """A branch is not its parent, and two Chinese names that only sound alike are two."""
    if kind == "organization":
        one, other = spellings.body(first.name), spellings.body(second.name)
        if first.code and first.code == second.code:
            return True
        return one == other or not (one.startswith(other) or other.startswith(one))
    shared = any(
        getattr(first, name) and getattr(first, name) == getattr(second, name)
        for name in ("orcid", "openalex")
    )
    return shared or spellings.same_person_name(first.name, second.name)


def _apart(uow: UnitOfWork, kind: str, of: int | None) -> set[tuple[int, int]]:
    statement = select(Distinction.first_id, Distinction.second_id).where(Distinction.kind == kind)
    if of is not None:
        statement = statement.where(or_(Distinction.first_id == of, Distinction.second_id == of))
    return {(first, second) for first, second in uow.session.execute(statement)}


def _compare(uow: UnitOfWork, kind: str, chosen: Sequence[tuple[Any, Any]]) -> list[Pair]:
    numbers = {row.id for pair in chosen for row in pair}
    if kind == "organization":
        people = _people(uow, numbers)
        return [_pair(first, second, _body_signs(first, second, people)) for first, second in chosen]
    works = _works(uow, numbers)
    others = _coworkers(uow, works)
    return [_pair(first, second, _expert_signs(first, second, works, others)) for first, second in chosen]


def _pair(first: Any, second: Any, signs: Iterable[Sign]) -> Pair:
    return Pair(first, second, tuple(sorted(signs, key=lambda sign: -abs(sign.weight))))


def _expert_signs(
    first: Expert, second: Expert, works: Mapping[int, set[str]], others: Mapping[int, set[int]]
) -> Iterable[Sign]:
    yield from _names(first.name, second.name, spellings.person)
    yield from _same(first.orcid, second.orcid, 10, -10, Message("ORCID"))
    yield from _same(first.openalex, second.openalex, 8, -3, Message("OpenAlex"))
    yield from _same(first.phone, second.phone, 6, 0, Message("电话"))
    yield from _same(first.email.casefold(), second.email.casefold(), 6, 0, Message("邮箱"))
    yield from _bodies(first, second)
    yield from _works_signs(first, second, works, others)
    yield from _lists(first.fields, second.fields, 0.5, -1.5, Message("技术领域"), least=1)
    one, other = ([*row.directions, *row.keywords] for row in (first, second))
    yield from _lists(one, other, 2, -1, Message("研究方向"), least=3)


def _bodies(first: Expert, second: Expert) -> Iterable[Sign]:
    if first.organization_id is None or second.organization_id is None:
        return
    if first.organization_id != second.organization_id:
        names = {"first": _body_name(first), "second": _body_name(second)}
        yield Sign(-3, Message("单位不同：%(first)s、%(second)s", names))
        return
    yield Sign(3, Message("单位相同：%(body)s", {"body": _body_name(first)}))
    if first.department and second.department:
        same = spellings.plain(first.department) == spellings.plain(second.department)
        names = {"first": first.department, "second": second.department}
        yield (
            Sign(1.5, Message("院系相同：%(first)s", {"first": first.department}))
            if same
            else Sign(-2.5, Message("院系不同：%(first)s、%(second)s", names))
        )


def _body_name(row: Expert) -> str:
    return row.organization.name if row.organization else ""


def _works_signs(
    first: Expert, second: Expert, works: Mapping[int, set[str]], others: Mapping[int, set[int]]
) -> Iterable[Sign]:
    common = works[first.id] & works[second.id]
    if common:
        yield Sign(-8, Message("有 %(count)s 项成果同时署了这两个人", {"count": len(common)}))
    together = (others[first.id] & others[second.id]) - {first.id, second.id}
    if together:
        yield Sign(
            min(4.0, 2.0 * len(together)), Message("有 %(count)s 位共同的合作者", {"count": len(together)})
        )
    elif min(len(others[first.id]), len(others[second.id])) >= 3:
        yield Sign(-1.5, Message("各有不少合作者，没有一位相同"))


def _body_signs(first: Organization, second: Organization, people: Mapping[int, set[str]]) -> Iterable[Sign]:
    yield from _names(first.name, second.name, spellings.body)
    yield from _same(first.code, second.code, 10, -10, Message("统一社会信用代码"))
    yield from _same(first.region, second.region, 1, -2, Message("地区"))
    yield from _same(first.website.casefold(), second.website.casefold(), 3, 0, Message("网址"))
    if spellings.tells_apart(first.name, second.name):
        yield Sign(-6, Message("名称中不同的字表明是两家单位"))
    if first.kind != second.kind and "other" not in (first.kind, second.kind):
        yield Sign(-1, Message("单位类型不同"))
    common = people[first.id] & people[second.id]
    if common:
        names = "、".join(sorted(common)[:5])
        yield Sign(min(4.0, 2.0 * len(common)), Message("有同名的专家：%(names)s", {"names": names}))


def _names(first: str, second: str, form: Callable[[str], str]) -> Iterable[Sign]:
    if first == second:
        yield Sign(1, Message("名称完全相同"))
    elif form(first) == form(second):
        weight = 3.0 if form is spellings.body else 1.0
        yield Sign(weight, Message("只是写法不同（繁简、全半角、称谓或标点）"))
    elif form is spellings.body:
        yield Sign(0.5, Message("名称只差一个字"))
    else:
        yield Sign(0.5, Message("拼音相同，一个是中文名，一个是拉丁字母"))


def _same(first: str, second: str, same: float, other: float, what: Message) -> Iterable[Sign]:
    if not first or not second:
        return
    if first == second:
        yield Sign(same, Message("%(what)s相同", {"what": what}))
    elif other:
        yield Sign(other, Message("%(what)s不同", {"what": what}))


def _lists(
    first: Iterable[str], second: Iterable[str], same: float, other: float, what: Message, *, least: int
) -> Iterable[Sign]:
    one, two = ({spellings.plain(each) for each in some} for some in (first, second))
    common = one & two
    if common:
        yield Sign(min(same, float(len(common))), Message("%(what)s有相同的", {"what": what}))
    elif min(len(one), len(two)) >= least:
        yield Sign(other, Message("%(what)s没有相同的", {"what": what}))


def _works(uow: UnitOfWork, numbers: Iterable[int]) -> dict[int, set[str]]:
    """Expert → his publications and patents."""
    found: dict[int, set[str]] = defaultdict(set)
    wanted = sorted(numbers)
    for table, key in ((Authorship, Authorship.publication_id), (Inventorship, Inventorship.patent_id)):
        for expert, work in uow.session.execute(
            select(table.expert_id, key).where(table.expert_id.in_(wanted))
        ):
            found[expert].add(f"{table.__tablename__}:{work}")
    return found


def _coworkers(uow: UnitOfWork, works: Mapping[int, set[str]]) -> dict[int, set[int]]:
    """Expert → those who wrote or invented with him, himself among them."""
    behind: dict[str, set[int]] = defaultdict(set)
    experts = sorted(works)
    for table, key in ((Authorship, Authorship.publication_id), (Inventorship, Inventorship.patent_id)):
        theirs = select(key).where(table.expert_id.in_(experts))
        for work, expert in uow.session.execute(select(key, table.expert_id).where(key.in_(theirs))):
            behind[f"{table.__tablename__}:{work}"].add(expert)
    found: dict[int, set[int]] = defaultdict(set)
    for expert, own in works.items():
        found[expert] = {other for work in own for other in behind[work]} - {expert}
    return found


def _people(uow: UnitOfWork, numbers: Iterable[int]) -> dict[int, set[str]]:
    """Body → names of its experts as they are compared."""
    found: dict[int, set[str]] = defaultdict(set)
    statement = select(Expert.organization_id, Expert.name).where(Expert.organization_id.in_(sorted(numbers)))
    for number, name in uow.session.execute(statement):
        if number is not None:
            found[number].add(spellings.person(name) or name.casefold())
    return found
