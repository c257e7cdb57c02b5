"""Fields of imported rows. They get cleaned text, lists and objects of text; "" is "nothing given"."""

from __future__ import annotations

import json
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from matchmaker.importing.faults import Fault, Finding, refuse, shortened, told
from matchmaker.taxonomy import INDUSTRIES, REGIONS, Table, region_path

#: Characters of a field without a shorter limit of its own.
LONG = 200_000
#: Entries of a list.
MOST_ITEMS = 2_000
#: 分 in one 万元.
FEN = Decimal(1_000_000)
MOST_WAN = Decimal(100_000_000)

DIVIDERS = re.compile(r"[；;、|\n]")
STANDARD_FAULTS = {
    "required": told("没有填写", "此项必填，请补上"),
    "null": told("没有填写", "此项必填，请补上"),
    "invalid": told("应为文字", "请写成一段文字"),
    "validator_failed": told("内容不对", "请对照导入说明更正"),
}


def wide_to_narrow(text: str) -> str:
    """Full-width digits, letters and marks as their usual forms."""
    return unicodedata.normalize("NFKC", text)


def _remark(field: fields.Field[Any], fault: Fault) -> None:
    """A note that rejects nothing; the schema keeps it."""
    notes = getattr(field.root, "notes", None)
    if notes is not None:
        notes.append(Finding(str(field.name), fault))


class Told:
    """Standard faults with their remedy instead of marshmallow's English sentences."""

    def make_error(self, key: str, **_values: Any) -> ValidationError:
        """The standard fault of a key."""
        return ValidationError([STANDARD_FAULTS.get(key, STANDARD_FAULTS["validator_failed"])])


