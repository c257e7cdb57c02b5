"""The mark of a person whose data were erased: nothing that is imported fills it again."""

from __future__ import annotations

from typing import Any

from matchmaker.importing.faults import Fault, told

#: Among the confirmed fields of the row.
ERASED = "erased"
REFUSED: Fault = told(
    "这位专家的个人数据已按要求抹去，未导入", "本人要求恢复的，请管理员重新建立档案，不要沿用原编号"
)


def is_erased(row: Any) -> bool:
    """Whether the data of this person were erased."""
    return ERASED in (row.confirmed or ())
