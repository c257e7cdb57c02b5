"""What the forms of accounts take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.messages import Message
from matchmaker.services.accounts import ROLE_NAMES
from matchmaker.services.registration import OPEN_ROLES
from matchmaker.services.tokens import LONGEST_DAYS, SCOPES
from web.i18n import LANGUAGES, TYPE_SIZES
from web.schemas.fields import Choice, Several, Text, WholeNumber
from web.schemas.parsing import Input

#: Characters of a comment.
_NOTE = 500


class Password(Text):
    """A password exactly as it was typed: blanks at its ends belong to it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        trimmed = super()._deserialize(value, attr, data, **options)
        return str(value) if isinstance(value, str) else trimmed


class PersonForm(Input):
    """How somebody is called and logs in."""

    name = Text(longest=100, empty=False, required=True)
    phone = Text(longest=40, load_default="")
    username = Text(longest=60, load_default="")
    email = Text(longest=200, load_default="")


class NewPassword(Input):
    """A new password, typed twice."""

    password = Password(longest=200, load_default="")
    again = Password(longest=200, load_default="")


class JoinForm(PersonForm, NewPassword):
    """Whoever was invited."""


class RegisterForm(JoinForm):
    """Whoever applies by himself."""

    role = Choice(OPEN_ROLES, load_default="")
    organization = Text(longest=200, load_default="")
    code = Text(longest=18, load_default="")
    note = Text(longest=_NOTE, lines=True, load_default="")


class ProfileForm(PersonForm):
    """One's own account."""

    language = Choice(tuple(LANGUAGES), load_default="")
    type_size = Choice(TYPE_SIZES, load_default="")


class StandingForm(Input):
    """What an account is; bodies stand one a line, by name, number or code."""

    roles = Several(Choice(tuple(ROLE_NAMES)), load_default=list)
    organizations = Text(longest=4000, lines=True, load_default="")
    expert = Text(longest=100, load_default="")
    new_body = Text(longest=200, load_default="")


class InvitationForm(Input):
    """Whom somebody invites."""

    role = Choice(tuple(ROLE_NAMES), load_default="")
    organization = Text(longest=200, load_default="")
    expert = Text(longest=100, load_default="")
    name = Text(longest=100, load_default="")
    phone = Text(longest=40, load_default="")
    note = Text(longest=_NOTE, load_default="")


class TokenForm(Input):
    """A new API token."""

    name = Text(longest=100, load_default="")
    scopes = Several(Choice(tuple(SCOPES)), load_default=list)
    days = WholeNumber(low=1, high=LONGEST_DAYS, load_default=90)


class ReasonForm(Input):
    """Why something is done to an account."""

    reason = Text(longest=300, load_default="")


class EraseForm(ReasonForm):
    """The same for what cannot be undone."""

    sure = Choice(
        ("yes",), required=True, error_messages={"required": [Message("请勾选确认：抹去后不能恢复。")]}
    )


class ActForm(Input):
    """For whom somebody acts: ``organization:7``, ``account:3``, or a body's name."""

    target = Text(longest=200, empty=False, required=True, data_key="for")


class ListAsked(Input):
    """Filters of the list of accounts."""

    q = Text(load_default="")
    state = Text(longest=10, load_default="")
    role = Text(longest=20, load_default="")
