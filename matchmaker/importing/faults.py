"""What is wrong with a row: fault and remedy as Messages, told together with row and field."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import ValidationError

from matchmaker.messages import Message


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, or one note, with what to do about it."""

    fault: Message
    remedy: Message

    def __str__(self) -> str:
        return f"{self.fault} → {self.remedy}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a field; field "" means the row as a whole."""

    field: str
    fault: Fault


def refuse(fault: str, remedy: str, **values: object) -> ValidationError:
    """The error of a field that carries a Fault; both templates may use the values."""
    return ValidationError([told(fault, remedy, **values)])


def told(fault: str, remedy: str, **values: object) -> Fault:
    """A Fault of two templates with common values."""
    return Fault(Message(fault, _used(fault, values)), Message(remedy, _used(remedy, values)))


def _used(template: str, values: dict[str, object]) -> dict[str, object]:
    """Only the values that a template names, so that an unused one leaves no % to be doubled."""
    return {key: value for key, value in values.items() if f"%({key})" in template}


def shortened(text: object, longest: int = 40) -> str:
    """A value as a fault quotes it."""
    whole = str(text)
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"
