"""The rules as one question: a form in, findings, remarks and proposals out; nothing is looked up."""

from __future__ import annotations

from datetime import date

from matchmaker.clinic.checks import checklist
from matchmaker.clinic.findings import Examination
from matchmaker.clinic.form import Form
from matchmaker.clinic.proposals import from_text
from matchmaker.clinic.read import Read
from matchmaker.clinic.remarks import remarks


def examine(form: Form, today: date) -> Examination:
    """What a form lacks and what its text already tells; an empty form lacks everything."""
    read = Read(form, today)
    return Examination(checklist(read), () if form.is_empty else remarks(read), from_text(read))
