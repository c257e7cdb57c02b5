"""组件: each component with its variants, for those who build and look after the site."""

from __future__ import annotations

from flask import Blueprint, render_template

from matchmaker.matching.result import BANDS
from matchmaker.permissions import require
from matchmaker.services.paging import Page
from web import event_samples, inviting_samples, outcome_samples, plan_samples, samples
from web.request import actor

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
def show() -> str:
    """The style guide."""
    require(actor(), "styleguide:read")
    picture = [
        {"name": name, "values": values, "most": max(values), "links": None}
        for name, values in (
            ("先进制造", (18, 9)),
            ("新材料及其应用", (7, 12)),
            ("生物、医药和医疗器械", (4, 6)),
        )
    ]
    return render_template(
        "pages/styleguide.html",
        samples=samples,
        event_samples=event_samples,
        inviting_samples=inviting_samples,
        outcome_samples=outcome_samples,
        plan_samples=plan_samples,
        bands=BANDS,
        picture=picture,
        page=Page([1], 2, 50, 1234),
        answers=[samples.shown("strong"), samples.shown("none")],
    )
