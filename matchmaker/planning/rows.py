"""Rows of a planning file: typed values out of untrusted JSON, every fault collected with its path."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message

#: Faults told of one file; the rest is counted.
TOLD = 100
LONGEST_TEXT = 200


@dataclass
class Faults:
    """What is wrong, by path; ``check`` raises it all at once."""

    found: dict[str, Message] = field(default_factory=dict)
    count: int = 0

    def add(self, path: str, template: str, **values: object) -> None:
        """Keeps the first fault of a path."""
        if path in self.found:
            return
        self.count += 1
        if self.count <= TOLD:
            self.found[path] = Message(template, {name: shown(value) for name, value in values.items()})

    def check(self) -> None:
        """Raises InvalidInput when there is a fault."""
        if not self.count:
            return
        if self.count > TOLD:
            self.found["…"] = Message("另有 %(count)s 处错误未列出。", {"count": self.count - TOLD})
        raise InvalidInput(
            Message("排程文件有 %(count)s 处错误，没有开始排程。", {"count": self.count}),
            hint=Message("请按各键的说明修改后再试；格式见 docs/planning-file.md。"),
            fields=self.found,
        )


def shown(value: object) -> object:
    """A value as it may stand in a sentence: short, printable, encodable."""
    if isinstance(value, Wide):
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15:
        return value
    text = value if isinstance(value, str) else _json(value)
    text = "".join(mark if mark.isprintable() else "�" for mark in text)
    return text if len(text) <= 60 else text[:59] + "…"


def _json(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, int) and not isinstance(value, bool):
        return "≥ 1e15" if value > 0 else "≤ -1e15"
    return json.dumps(value, ensure_ascii=False, default=str)


class Object(dict[str, Any]):
    """A JSON object that remembers the keys it was given twice."""

    repeated: tuple[str, ...] = ()


def parsed(data: bytes | str) -> object:
    """JSON as Python values; whatever is not JSON in UTF-8 is one sentence."""
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_object)
    except UnicodeDecodeError as fault:
        message = Message("文件不是 UTF-8 编码（第 %(byte)s 字节）。", {"byte": fault.start + 1})
        raise InvalidInput(message, hint=Message("请以 UTF-8 保存 JSON 文件。")) from None
    except json.JSONDecodeError as fault:
        place = {"row": fault.lineno, "column": fault.colno}
        message = Message("文件不是 JSON：第 %(row)s 行第 %(column)s 列读不下去。", place)
        raise InvalidInput(message, hint=Message("请检查该处的引号、逗号和括号。")) from None
    except (RecursionError, ValueError):
        message = Message("文件不是排程文件：括号嵌套过深，或有位数过多的数。")
        raise InvalidInput(message, hint=Message("格式见 docs/planning-file.md。")) from None


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    if len(found) < len(pairs):
        found.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


class Row:
    """One object of the file; each getter checks one key and answers a harmless value on a fault."""

    def __init__(self, path: str, value: object, faults: Faults, known: Collection[str]) -> None:
        self.path = path
        self.faults = faults
        self.value: Mapping[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            faults.add(path or "$", "应是 JSON 对象 {…}，而不是 %(value)s。", value=value)
        for key in getattr(value, "repeated", ()):
            faults.add(self.at(str(key)), "这个键写了两次，请只留一个。")
        for key in self.value:
            if key not in known:
                self._unknown(str(key), known)

    def _unknown(self, key: str, known: Collection[str]) -> None:
        nearest = get_close_matches(key, known, n=1, cutoff=0.6)
        if nearest:
            self.faults.add(self.at(key), "没有这个键；是不是 %(nearest)s？", nearest=nearest[0])
        else:
            self.faults.add(self.at(key), "没有这个键；可用的是 %(known)s。", known=Wide(", ".join(known)))

    def at(self, key: str) -> str:
        """Path of a key of this row."""
        name = str(shown(key))
        return f"{self.path}.{name}" if self.path else name

    def fault(self, key: str, template: str, **values: object) -> None:
        """Notes what is wrong with a key."""
        self.faults.add(self.at(key), template, **values)

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self.value.get(key) is not None

    def text(self, key: str, default: str | None = None, *, is_needed: bool = False) -> str | None:
        """A text that can be printed and stored."""
        value = self.value.get(key)
        if value is None:
            if is_needed:
                self.fault(key, "缺少这个键，请补上。")
            return default
        if not is_text(value):
            self.fault(
                key,
                "应是 1 至 %(most)s 个可打印字符的文字，而不是 %(value)s。",
                most=LONGEST_TEXT,
                value=value,
            )
            return default
        return str(value)

    def name(self, key: str, known: Collection[str], what: str, *, is_needed: bool = True) -> str | None:
        """An id that must be among the known ones; ``what`` is the key that lists them."""
        name = self.text(key, is_needed=is_needed)
        if name is None or name in known:
            return name
        nearest = get_close_matches(name, list(known)[:5000], n=1, cutoff=0.6)
        if nearest:
            template = "%(what)s 中没有 %(name)s；是不是 %(nearest)s？"
            self.fault(key, template, what=what, name=name, nearest=nearest[0])
        else:
            self.fault(key, "%(what)s 中没有 %(name)s；请先在那里列出，或改正这里。", what=what, name=name)
        return None

    def whole(
        self, key: str, least: int, most: int, default: int | None = None, *, is_needed: bool = False
    ) -> int | None:
        """A whole number within limits."""
        value = self.value.get(key)
        if value is None:
            if is_needed:
                self.fault(key, "缺少这个键，请补上。")
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.fault(
                key,
                "应是 %(least)s 至 %(most)s 的整数，而不是 %(value)s。",
                least=least,
                most=most,
                value=value,
            )
            return default
        return value

    def number(
        self, key: str, least: float, most: float, default: float, *, is_needed: bool = False
    ) -> float:
        """A finite number within limits."""
        value = self.value.get(key)
        if value is None:
            if is_needed:
                self.fault(key, "缺少这个键，请补上。")
            return default
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
        if not good or not math.isfinite(value):
            self.fault(
                key,
                "应是 %(least)s 至 %(most)s 的数，而不是 %(value)s。",
                least=least,
                most=most,
                value=value,
            )
            return default
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false; absent is false."""
        value = self.value.get(key)
        if value is not None and not isinstance(value, bool):
            self.fault(key, "应是 true 或 false，而不是 %(value)s。", value=value)
            return False
        return bool(value)

    def choice(self, key: str, known: tuple[str, ...], default: str | None = None) -> str | None:
        """One of a few words."""
        value = self.value.get(key)
        if value is None or (isinstance(value, str) and value in known):
            return value or default
        self.fault(key, "应是 %(known)s 之一，而不是 %(value)s。", known=Wide(", ".join(known)), value=value)
        return default

    def items(self, key: str, most: int) -> Iterator[tuple[str, Any]]:
        """(path, value) of a list's items; absent is empty."""
        value = self.value.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.fault(key, "应是列表 […]，而不是 %(value)s。", value=value)
            return
        if len(value) > most:
            self.fault(
                key, "有 %(count)s 项，最多 %(most)s 项；请分成几次排程。", count=len(value), most=most
            )
            return
        for number, each in enumerate(value):
            yield f"{self.at(key)}[{number}]", each

    def slots(self, key: str, slots: int) -> frozenset[int]:
        """A set of slots, each in range."""
        found = set()
        for path, each in self.items(key, 10 * slots):
            if isinstance(each, bool) or not isinstance(each, int) or not 0 <= each < slots:
                self.faults.add(
                    path, "时段应是 0 至 %(last)s 的整数，而不是 %(value)s。", last=slots - 1, value=each
                )
            else:
                found.add(each)
        return frozenset(found)

    def names(self, key: str, known: Collection[str] | None = None, what: str = "") -> tuple[str, ...]:
        """A list of texts without repetition; of known ids when ``known`` is given."""
        found: dict[str, None] = {}
        for path, each in self.items(key, 10_000):
            if not is_text(each):
                self.faults.add(path, "应是文字，而不是 %(value)s。", value=each)
            elif known is not None and each not in known:
                self.faults.add(
                    path, "%(what)s 中没有 %(name)s；请先在那里列出，或改正这里。", what=what, name=each
                )
            elif each in found:
                self.faults.add(path, "%(name)s 写了两次，请只留一个。", name=each)
            else:
                found[each] = None
        return tuple(found)


class Wide(str):
    """A text of ours that is shown whole."""

    __slots__ = ()


def is_text(value: object) -> bool:
    """Whether a value is a text that can be printed, stored and written as UTF-8."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and value.isprintable()
