"""POST /match: a text that is not stored; and how every ranking is told."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from matchmaker import lookups
from matchmaker.matching.result import Ranking
from matchmaker.messages import Message
from matchmaker.services.matches_json import dump, only_readable
from web.api.blueprint import ApiBlueprint
from web.i18n import translate
from web.request import actor, application
from web.schemas.ranking import RankingAnswer
from web.schemas.requests import Asked, MatchText

blueprint = ApiBlueprint("match", Message("匹配：为一段文字找专家、成果和文献。"))


@blueprint.operation(
    "/match",
    Message("为一段文字找人"),
    Asked,
    RankingAnswer,
    method="POST",
    about=Message("文字不会被保存。空白或只有常用词的文字得到 422。"),
    body=MatchText,
    example={
        "title": "纽扣表面缺陷在线检测",
        "text": "树脂纽扣每分钟 600 粒，人工挑选漏检率 3%，希望降到 0.5% 以下。",
        "limit": 5,
    },
)
def match(given: dict[str, Any], _asked: dict[str, Any]) -> Response:
    """Experts, achievements and literature for a text never seen."""
    return ranked(
        lookups.match_text(application(), actor(), given["title"], given["text"], limit=given["limit"])
    )


def ranked(ranking: Ranking) -> Response:
    """The ranking as JSON, re-checked against what the reader may see by now."""
    with application().reading() as uow:
        return jsonify(dump(only_readable(uow, actor(), ranking), translate))
