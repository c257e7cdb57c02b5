"""The planning file's reader: every fault at once, by its key, with a remedy; never a traceback."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matchmaker.errors import InvalidInput
from matchmaker.planning.instance import Instance, Meeting, Pin, Table, Weights
from matchmaker.planning.reading import read
from tests.support.planning_instances import event


def small(**changes):
    return {
        "format": "docking-plan/1",
        "slots": 3,
        "tables": 2,
        "people": [{"id": "E1"}, {"id": "E2"}, {"id": "R1", "max_meetings": 2}],
        "problems": [{"id": "Q1", "people": ["R1"]}],
        "pairs": [
            {"expert": "E1", "problem": "Q1", "score": 0.5},
            {"expert": "E2", "problem": "Q1", "score": 1},
        ],
    } | changes


def faults(data):
    """Path → sentence of a file that does not hold."""
    with pytest.raises(InvalidInput) as caught:
        read(data)
    return {path: str(message) for path, message in caught.value.fields.items()}


def test_a_file_becomes_an_instance():
    read_ = read(
        small(
            name="对接会",
            sessions=[[0, 1], [2, 2]],
            tables=[{"id": "A", "kinds": ["实验台"], "unavailable": [2]}, {"id": "B"}],
            pinned=[{"expert": "E1", "problem": "Q1", "slot": 1, "table": None}],
            published=[{"expert": "E2", "problem": "Q1", "slot": 0, "table": "B"}],
            weights={"must": 2, "fairness_price": 0.1},
            min_score=0.4,
        )
    )
    assert (read_.name, read_.days, read_.min_score) == ("对接会", ((0, 1), (2, 2)), 0.4)
    assert read_.tables == (Table("A", frozenset({"实验台"}), frozenset({2})), Table("B"))
    assert (read_.pinned, read_.published) == ((Pin("E1", "Q1", 1, None),), (Meeting("E2", "Q1", 0, "B"),))
    assert (read_.weights, read_.objective) == (Weights(2.0, 1.1, 0.1), "match")


def test_text_bytes_and_a_byte_order_mark_are_the_same():
    text = json.dumps(small())
    assert read(text) == read(text.encode()) == read(b"\xef\xbb\xbf" + text.encode()) == read(small())


def test_tables_told_by_number_have_names():
    assert [table.id for table in read(small()).tables] == ["T1", "T2"]


def test_in_a_timetable_every_pair_is_held():
    assert read(small(objective="timetable")).held == {("E1", "Q1"), ("E2", "Q1")}


def test_an_empty_event_is_an_event():
    assert read(small(people=[], problems=[], pairs=[])).pairs == ()


@pytest.mark.parametrize(
    ("changes", "path", "word"),
    [
        ({"format": "docking-plan/2"}, "format", "docking-plan/1"),
        ({"slots": 0}, "slots", "1 至 1000"),
        ({"slots": True}, "slots", "true"),
        ({"slots": 3.0}, "slots", "整数"),
        ({"slots": 10**30}, "slots", "≥ 1e15"),
        ({"tables": 0}, "tables", "1 至"),
        ({"tables": []}, "tables", "至少"),
        ({"tables": [{"id": "A"}, {"id": "A"}]}, "tables[1].id", "已经用过"),
        ({"tables": [{"id": "A", "unavailable": [3]}]}, "tables[0].unavailable[0]", "0 至 2"),
        ({"sessions": [[0, 1], [1, 2]]}, "sessions[1]", "sessions[0] 重叠"),
        ({"sessions": [[2, 1]]}, "sessions[0]", "对调"),
        ({"sessions": [[0, 3]]}, "sessions[0]", "0 至 2"),
        ({"sessions": [0]}, "sessions[0]", "[起, 止]"),
        ({"people": [{"id": "E1"}, {"id": "E1"}]}, "people[1].id", "已经用过"),
        ({"people": [{"body": "x"}]}, "people[0].id", "缺少"),
        ({"people": [{"id": 7}]}, "people[0].id", "文字"),
        ({"people": [{"id": "a\nb"}]}, "people[0].id", "可打印"),
        ({"people": ["E1"]}, "people[0]", "对象"),
        ({"people": {"E1": {}}}, "people", "列表"),
        ({"people": [{"id": "E1", "max_meeting": 3}]}, "people[0].max_meeting", "max_meetings"),
        (
            {"people": [{"id": "E1", "min_meetings": 3, "max_meetings": 2}]},
            "people[0].min_meetings",
            "大于上限",
        ),
        ({"people": [{"id": "E1", "max_in_a_row": 0}]}, "people[0].max_in_a_row", "1 至"),
        ({"people": [{"id": "E1", "unavailable": [-1]}]}, "people[0].unavailable[0]", "0 至 2"),
        ({"problems": [{"id": "Q1", "people": ["R2"]}]}, "problems[0].people[0]", "people 中没有 R2"),
        ({"problems": [{"id": "Q1", "people": ["R1", "R1"]}]}, "problems[0].people[1]", "两次"),
        ({"problems": [{"id": "Q1", "priority": -1}]}, "problems[0].priority", "0"),
        ({"pairs": [{"expert": "E9", "problem": "Q1", "score": 1}]}, "pairs[0].expert", "先在那里列出"),
        ({"pairs": [{"expert": "E1", "problem": "Q1", "score": 1.01}]}, "pairs[0].score", "0.0 至 1.0"),
        ({"pairs": [{"expert": "E1", "problem": "Q1", "score": float("nan")}]}, "pairs[0].score", "NaN"),
        ({"pairs": [{"expert": "E1", "problem": "Q1", "score": "1"}]}, "pairs[0].score", "数"),
        ({"pairs": [{"expert": "E1", "problem": "Q1"}]}, "pairs[0].score", "缺少"),
        ({"pairs": 2 * [{"expert": "E1", "problem": "Q1", "score": 1}]}, "pairs[1].expert", "pairs[0]"),
        (
            {"pairs": [{"expert": "E1", "problem": "Q1", "score": 1, "expert_wish": "yes"}]},
            "pairs[0].expert_wish",
            "veto",
        ),
        ({"pairs": [{"expert": "E1", "problem": "Q1", "score": 1, "must": 1}]}, "pairs[0].must", "true"),
        ({"pairs": [{"expert": "E1", "problem": "Q1", "score": 1, "session": 1}]}, "pairs[0].session", "0"),
        ({"pinned": [{"expert": "R1", "problem": "Q1"}]}, "pinned[0].expert", "这一对"),
        ({"pinned": 2 * [{"expert": "E1", "problem": "Q1"}]}, "pinned[1].expert", "pinned[0]"),
        ({"pinned": [{"expert": "E1", "problem": "Q1", "table": "T3"}]}, "pinned[0].table", "tables"),
        ({"published": [{"expert": "E1", "problem": "Q1", "slot": 0}]}, "published[0].table", "缺少"),
        ({"objective": "best"}, "objective", "match, timetable"),
        ({"weights": {"must": "x"}}, "weights.must", "数"),
        ({"weights": {"fair": 1}}, "weights.fair", "fairness_price"),
        ({"min_score": 2}, "min_score", "0.0 至 1.0"),
        ({"pair": []}, "pair", "pairs"),
    ],
)  # fmt: skip
def test_each_fault_names_its_key_and_the_remedy(changes, path, word):
    told = faults(small(**changes))
    assert word in told[path]


def test_all_faults_are_told_at_once():
    told = faults(small(slots=-1, min_score=7, extra=1, people=[{"id": ""}]))
    assert {"slots", "min_score", "extra", "people[0].id"} <= set(told)


def test_very_many_faults_are_counted():
    told = faults(
        small(pairs=[{"expert": f"X{number}", "problem": "Q1", "score": 1} for number in range(500)])
    )
    assert (len(told), told["…"]) == (101, "另有 400 处错误未列出。")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe{",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"null",
        b"[]",
        b'"text"',
        b"9" * 5000,
        b'{"format": "docking-plan/1", "slots": 1e999, "tables": -Infinity, "min_score": NaN}',
        b'{"format": "\\ud800", "\\udc00": "\\ud800"}',
        b'{"slots": 1, "slots": 2}',
    ],
)
def test_hostile_text_is_a_sentence(data):
    with pytest.raises(InvalidInput) as caught:
        read(data)
    told = " ".join(map(str, (caught.value.message, *caught.value.fields, *caught.value.fields.values())))
    assert told.encode("utf-8").decode("utf-8") == told  # no lone surrogates


def test_a_key_given_twice_is_told_where_it_stands():
    text = json.dumps(small()).replace('"id": "E1"', '"id": "E1", "id": "E2"')
    assert faults(text)["people[0].id"] == "这个键写了两次，请只留一个。"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KNOWN = st.sampled_from(
    sorted(small() | {"sessions": 0, "pinned": 0, "published": 0, "weights": 0, "objective": 0})
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KNOWN | st.text(max_size=4), ANYTHING, max_size=4), st.integers(0, 30), ANYTHING)
def test_any_json_is_read_or_refused(changes, place, junk):
    """Whole keys replaced by anything, and one value deep inside."""
    file = small(**changes)
    inside = [
        (row, key)
        for name in ("people", "problems", "pairs")
        if isinstance(file.get(name), list)
        for row in file[name]
        if isinstance(row, dict)
        for key in (*row, "session", "min_meetings", "unavailable")
    ]
    if inside:
        row, key = inside[place % len(inside)]
        row[key] = junk
    answer = None
    with suppress(InvalidInput):
        answer = read(file)
    assert answer is None or isinstance(answer, Instance)


def test_made_events_are_legal():
    assert len(read(event(seed=4)).problems) == 28
