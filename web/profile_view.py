"""Facts of a profile as pages show them, each with its origin and whether the person confirmed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue

from matchmaker.errors import NotFound
from matchmaker.messages import Message
from matchmaker.permissions import ACTIONS, allowed
from matchmaker.services import confirming, merged, profile_fields, profile_values, profiles, provenance
from matchmaker.services.provenance import Origin
from web.formats import label, labels
from web.i18n import tell
from web.request import actor, application, url_for_id

#: Attribute → table of its codes, for those that hold some.
_TABLES = {"fields": "FIELDS", "region": "REGIONS", "tiers": "TIERS", "transfer_modes": "TRANSFER_MODES"}


_VERIFIED = Message("最近核实日期")
View = Callable[[int], ResponseReturnValue]


def followed(kind: str) -> Callable[[View], View]:
    """A page of a record whose old address leads on after a merge, for who may read where it leads."""

    def wrap(view: View) -> View:
        @wraps(view)
        def found(number: int) -> ResponseReturnValue:
            try:
                return view(number)
            except NotFound:
                with application().reading() as uow:
                    kept = merged.kept(uow, kind, number)
                    if kept is None:
                        raise
                    profiles.get(uow, actor(), kind, kept)
                return redirect(url_for_id(f"{kind}:{kept}"), 302)

        return found

    return wrap


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; ``shown`` is "" where nothing stands."""

    name: str
    title: str
    shown: str
    origin: Origin | None
    confirmed: bool


def facts_of(row: Any) -> list[Fact]:
    """The confirmable facts of an expert in the order of his form."""
    origins = provenance.origins(row)
    masked = {} if profile_values.may_see_contacts(actor(), row) else _masked(row)
    return [
        Fact(name, tell(title), masked.get(name, shown(row, name)), origins.get(name), name in row.confirmed)
        for name, title in confirming.CONFIRMABLE.items()
    ]


def _masked(row: Any) -> dict[str, str]:
    """Contacts of somebody as those see them who may not read them."""
    steps = profile_fields.FORMS[row.__tablename__]
    return {name: text for step in steps for name, text in profile_values.masked(step, row).items()}


def sources_of(row: Any) -> list[Fact]:
    """Every fact of which somebody noted where it comes from, for whoever asks."""
    origins = provenance.origins(row)
    return [
        Fact(name, tell(title), "", origins[name], name in row.confirmed)
        for name, title in [*profile_fields.labels(row.__tablename__).items(), ("verified_on", _VERIFIED)]
        if name in origins
    ]


def tools(row: Any) -> dict[str, Any]:
    """What the page of a profile offers to its reader: which actions, whether it is stale, its origins."""
    kind = row.__tablename__
    may = {
        name.partition(":")[2]
        for name in ACTIONS
        if name.partition(":")[0] == kind and allowed(actor(), name, row)
    }
    app = application()
    return {
        "may": may,
        "stale": confirming.is_stale(row, app.today(), app.settings.profile_stale_days),
        "origins": sources_of(row) if "edit" in may else [],
    }


def long_unverified(row: Any) -> bool:
    """Whether a profile was verified once and is stale: what nobody ever verified is no news on a card."""
    app, held = application(), getattr(row, "verified_on", None)
    return held is not None and confirming.is_stale(row, app.today(), app.settings.profile_stale_days)


def shown(row: Any, name: str) -> str:
    """A fact as one text."""
    value = (
        row.organization.name if name == "organization_id" and row.organization else getattr(row, name, "")
    )
    if name in _TABLES and value:
        return labels(_TABLES[name], value) if isinstance(value, list) else label(_TABLES[name], value)
    if isinstance(value, list):
        return "；".join(each if isinstance(each, str) else each.title for each in value)
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value or "")
