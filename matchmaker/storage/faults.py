"""Faults of a database as a user is told them: away, busy, somebody was faster, a value does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.errors import Conflict, InvalidInput, MatchmakerError, Unavailable
from matchmaker.messages import Message

#: Class, sentence, hint.
Told = tuple[type[MatchmakerError], Message, Message]

_AGAIN = Message("请刷新页面，在最新的内容上再做一次。")
_LATER = Message("请过一会儿再试；长时间不变请告诉管理员。")
_CHECK = Message("请过一会儿再试；刚才提交的内容请先确认是否已保存。长时间不变请让管理员检查数据库服务。")
_TABLES = Message("请让管理员运行 matchmaker init，它会建立和更新数据表。")

#: SQLSTATE of PostgreSQL, or a class of them (two characters) → what is told. Appendix A of its manual.
_STATES: dict[str, Told] = {
    "23505": (Conflict, Message("同样的内容刚刚已由别人保存。"), _AGAIN),
    "40": (Conflict, Message("别人正在改同一内容，这次没有保存。"), _AGAIN),
    "42P01": (Unavailable, Message("数据库中缺少数据表。"), _TABLES),
    "53100": (
        Unavailable,
        Message("数据库所在的磁盘已满。"),
        Message("请让管理员腾出空间；没有写入一半的内容。"),
    ),
    "53": (Unavailable, Message("数据库的连接已用完。"), _LATER),
    "55P03": (Unavailable, Message("数据库正忙：别人的写入还没有完成。"), _LATER),
    "57014": (Unavailable, Message("数据库用时太长，这次没有完成。"), _LATER),
    "25P03": (Unavailable, Message("数据库正忙：别人的写入还没有完成。"), _LATER),
}
#: The same for SQLite: name of its error → SQLSTATE.
_SQLITE = {
    "SQLITE_CONSTRAINT_UNIQUE": "23505",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "23505",
    "SQLITE_BUSY": "55P03",
    "SQLITE_LOCKED": "55P03",
    "SQLITE_FULL": "53100",
}
_AWAY: Told = (Unavailable, Message("数据库暂时连接不上。"), _CHECK)
#: Faults of a SQLite file as a whole: how their names begin.
_OF_FILE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CORRUPT", "SQLITE_NOTADB")
_FILE: Told = (
    Unavailable,
    Message("数据库文件无法读写。"),
    Message("请让管理员检查磁盘和文件的权限；文件损坏时请恢复备份。"),
)
_FULL_POOL: Told = (Unavailable, Message("数据库的连接都在使用中。"), _LATER)
_CHANGED: Told = (Conflict, Message("别人刚刚改了同一内容，这次没有保存。"), _AGAIN)
_UNFIT: Told = (
    InvalidInput,
    Message("有的内容数据库存不下：太长、数字太大，或含有不能保存的字符。"),
    Message("请缩短文字，删去看不见的字符，检查数字。"),
)


@contextmanager
def told() -> Iterator[None]:
    """Faults of the database as errors for users; a fault of ours passes as it is."""
    try:
        yield
    except Exception as fault:
        error = error_of(fault)
        if error is None:
            raise
        raise error from fault


def error_of(fault: BaseException | None) -> MatchmakerError | None:
    """What a user is told of a fault of the database; None when it is none, or one of ours."""
    if isinstance(fault, NoConnectionFree):
        kind, message, hint = _FULL_POOL
    elif isinstance(fault, StaleDataError):
        kind, message, hint = _CHANGED
    elif isinstance(fault, DBAPIError):
        found = _known(fault)
        if found is None:
            return None
        kind, message, hint = found
    else:
        return None
    return kind(message, hint=hint)


def _known(fault: DBAPIError) -> Told | None:
    state = _state(fault)
    if state in _STATES or state[:2] in _STATES:
        return _STATES.get(state) or _STATES[state[:2]]
    if isinstance(fault, DataError):
        return _UNFIT
    name = _sqlite_name(fault)
    if name:
        return _FILE if name.startswith(_OF_FILE) else None
    is_lost = fault.connection_invalidated or isinstance(fault, InterfaceError | OperationalError)
    return _AWAY if is_lost else None


def _state(fault: DBAPIError) -> str:
    """The SQLSTATE, "" when the server did not come to say one."""
    name = _sqlite_name(fault)
    if name == "SQLITE_ERROR" and "no such table" in str(fault.orig):
        return "42P01"
    return _SQLITE.get(name, "") if name else str(getattr(fault.orig, "sqlstate", None) or "")


def _sqlite_name(fault: DBAPIError) -> str:
    """SQLite's name of the error; "" for another database."""
    return str(getattr(fault.orig, "sqlite_errorname", ""))
