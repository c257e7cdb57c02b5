"""Checked rows into the database: a second import updates, never doubles, and keeps what is confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from matchmaker.importing.checking import CheckedRow, match_key
from matchmaker.importing.columns import attributes, head_of
from matchmaker.importing.faults import Fault, Finding, shortened, told
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.jobs.queue import enqueue_many
from matchmaker.models import Achievement, Expert, ExpertProject, Indicator, Organization, Problem, now
from matchmaker.permissions import Actor, readers_by, require, written
from matchmaker.services import attachments, erased, linking, provenance, visibility
from matchmaker.services.attached import SUBJECTS
from matchmaker.services.merged import taken_up
from matchmaker.services.organization_names import organizations_by_name
from matchmaker.storage import lasting
from matchmaker.storage.queries import TABLES, index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Fields that are lists of small rows: field → their table.
CHILDREN: dict[str, type[Any]] = {"indicators": Indicator, "projects": ExpertProject}
LOADED_WITH = {
    "problem": (selectinload(Problem.indicators),),
    "achievement": (selectinload(Achievement.indicators),),
    "expert": (selectinload(Expert.projects),),
}
#: Field that names the organization an object belongs to.
BELONGS_TO = {
    "expert": "institution",
    "problem": "organization",
    "patent": "organization",
    "achievement": "organization",
}
LINKS = frozenset(relation.field for relation in linking.RELATIONS)
#: Readers that an import knows nothing of: liaisons of a town, who drafted it, the person himself.
_OWN = ("liaison:", "account:", "expert:")
NO_ATTRIBUTES = frozenset({"classified", "key", *CHILDREN, *LINKS})


@dataclass(slots=True)
class Saved:
    """What became of a row.

    Attributes:
        state: created, updated, unchanged or rejected.
        kept: confirmed fields that were not overwritten.
        findings: notes, or the fault of a rejected row.
    """

    row: CheckedRow
    state: str = "unchanged"
    kept: int = 0
    findings: list[Finding] = field(default_factory=list)

    def note(self, name: str, fault: Fault) -> None:
        """Adds a finding."""
        self.findings.append(Finding(name, fault))


def save_rows(
    uow: UnitOfWork, actor: Actor, kind: str, rows: Sequence[CheckedRow], *, source: str = ""
) -> list[Saved]:
    """Creates or updates an object for each good row, links them, and enqueues what the index must learn.

    Args:
        uow: the transaction.
        actor: on whose behalf.
        kind: of the rows.
        rows: checked, without faults.
        source: name of the file, for the provenance of each fact.
    """
    require(actor, "import:run")
    batch = _Batch(uow.session, kind, rows, lambda row, fields: _note(row, fields, actor, source))
    with uow.session.no_autoflush:
        saved = [batch.save(row) for row in rows]
    uow.session.flush()
    if kind == "problem":
        batch.settle_readers(uow)
    batch.link()
    batch.tell_index()
    if kind in SUBJECTS:
        attachments.refresh_some(uow, [index_id(row) for row in batch.bumped])
    return saved


class _Batch:
    """Some rows of one kind with everything that they refer to, looked up together."""

    def __init__(
        self, session: Session, kind: str, rows: Sequence[CheckedRow], note: Callable[[Any, set[str]], None]
    ) -> None:
        self.session = session
        self.kind = kind
        self.note = note
        self.table = TABLES[kind]
        self.known = _Known(session, kind, rows)
        self.belongs = BELONGS_TO.get(kind, "")
        names = (
            {row.values[self.belongs] for row in rows if row.values.get(self.belongs)}
            if self.belongs
            else set()
        )
        self.organizations, created = organizations_by_name(session, kind, names)
        self.touched: dict[str, set[int]] = defaultdict(set, organization={row.id for row in created})
        self.last: dict[Any, Saved] = {}
        self.bumped: set[Any] = set()
        self.renamed: set[Any] = set()
        self.lists: dict[str, dict[Any, list[str]]] = defaultdict(dict)

    def save(self, row: CheckedRow) -> Saved:
        """One row into its object; links wait until all have their numbers."""
        saved = Saved(row, findings=list(row.notes))
        found = self.known.find(row)
        if isinstance(found, Fault):
            saved.state = "rejected"
            saved.note("id", found)
            return saved
        if found is not None and erased.is_erased(found):
            saved.state, row.raw = "rejected", {}  # not even the report keeps what was sent
            saved.note("", erased.REFUSED)
            return saved
        target = found or self.table(confirmed=[], index_version=1, visibility="public", readers="")
        changed = _Change(self.kind, target, saved, new=found is None)
        if row.key and target.key is None and (found is None or not lasting.is_ours(row.key)):
            target.key = row.key
        for name, value in row.values.items():
            self._set(changed, name, value)
        target.match_key = self._match_key(changed, row)
        readers = _readers(target)
        is_kept = self.kind == "problem" and found is not None  # settle_readers knows rivals and guests
        if not is_kept and set(readers.split()) != set(target.readers.split()):
            changed.put("readers", readers)
        if changed.new:
            self.session.add(target)
        self._finish(changed)
        self.known.remember(target)
        return saved

    def _set(self, changed: _Change, name: str, value: Any) -> None:
        if name in LINKS:
            if not changed.confirmed(name):
                self.lists[name][changed.target] = [value] * bool(value) if isinstance(value, str) else value
        elif name in CHILDREN:
            changed.set_children(name, value)
        elif name == self.belongs:
            organization = self.organizations.get(value)
            changed.put("organization_id", organization.id if organization else None, name)
        elif name not in NO_ATTRIBUTES:
            changed.put(name, value)

    def _match_key(self, changed: _Change, row: CheckedRow) -> str:
        """The fingerprint of the row, completed by what is there where the row does not give a part of it."""
        names = SCHEMAS[self.kind].MATCHING
        if changed.new or all(name in row.values for name in names):
            return row.matching
        target = changed.target
        here = {name: getattr(target, name) for name in names if name != self.belongs}
        if self.belongs:
            here[self.belongs] = target.organization.name if target.organization_id else ""
        return match_key(self.kind, here | row.values)

    def _finish(self, changed: _Change) -> None:
        target, saved = changed.target, changed.saved
        self.note(target, changed.names - {"readers"})
        self.last[target] = saved
        if changed.new:
            saved.state = "created"
            self.bumped.add(target)
        elif changed.names:
            self._bump(target, saved)
            if changed.names & {"name", "organization_id"}:
                self.renamed.add(target)

    def _bump(self, target: Any, saved: Saved) -> None:
        if saved.state == "unchanged":
            saved.state = "updated"
        target.index_version += 1
        self.bumped.add(target)

    def settle_readers(self, uow: UnitOfWork) -> None:
        """Readers of problems follow their state, their further bodies and the town of their owner too."""
        for target in visibility.refresh_some(uow, list(self.last)):
            if target not in self.bumped:
                self._bump(target, self.last[target])

    def link(self) -> None:
        """Lists of partners as links, then the links that waited for these objects."""
        by_number = {target.id: target for target in self.last}
        for relation in linking.RELATIONS:
            if relation.owner_kind != self.kind or not self.lists[relation.field]:
                continue
            wanted = {target.id: keys for target, keys in self.lists[relation.field].items()}
            linked = linking.link(self.session, relation, wanted)
            self._tell_links(relation, linked, by_number)
        numbers = {target.key: target.id for target in self.last if target.key}
        self._concern(linking.resolve(self.session, self.kind, numbers), by_number)

    def _tell_links(
        self, relation: linking.Relation, linked: linking.Linked, by_number: Mapping[int, Any]
    ) -> None:
        for number, keys in linked.missing.items():
            fault = told(
                "%(number)s 个编号尚未导入：%(keys)s", "已记下，对方导入后自动关联；编号有误的请更正",
                number=len(keys), keys=shortened("、".join(keys), 200),
            )  # fmt: skip
            self.last[by_number[number]].note(relation.field, fault)
        for number, count in linked.removed.items():
            fault = told(
                "取消了 %(number)s 个原有的关联", "以本文件的列表为准；有误请补上编号后再导入", number=count
            )
            self.last[by_number[number]].note(relation.field, fault)
        self._concern({self.kind: linked.changed, **linked.concerned}, by_number)

    def _concern(self, concerned: Mapping[str, Iterable[int]], by_number: Mapping[int, Any]) -> None:
        for kind, numbers in concerned.items():
            for number in numbers:
                target = by_number.get(number) if kind == self.kind else None
                if target is None:
                    self.touched[kind].add(number)
                elif target not in self.bumped:
                    self._bump(target, self.last[target])

    def tell_index(self) -> None:
        """New versions and index jobs for everything whose document changed."""
        numbers = {target.id for target in self.bumped}
        fresh_organizations = set(self.touched.pop("organization", set()))
        concerned = linking.made_of(self.session, self.kind, numbers)
        moved = linking.shown_with(self.session, self.kind, {target.id for target in self.renamed})
        for found in (concerned, moved):
            for kind, some in found.items():
                self.touched[kind] |= some
        subjects = [index_id(target) for target in self.bumped]
        subjects += [f"organization:{number}" for number in sorted(fresh_organizations)]
        for kind, some in self.touched.items():
            linking.bump(self.session, kind, some)
            subjects += [f"{kind}:{number}" for number in sorted(some)]
        enqueue_many(self.session, "index", [(subject, {}) for subject in sorted(set(subjects))])


class _Change:
    """One object while a row is written into it: what changed, and what was kept because it is confirmed."""

    def __init__(self, kind: str, target: Any, saved: Saved, *, new: bool) -> None:
        self.kind = kind
        self.target = target
        self.saved = saved
        self.new = new
        self.names: set[str] = set()
        self._fields = {attribute: name for name, attribute in attributes(kind).items()}

    def put(self, attribute: str, value: Any, name: str = "") -> None:
        """Sets an attribute unless it is confirmed."""
        if not self.new and getattr(self.target, attribute) == value:
            return
        if not self._keeps({attribute, name or self._fields.get(attribute, attribute)}):
            setattr(self.target, attribute, value)
            self.names.add(attribute)

    def set_children(self, name: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Replaces a list of small rows unless it is the same or confirmed."""
        table = CHILDREN[name]
        if not self.new:
            held = [
                {key: getattr(child, key) for key in item}
                for child, item in zip(getattr(self.target, name), items, strict=False)
            ]
            if held == list(items) and len(getattr(self.target, name)) == len(items):
                return
        if not self._keeps({name}):
            setattr(self.target, name, [table(position=place, **item) for place, item in enumerate(items)])
            self.names.add(name)

    def confirmed(self, name: str) -> bool:
        """Whether a list of partners is confirmed; told when it is."""
        return self._keeps({name})

    def _keeps(self, names: set[str]) -> bool:
        if self.new or names.isdisjoint(self.target.confirmed):
            return False
        name = next((each for each in names if head_of(self.kind, each) != each), min(names))
        self.saved.kept += 1
        self.saved.note(name, told("已由本人确认，未被覆盖", "需要更改的，请联系本人或在页面上修改"))
        return True


