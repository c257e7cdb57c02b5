"""Names by which people log in: mobile number, user name, e-mail, each written in one way only."""

from __future__ import annotations

import re
import unicodedata

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message

#: A number of mainland China without its prefix.
_MOBILE = re.compile(r"1[3-9]\d{9}")
#: E.164: any other country, told by its +.
_ABROAD = re.compile(r"\+[1-9]\d{6,14}")
_FILLERS = re.compile(r"[\s\-()（）.·]+")
_USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")


def phone(text: str) -> str:
    """A mobile number as it is stored: eleven digits, or + and the digits of another country; "" for none.

    Full-width digits, blanks, hyphens, +86, 0086 and a leading 86 are understood.

    Raises:
        InvalidInput: at the field ``phone``.
    """
    digits = _FILLERS.sub("", unicodedata.normalize("NFKC", text))
    if not digits:
        return ""
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    home = digits.removeprefix("+86")
    if home == digits and len(digits) == 13:
        home = digits.removeprefix("86")
    if _MOBILE.fullmatch(home):
        return home
    if _ABROAD.fullmatch(digits) and not digits.startswith("+86"):
        return digits
    raise _refused(
        "phone",
        Message("“%(text)s”不是手机号。", {"text": text.strip()[:40]}),
        Message("请填写 11 位手机号，例如 13812345678；境外号码以 + 和国家代码开头。"),
    )


def username(text: str) -> str:
    """A user name as it is stored, in small letters; "" for none.

    Raises:
        InvalidInput: at the field ``username``.
    """
    name = unicodedata.normalize("NFKC", text).strip().lower()
    if not name or _USERNAME.fullmatch(name):
        return name
    raise _refused(
        "username",
        Message("“%(text)s”不能用作用户名。", {"text": text.strip()[:40]}),
        Message("请以字母开头，用 3 到 40 个字母、数字、点、短横或下划线。"),
    )


def email(text: str) -> str:
    """An e-mail address as it is stored, in small letters; "" for none.

    Raises:
        InvalidInput: at the field ``email``.
    """
    address = unicodedata.normalize("NFKC", text).strip().lower()
    if not address or (_EMAIL.fullmatch(address) and len(address) <= 200):
        return address
    raise _refused(
        "email",
        Message("“%(text)s”不是邮箱地址。", {"text": text.strip()[:60]}),
        Message("请填写形如 name@example.cn 的地址，或留空。"),
    )


def log_in_name(text: str) -> tuple[str, str]:
    """Which of ``phone``, ``email``, ``username`` somebody typed, and how it is stored.

    What can be none of them comes back as a user name that nobody has: no log-in tells why it failed.
    """
    text = text.encode("utf-8", "replace").decode().replace("\0", "")  # no database takes the others
    for kind, reader in (("email", email), ("phone", phone), ("username", username)):
        try:
            found = reader(text)
        except InvalidInput:
            continue
        if found:
            return kind, found
    return "username", unicodedata.normalize("NFKC", text).strip().lower()[:200]


def _refused(field: str, message: Message, remedy: Message) -> InvalidInput:
    return InvalidInput(
        message,
        hint=remedy,
        fields={field: Message("%(fault)s%(remedy)s", {"fault": message, "remedy": remedy})},
    )
