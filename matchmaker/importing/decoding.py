"""Bytes to lines of text: which encoding a file is in, told to the user; mixed files line by line."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matchmaker.errors import InvalidInput
from matchmaker.messages import Message

BLOCK = 1 << 20
SAMPLE = 1 << 16
#: Part of the Chinese characters of a sample that ordinary text has in the first level of GB 2312.
COMMON = 0.5


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is decoded.

    Attributes:
        label: for people.
        codec: of the whole file, or "" when it is decoded line by line.
        fallback: for lines that are no UTF-8.
    """

    label: str
    codec: str = ""
    fallback: str = "gb18030"


def detect(path: Path) -> Encoding:
    """The encoding of a text file.

    Raises:
        InvalidInput: it is no text.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, label, codec in (
        (codecs.BOM_UTF8, "UTF-8 (BOM)", "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
        (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
    ):
        if sample.startswith(mark) and _decodes(path, codec):
            return Encoding(label, codec)
    if _decodes(path, "utf-8"):
        _refuse_binary(sample.decode("utf-8", "ignore"))
        return Encoding("UTF-8", "utf-8")
    wide = _wide(sample)
    if wide and _decodes(path, wide):
        return Encoding("UTF-16", wide)
    if b"\x00" in sample:
        raise _no_text()
    return _by_lines(path, sample)


def lines(path: Path, encoding: Encoding) -> Iterator[str]:
    """Lines with their ends; what cannot be decoded comes as lone surrogates, which cleaning tells."""
    if encoding.codec:
        with path.open(encoding=encoding.codec, errors="surrogateescape", newline="") as file:
            yield from file
        return
    with path.open("rb") as binary:
        for line in binary:
            yield _decode_line(line, encoding.fallback)


def _decode_line(line: bytes, fallback: str) -> str:
    if line.isascii():
        return line.decode("ascii")
    if _is_utf8(line):
        return line.decode("utf-8")
    try:
        return line.decode(fallback)
    except UnicodeDecodeError:
        return line.decode("utf-8", "surrogateescape")


def _is_utf8(line: bytes) -> bool:
    """Whether a line of a file that is not UTF-8 as a whole is; two-byte characters alone may be GB 18030."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return any(character >= "\u0800" for character in text)


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: the NUL bytes of its ASCII characters all lie on one side."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd == 0 or (even and odd):
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _by_lines(path: Path, sample: bytes) -> Encoding:
    unicode_lines, other_lines, broken_lines = 0, 0, 0
    with path.open("rb") as file:
        for line in file:
            if line.isascii():
                continue
            if _is_utf8(line):
                unicode_lines += 1
                continue
            other_lines += 1
            try:
                line.decode("gb18030")
            except UnicodeDecodeError:
                broken_lines += 1
    if unicode_lines == 0 and (broken_lines > other_lines * 0.1 or not _looks_simplified(sample)):
        guessed = _guess(sample)
        if guessed:
            return Encoding(guessed.upper().replace("_", "-"), fallback=guessed)
    if broken_lines and broken_lines >= other_lines * 0.5:
        _refuse_binary(sample.decode("gb18030", "surrogateescape"))
    if unicode_lines or broken_lines:
        return Encoding("UTF-8 + GB18030")
    return Encoding("GB18030")


def _looks_simplified(sample: bytes) -> bool:
    text = sample.decode("gb18030", "ignore")
    chinese = [character for character in text if "\u4e00" <= character <= "\u9fff"]
    common = sum("\xb0" <= chr(character.encode("gb18030")[0]) <= "\xd7" for character in chinese)
    return common >= COMMON * len(chinese)


def _guess(sample: bytes) -> str:
    """What charset-normalizer thinks, for files of neither of our two encodings."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_exclusion=["utf_16", "utf_32", "utf_7"]).best()
    return best.encoding if best is not None and best.encoding != "ascii" else ""


def _refuse_binary(text: str) -> None:
    broken = sum(
        (character < " " and character not in "\t\r\n")
        or character == "\x7f"
        or "\ud800" <= character <= "\udfff"
        for character in text
    )
    if broken > max(8, len(text) * 0.1):
        raise _no_text()


def _no_text() -> InvalidInput:
    return InvalidInput(
        Message("这个文件不是文本，无法按 CSV 或 JSONL 读取。"),
        hint=Message("请另存为 XLSX、CSV（UTF-8）或 JSONL 后再导入。"),
        fields={"file": Message("内容不是文本；请换成 XLSX、CSV 或 JSONL 文件。")},
    )
