"""A site over a small county, with a visitor and an organizer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from matchmaker.bootstrap import Application
from matchmaker.models import (
    Achievement,
    ExpertProject,
    Indicator,
    Inventorship,
    Organization,
    Patent,
    Problem,
)
from tests.support.samples import expert, organization, problem, publication, store
from tests.support.site import CODES
from web.app import create_app
from web.auth import organizer_link

LONG_TITLE = "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型一体化装备关键技术研究及产业化示范"


@pytest.fixture
def site(app: Application) -> Flask:
    return create_app(app, testing=True)


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()


@pytest.fixture
def organizer(site: Flask, app: Application) -> FlaskClient:
    client = site.test_client()
    assert (
        client.get(organizer_link(app, "http://localhost").removeprefix("http://localhost")).status_code
        == 302
    )
    return client


@pytest.fixture
def county(app: Application) -> dict[str, int]:
    """One of each kind, told by name → number."""
    university, firm = organization(), organization("澄溪晶彩钮扣有限公司", kind="enterprise")
    person = expert(
        organization=university, department="材料学院", position="教授", fields=["materials"],
        directions=["盐雾腐蚀"], keywords=["电镀"], phone="13812345678", email="lin@example.edu.cn", region="331000",
    )  # fmt: skip
    person.projects = [ExpertProject(title="无氰镀铜", client="某五金厂", year=2023, outcome="合格率 98%")]
    other = expert("周远", organization=university)
    paper = publication(authors=[person, other], year=2022, venue="电镀与涂饰", keywords=["镀层"])
    patent = Patent(
        number="CN1", title="一种镀液", abstract="镀液", year=2021, status="granted", organization=university
    )
    patent.inventorships = [Inventorship(expert=person)]
    achievement = Achievement(
        title="无氰镀层", organization=university, leader=person, maturity=6, summary="可替代含氰工艺"
    )
    need = problem(
        LONG_TITLE, number="MX-001", organization=firm, fields=["materials", "manufacturing"], budget_fen=123_456_700,
        deadline=date(2027, 6, 30), tried="换过两家药水", main_problem="盐雾 24 小时后镀层变色，客户整批退货。",
        contact_name="葛建国", contact_phone="13912345601", region="331000", cooperation=["commission"],
    )  # fmt: skip
    need.indicators = [Indicator(name="中性盐雾", current="24", target="96", unit="h", comparator=">=")]
    secret = problem(
        "不具名的需求",
        organization=firm,
        visibility="anonymous",
        contact_name="赵四",
        contact_phone="13700001111",
    )
    draft = problem(
        "尚未发布的需求", organization=firm, state="draft", visibility="draft", readers=" office "
    )
    rows = [university, firm, person, other, paper, patent, achievement, need, secret, draft]
    names = (
        "university",
        "firm",
        "expert",
        "other",
        "publication",
        "patent",
        "achievement",
        "problem",
        "anonymous",
        "draft",
    )
    return dict(zip(names, store(app, *rows), strict=True))


@pytest.fixture
def many(app: Application) -> Callable[[int], None]:
    """Adds so many problems and experts, each of a body of its own."""

    def add(count: int) -> None:
        rows: list[Any] = []
        for number in range(count):
            body = Organization(name=f"单位{number}", kind="enterprise")
            rows += [
                body,
                Problem(
                    title=f"{LONG_TITLE}{number}",
                    number=f"N{number}",
                    organization=body,
                    fields=["materials"],
                ),
                expert(
                    f"专家{number}", organization=body, directions=["方向一", "方向二"], fields=["materials"]
                ),
            ]
        store(app, *rows)

    return add


@pytest.fixture
def statements(app: Application) -> list[str]:
    """The SELECTs that run from here on."""
    ran: list[str] = []

    @event.listens_for(app.database.engine, "before_cursor_execute")
    def _seen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT") and CODES not in statement:
            ran.append(statement)

    return ran
