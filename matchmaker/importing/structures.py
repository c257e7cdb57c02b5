"""Fields with an inner form: indicators, projects, credit codes, ORCID, contacts, the secrecy statement."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import ValidationError

from matchmaker.importing.faults import refuse, shortened, told
from matchmaker.importing.fields import Converted, Made, parsed, wide_to_narrow
from matchmaker.taxonomy import COMPARATORS, EXPERIENCE_KINDS

#: GB 32100: the characters of a unified social credit code with their values by position.
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NO = frozenset(
    {"", "否", "不", "无", "no", "n", "false", "f", "0", "不涉密", "非涉密", "不含国家秘密", "公开"}
)

CLASSIFIED = told(
    "标为涉密或带有密级标志，不予导入，原文未保存",
    "涉密内容不得录入本系统；确不涉密的，请去掉标志、在“涉密”列填“否”后再导入",
)

_COMPARED = re.compile(
    r"^(?P<name>.+?)\s*[:：,，]?\s*"
    r"(?P<comparator>≥|≤|≧|≦|>=|<=|＞|＜|>|<|=|＝|不小于|不低于|大于等于|不大于|不高于|小于等于|大于|小于|等于)\s*"
    r"(?P<rest>[^(（]+?)\s*(?:[(（]\s*现值\s*[:：]?\s*(?P<current>[^)）]*)[)）])?\s*$"
)
_RANGE = re.compile(
    r"^(?P<name>.+?)\s+(?P<rest>-?\d[\d.]*\s*[~～–—-]\s*-?\d[^(（]*?)\s*(?:[(（]\s*现值\s*[:：]?\s*(?P<current>[^)）]*)[)）])?\s*$"
)
_VALUE = re.compile(
    r"^(?P<target>-?\d[\d.,]*(?:\s*[~～–—-]\s*-?\d[\d.,]*)?(?:[eE][+-]?\d+)?)\s*(?P<unit>.*)$", re.DOTALL
)


class _Items(Made):
    """A list of small objects; tables write them as text."""

    LIMITS: ClassVar[Mapping[str, int]] = {}

    def _make(self, value: Any) -> list[dict[str, Any]]:
        whole = parsed(value)
        if isinstance(whole, str):
            items = [self._from_line(line.strip()) for line in self._lines(whole) if line.strip()]
        elif isinstance(whole, list):
            items = [self._from_object(item) for item in whole]
        else:
            raise refuse("应为一个列表", "请对照导入说明填写")
        for position, item in enumerate(items):
            self._check(position + 1, item)
        return items

    def _lines(self, text: str) -> list[str]:
        """The parts of a cell."""
        return text.split("\n")

    @abstractmethod
    def _from_line(self, line: str) -> dict[str, Any]:
        """One object from a line of a table."""

    @abstractmethod
    def _complete(self, item: dict[str, Any]) -> dict[str, Any]:
        """Codes and numbers of one object."""

    def _from_object(self, item: Any) -> dict[str, Any]:
        if isinstance(item, str):
            return self._from_line(item)
        if not isinstance(item, dict) or any(isinstance(value, (list, dict)) for value in item.values()):
            raise refuse("列表中有一项不对", "每一项应为一个对象，其中各值为文字或数")
        return self._complete(item)

    def _check(self, position: int, item: dict[str, Any]) -> None:
        for key, longest in self.LIMITS.items():
            if len(item.get(key) or "") > longest:
                raise refuse(
                    "第 %(position)s 项的 %(key)s 超过 %(longest)s 个字", "请缩短到 %(longest)s 个字以内",
                    position=position, key=key, longest=longest,
                )  # fmt: skip
        first = next(iter(self.LIMITS))
        if not item.get(first):
            raise refuse(
                "第 %(position)s 项没有 %(key)s", "请补上名称，或删去这一项", position=position, key=first
            )


class Indicators(_Items):
    """Lines ``名称 ≥ 目标 单位 (现值 x)``, or objects; a line without a comparator is a name alone."""

    LIMITS: ClassVar[Mapping[str, int]] = {"name": 200, "current": 100, "target": 100, "unit": 50}

    def _lines(self, text: str) -> list[str]:
        """One indicator a line, or divided by ；."""
        return re.split(r"[\n；;]", text)

    def _from_line(self, line: str) -> dict[str, Any]:
        required = not re.search(r"[(（]期望[)）]\s*$", line)
        line = re.sub(r"\s*[(（](期望|必须)[)）]\s*$", "", line)
        found = _COMPARED.match(line)
        if found:
            comparator = COMPARATORS.find(wide_to_narrow(found["comparator"])) or "="
        else:
            found, comparator = _RANGE.match(line), "range"
        if not found:
            return self._complete({"name": line, "required": "是" if required else "否"})
        value = _VALUE.match(found["rest"])
        target, unit = (value["target"].strip(), value["unit"].strip()) if value else (found["rest"], "")
        return {
            "name": found["name"].strip(), "current": (found["current"] or "").strip(), "target": target,
            "unit": unit, "comparator": comparator, "required": required,
        }  # fmt: skip

    def _complete(self, item: dict[str, Any]) -> dict[str, Any]:
        given = str(item.get("comparator") or "")
        comparator = COMPARATORS.find(given) if given else ""
        if comparator is None:
            raise refuse("比较符“%(value)s”不行", "请用 ≥ ≤ > < = 或 range", value=shortened(given))
        texts = {key: str(item.get(key) or "") for key in self.LIMITS}
        required = str(item.get("required", "是")).casefold() not in {"否", "期望", "no", "false", "0"}
        return {**texts, "comparator": comparator, "required": required}


class Projects(_Items):
    """Objects with kind, title, client, year, description, outcome; tables: titles divided by ；.

    A title in a table may name its kind in front: ``标准：GB/T 12345 起草``.
    """

    LIMITS: ClassVar[Mapping[str, int]] = {
        "title": 300,
        "client": 200,
        "description": 100_000,
        "outcome": 100_000,
    }

    def _lines(self, text: str) -> list[str]:
        return re.split(r"[；;\n]", text)

    def _from_line(self, line: str) -> dict[str, Any]:
        name, mark, rest = line.replace(":", "：", 1).partition("：")
        kind = EXPERIENCE_KINDS.find(name) if mark and rest.strip() else None
        return self._complete({"kind": kind, "title": rest.strip()} if kind else {"title": line})

    def _complete(self, item: dict[str, Any]) -> dict[str, Any]:
        texts = {key: str(item.get(key) or "") for key in self.LIMITS}
        year = str(item.get("year") or "")
        found = re.fullmatch(r"(1[89]\d\d|20\d\d|21\d\d)年?", wide_to_narrow(year)) if year else None
        if year and not found:
            raise refuse("年份“%(value)s”不行", "请填四位年份", value=shortened(year))
        return {**texts, "kind": self._kind(item), "year": int(found[1]) if found else None}

    def _kind(self, item: dict[str, Any]) -> str:
        given = str(item.get("kind") or "project")
        kind = EXPERIENCE_KINDS.find(given)
        if kind is None:
            names = "、".join(EXPERIENCE_KINDS.label(code) for code in EXPERIENCE_KINDS)
            raise refuse("经历类别“%(value)s”不行", "请用：%(names)s", value=shortened(given), names=names)
        return kind


class CreditCode(Converted):
    """A unified social credit code whose check digit holds (GB 32100)."""

    def _convert(self, text: str) -> str:
        code = re.sub(r"[\s-]", "", text).upper()
        if len(code) != 18 or any(character not in CREDIT_ALPHABET for character in code):
            raise refuse(
                "“%(value)s”不是统一社会信用代码",
                "应为 18 位数字和大写字母（不含 I、O、S、V、Z），请核对",
                value=shortened(text),
            )
        if credit_check_digit(code) != code[17]:
            raise refuse(
                "“%(value)s”的校验码不对",
                "请核对是否抄错；正确的末位应为 %(digit)s",
                value=code,
                digit=credit_check_digit(code),
            )
        return code


def credit_check_digit(code: str) -> str:
    """The 18th character that belongs to the first 17."""
    total = sum(
        CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])
    )
    return CREDIT_ALPHABET[-total % 31]


class Orcid(Converted):
    """An ORCID, with or without its address, whose check digit holds (ISO 7064 11-2)."""

    def _convert(self, text: str) -> str:
        found = re.fullmatch(r"(?:https?://orcid\.org/)?(\d{4}-?\d{4}-?\d{4}-?\d{3}[\dXx])", text)
        digits = found[1].replace("-", "").upper() if found else ""
        total = 0
        for digit in digits[:15]:
            total = (total + int(digit)) * 2
        expected = (12 - total % 11) % 11
        if not digits or digits[15] != ("X" if expected == 10 else str(expected)):
            raise refuse("“%(value)s”不是 ORCID", "应形如 0000-0002-1825-0097，请核对", value=shortened(text))
        return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


class OpenAlex(Converted):
    """An author's number at OpenAlex, with or without its address."""

    def _convert(self, text: str) -> str:
        found = re.fullmatch(r"(?:https?://openalex\.org/(?:authors/)?)?([Aa]\d{4,15})", text)
        if not found:
            raise refuse(
                "“%(value)s”不是 OpenAlex 作者号", "应形如 A5023888391，请核对", value=shortened(text)
            )
        return found[1].upper()


class Email(Converted):
    """An address that could be one."""

    def _convert(self, text: str) -> str:
        if len(text) > 200 or not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", text):
            raise refuse("“%(value)s”不是电子邮箱", "应形如 name@example.org，请核对", value=shortened(text))
        return text


class Phone(Converted):
    """Digits with the usual marks; several numbers may be given."""

    def _convert(self, text: str) -> str:
        if (
            len(text) > 50
            or not re.fullmatch(r"[\d\s+()\-/,、;转ext.*]+", text)
            or not re.search(r"\d{3}", text)
        ):
            raise refuse(
                "“%(value)s”不是电话号码", "请填数字，如 0571-88000000 或 13800000000", value=shortened(text)
            )
        return text


class NotClassified(Made):
    """Must be empty or say no: classified needs are never accepted."""

    def _make(self, value: Any) -> bool:
        text = wide_to_narrow(value).strip().casefold() if isinstance(value, str) else None
        if text in NO:
            return False
        raise ValidationError([CLASSIFIED])
