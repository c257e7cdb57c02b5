"""Every actor × every object: what the rule says in words, Python, SQL and both engines agree on who reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest
from sqlalchemy import select

from indexer.query import Filter
from matchmaker.bootstrap import Application, build
from matchmaker.config import Settings
from matchmaker.indexing import sync
from matchmaker.lifecycle import SHOWN, STATES
from matchmaker.models import Attachment, Base, ProblemBody, Territory
from matchmaker.permissions import ORGANIZER, SYSTEM, VISITOR, Actor, audiences_of
from matchmaker.services import attachments, visibility
from matchmaker.storage.queries import TABLES, index_id, may_read, readable_by
from tests.support import elasticsearch, postgres
from tests.support.embedder import HashEmbedder
from tests.support.samples import expert, organization, problem, store

VISIBILITIES = ("public", "members", "invited", "anonymous")
BODIES = ("firm", "partner", "invited", "rival", "town", "other town", "university", "stranger")


@dataclass(frozen=True)
class Case:
    """One object, and what must hold of it in words."""

    visibility: str
    state: str
    has_rival: bool


@dataclass(frozen=True)
class World:
    app: Application
    actors: dict[str, Actor]
    cases: dict[str, Case]
    files: dict[str, tuple[Case, str]]


def expected(name: str, case: Case) -> bool:
    """The rule in words. The owner's side and the office read it in every state, a rival never."""
    if name in {
        "owner",
        "owner's colleague",
        "partner",
        "poster",
        "town liaison",
        "organizer",
        "administrator",
        "system",
    }:
        return True
    if case.state not in SHOWN or (case.has_rival and name in {"rival", "rival's liaison"}):
        return False
    if case.visibility == "invited":
        return name in {"invited", "invited liaison"}
    if case.visibility == "members" or case.has_rival:
        return name != "visitor"
    return True


def expected_of_file(name: str, case: Case, readers: str) -> bool:
    """A file is read by the owner's side, the office and who was introduced; by others as the object at most."""
    if name in {
        "introduced expert",
        "owner",
        "owner's colleague",
        "partner",
        "poster",
        "town liaison",
        "organizer",
        "administrator",
        "system",
    }:
        return True
    if readers == "introduced":
        return False
    return expected(name, case) and (readers == "public" or name != "visitor")


def actors_of(ids: dict[str, int]) -> dict[str, Actor]:
    """One of every role, and those whose relation to the firm matters."""

    def member(role: str, body: str, number: int, **parts) -> Actor:
        return Actor(role, body, organizations=(ids[body],), account=number, **parts)

    return {
        "visitor": VISITOR,
        "owner": Actor("enterprise", "甲", liaison_of=(ids["firm"],), account=11),
        "owner's colleague": member("enterprise", "firm", 12),
        "poster": Actor("broker", "代填", account=99),
        "partner": member("enterprise", "partner", 13),
        "invited": member("expert", "invited", 14),
        "invited liaison": Actor("body_liaison", "乙", liaison_of=(ids["invited"],), account=15),
        "rival": member("enterprise", "rival", 16),
        "rival's liaison": Actor("enterprise", "丙", liaison_of=(ids["rival"],), account=17),
        "town liaison": Actor("territory_liaison", "丁", liaison_of=(ids["town"],), account=18),
        "other town": Actor("territory_liaison", "戊", liaison_of=(ids["other town"],), account=19),
        "stranger": member("enterprise", "stranger", 20),
        "expert": member("expert", "university", 21, expert=ids["expert"] + 1000),
        "introduced expert": member("expert", "university", 22, expert=ids["expert"]),
        "broker": Actor("broker", "经理人", account=23),
        "organizer": ORGANIZER,
        "administrator": Actor("administrator", "管理员", account=24),
        "system": SYSTEM,
    }


