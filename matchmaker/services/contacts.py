"""Ways to reach people, masked until both sides accept."""

from __future__ import annotations


def masked_name(name: str) -> str:
    """The family name only: 王某某 becomes 王＊＊."""
    clean = name.strip()
    return clean[:1] + "＊" * max(min(len(clean) - 1, 3), 1) if clean else ""


def masked_phone(phone: str) -> str:
    """The first three and last two digits of a number that is long enough to keep the rest unknown."""
    digits = [sign for sign in phone if sign.isdigit()]
    if not digits:
        return ""
    if len(digits) < 8:
        return "*" * len(digits)
    return "".join(digits[:3]) + "*" * (len(digits) - 5) + "".join(digits[-2:])


def masked_email(email: str) -> str:
    """The first letter and the domain."""
    name, at, domain = email.strip().partition("@")
    return f"{name[:1]}***@{domain}" if at and name else ""
