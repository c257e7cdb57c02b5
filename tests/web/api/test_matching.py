"""/match and /matches: the ranking as it is, re-checked, and exactly as the schema tells it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from marshmallow import fields

from matchmaker.bootstrap import Application
from matchmaker.matching.result import (
    Component,
    Point,
    Quote,
    RankedDocument,
    RankedExpert,
    Ranking,
    Verdict,
)
from matchmaker.messages import Message
from matchmaker.models import Expert
from matchmaker.permissions import VISITOR
from matchmaker.services.matches_json import dump, only_readable
from tests.support.site import CONTACTS, FIRM, SECRET, County, counted
from web.schemas.ranking import RankingAnswer

TEXT = {"title": "纽扣镀层", "text": "镀层在盐雾中 24 小时后变色，希望达到 96 小时", "limit": 3}


def document(identifier: str) -> RankedDocument:
    quote = Quote("我们的", "他们的", ("镀层",), identifier, "题名", 1.0)
    component = Component("words", Message("词"), 0.5, 0.25, Message("有 %(n)s 个词", {"n": 3}))
    kind = identifier.partition(":")[0]
    return RankedDocument(
        identifier,
        kind,
        "题名",
        0.123456,
        "worth",
        0.5,
        (component,),
        (quote,),
        (Point("要点", 0.1, ("盐雾",)),),
    )


def ranking(county: County) -> Ranking:
    """A ranking in which every kind stands once open and once hidden."""

    def both(kind: str) -> tuple[RankedDocument, ...]:
        return document(f"{kind}:{county.open[kind]}"), document(f"{kind}:{county.hidden[kind]}")

    def expert(numbers: dict[str, int]) -> RankedExpert:
        inner = document(f"patent:{county.open['patent']}")
        quotes = tuple(quote for one in both("publication") for quote in one.quotes)
        return RankedExpert(
            f"expert:{numbers['expert']}", 1.0, "strong", 0.9, inner.components, both("publication"), quotes, (), (),
            {"organization": "旧的单位", "position": "旧的职称"},
        )  # fmt: skip

    verdict = Verdict(0.9, "strong", (Message("有把握"),), (Message("再问问"),))
    return Ranking(
        (expert(county.open), expert(county.hidden)),
        both("achievement"),
        (*both("publication"), *both("patent")),
        both("problem"),
        verdict,
        (("镀层", 2.5),),
        ("要点",),
        {"model": "test-hash/1"},
        {"total": 0.01},
    )


def shape(schema: Any) -> Any:
    """Names of a schema, with those of its parts."""
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        found[name] = shape(inner.schema) if isinstance(inner, fields.Nested) else None
    return found


def names(value: Any, told: Any) -> Any:
    """The same of a value; an empty list tells nothing and takes the schema's word."""
    if told is None:
        return None
    if isinstance(value, list):
        return names(value[0], told) if value else told
    return {name: names(part, told.get(name)) for name, part in value.items()}


def test_the_dump_is_what_the_schema_tells(county: County) -> None:
    told = shape(RankingAnswer())
    assert names(dump(ranking(county)), told) == told


def test_nothing_that_is_hidden_stays(app: Application, county: County) -> None:
    with app.reading() as uow:
        kept = dump(only_readable(uow, VISITOR, ranking(county)))
    assert [expert["id"] for expert in kept["experts"]] == [f"expert:{county.open['expert']}"]
    only = kept["experts"][0]
    assert (only["name"], only["institution"], only["position"]) == ("林一鸣", "临江大学", "教授")
    assert [one["id"] for one in only["documents"]] == [f"publication:{county.open['publication']}"]
    assert [quote["document"] for quote in only["evidence"]] == [f"publication:{county.open['publication']}"]
    for part, kinds in (
        ("achievements", ["achievement"]),
        ("literature", ["publication", "patent"]),
        ("problems", ["problem"]),
    ):
        assert [one["id"] for one in kept[part]] == [f"{kind}:{county.open[kind]}" for kind in kinds]
    assert kept["literature"][0]["components"] == [
        {"name": "words", "label": "词", "value": 0.5, "contribution": 0.25, "reason": "有 3 个词"}
    ]
    assert kept["literature"][0]["score"] == 0.1235


def test_sentences_follow_the_language(county: County) -> None:
    english = {"有把握": "sure", "强匹配": "Strong"}
    told = dump(ranking(county), lambda text: english.get(text, text))
    assert (told["verdict"]["reasons"], told["verdict"]["band_name"]) == (["sure"], "Strong")


def test_a_text_never_seen(client: FlaskClient, organizer: FlaskClient, county: County) -> None:
    answer = client.post("/api/v1/match", json=TEXT)
    assert answer.status_code == 200
    told = shape(RankingAnswer())
    assert names(answer.json, told) == told
    assert [expert["name"] for expert in answer.json["experts"]] == ["林一鸣"]
    assert [text for text in (SECRET, FIRM, *CONTACTS) if text in answer.text] == []
    assert SECRET in organizer.post("/api/v1/match", json=TEXT).text


def test_both_directions_of_what_is_stored(client: FlaskClient, county: County) -> None:
    experts = client.get(f"/api/v1/problems/{county.open['problem']}/matches?limit=2").json["experts"]
    assert [expert["id"] for expert in experts] == [f"expert:{county.open['expert']}"]
    answer = client.get(f"/api/v1/experts/{county.open['expert']}/matches").json
    open_ones = {f"problem:{county.open['problem']}", f"problem:{county.anonymous}"}
    assert {problem["id"] for problem in answer["problems"]} <= open_ones
    assert answer["experts"] == []


def test_only_stop_words_say_what_is_missing(client: FlaskClient, county: County) -> None:
    for text in ("", "   ", "的 了 和", "！？"):
        answer = client.post("/api/v1/match", json={"text": text})
        assert (answer.status_code, list(answer.json["error"]["fields"])) == (422, ["text"]), text


def test_a_fixed_number_of_statements_whatever_is_found(
    app: Application, client: FlaskClient, county: County
) -> None:
    def statements(limit: int) -> int:
        with counted(app) as ran:
            assert client.post("/api/v1/match", json={**TEXT, "limit": limit}).status_code == 200
        return len(ran)

    from matchmaker.indexing import sync

    statements(1)
    one = statements(1)
    with app.unit_of_work() as uow:
        uow.session.add_all(
            Expert(
                name=f"同行{number}", profile="镀层 盐雾 变色", organization_id=county.open["organization"]
            )
            for number in range(50)
        )
    sync.rebuild(app)
    assert statements(50) == one <= 8
