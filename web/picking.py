"""Codes as people type them: what a picker shows, and what the address of a list means by a typed name."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request

from matchmaker.taxonomy import TABLES, picked
from web.i18n import tell
from web.request import language


@dataclass(frozen=True, slots=True)
class Typed:
    """A code of the address.

    Attributes:
        code: "" when nothing was typed, or nothing that is known.
        shown: the code's own text, else what was typed.
        fault: why what was typed is no code, or "".
    """

    code: str
    shown: str
    fault: str


def init_app(app: Flask) -> None:
    """Makes ``picker_text`` known to the templates."""
    app.jinja_env.globals["picker_text"] = picker_text


def typed_code(name: str, table: str) -> Typed:
    """What a parameter of the address means in a table; a code never seen is taken as it is."""
    text = request.args.get(name, "").strip()[:100]
    code, fault = picked(TABLES[table], text, language())
    if fault is not None and text.isascii() and text.isalnum():
        return Typed(text, text, "")
    return Typed(code, picker_text(table, code or text), tell(fault) if fault else "")


def picker_text(table: str, value: str | list[str] | None) -> str:
    """What the field shows for a code, several codes, or a text that is none."""
    values = value if isinstance(value, list) else [value] if value else []
    known = TABLES[table]
    return "；".join(known.text(each, language()) if each in known else each for each in values)