@pytest.fixture(scope="module", params=["sqlite, embedded", "postgresql, elasticsearch"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = Settings(home=tmp_path_factory.mktemp("world"))
    if "embedded" in request.param:
        yield from _made(settings)
        return
    url = request.getfixturevalue("elasticsearch_url")
    with (
        elasticsearch.prefix(url) as name,
        postgres.database(request.getfixturevalue("postgres_server")) as database,
    ):
        yield from _made(
            replace(
                settings,
                engine="elasticsearch",
                elasticsearch_url=url,
                elasticsearch_index=name,
                database_url=database,
            )
        )


def _made(settings: Settings) -> Iterator[World]:
    app = build(settings, embedder=HashEmbedder())
    Base.metadata.create_all(app.database.engine)
    names = [*BODIES, "expert"]
    rows = [*(organization(name, kind="enterprise") for name in BODIES), expert("受邀专家")]
    ids = dict(zip(names, store(app, *rows), strict=True))
    with app.unit_of_work() as uow:
        for body, town in (("firm", "town"), ("stranger", "other town")):
            uow.session.add(Territory(organization_id=ids[body], town_id=ids[town]))
    cases, files = _fill(app, ids)
    sync.rebuild(app)
    yield World(app, actors_of(ids), cases, files)
    app.close()


def _fill(app: Application, ids: dict[str, int]) -> tuple[dict[str, Case], dict[str, tuple[Case, str]]]:
    cases, files = {}, {}
    with app.unit_of_work() as uow:
        for case in (Case(*parts) for parts in product(VISIBILITIES, STATES, (False, True))):
            row = problem(
                str(case),
                organization_id=ids["firm"],
                created_by=99,
                visibility=case.visibility,
                state=case.state,
            )
            roles = {"partner": "participant", "invited": "invited"} | (
                {"rival": "rival"} if case.has_rival else {}
            )
            row.bodies = [ProblemBody(organization_id=ids[body], role=role) for body, role in roles.items()]
            uow.session.add(row)
            uow.session.flush()
            visibility.refresh(uow, row)
            cases[index_id(row)] = case
            allowed = (
                ("introduced",) if case.visibility == "anonymous" else ("introduced", "members", "public")
            )
            for readers in allowed:
                file = Attachment(
                    subject=index_id(row), filename=f"{readers}.pdf", stored_name="x", media_type="application/pdf",
                    size=1, sha256="0", text="附件文字", text_state="read", visibility=readers,
                )  # fmt: skip
                uow.session.add(file)
                uow.session.flush()
                files[index_id(file)] = (case, readers)
            attachments.grant(uow, index_id(row), [f"expert:{ids['expert']}"])
    return cases, files


def by_sql(world: World, actor: Actor, kind: str) -> set[str]:
    with world.app.reading() as uow:
        table = TABLES[kind]
        return {index_id(row) for row in uow.session.scalars(select(table).where(readable_by(actor, table)))}


def by_python(world: World, actor: Actor, kind: str) -> set[str]:
    with world.app.reading() as uow:
        return {index_id(row) for row in uow.session.scalars(select(TABLES[kind])) if may_read(actor, row)}


def by_engine(world: World, actor: Actor, kind: str) -> set[str]:
    ids = [identifier for identifier, _ in world.app.index.versions() if identifier.startswith(f"{kind}:")]
    audiences = audiences_of(actor)
    return {found for found in ids if world.app.index.count(Filter(audiences, ids=(found,)))}


def names() -> list[str]:
    return list(actors_of(dict.fromkeys((*BODIES, "expert"), 1)))


@pytest.mark.parametrize("name", names())
def test_problems(world, name):
    actor = world.actors[name]
    as_told = {identifier for identifier, case in world.cases.items() if expected(_like(name), case)}
    assert by_python(world, actor, "problem") == as_told
    assert by_sql(world, actor, "problem") == as_told
    shown = {identifier for identifier in as_told if world.cases[identifier].state in SHOWN}
    assert by_engine(world, actor, "problem") == shown


@pytest.mark.parametrize("name", names())
def test_files(world, name):
    actor = world.actors[name]
    as_told = {
        identifier for identifier, (case, readers) in world.files.items()
        if expected_of_file(name, case, readers)
    }  # fmt: skip
    assert by_python(world, actor, "attachment") == as_told
    assert by_sql(world, actor, "attachment") == as_told
    assert by_engine(world, actor, "attachment") == as_told


def _like(name: str) -> str:
    """Whom somebody reads like, where his relation is to another object."""
    return {"introduced expert": "expert"}.get(name, name)


def test_every_object_is_read_by_some_and_nearly_every_one_hidden_from_others(world):
    """Or the comparison above would prove nothing."""
    answers = {case: {expected(_like(name), case) for name in world.actors} for case in world.cases.values()}
    assert all(True in found for found in answers.values())
    open_to_all = {case for case, found in answers.items() if False not in found}
    assert open_to_all == {
        Case(visibility, state, False) for visibility in ("public", "anonymous") for state in SHOWN
    }  # fmt: skip
