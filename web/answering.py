"""Answers of forms: read by the schema of their purpose, faults as the pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from matchmaker.errors import InvalidInput
from matchmaker.services.answers import Purpose
from web.i18n import tell
from web.schemas.parsing import load
from web.schemas.questions import schema_of


def given(what: Purpose, form: MultiDict[str, str], prefix: str = "") -> dict[str, Any]:
    """What was typed, as it was typed: several values of a question as a list."""
    typed: dict[str, Any] = {}
    for question in what.questions:
        name = prefix + question.name
        typed[question.name] = form.getlist(name) if question.kind == "several" else form.get(name, "")
    return typed


def checked(name: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers; InvalidInput with a fault for each question that does not hold."""
    pairs = [
        (key, one) for key, value in typed.items() for one in (value if isinstance(value, list) else [value])
    ]
    return load(schema_of(name)(), MultiDict(pairs))


def faults_of(error: InvalidInput) -> dict[str, str]:
    """Faults by question, in the language of this request; of an item of a list under the list."""
    found: dict[str, str] = {}
    for name, message in error.fields.items():
        found.setdefault(name.partition(".")[0], tell(message))
    return found
