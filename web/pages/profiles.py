"""资料: the forms of experts, achievements and bodies, step by step; each step is saved by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from matchmaker.errors import InvalidInput, NotFound
from matchmaker.messages import Message
from matchmaker.permissions import allowed, require
from matchmaker.services import achieving, profile_choices, profile_fields, profile_values, profiles
from matchmaker.services.profile_fields import FORMS, ROWS, Field, Step, step_of
from matchmaker.services.versions import StaleForm, differences
from web.formats import label, options
from web.i18n import _, tell
from web.request import actor, application, number_argument, page_number, url_for_id
from web.schemas.fields import refuse_unprintable
from web.schemas.parsing import invalid
from web.schemas.profiles import read, rows_shown, typed

if TYPE_CHECKING:
    from matchmaker.storage.unit_of_work import UnitOfWork

blueprint = Blueprint("profiles", __name__)

#: Kind → first part of its addresses.
PLACES = {"experts": "expert", "achievements": "achievement", "institutes": "organization"}
_NAMES = {
    "expert": (Message("新建专家"), Message("修改专家资料")),
    "achievement": (Message("新建成果"), Message("修改成果")),
    "organization": (Message("新建单位"), Message("修改单位资料")),
}


def new(kind: str) -> str:
    """The first step of a new profile."""
    who = actor()
    _require_beginning(kind)
    with application().reading() as uow:
        row = profiles.blank(who, kind)
        values = profile_values.show(kind, FORMS[kind][0], row, who) if kind == "organization" else {}
        values |= {"name": row.name} if kind == "expert" and row.name else {}
        values |= _own_body(uow, kind)
        return _page(uow, kind, FORMS[kind][0], None, values, {})


def create(kind: str) -> ResponseReturnValue:
    """Stores the first step as a draft and goes on; or shows it at once where that was asked for."""
    step, who = FORMS[kind][0], actor()
    _require_beginning(kind)
    values = typed(step, request.form)
    try:
        values = read(step, request.form)
        with application().unit_of_work() as uow:
            row = profiles.create(uow, who, kind, values, today=application().today())
            number = row.id
            if _action() == "publish" and kind == "expert":
                profiles.publish(uow, who, number)
    except InvalidInput as fault:
        with application().reading() as uow:
            return _page(uow, kind, step, None, values, _faults(fault)), 422
    flash(_("已保存。"), "done")
    return _onward(kind, number, step)


def edit(kind: str, number: int) -> str:
    """One step of a profile as it stands."""
    step, who = step_of(kind, request.args.get("step", "")), actor()
    with application().reading() as uow:
        row = profiles.get(uow, who, kind, number)
        require(who, f"{kind}:edit", row)
        return _page(uow, kind, step, row, _values(uow, kind, step, row), {})


def save(kind: str, number: int) -> ResponseReturnValue:
    """Saves one step, shows both versions where somebody was faster, or adds empty rows."""
    step, who = step_of(kind, request.args.get("step", "")), actor()
    values = typed(step, request.form)
    if _action() == "more":
        with application().reading() as uow:
            row = profiles.get(uow, who, kind, number)
            require(who, f"{kind}:edit", row)
            return _page(uow, kind, step, row, values, {}, more=True, revision=_revision())
    try:
        values = read(step, request.form)
        with application().unit_of_work() as uow:
            profiles.save(
                uow, who, kind, number, step.name, values,
                revision=_revision(), today=application().today(),
            )  # fmt: skip
            if _action() == "publish" and kind == "expert":
                profiles.publish(uow, who, number)
    except InvalidInput as fault:
        return _again(kind, number, step, values, fault=fault), 422
    except StaleForm as stale:
        return _again(kind, number, step, values, stale=stale), 409
    flash(_("已保存。"), "done")
    return _onward(kind, number, step)


def visibility(number: int) -> ResponseReturnValue:
    """Shows an expert, or takes him back."""
    with application().unit_of_work() as uow:
        profiles.publish(uow, actor(), number, request.form.get("visibility", ""))
    flash(_("已更改公开范围。"), "done")
    return redirect(url_for("experts.show", number=number), 303)


def achievement_step(number: int) -> ResponseReturnValue:
    """One step of an achievement's life."""
    reason = request.form.get("reason", "")
    try:
        refuse_unprintable(reason, lines=True)
    except ValidationError as fault:
        raise invalid(fault) from fault
    with application().unit_of_work() as uow:
        row = achieving.step(uow, actor(), number, request.form.get("step", ""), reason=reason[:500])
        state = row.state
    flash(_("成果现在的状态：%(state)s。", state=tell(achieving.STATES[state])), "done")
    return redirect(url_for("works.achievement", number=number), 303)


def waiting() -> str:
    """Submitted achievements that wait for liaison or office."""
    with application().reading() as uow:
        page = achieving.waiting(uow, actor(), page_number())
        return render_template("pages/achievements_waiting.html", page=page)


for _place, _kind in PLACES.items():
    blueprint.add_url_rule(f"/{_place}/new", f"new_{_kind}", new, defaults={"kind": _kind})
    blueprint.add_url_rule(
        f"/{_place}/new", f"create_{_kind}", create, methods=["POST"], defaults={"kind": _kind}
    )
    blueprint.add_url_rule(f"/{_place}/<int:number>/edit", f"edit_{_kind}", edit, defaults={"kind": _kind})
    blueprint.add_url_rule(
        f"/{_place}/<int:number>/edit", f"save_{_kind}", save, methods=["POST"], defaults={"kind": _kind}
    )
