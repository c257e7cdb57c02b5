"""What an import accepts fits into its column: SQLite would take more, PostgreSQL would refuse it."""

from __future__ import annotations

import pytest
from sqlalchemy import String, Text

from matchmaker.importing.columns import attributes
from matchmaker.importing.schemas import SCHEMAS
from matchmaker.storage.queries import TABLES


@pytest.mark.parametrize("kind", list(SCHEMAS))
def test_no_text_of_a_row_is_longer_than_its_column(kind):
    columns, schema = TABLES[kind].__table__.columns, SCHEMAS[kind]()
    named = {attribute: name for name, attribute in attributes(kind).items()}
    checked, too_long = 0, {}
    for column in columns:
        field = schema.fields.get(named.get(column.name, column.name))
        longest = getattr(field, "longest", None)
        if isinstance(column.type, String) and not isinstance(column.type, Text) and longest:
            checked += 1
            if longest > column.type.length:
                too_long[column.name] = (longest, column.type.length)
    assert too_long == {}
    assert checked >= 2