class _Known:
    """The objects that rows may mean: by the sender's id, else by the told matching key."""

    def __init__(self, session: Session, kind: str, rows: Sequence[CheckedRow]) -> None:
        self.kind = kind
        self.by_key: dict[str, Any] = {}
        self.by_match: dict[str, list[Any]] = defaultdict(list)
        table = TABLES[kind]
        keys = {row.key for row in rows if row.key}
        matches = {row.matching for row in rows} - {""}
        found: dict[int, Any] = {}
        for column, values in ((table.key, keys), (table.match_key, matches)):
            for part in linking.parts(sorted(values)):
                statement = select(table).where(column.in_(part)).options(*LOADED_WITH.get(kind, ()))
                found.update((row.id, row) for row in session.scalars(statement))
        own = lasting.ours(session, kind, keys)
        for part in linking.parts(sorted(set(own.values()) - set(found))):
            statement = select(table).where(table.id.in_(part)).options(*LOADED_WITH.get(kind, ()))
            found.update((row.id, row) for row in session.scalars(statement))
        for row in sorted(found.values(), key=lambda each: each.id):
            self.remember(row)
        self.by_key |= {key: found[number] for key, number in own.items()}
        for key, matching, row in taken_up(session, kind, keys, matches, LOADED_WITH.get(kind, ())):
            self._answer(key, matching, row)

    def remember(self, target: Any) -> None:
        """An object that was found or made."""
        if target.key:
            self.by_key[target.key] = target
        if target not in self.by_match[target.match_key]:
            self.by_match[target.match_key].append(target)

    def _answer(self, key: str, matching: str, row: Any) -> None:
        """A record that took another up is found by the id and the name of that one too."""
        if key:
            self.by_key.setdefault(key, row)
        if matching and not self.by_match[matching]:
            self.by_match[matching].append(row)

    def find(self, row: CheckedRow) -> Any | Fault | None:
        """The object, None when there is none yet, or the fault of several."""
        if row.key in self.by_key:
            return self.by_key[row.key]
        candidates = list(self.by_match.get(row.matching, ())) if row.matching else []
        if row.key:
            candidates = [each for each in candidates if each.key is None]
        if self.kind == "expert":
            candidates = _of_department(candidates, row.values.get("department", ""))
        if len(candidates) > 1:
            return told(
                "有 %(number)s 条记录与这一行相同，无法判断更新哪一条",
                "请填写编号后再导入",
                number=len(candidates),
            )
        return candidates[0] if candidates else None


def _of_department(candidates: list[Any], department: str) -> list[Any]:
    """Namesakes in one body are told apart by their department where both name one."""
    if not department:
        return candidates
    same = [each for each in candidates if each.department == department]
    return same or [each for each in candidates if not each.department]


def _note(row: Any, fields: set[str], actor: Actor, source: str) -> None:
    given = {name for name in fields if getattr(row, name, None) not in (None, "", [])}
    origin = "openalex" if "openalex" in (row.source or "").casefold() else "import"
    provenance.note(row, given, origin, actor, on=now().date(), what=source or row.source or "")


def _readers(target: Any) -> str:
    organization = None if isinstance(target, Organization) else getattr(target, "organization_id", None)
    kept = {each for each in (target.readers or "").split() if each.startswith(_OWN)}
    if isinstance(target, Achievement) and target.state not in {None, "published"}:
        return written(readers_by("draft", [organization] if organization else [], further=kept))
    return written(
        readers_by(target.visibility or "public", [organization] if organization else [], further=kept)
    )
