"""What can go wrong for a user: a class with a code, a sentence, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from matchmaker.messages import Message


class MatchmakerError(Exception):
    """Base of every error that is told to a user.

    Attributes:
        code: stable name, in the docs and in the JSON of the API.
        status: HTTP status of web/errors.py.
        exit_code: of the command line.
        fields: field → what is wrong with it and how to mend it.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: Message | str, *, hint: Message | str = "", fields: Mapping[str, Message] | None = None
    ) -> None:
        self.message = message if isinstance(message, Message) else Message(message)
        self.hint = hint if isinstance(hint, Message) else Message(hint)
        self.fields = dict(fields or {})
        super().__init__(str(self.message))


class InvalidInput(MatchmakerError):
    """Something given from outside does not hold; the fields say what."""

    code = "invalid_input"
    status = 422
    exit_code = 2


class NotFound(MatchmakerError):
    """It does not exist, or not for this reader: the two look alike on purpose."""

    code = "not_found"
    status = 404
    exit_code = 3


class Forbidden(MatchmakerError):
    """The actor may see it but not do this."""

    code = "forbidden"
    status = 403
    exit_code = 4


class Unauthenticated(MatchmakerError):
    """The key that a program or a browser shows opens nothing: unknown, expired, ended."""

    code = "unauthenticated"
    status = 401
    exit_code = 4


class TooMany(MatchmakerError):
    """Too many attempts; ``seconds`` says when the next one is looked at."""

    code = "too_many"
    status = 429
    exit_code = 5

    def __init__(self, message: Message | str, *, seconds: int, hint: Message | str = "") -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class Conflict(MatchmakerError):
    """Somebody else was faster, or the state does not allow it."""

    code = "conflict"
    status = 409
    exit_code = 5


class Unavailable(MatchmakerError):
    """A part (index, model, database) does not work just now."""

    code = "unavailable"
    status = 503
    exit_code = 6


class ConfigurationError(MatchmakerError):
    """The settings do not hold; every fault is told at once."""

    code = "configuration"
    exit_code = 2
