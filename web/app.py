"""The site: one Flask application over one matchmaker application."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from flask import Flask, g
from flask_bootstrap import Bootstrap5

from matchmaker import permissions, taxonomy
from matchmaker.bootstrap import Application
from web import assets, auth, errors, formats, freshness, i18n, navigation, picking, problem_life, security
from web.api import register_api
from web.icons import icon, icon_sheet
from web.profile_view import long_unverified
from web.request import Number, here, url_for_id

if TYPE_CHECKING:
    from flask import Blueprint

#: Modules of ``web.pages``; each has a ``blueprint`` of its own name.
PAGES = (
    "home",
    "problems",
    "posting",
    "review",
    "experts",
    "works",
    "search",
    "institutes",
    "introductions",
    "events",
    "outcomes",
    "after",
    "agreements",
    "followups",
    "inviting",
    "nominating",
    "event_forms",
    "attendees",
    "event_problems",
    "preferring",
    "day",
    "checkin",
    "board",
    "day_paper",
    "papers",
    "own_day",
    "messages",
    "calls",
    "links",
    "answers",
    "watches",
    "calendar",
    "imports",
    "health",
    "codes",
    "sheets",
    "history",
    "personal",
    "styleguide",
    "clinic",
    "permissions",
    "profiles",
    "confirming",
    "merges",
    "purges",
    "register",
    "account",
    "accounts",
    "invitations",
    "attachments",
    "forms",
    "plans",
    "repairs",
    "mine",
)


def create_app(app: Application, *, testing: bool = False) -> Flask:
    """The site over ``app``; ``testing`` only lets a test post forms without tokens."""
    site = Flask("web")
    site.extensions["matchmaker"] = app
    site.config.update(TESTING=testing, WTF_CSRF_ENABLED=not testing, BOOTSTRAP_SERVE_LOCAL=True)
    site.url_map.converters["int"] = Number
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    Bootstrap5(site)
    security.init_app(
        site,
        secret=app.secret(),
        upload_megabytes=max(app.settings.import_megabytes, app.settings.attachment_megabytes),
    )
    i18n.init_app(site, default=app.settings.language)
    auth.init_app(site)
    freshness.init_app(site)
    security.csrf.init_app(site)
    assets.init_app(site)
    formats.init_app(site)
    picking.init_app(site)
    problem_life.init_app(site)
    navigation.init_app(site)
    _fill_templates(site, app)
    for name in PAGES:
        blueprint: Blueprint = import_module(f"web.pages.{name}").blueprint
        site.register_blueprint(blueprint)
    register_api(site)
    errors.init_app(site)
    return site


def _fill_templates(site: Flask, app: Application) -> None:
    site.jinja_env.globals.update(
        icon=icon,
        icon_sheet=icon_sheet,
        here=here,
        url_for_id=url_for_id,
        taxonomy=taxonomy,
        languages=i18n.LANGUAGES,
        html_languages=i18n.HTML_LANGUAGES,
        site_name=app.settings.site_name,
        allowed=lambda action, target=None: permissions.allowed(g.actor, action, target),
        today=app.today,
        long_unverified=long_unverified,
    )