class Text(Told, fields.String):
    """Text up to a length; compulsory ones may not be empty."""

    def __init__(self, longest: int = LONG, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if self.required and not text:
            raise self.make_error("required")
        if len(text) > self.longest:
            raise refuse(
                "共 %(length)s 个字，超过上限 %(longest)s",
                "请缩短到 %(longest)s 个字以内",
                length=len(text),
                longest=self.longest,
            )
        return text


class Made(Told, fields.Field[Any], ABC):
    """A value made from the cleaned one alone."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> Any:
        return self._make(value)

    @abstractmethod
    def _make(self, value: Any) -> Any:
        """The value of what was given."""


class Converted(Made):
    """A value made from one text; "" gives ``EMPTY``."""

    EMPTY: Any = ""

    def _make(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = wide_to_narrow(value).strip()
        if not text:
            if self.required:
                raise self.make_error("required")
            return self.EMPTY
        return self._convert(text)

    @abstractmethod
    def _convert(self, text: str) -> Any:
        """The value of a text that is not empty."""


class Code(Converted):
    """A code of a table, from the code or one of its names."""

    def __init__(self, table: Table, **options: Any) -> None:
        super().__init__(**options)
        self.table = table

    def _convert(self, text: str) -> str:
        return known(self.table, text)


def known(table: Table, text: str) -> str:
    """The code, or a ValidationError that names what there is."""
    code = table.find(text)
    if code is None:
        names = "、".join(table.label(each) for each in list(table)[:12])
        raise refuse(
            "“%(value)s”不在%(table)s表中",
            "请改为：%(names)s",
            value=shortened(text),
            table=table.name,
            names=names,
        )
    return code


class Region(Converted):
    """GB/T 2260: a code of a known province, a name, or an address that begins with one.

    What several places are called (朝阳区), or nobody, is told and left empty.
    """

    def _convert(self, text: str) -> str:
        if re.fullmatch(r"\d{6}", text) and f"{text[:2]}0000" in REGIONS:
            return text
        codes = REGIONS.candidates(text) or REGIONS.beginning(text)
        if len(codes) == 1:
            return codes[0]
        if codes:
            return self._left_empty(several(text, codes))
        return REGIONS.mentioned(text) or self._left_empty(
            told(
                "不认识地区“%(value)s”，已留空",
                "请填 GB/T 2260 的六位代码或省、市全称",
                value=shortened(text),
            )
        )

    def _left_empty(self, fault: Fault) -> str:
        _remark(self, fault)
        return ""


def several(text: str, codes: Iterable[str]) -> Fault:
    """The fault of a name that several places share."""
    places = "、".join(region_path(code) for code in list(codes)[:4])
    return told(
        "有几个地方都叫“%(value)s”，已留空",
        "请写出所属的省、市，如：%(places)s",
        value=shortened(text),
        places=places,
    )


class Industry(Converted):
    """GB/T 4754: a name, a letter or digits (C39); further digits count as far as the table knows them."""

    def _convert(self, text: str) -> str:
        digits = re.fullmatch(r"[A-Ta-t]?(\d{2,4})", text)
        if digits:
            parts = [digits[1][:length] for length in range(len(digits[1]), 1, -1)]
            return next((part for part in parts if part in INDUSTRIES), "") or known(INDUSTRIES, parts[-1])
        return known(INDUSTRIES, text.upper() if len(text) == 1 else text)


class TextList(Made):
    """A list, or one text divided by ；;、| or lines; blanks and repetitions go."""

    def __init__(self, longest: int = 200, dividers: re.Pattern[str] = DIVIDERS, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest
        self.dividers = dividers

    def _make(self, value: Any) -> list[str]:
        items = [item for item in dict.fromkeys(self.items(value)) if item]
        if len(items) > MOST_ITEMS:
            raise refuse(
                "共 %(length)s 项，超过上限 %(most)s",
                "请减少到 %(most)s 项以内",
                length=len(items),
                most=MOST_ITEMS,
            )
        for item in items:
            if len(item) > self.longest:
                raise refuse(
                    "“%(value)s”有 %(length)s 个字，超过上限 %(longest)s",
                    "请用；分开各项，每项不超过 %(longest)s 个字",
                    value=shortened(item), length=len(item), longest=self.longest,
                )  # fmt: skip
        return items

    def items(self, value: Any) -> Iterable[str]:
        """The parts as text, not yet checked."""
        whole = parsed(value)
        if isinstance(whole, str):
            return [part.strip() for part in self.dividers.split(whole)]
        if isinstance(whole, list) and all(isinstance(item, str) for item in whole):
            return whole
        raise refuse("应为一列文字", "JSONL 用数组，表格用；分开各项")


def parsed(value: Any) -> Any:
    """A cell that holds a JSON array (as our own list of bad rows does) as that array."""
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return value
        from matchmaker.importing.cleaning import clean

        return clean(found).value
    return value


class CodeList(TextList):
    """Codes of a table; a name that itself holds a 、 is understood."""

    def __init__(self, table: Table, **options: Any) -> None:
        super().__init__(dividers=re.compile(r"[；;|,，\n]"), **options)
        self.table = table

    def items(self, value: Any) -> list[str]:
        """Codes."""
        return [code for part in super().items(value) if part for code in self._codes(part)]

    def _codes(self, part: str) -> list[str]:
        code = self.table.find(part)
        if code is not None:
            return [code]
        pieces, codes = part.split("、"), []
        while pieces:
            size = next((n for n in range(len(pieces), 0, -1) if self.table.find("、".join(pieces[:n]))), 1)
            codes.append(known(self.table, "、".join(pieces[:size])))
            pieces = pieces[size:]
        return codes


class Amount(Converted):
    """万元 with at most two decimals, as integer 分; empty or 面议 is None."""

    EMPTY = None

    def _convert(self, text: str) -> int | None:
        plain = re.sub(r"[\s,¥￥]|人民币", "", text)
        if plain in {"面议", "协商", "另议", "待定", "无"}:
            return None
        found = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)(万元|万|元|亿元|亿)?", plain)
        if not found:
            raise refuse(
                "“%(value)s”不是金额",
                "请填一个以万元为单位的数，如 50 或 1,200.50；面议可留空",
                value=shortened(text),
            )
        return self._fen(*found.groups())

    def _fen(self, digits: str, unit: str | None) -> int:
        try:
            number = Decimal(digits)
        except InvalidOperation:  # more digits than Decimal takes
            number = Decimal(-1)
        wan = number * {"元": Decimal("0.0001"), "亿": Decimal(10_000), "亿元": Decimal(10_000)}.get(
            unit or "", Decimal(1)
        )
        if not 0 <= wan <= MOST_WAN:
            raise refuse("金额超出范围", "请填 0 到 %(most)s 万元之间的数", most=MOST_WAN)
        if number * 100 % 1 or wan * FEN % 1:
            raise refuse("“%(value)s”多于两位小数", "请保留两位小数", value=shortened(digits))
        return int(wan * FEN)


class Day(Converted):
    """YYYY-MM-DD, YYYY/M/D, YYYY.M.D or 2026年5月18日, with a time of day ignored."""

    EMPTY = None
    FORM = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]\d{1,2}:\d{2}.*)?")

    def _convert(self, text: str) -> date:
        found = self.FORM.fullmatch(text)
        try:
            return date(*(int(part) for part in found.groups())) if found else self._refuse(text)
        except ValueError:
            return self._refuse(text)

    def _refuse(self, text: str) -> date:
        raise refuse(
            "“%(value)s”不是日期", "请写成 2026-05-18、2026/5/18 或 2026年5月18日", value=shortened(text)
        )


class WholeNumber(Converted):
    """A whole number between two bounds, with a unit that may follow it."""

    EMPTY = None

    def __init__(self, low: int, high: int, suffix: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.low, self.high, self.suffix = low, high, suffix

    def _convert(self, text: str) -> int:
        found = re.fullmatch(rf"(\d{{1,9}})(?:\.0+)?\s*(?:{self.suffix})?", text)
        if not found or not self.low <= int(found[1]) <= self.high:
            raise refuse(
                "“%(value)s”不行",
                "请填 %(low)s 到 %(high)s 之间的整数",
                value=shortened(text),
                low=self.low,
                high=self.high,
            )
        return int(found[1])
