"""PDF files by Typst: a template beside this file, and data as JSON that it sets as text, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matchmaker.reporting.fonts import chinese

TEMPLATES = Path(__file__).parent / "templates"


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """A document with its fonts embedded as subsets.

    Args:
        template: name of a file in ``templates`` without its ending; it may read nothing outside of them.
        data: what it shows; every text in it is printed as it stands.

    Raises:
        Unavailable: there is no Chinese font.
    """
    import typst

    fonts = chinese()
    told = json.dumps({**data, "fonts": fonts.families}, ensure_ascii=False)
    made = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=list(fonts.folders),
        sys_inputs={"data": told},
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made
