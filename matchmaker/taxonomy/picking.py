"""From what somebody typed into a field for a code to the code, or to the sentence that says why not."""

from __future__ import annotations

from matchmaker.messages import Message
from matchmaker.taxonomy.table import Table

#: Names that a fault offers.
_OFFERED = 4


def picked(table: Table, text: str, language: str = "zh") -> tuple[str, Message | None]:
    """The code of a typed code or name, "" for nothing; else "" and the fault with its remedy."""
    if not text.strip():
        return "", None
    codes = table.candidates(text)
    if len(codes) == 1:
        return codes[0], None
    shown = {"value": text.strip()[:40], "table": table.name}
    near = codes[:_OFFERED] or table.search(text, _OFFERED)
    names = "、".join(table.text(code, language) for code in near)
    if codes:
        return "", Message("有几个“%(value)s”，请写明是哪一个：%(names)s。", shown | {"names": names})
    if near:
        return "", Message("“%(value)s”不在%(table)s表中；是不是：%(names)s？", shown | {"names": names})
    return "", Message("“%(value)s”不在%(table)s表中；请从列表中选，或填代码。", shown)
