"""Whatever is in a file: it is read, or refused with a sentence; no row ends the others."""

from __future__ import annotations

import io
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matchmaker.errors import InvalidInput
from matchmaker.importing.checking import Checker
from matchmaker.importing.columns import columns
from matchmaker.importing.rows import RawRow
from matchmaker.importing.schemas import SCHEMAS
from tests.support.imports import look

SLOW = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None, "max_examples": 150}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(**SLOW)
@given(st.sampled_from(list(SCHEMAS)), st.data())
def test_any_value_in_any_field_is_taken_or_told(kind, data):
    names = list(columns(kind))
    row = data.draw(st.dictionaries(st.sampled_from(names), values))
    checked = Checker(kind, {name: name for name in names}).check(RawRow(1, row))
    for finding in checked.faults + checked.notes:
        assert str(finding.fault.fault)
        assert str(finding.fault.remedy)
    json.dumps(checked.raw, ensure_ascii=False).encode("utf-8")
    assert checked.faults or "\x00" not in repr(checked.values)


@settings(**SLOW)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@example(b'[{"title": "a"}')
@example(b"[")
@example(b"{")
@example(b"\xff\xfe\x00")
@example(b'title\n"')
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with suppress(InvalidInput):
        assert look(path, "problem").total_rows > 0


@pytest.mark.parametrize("cut", [100, 1000, 3000, -200, -30, -1])
def test_a_workbook_cut_short_is_refused(tmp_path, cut):
    from openpyxl import Workbook

    book, buffer = Workbook(), io.BytesIO()
    for number in range(50):
        book.active.append(["名称", f"{number}"])
    book.save(buffer)
    path = tmp_path / "a.xlsx"
    path.write_bytes(buffer.getvalue()[:cut])
    with pytest.raises(InvalidInput):
        look(path, "problem")
