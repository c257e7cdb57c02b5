"""Passwords: argon2id through argon2-cffi, with a bound on how many are computed at the same time."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message

#: The first choice of OWASP's sheet on storing passwords: 46 MiB, one pass.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
#: Computed at once in one process: the memory of log-ins stays below 100 MiB, whoever knocks.
_AT_ONCE = BoundedSemaphore(2)
SHORTEST = 8
LONGEST = 200
#: What everybody tries first; letters are compared in small.
_COMMON_WORDS = (
    "12345678 123456789 1234567890 11111111 88888888 66666666 00000000 12341234 123123123 147258369 87654321"
    " password password1 passw0rd qwertyui qwerty123 1qaz2wsx a1234567 a12345678 a123456789 abcd1234 abc12345"
    " aa123456 asdfghjk iloveyou woaini1314 5201314520 admin123 admin888 administrator 11223344 123456abc"
    " 123456789a 1q2w3e4r qwer1234 zxcvbnm123 88888888a p@ssw0rd woaini520"
)
_COMMON = frozenset(_COMMON_WORDS.split())
#: Without signs that look alike on paper or over the telephone.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """The digest that is stored."""
    with _AT_ONCE:
        return _HASHER.hash(password.encode())


def matches(digest: str, password: str) -> bool:
    """Whether it is this password; for an account without one ("") it takes as long and is never so."""
    with _AT_ONCE:
        try:
            _HASHER.verify(digest or _nobody(), password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return bool(digest)


def is_outdated(digest: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(digest)


def generated(groups: int = 3) -> str:
    """A password to be read out: groups of four signs, 15 bits and more each."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(groups))


def check_strength(password: str, *own: str) -> None:
    """Raises InvalidInput at the field ``password`` unless it can be used.

    Args:
        password: as typed.
        own: name, number and the like: a password that is one of these is refused.
    """
    fault = _weakness(password, {text.lower() for text in own if text})
    if fault:
        raise InvalidInput(fault, fields={"password": fault})


def _weakness(password: str, own: set[str]) -> Message | None:
    if len(password) < SHORTEST:
        return Message(
            "密码太短，请至少用 %(shortest)s 个字符；几个词连起来好记又安全。", {"shortest": SHORTEST}
        )
    if len(password) > LONGEST:
        return Message("密码太长，请不超过 %(longest)s 个字符。", {"longest": LONGEST})
    try:
        password.encode()
    except UnicodeEncodeError:
        return Message("密码中有残缺的字符，请重新输入。")
    if password.lower() in _COMMON or len(set(password)) < 4 or password.lower() in own:
        return Message("这个密码太容易猜到，请换一个；不要用手机号、姓名或常见的数字串。")
    return None


@cache
def _nobody() -> str:
    """A digest that no password has: names that nobody has take as long as others."""
    return _HASHER.hash(secrets.token_bytes(32))
