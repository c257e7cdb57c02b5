"""Rows of JSONL (one object a line) and of a JSON array, read piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from matchmaker.importing.decoding import BLOCK, Encoding, lines
from matchmaker.importing.faults import shortened, told
from matchmaker.importing.rows import MOST_CHARACTERS, RawRow, Source

#: Rows whose keys are the heads of a JSON file.
LOOKED_AT = 200
#: Head of a row that could not be read, in the list of bad rows.
AS_IT_CAME = "原文"


def open_json(path: Path, encoding: Encoding, *, array: bool) -> Source:
    """A JSONL file, or a JSON array."""

    def rows() -> Iterator[RawRow]:
        return _array(path, encoding) if array else _lines(path, encoding)

    heads = dict.fromkeys(head for row in islice(rows(), LOOKED_AT) if not row.fault for head in row.values)
    return Source("json" if array else "jsonl", encoding.label, tuple(heads), rows)


def _lines(path: Path, encoding: Encoding) -> Iterator[RawRow]:
    for number, line in enumerate(lines(path, encoding), 1):
        text = line.strip().lstrip("\ufeff")
        if text:
            yield _row(number, text)


def _row(number: int, text: str) -> RawRow:
    if len(text) > MOST_CHARACTERS:
        return _broken(number, text, "这一行太长，没有读取", "请检查换行：JSONL 每行一个对象")
    try:
        value = DECODER.decode(text)
    except RecursionError:
        return _broken(number, text, "嵌套太深", "请按导入说明改成简单的对象")
    except ValueError as fault:
        place = getattr(fault, "colno", 0)
        return _broken(
            number, text, "不是完整的 JSON（第 %(place)s 个字符处）", "请检查引号、逗号和括号", place=place
        )
    return _of_object(number, text, value)


def _of_object(number: int, text: str, value: Any) -> RawRow:
    if not isinstance(value, dict):
        return _broken(number, text, "应为一个对象 {…}", "请按导入说明，每行写一个对象")
    return RawRow(number, value)


def _broken(number: int, text: str, fault: str, remedy: str, **values: object) -> RawRow:
    return RawRow(number, {AS_IT_CAME: shortened(text, 2000)}, told(fault, remedy, **values))


def _array(path: Path, encoding: Encoding) -> Iterator[RawRow]:
    """Elements one after the other; after a broken one nothing more can be told apart."""
    reader = _Elements(path, encoding)
    number = 0
    while True:
        number += 1
        try:
            found, value = reader.next()
        except (ValueError, RecursionError):
            text = reader.rest()
            yield _broken(
                number,
                text,
                "从这一项起不是完整的 JSON，其后的内容没有读取",
                "请检查引号、逗号和括号，或改用 JSONL",
            )
            return
        if not found:
            return
        yield _of_object(number, json.dumps(value, ensure_ascii=True), value)


class _Elements:
    """A cursor over the elements of an array that holds one block of text at a time."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._lines = lines(path, encoding)
        self._text = ""
        self._at = 0
        self._skip("\ufeff")
        self._at = self._text.index("[", self._at) + 1

    def next(self) -> tuple[bool, Any]:
        """Whether there was one more, and its value."""
        self._skip(",")
        if self._at >= len(self._text):
            raise ValueError
        if self._text[self._at] == "]":
            return False, None
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if len(self._text) - self._at > MOST_CHARACTERS or not self._more():
                    raise
            else:
                if end < len(self._text) or not self._more():
                    self._at = end
                    return True, value

    def rest(self) -> str:
        """The text where reading stopped."""
        return self._text[self._at : self._at + 2000]

    def _skip(self, also: str) -> None:
        while True:
            while self._at < len(self._text) and (
                self._text[self._at].isspace() or self._text[self._at] in also
            ):
                self._at += 1
            if self._at < len(self._text) or not self._more():
                return

    def _more(self) -> bool:
        """Doubles the text in hand, at least by a block, so that a large element is not scanned too often."""
        pieces, size = [self._text[self._at :]], 0
        wanted = max(BLOCK, len(pieces[0]))
        for line in self._lines:
            pieces.append(line)
            size += len(line)
            if size >= wanted:
                break
        self._text, self._at = "".join(pieces), 0
        return size > 0


#: NaN and Infinity pass here and are a fault of their row alone.
DECODER = json.JSONDecoder()
