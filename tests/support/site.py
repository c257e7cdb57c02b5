"""The site for tests: clients in a role, statements counted, a small county with something to hide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from indexer.engine import Engine
from matchmaker.bootstrap import Application
from matchmaker.indexing import sync
from matchmaker.models import (
    Achievement,
    Authorship,
    Expert,
    ExpertProject,
    Indicator,
    Inventorship,
    Organization,
    Patent,
    Problem,
    Publication,
)
from tests.support.samples import store
from web.app import create_app

#: A word in every hidden row and in no other, so that a leak of any of them is seen.
SECRET = "绝密词条"
#: Contacts, which no answer may hold.
CONTACTS = ("lin@example.edu.cn", "13812345678", "王联系", "13987654321")
#: The firm behind the anonymous rows.
FIRM = "隐名纽扣厂"
HIDDEN = " members office "


def open_site(app: Application) -> Flask:
    """The site; a fault becomes an answer, as in production."""
    site = create_app(app, testing=True)
    site.config["PROPAGATE_EXCEPTIONS"] = False
    return site


def organizer_of(site: Flask) -> FlaskClient:
    """A client that entered by an organizer's link."""
    client = site.test_client()
    with client.session_transaction() as session:
        session["role"] = "organizer"
    return client


#: In the statement by which a process learns whether its codes are those of the database.
CODES = "FROM code_table"


@contextmanager
def counted(app: Application) -> Iterator[list[str]]:
    """The statements that are run meanwhile, but for the look at the office's own codes every few seconds."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_others) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")) and CODES not in statement:
            statements.append(statement)

    event.listen(app.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(app.database.engine, "before_cursor_execute", note)


@dataclass(frozen=True, slots=True)
class County:
    """Numbers of what was stored: each kind once open and once hidden; the problem also anonymous."""

    open: dict[str, int]
    hidden: dict[str, int]
    anonymous: int


def fill(app: Application) -> County:
    """A small county, indexed."""
    university = Organization(
        name="临江大学", kind="university", region="330000", summary="镀层与表面处理见长"
    )
    firm = Organization(name=FIRM, kind="enterprise", region="330100")
    expert = Expert(
        name="林一鸣",
        organization=university,
        position="教授",
        fields=["materials"],
        directions=["电镀"],
        profile="研究锌镍合金电镀与盐雾腐蚀",
        email=CONTACTS[0],
        phone=CONTACTS[1],
        projects=[ExpertProject(title="纽扣镀层改进", client="某厂", year=2022)],
    )
    problem = Problem(
        title="纽扣镀层耐腐蚀",
        text="镀层在盐雾中 24 小时后变色，希望达到 96 小时。",
        fields=["materials"],
        region="330100",
        budget_fen=50_000_000,
        contact_name=CONTACTS[2],
        contact_phone=CONTACTS[3],
        indicators=[Indicator(name="盐雾试验", comparator=">=", target="96", unit="小时", current="24")],
    )
    anonymous = Problem(
        title="匿名的镀层难题",
        text="镀层起泡",
        visibility="anonymous",
        organization=firm,
        fields=["materials"],
    )
    publication = Publication(
        title="合金镀层的盐雾试验",
        abstract="研究锌镍合金镀层在盐雾中的腐蚀",
        year=2021,
        fields=["materials"],
        authorships=[Authorship(expert=expert)],
    )
    patent = Patent(
        title="一种锌镍镀液",
        abstract="镀液配方",
        organization=university,
        inventorships=[Inventorship(expert=expert)],
    )
    achievement = Achievement(
        title="无氰电镀工艺",
        organization=university,
        leader=expert,
        fields=["materials"],
        maturity=6,
        price_fen=12_345_600,
        summary="无氰锌镍电镀，盐雾 200 小时",
    )
    shown = {
        "problem": problem,
        "expert": expert,
        "organization": university,
        "publication": publication,
        "patent": patent,
        "achievement": achievement,
    }
    hidden = _hidden()
    store(app, *shown.values(), anonymous, *hidden.values())
    sync.rebuild(app)
    return County(
        {kind: row.id for kind, row in shown.items()},
        {kind: row.id for kind, row in hidden.items()},
        anonymous.id,
    )


def _hidden() -> dict[str, Problem | Expert | Organization | Publication | Patent | Achievement]:
    """One row of each kind that a visitor must not see, all about the same as the open ones."""
    parts = {"visibility": "members", "readers": HIDDEN}
    body = Organization(name=f"{SECRET}研究所", kind="institute", summary="镀层", **parts)
    person = Expert(name=f"{SECRET}某", organization=body, profile="镀层 盐雾", **parts)
    return {
        "organization": body,
        "expert": person,
        "problem": Problem(title=f"{SECRET}镀层", text="镀层盐雾", organization=body, **parts),
        "publication": Publication(
            title=f"{SECRET}镀层盐雾", abstract="镀层", authorships=[Authorship(expert=person)], **parts
        ),
        "patent": Patent(title=f"{SECRET}镀液", abstract="镀层", **parts),
        "achievement": Achievement(title=f"{SECRET}电镀", summary="镀层盐雾", leader=person, **parts),
    }


def break_index(app: Application) -> None:
    """The index cannot be opened any more."""

    def broken(_rebuilding: bool) -> Engine:
        from indexer.engine import IndexBroken

        raise IndexBroken("the index folder is gone")

    app.forget_index()
    app._open_index = broken


@pytest.fixture
def site(app: Application) -> Flask:
    return open_site(app)


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    """A visitor."""
    return site.test_client()


@pytest.fixture
def organizer(site: Flask) -> FlaskClient:
    return organizer_of(site)


@pytest.fixture
def county(app: Application) -> County:
    """Rows of every kind, open and hidden, indexed."""
    return fill(app)
