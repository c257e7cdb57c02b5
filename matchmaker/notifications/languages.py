"""The recipient's language: sentences of messages are translated where they are written."""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files

from matchmaker.messages import Translate

#: The catalogues of the site, which hold every sentence for users; as data, no part of its code is used.
_SITE = "web"


@cache
def translator(language: str) -> Translate:
    """What renders a Message in a language; Chinese templates are Chinese already."""
    if language in ("", "zh"):
        return str
    place = files(_SITE).joinpath("translations", language, "LC_MESSAGES", "messages.mo")
    if not place.is_file():
        return str
    with place.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    return catalogue.gettext
