"""An expert's personal data erased: nothing tells any more who he was, what was done stays on record.

The row remains with its number, its body and its technical fields, under another name, out of every list and
of the index. The sender's number and the fingerprint of his name stay, so that a file imported again does not
bring him back. Numbers of accounts in the history remain: an account is erased on its own page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Table, delete, update
from sqlalchemy.orm import Session

from matchmaker.errors import Conflict, InvalidInput
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.messages import Message
from matchmaker.models import Account, Achievement, Base, Expert, now
from matchmaker.permissions import Actor, readers_by, written
from matchmaker.services import linking, merging
from matchmaker.services.erased import ERASED
from matchmaker.services.person_records import Person, conditions, person, words_of
from matchmaker.services.purging import forget_imported
from matchmaker.storage.queries import index_id
from matchmaker.storage.unit_of_work import UnitOfWork

#: Letters of a reason.
SHORTEST_REASON = 4
#: Facts of an expert that stay: they say what he could do, not who he was.
STAYING = frozenset(
    {"id", "key", "match_key", "source", "organization_id", "fields", "region", "created_at", "updated_at",
     "created_by", "index_version", "revision", "confirmed", "visibility", "readers", "hidden_from",
     "reminded_at", "verified_on", "name"}
)  # fmt: skip
_NOTHING: dict[str, Any] = {}

#: Table → columns and what they hold afterwards; None deletes the rows, {} leaves them as they are.
RULES: Mapping[str, Mapping[str, Any] | None] = {
    "expert": _NOTHING,  # the row itself is changed as an object
    "account": {"expert_id": None},
    "achievement": _NOTHING,  # leader and team are changed as objects
    "expert_project": None,
    "authorship": None,
    "inventorship": None,
    "pending_link": None,
    "match": None,
    "match_run": None,
    "merge": None,
    "watch": None,
    "watch_hit": None,
    "message_preference": None,
    "invitation": {"name": "", "phone": "", "note": ""},
    "introduction": {
        "message": "",
        "words": "",
        "softened": None,
        "meeting_note": "",
        "evidence": {},
        "watched": {},
    },
    "introduction_event": {"facts": {}, "behalf": ""},
    "introduction_note": {"text": "", "behalf": ""},
    "introduction_seen": _NOTHING,
    "attendee": {
        "name": "—",
        "title": "",
        "phone": "",
        "email": "",
        "online_link": "",
        "reason": "",
        "note": "",
        "prefers_by": "",
    },
    "event": {"contact_name": "", "contact_phone": ""},
    "agenda_person": _NOTHING,
    "event_problem_person": _NOTHING,
    "event_pair": {"why": {}, "expert_wish_by": "", "problem_wish_by": ""},
    "plan_pin": _NOTHING,
    "standby": _NOTHING,
    "day_entry": _NOTHING,
    "meeting": {"objection": "", "online_link": "", "settled_reason": ""},
    "bulletin": _NOTHING,
    "outcome_card": {"note": "", "given_by": "", "next_who": "", "next_step": ""},
    "agreement": {"note": ""},
    "follow_up": {"note": "", "done_by": ""},
    "history": {"changes": {"erased": True}},
    "access_log": _NOTHING,
    "purge": _NOTHING,
    "version": {"snapshot": {}, "note": ""},
    "attachment": {"filename": "", "text": "", "marks": []},
    "outbox": {"recipient": "", "phone": "", "title": "", "text": "", "short": "", "behalf": ""},
    "delivery": {"address": "", "who": "", "note": "", "error": ""},
    "secret_link": {"recipient": "", "phone": "", "answers": {}, "answered_by": ""},
    "job": _NOTHING,
    "organization": {"contact_name": "", "contact_phone": "", "contact_email": ""},
    "problem": {"contact_name": "", "contact_phone": "", "contact_email": ""},
    "link_miss": _NOTHING,
    "login_session": _NOTHING,
}


def erase(uow: UnitOfWork, actor: Actor, number: int, reason: str) -> Expert:
    """Erases an expert's data; that it was done, by whom and why remains.

    Raises:
        InvalidInput: without a reason.
        Conflict: his account is still open: it is closed and erased first.
    """
    session = uow.session
    who = person(session, actor, number, "person:erase")
    _refuse_without_reason(reason)
    _refuse_with_open_account(session, number)
    session.flush()
    subject, old = index_id(who.row), who.row.name
    alias = f"已抹去专家 {number}"
    forget_imported(session, words_of(who))
    concerned = _works_of(session, who)
    merging.forget(uow, subject)
    for table, condition in conditions(who):
        _apply(session, table, condition)
    for eraser in ERASERS:
        eraser(session, who, alias)
    _rename_actors(session, old, alias, who)
    session.expire_all()
    _blank(who.row, alias)
    _tell_index(uow, concerned, subject)
    uow.record(actor, "person:erase", subject, reason=reason.strip()[:500])
    return who.row


def _refuse_without_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        fault = Message("请填写抹去的原因（至少 4 个字）。")
        raise InvalidInput(
            fault, hint=Message("原因会永久保留，请不要写入个人信息。"), fields={"reason": fault}
        )


def _refuse_with_open_account(session: Session, number: int) -> None:
    for account in session.query(Account).filter(Account.expert_id == number):
        if account.state != "closed":
            raise Conflict(
                Message("这位专家还有账号 %(account)s 未停用。", {"account": account.id}),
                hint=Message("请先在“账号”中停用并抹去这个账号，再抹去专家的数据。"),
            )


def _works_of(session: Session, who: Person) -> dict[str, set[int]]:
    """Works whose index documents name him."""
    achievements = {each.id for each in session.query(Achievement).filter_by(leader_id=who.row.id)}
    return {
        "publication": {each.publication_id for each in who.row.authorships},
        "patent": {each.patent_id for each in who.row.inventorships},
        "achievement": achievements,
    }


def _apply(session: Session, table: Table, condition: Any) -> None:
    rule = RULES[table.name]
    if rule is None:
        session.execute(delete(table).where(condition))
    elif rule:
        session.execute(update(table).where(condition).values(**rule))


def _lead_nothing(session: Session, who: Person, alias: str) -> None:
    """Achievements lose their leader, and his name among the team."""
    for work in session.query(Achievement).filter_by(leader_id=who.row.id):
        work.leader_id, work.team = None, work.team.replace(who.row.name, alias)


def _close_links(session: Session, who: Person, _alias: str) -> None:
    """A link that asked him opens no more."""
    table = Base.metadata.tables["secret_link"]
    still_open = table.c.subject.in_(who.subjects) & table.c.revoked_at.is_(None)
    session.execute(update(table).where(still_open).values(revoked_at=now()))


#: Further things to do; others add theirs.
ERASERS: list[Callable[[Session, Person, str], None]] = [_lead_nothing, _close_links]


def _rename_actors(session: Session, old: str, alias: str, who: Person) -> None:
    """What he did himself in his introductions and about himself is told under the other name."""
    for table, condition in conditions(who):
        for name in ("actor", "asker", "follower"):
            if name in table.c and table.name != "access_log":
                session.execute(update(table).where(condition, table.c[name] == old).values({name: alias}))


def _blank(row: Expert, alias: str) -> None:
    for column in Expert.__table__.c:
        if column.name not in STAYING:
            setattr(row, column.name, _empty(getattr(row, column.name), is_nullable=bool(column.nullable)))
    row.name, row.visibility = alias, "draft"
    row.readers, row.hidden_from = written(readers_by("draft")), " "
    row.confirmed = sorted({ERASED, *SCHEMAS["expert"]().fields} - {"id"})


def _empty(value: Any, *, is_nullable: bool) -> Any:
    """Nothing, of the kind that the column holds."""
    if isinstance(value, (list, dict)):
        return type(value)()
    return None if is_nullable else ""


def _tell_index(uow: UnitOfWork, concerned: Mapping[str, Iterable[int]], subject: str) -> None:
    """The index forgets him; a rebuild leaves no remains in its files."""
    linking.bump(uow.session, "expert", [int(subject.partition(":")[2])])
    uow.enqueue("index", subject)
    for kind, numbers in concerned.items():
        some = sorted(numbers)
        linking.bump(uow.session, kind, some)
        for each in some:
            uow.enqueue("index", f"{kind}:{each}")
    uow.enqueue("rebuild", "index")
