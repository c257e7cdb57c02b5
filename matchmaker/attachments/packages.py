"""Office files (.docx, .xlsx) as the ZIP packages that they are: bombs, macros, links and scripts refused."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from matchmaker.attachments.kinds import KINDS, OLE, ZIP, Kind, Unacceptable
from matchmaker.messages import Message

MOST_ENTRIES = 5_000
#: Unpacked bytes of one package with everything that lies in it.
MOST_UNPACKED = 300 << 20
#: How many times larger than packed a whole package may be, once it is larger than FREE.
MOST_RATIO = 100
FREE = 20 << 20
#: Bytes of one list of relations or of content types.
MOST_INDEX = 4 << 20
#: A package in a package (the data of a chart) is looked into; one in that is not.
DEEPEST = 1

_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/|activex/|ctrlprops/activex)")
_REMOTE = re.compile(r"^\s*(?!(?:file:/{2,3})?[a-z]:[\\/])(?:[a-z][a-z0-9+.-]*:|[\\/]{2})", re.IGNORECASE)
_FIELDS = re.compile(r"\bDDE(?:AUTO)?\b|\bINCLUDE(?:TEXT|PICTURE)\s+\"?\s*(?:[a-z]+:/|\\\\)", re.IGNORECASE)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_AS_PDF = Message("请另存为 PDF 后再上传。")


def check_package(path: Path | IO[bytes], depth: int = 0) -> Kind:
    """The kind of a harmless package; anything else raises Unacceptable."""
    with opened(path) as archive:
        _refuse_bomb(archive)
        names = [entry.filename for entry in archive.infolist()]
        kind = _kind(archive, names)
        if any(_MACROS.search(name.lower()) for name in names):
            raise _macros()
        for name in names:
            if name.lower().endswith(".rels"):
                _check_relations(archive, name)
            elif name.lower().endswith(".xml"):
                _check_part(archive, name)
            if "/embeddings/" in name.lower():
                _check_embedded(archive, name, depth)
    return kind


@contextmanager
def opened(path: Path | IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The package; whatever is wrong with its form raises Unacceptable."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        ValueError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ) as fault:
        raise Unacceptable(
            Message("已损坏，打不开。"), Message("请用 Word、Excel 或 WPS 打开并另存一份后再上传。")
        ) from fault


def parsed(file: Any, *, tag: str | None = None) -> Iterator[Any]:
    """Elements of an XML part as they end, without entities, network or unbounded trees."""
    from lxml import etree

    try:
        yield from (
            element
            for _event, element in etree.iterparse(
                file,
                events=("end",),
                tag=tag,
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
        )
    except etree.XMLSyntaxError as fault:
        raise Unacceptable(
            Message("已损坏，打不开。"), Message("请用 Word、Excel 或 WPS 打开并另存一份后再上传。")
        ) from fault


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    names = [entry.filename.lower() for entry in entries]
    is_swollen = unpacked > FREE and unpacked > MOST_RATIO * packed
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or is_swollen:
        raise Unacceptable(Message("解开后过大（%(size)s MB）。", {"size": unpacked >> 20}), _AS_PDF)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unacceptable(Message("加了密码，无法检查。"), Message("请去掉密码后再上传。"))
    is_odd = len(set(names)) < len(names) or any(
        name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names
    )
    if is_odd or min((entry.header_offset for entry in entries), default=1) != 0:
        raise Unacceptable(
            Message("的结构不正常（内含重复或越界的部分，或者是几个文件拼成的）。"),
            Message("请用 Word、Excel 或 WPS 打开并另存一份后再上传。"),
        )


def _kind(archive: zipfile.ZipFile, names: list[str]) -> Kind:
    if "[Content_Types].xml" not in names:
        if "mimetype" in names:
            raise Unacceptable(
                Message("是 OpenDocument 文档，不能上传。"),
                Message("请另存为 .docx、.xlsx 或 PDF 后再上传。"),
            )
        raise Unacceptable(Message("是压缩包，不能上传。"), Message("请解压后逐个上传其中的文件。"))
    content = _index(archive, "[Content_Types].xml").lower()
    if b"macroenabled" in content or b"vbaproject" in content:
        raise _macros()
    for name, mark in (("docx", b"wordprocessingml.document.main"), ("xlsx", b"spreadsheetml.sheet.main")):
        if mark in content:
            return KINDS[name]
    if b"presentationml" in content:
        raise Unacceptable(Message("是演示文稿（PPT），不能上传。"), _AS_PDF)
    raise Unacceptable(Message("不是 Word 文档，也不是 Excel 表格。"), _AS_PDF)


def _index(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(MOST_INDEX + 1)
    if len(content) > MOST_INDEX:
        raise Unacceptable(Message("的结构不正常（目录过大）。"), _AS_PDF)
    return content


def _check_relations(archive: zipfile.ZipFile, name: str) -> None:
    """What is fetched from elsewhere tells others who opens the file, and may bring anything."""
    from io import BytesIO

    for relation in parsed(BytesIO(_index(archive, name))):
        kind = str(relation.get("Type") or "").rpartition("/")[2]
        target = str(relation.get("Target") or "")
        if kind == "aFChunk":
            raise Unacceptable(Message("夹带了另一份文档。"), _AS_PDF)
        is_outside = str(relation.get("TargetMode") or "").lower() == "external"
        if is_outside and kind != "hyperlink" and _REMOTE.match(target):
            raise Unacceptable(
                Message("引用了外部内容（%(target)s）。", {"target": target[:80]}),
                Message("请断开外部链接（模板、图片、数据）后再上传，或另存为 PDF。"),
            )


def _check_part(archive: zipfile.ZipFile, name: str) -> None:
    with archive.open(name) as file:
        beginning = file.read(4096)
        if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
            raise Unacceptable(Message("的结构不正常（含有实体声明）。"), _AS_PDF)
        if name.lower().startswith("xl/externallinks/") and b"ddeLink" in beginning + file.read(MOST_INDEX):
            raise _commands()
    if name.lower().startswith("word/"):
        with archive.open(name) as file:
            _check_fields(file)


def _check_fields(file: IO[bytes]) -> None:
    """Fields of Word that start programs or fetch files; their text may be spread over several runs."""
    instructions: list[str] = []
    for element in parsed(file):
        if element.tag == f"{_WORD}instrText":
            instructions.append(element.text or "")
        elif element.tag == f"{_WORD}fldSimple":
            instructions.append(f" {element.get(f'{_WORD}instr') or ''} ")
        elif element.tag == f"{_WORD}fldChar" and element.get(f"{_WORD}fldCharType") == "end":
            instructions.append(" ")
        elif element.tag == f"{_WORD}p":
            element.clear()
    if _FIELDS.search("".join(instructions)):
        raise _commands()


def _check_embedded(archive: zipfile.ZipFile, name: str, depth: int) -> None:
    """Formulas (OLE) and the tables of charts are usual; packed programs and other files are not."""
    with archive.open(name) as file:
        beginning = file.read(8)
    if not beginning:
        return
    with archive.open(name) as file:
        if beginning.startswith(OLE):
            _check_ole(file)
        elif beginning.startswith(ZIP) and depth < DEEPEST:
            check_package(file, depth + 1)
        else:
            raise _packed()


def _check_ole(file: IO[bytes]) -> None:
    from io import BytesIO

    import olefile

    try:
        with olefile.OleFileIO(BytesIO(file.read())) as ole:
            names = ["/".join(entry).lower() for entry in ole.listdir(streams=True, storages=True)]
    except (OSError, ValueError, IndexError, TypeError) as fault:
        raise _packed() from fault
    if any("vba" in name or "macros" in name for name in names):
        raise _macros()
    if any("ole10native" in name or "encryptedpackage" in name for name in names):
        raise _packed()


def _macros() -> Unacceptable:
    return Unacceptable(
        Message("含有宏（可以自动运行的程序）。"), Message("请另存为不含宏的 .docx、.xlsx 或 PDF 后再上传。")
    )


def _commands() -> Unacceptable:
    return Unacceptable(
        Message("含有会启动程序或取回外部内容的域。"),
        Message("请删去这些域（DDE、INCLUDE）后再上传，或另存为 PDF。"),
    )


def _packed() -> Unacceptable:
    return Unacceptable(Message("里面夹带了其他文件。"), Message("请取出夹带的文件单独上传，或另存为 PDF。"))
