"""Codes of an office: checked as a whole, laid over the delivered tables, seen by every process."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import select

from matchmaker.errors import Forbidden, InvalidInput, NotFound
from matchmaker.importing.codes import read_codes
from matchmaker.models import CodeEntry, History
from matchmaker.permissions import ORGANIZER, VISITOR
from matchmaker.services import codes
from matchmaker.taxonomy import INDUSTRIES, REGIONS, TABLES


@pytest.fixture(autouse=True)
def tables_as_delivered():
    yield
    for table in TABLES.values():
        table.extend([])
    codes._applied.database = ""
    codes._applied.versions = {}


@pytest.fixture
def read(app, tmp_path):
    def read_text(text, table=REGIONS):
        path = tmp_path / "codes.csv"
        path.write_text(text, "utf-8")
        return read_codes(path, table, app.settings)

    return read_text


def faults(file):
    return [(each.row, each.head, str(each.fault.fault)) for each in file.faults]


def taken(app, key, file, actor=ORGANIZER):
    with app.unit_of_work() as uow:
        done = codes.import_entries(uow, actor, key, file.entries, "codes.csv")
    with app.reading() as uow:
        codes.refresh(uow)
    return done.added, done.changed, done.unchanged


TOWNS = "代码,名称,来源\n330381100,塘下镇,统计局 2025\n330381101,飞云街道,\n330381,瑞安新市,\n"


def test_towns_are_added_below_their_county_and_a_county_is_renamed(app, read):
    file = read(TOWNS)
    assert faults(file) == []
    assert taken(app, "regions", file) == (2, 1, 0)
    found = [REGIONS.find(text) for text in ("塘下镇", "瑞安新市塘下镇", "温州瑞安新 塘下")]
    assert found == ["330381100"] * 3
    assert REGIONS.search("txz 温州") == ["330381100"]
    assert REGIONS.path("330381100") == ("330000", "330300", "330381", "330381100")
    assert (REGIONS.label("330381"), REGIONS.label("330381", "en")) == ("瑞安新市", "瑞安新市")
    assert REGIONS.own == {"330381", "330381100", "330381101"}


def test_a_second_import_changes_nothing_and_taking_away_restores(app, read):
    file = read(TOWNS)
    taken(app, "regions", file)
    assert taken(app, "regions", read(TOWNS)) == (0, 0, 3)
    with app.unit_of_work() as uow:
        codes.remove(uow, ORGANIZER, "regions", "330381")
    with app.reading() as uow:
        codes.refresh(uow)
        history = [(row.action, row.subject, row.changes) for row in uow.session.scalars(select(History))]
    assert REGIONS.label("330381") == "瑞安市"
    assert history == [
        (
            "codes:import",
            "codes:regions",
            {"filename": "codes.csv", "added": 2, "changed": 1, "unchanged": 0},
        ),
        (
            "codes:import",
            "codes:regions",
            {"filename": "codes.csv", "added": 0, "changed": 0, "unchanged": 3},
        ),
        ("codes:remove", "codes:regions", {"code": "330381", "name": "瑞安新市"}),
    ]


def test_a_file_of_what_is_delivered_stores_nothing(app, read):
    assert taken(app, "regions", read("代码,名称\n330381,瑞安市\n")) == (0, 0, 1)
    with app.reading() as uow:
        assert uow.session.scalars(select(CodeEntry)).all() == []


def test_groups_of_an_industry_find_their_division_by_their_digits(app, read):
    file = read(
        "代码,名称,英文名称,年份\n391,计算机制造,Computers,2017\n3911,计算机整机制造,,2017\n", INDUSTRIES
    )
    assert taken(app, "industries", file) == (2, 0, 0)
    assert INDUSTRIES.path("3911") == ("C", "39", "391", "3911")
    assert (INDUSTRIES.find("计算机整机制造"), INDUSTRIES.search("jsjzj")) == ("3911", ["3911"])
    assert INDUSTRIES.entry("391").year == "2017"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("代码,名称\n33038x,甲镇\n", [(2, "代码", "“33038x”不是代码")]),
        ("代码,名称\n330381100,\n", [(2, "名称", "没有填写")]),
        ("代码,名称\n330381100,甲\n330381100,乙\n", [(3, "代码", "代码与第 2 行重复")]),
        ("代码,名称,上级代码\n330381100,甲,330399\n", [(2, "上级代码", "上级代码“330399”不存在")]),
        (
            "代码,名称,上级代码\n330381100,甲,330381101\n330381101,乙,330381100\n",
            [(2, "上级代码", "上级关系绕成了一圈"), (3, "上级代码", "上级关系绕成了一圈")],
        ),
        ("代码,名称\n330381100," + "长" * 201 + "\n", [(2, "名称", "超过 200 个字")]),
    ],
)
def test_what_does_not_hold_is_told_by_row_and_column(read, text, told):
    assert faults(read(text)) == told


def test_a_file_without_the_columns_is_refused(read):
    with pytest.raises(InvalidInput, match="名称"):
        read("代码,说明\n330381100,甲\n")


def test_only_the_office_may_and_only_in_tables_that_there_are(app, read):
    file = read(TOWNS)
    with pytest.raises(Forbidden), app.unit_of_work() as uow:
        codes.import_entries(uow, VISITOR, "regions", file.entries, "x")
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        codes.import_entries(uow, ORGANIZER, "none", file.entries, "x")
    with pytest.raises(NotFound), app.unit_of_work() as uow:
        codes.remove(uow, ORGANIZER, "regions", "330381")


def test_another_process_sees_them_by_the_version(app, read):
    taken(app, "regions", read(TOWNS))
    asked = (
        "import sys\n"
        "from matchmaker.storage.database import Database\n"
        "from matchmaker.storage.unit_of_work import UnitOfWork\n"
        "from matchmaker.services import codes\n"
        "from matchmaker.taxonomy import REGIONS\n"
        "database = Database(sys.argv[1])\n"
        "print(REGIONS.find('塘下镇'))\n"
        "with UnitOfWork(database.reading, writes=False) as uow:\n"
        "    codes.refresh(uow)\n"
        "print(REGIONS.find('塘下镇'), 'pypinyin' in sys.modules)\n"
    )
    url = app.database.url
    text = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", asked, text], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["None", "330381100 False"]


def test_a_refresh_without_changes_is_one_statement(app, read):
    from sqlalchemy import event

    taken(app, "regions", read(TOWNS))
    ran = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: ran.append(given[2]))
    with app.reading() as uow:
        codes.refresh(uow)
    assert len([each for each in ran if each.startswith("SELECT")]) == 1


def test_the_codes_of_one_database_do_not_lie_over_another(app, read, settings, embedder, tmp_path):
    from dataclasses import replace

    from matchmaker.bootstrap import build
    from matchmaker.models import Base

    taken(app, "regions", read(TOWNS))
    other = build(replace(settings, home=tmp_path / "other", database_url=""), embedder=embedder)
    Base.metadata.create_all(other.database.engine)
    with other.reading() as uow:
        codes.refresh(uow)
    assert REGIONS.own == frozenset()
    with app.reading() as uow:
        codes.refresh(uow)
    assert len(REGIONS.own) == 3
    other.close()
