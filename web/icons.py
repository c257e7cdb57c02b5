"""Icons out of Bootstrap-Flask's local sprite: a page carries only those that it shows, once each."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from flask import g
from markupsafe import Markup

_SYMBOL = re.compile(r'<symbol[^>]*\bid="([^"]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@cache
def _symbols() -> dict[str, str]:
    sprite = resources.files("flask_bootstrap") / "static/bootstrap5/icons/bootstrap-icons.svg"
    return dict(_SYMBOL.findall(sprite.read_text("utf-8")))


@cache
def _symbol(name: str) -> Markup:
    return Markup('<symbol id="i-{}" viewBox="0 0 16 16">{}</symbol>').format(name, Markup(_symbols()[name]))  # noqa: S704


def icon(name: str, label: str = "") -> Markup:
    """An icon beside a word (hidden from readers of the screen), or alone with its own label."""
    if name not in _symbols():
        raise KeyError(name)
    g.setdefault("icons", {})[name] = True
    if label:
        return Markup('<svg class="icon" role="img" aria-label="{}"><use href="#i-{}"/></svg>').format(
            label, name
        )
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>').format(
        name
    )


def icon_sheet() -> Markup:
    """The drawings of all icons that this page used; stands at its end."""
    return Markup('<svg class="icon-sheet" aria-hidden="true">{}</svg>').format(
        Markup("").join(_symbol(name) for name in sorted(g.get("icons", {})))
    )
