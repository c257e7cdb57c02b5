"""What stands in a field of the official form as a value; a fault never throws away what was written."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Any

from marshmallow import ValidationError

from matchmaker.importing.cleaning import CONTROLS, SURROGATES
from matchmaker.importing.faults import Fault, shortened, told
from matchmaker.importing.fields import Amount
from matchmaker.importing.official_fields import MOST_KEYWORDS, FormField
from matchmaker.taxonomy import INDUSTRIES, Table

TICKED, OPEN = "☑", "☐"
_TICKS = re.compile(r"[(（\[【]\s*[√✓✔vVxX×]\s*[)）\]】]|[☑☒■√✓✔✅●◉▣]")
_BOXES = re.compile(r"[(（\[【]\s*[)）\]】]|[☐□○◯▢〇❏❑]")
_OTHER = re.compile(r"^其[他它]\s*[:：(（]?\s*(.*?)\s*[)）]?$", re.DOTALL)
_BLANK = re.compile(r"[_＿\s]+")


def clean(text: str) -> str:
    """Text as it is stored: no control characters, no lines of underscores to write upon."""
    text = SURROGATES.sub("\ufffd", CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = re.sub(r"[_＿]{2,}", " ", text)
    return "\n".join(line.strip(" \t\u3000") for line in text.split("\n")).strip()


def value_of(field: FormField, raw: str) -> tuple[dict[str, Any], list[Fault]]:
    """Name → value of everything that a field says, and what is wrong with it."""
    text = clean(raw)
    if not text:
        return {}, []
    match field.kind:
        case "years":
            return _years(text)
        case "keywords":
            return _keywords(text)
        case "amount":
            return _amount(text)
        case "choice":
            return _choice(field, text)
        case "industry":
            return _industry(text)
        case _:
            return {field.name: text}, _too_long(field, text)


def _too_long(field: FormField, text: str) -> list[Fault]:
    if len(text) <= field.most:
        return []
    return [
        told(
            "共 %(length)s 个字，表格要求不超过 %(most)s 个字", "已全部保留；上报前请缩短",
            length=len(text), most=field.most,
        )
    ]  # fmt: skip


def _years(text: str) -> tuple[dict[str, Any], list[Fault]]:
    narrow = unicodedata.normalize("NFKC", text)
    years = [int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", narrow)]
    if not years:
        return {}, [told("“%(value)s”看不出起止年", "请写成 2026 至 2028", value=shortened(text))]
    first, last = years[0], years[-1]
    if first > last:
        return {}, [told("“%(value)s”的起始年晚于终止年", "请核对后更正", value=shortened(text))]
    is_end_only = len(years) == 1 and re.search(r"前|止|截|底|至", narrow) is not None
    return {"years": {"to": last} if is_end_only else {"from": first, "to": last}}, []


def _keywords(text: str) -> tuple[dict[str, Any], list[Fault]]:
    words = re.split(r"[；;、,，|/\n\t]+", text)
    if len(words) == 1:
        words = text.split()
    words = [re.sub(r"^\(?[1-5][.、)）]\s*", "", word.strip())[:100] for word in words]
    kept = list(dict.fromkeys(word for word in words if word))
    if len(kept) <= MOST_KEYWORDS:
        return {"keywords": kept}, []
    fault = told("有 %(number)s 个，表格要求 1 至 5 个", "已全部保留；上报前请删减", number=len(kept))
    return {"keywords": kept}, [fault]


def _amount(text: str) -> tuple[dict[str, Any], list[Fault]]:
    written = re.sub(r"^[(（]?万?元[)）]?$", "", _BLANK.sub("", text))
    if not written:  # nothing but the unit that was printed there
        return {}, []
    try:
        fen = Amount().deserialize(written)
    except ValidationError as error:
        return {}, [fault for fault in error.messages if isinstance(fault, Fault)]
    return ({} if fen is None else {"budget_fen": fen}), []


def _choice(field: FormField, text: str) -> tuple[dict[str, Any], list[Fault]]:
    assert field.table is not None
    chosen = _chosen(text)
    codes: list[str] = []
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for option in chosen:
        code = field.table.find(option)
        other = _OTHER.match(option)
        if code is None and other:
            code = "other" if "other" in field.table else None
            if other[1]:
                found[f"{field.name}_note"] = other[1]
        if code is None:
            faults.append(_unknown(field.table, option))
        else:
            codes.append(code)
    if len(codes) > 1:
        names = "、".join(field.table.label(code) for code in codes)
        faults.append(told("选了几项（%(names)s），只取第一项", "请核对", names=names))
    if codes:
        found[field.name] = codes[0]
    return found, faults


def _chosen(text: str) -> list[str]:
    """The ticked options; where there is no box at all, whatever was written."""
    marked = _BOXES.sub(OPEN, _TICKS.sub(TICKED, text))
    if TICKED not in marked and OPEN not in marked:
        return [part for part in re.split(r"[；;、,，\n]+", marked) if part.strip()]
    pieces = re.split(f"([{TICKED}{OPEN}])", marked)
    if pieces[0].strip():  # the box stands behind its option
        pairs = zip(pieces[1::2], pieces[0::2], strict=False)
    else:
        pairs = zip(pieces[1::2], pieces[2::2], strict=False)
    return [
        _BLANK.sub("", option).strip("；;、,，。")
        for box, option in pairs
        if box == TICKED and option.strip()
    ]


def _unknown(table: Table, option: str) -> Fault:
    names = [table.label(code) for code in table]
    nearest = difflib.get_close_matches(option, names, 1, 0.3) or names[-1:]
    return told(
        "“%(value)s”不在%(table)s表中；最接近的是“%(nearest)s”", "请在编辑页面上选择",
        value=shortened(option), table=table.name, nearest=nearest[0],
    )  # fmt: skip


def _industry(text: str) -> tuple[dict[str, Any], list[Fault]]:
    """The narrowest part that the table knows: ``C 制造业 / 33 金属制品业 / 336`` is 336."""
    narrow = unicodedata.normalize("NFKC", _TICKS.sub(" ", _BOXES.sub(" ", text))).strip()
    said = [narrow, *re.split(r"[/>、;,\n\s|-]+", narrow), *re.findall(r"[A-T]?\d{2,4}", narrow)]
    codes = [code for part in said if part for code in _industries(part)]
    if codes:
        return {"industry": max(codes, key=lambda code: len(INDUSTRIES.path(code)))}, []
    remedy = "请在编辑页面上选择"
    nearest = difflib.get_close_matches(narrow, [INDUSTRIES.label(code) for code in INDUSTRIES], 1, 0.3)
    if not nearest:
        return {}, [told("“%(value)s”不在行业表（GB/T 4754）中", remedy, value=shortened(text))]
    fault = "“%(value)s”不在行业表（GB/T 4754）中；最接近的是“%(nearest)s”"
    return {}, [told(fault, remedy, value=shortened(text), nearest=nearest[0])]


def _industries(said: str) -> list[str]:
    """The code that a part means, with or without the letter of its section: C3360 is 3360."""
    found = (INDUSTRIES.find(each) for each in (said, re.sub(r"^[A-Ta-t](?=\d)", "", said)))
    return [code for code in found if code]