blueprint.add_url_rule(
    "/achievements/<int:number>/step", "achievement_step", achievement_step, methods=["POST"]
)
blueprint.add_url_rule("/achievements/waiting", "waiting", waiting)
blueprint.add_url_rule("/experts/<int:number>/visibility", "visibility", visibility, methods=["POST"])


def _require_beginning(kind: str) -> None:
    """Whether he may begin one at all; for which body, the service asks."""
    who = actor()
    if kind == "expert" and who.liaison_of:
        return
    require(who, f"{kind}:create")


def _own_body(uow: UnitOfWork, kind: str) -> dict[str, str]:
    """The body that a liaison writes for, or the one whose page he came from."""
    who = actor()
    number = number_argument("organization") or next(iter((*who.liaison_of, *who.organizations)), None)
    if number is None or kind == "organization":
        return {}
    try:
        body = profiles.get(uow, who, "organization", number)
    except NotFound:
        return {}
    return {"institution" if kind == "expert" else "organization": body.name}


def _again(
    kind: str,
    number: int,
    step: Step,
    values: dict[str, Any],
    *,
    fault: InvalidInput | None = None,
    stale: StaleForm | None = None,
) -> str:
    with application().reading() as uow:
        row = profiles.get(uow, actor(), kind, number)
        revision = row.revision if stale else _revision()
        faults = _faults(fault) if fault else {}
        return _page(uow, kind, step, row, values, faults, stale=stale, revision=revision)


def _page(
    uow: UnitOfWork,
    kind: str,
    step: Step,
    row: Any,
    values: dict[str, Any],
    faults: dict[str, str],
    *,
    more: bool = False,
    revision: int | None = None,
    stale: StaleForm | None = None,
) -> str:
    who = actor()
    rows = {
        field.name: rows_shown(values.get(field.name, []), more=more)
        for field in step.fields
        if field.kind == "rows"
    }
    return render_template(
        "pages/profile_form.html",
        kind=kind,
        heading=_NAMES[kind][0 if row is None else 1],
        row=row,
        step=step,
        steps=_steps(kind, step, row),
        values=values,
        faults=faults,
        rows=rows,
        columns=ROWS,
        choices={field.name: _choices(uow, kind, field, row) for field in step.fields},
        hidden={}
        if row is None or profile_values.may_see_contacts(who, row)
        else profile_values.masked(step, row),
        revision=revision if revision is not None else (row.revision if row is not None else 0),
        stale=stale,
        theirs=_theirs(kind, stale) if stale else [],
        is_draft=kind == "expert" and (row is None or row.visibility == "draft"),
        action=url_for(f"profiles.create_{kind}")
        if row is None
        else url_for(f"profiles.save_{kind}", number=row.id, step=step.name),
    )


def _steps(kind: str, step: Step, row: Any) -> list[tuple[str, str, str]]:
    """Steps as the component shows them; those of a stored row can be gone to."""
    place = FORMS[kind].index(step)
    found = []
    for at, each in enumerate(FORMS[kind]):
        state = "now" if at == place else "done" if at < place and row is not None else "later"
        href = (
            url_for(f"profiles.edit_{kind}", number=row.id, step=each.name)
            if row is not None and at != place
            else ""
        )
        found.append((state, tell(each.title), href))
    return found


def _values(uow: UnitOfWork, kind: str, step: Step, row: Any) -> dict[str, Any]:
    values = profile_values.show(kind, step, row, actor())
    if any(field.kind == "town" for field in step.fields):
        values["town"] = profile_choices.town_of(uow, row) or ""
    return values


def _choices(uow: UnitOfWork, kind: str, field: Field, row: Any) -> list[tuple[str, str]]:
    if field.name == "visibility":
        return [(code, label("VISIBILITY", code)) for code in profile_values.VISIBLE[kind]]
    if field.kind == "person":
        pairs = profile_choices.experts_of(uow, actor(), row.organization_id if row is not None else None)
        return [(str(number), name) for number, name in pairs]
    if field.kind == "town":
        return [(str(number), name) for number, name in profile_choices.towns(uow, actor())]
    return options(field.table) if field.kind in {"choice", "codes", "rows"} else []


def _theirs(kind: str, stale: StaleForm) -> list[tuple[str, str, str]]:
    """What somebody else changed meanwhile, in whatever step: label, before, after."""
    names = profile_fields.labels(kind)
    return [
        (tell(names[each.field]), _plain(each.old), _plain(each.new))
        for each in differences(stale.base or {}, stale.theirs)
        if each.field in names
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "；".join(
            "，".join(str(part) for part in each.values() if part) if isinstance(each, dict) else str(each)
            for each in value
        )
    return "" if value is None else str(value)


def _faults(fault: InvalidInput) -> dict[str, str]:
    """Faults by field; that of a cell belongs to its table."""
    return {name.partition("-")[0] or "name": tell(message) for name, message in fault.fields.items()}


def _action() -> str:
    return request.form.get("action", "next")


def _revision() -> int | None:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _onward(kind: str, number: int, step: Step) -> ResponseReturnValue:
    """To the next step, or to the page of what was saved."""
    following = FORMS[kind].index(step) + 1
    if _action() == "next" and following < len(FORMS[kind]):
        return redirect(
            url_for(f"profiles.edit_{kind}", number=number, step=FORMS[kind][following].name), 303
        )
    return redirect(url_for_id(f"{kind}:{number}"), 303)


def may_edit(kind: str, row: Any) -> bool:
    """Whether the reader of this request may change it."""
    return allowed(actor(), f"{kind}:edit", row)
