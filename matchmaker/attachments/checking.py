"""One file by its bytes: which kind it is, that its name agrees, that nothing in it acts; and its text."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from matchmaker.attachments.kinds import KINDS, OLE, ZIP, Kind, Unacceptable, agree, stranger
from matchmaker.attachments.packages import check_package
from matchmaker.attachments.pdfs import check_pdf, text_of_pdf
from matchmaker.attachments.pictures import check_picture, is_picture
from matchmaker.attachments.texts import text_of_docx, text_of_xlsx
from matchmaker.messages import Message

#: Characters that are read of a file and looked through for marks.
MOST_READ = 2_000_000
_BEGINNING = 2048


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept.

    Attributes:
        small: of a picture, a small copy (JPEG).
    """

    kind: Kind
    small: bytes = b""


def check(path: Path, filename: str) -> Checked:
    """The kind of a harmless file whose name agrees with it; anything else raises Unacceptable."""
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    if not beginning:
        raise Unacceptable(Message("是空的。"), Message("请确认选对了文件后再上传。"))
    if beginning.startswith(ZIP):
        checked = Checked(check_package(path))
    elif beginning.startswith(b"%PDF-"):
        _refuse_second_file(path)
        check_pdf(path)
        checked = Checked(KINDS["pdf"])
    elif is_picture(beginning):
        _refuse_second_file(path)
        checked = Checked(*check_picture(path))
    elif beginning.startswith(OLE):
        raise _old_office(path)
    else:
        raise stranger(beginning)
    agree(checked.kind, filename)
    return checked


def read(path: Path, kind: Kind) -> str:
    """The text of a checked file; "" of a picture. What the parsers of damaged files raise passes through."""
    readers = {"pdf": text_of_pdf, "docx": text_of_docx, "xlsx": text_of_xlsx}
    return "" if kind.is_picture else readers[kind.name](path, MOST_READ)


def _refuse_second_file(path: Path) -> None:
    """A file that is a PDF or picture from its beginning and an archive from its end."""
    if zipfile.is_zipfile(path):
        raise Unacceptable(
            Message("里面夹带了压缩包。"), Message("请重新生成这个文件（打印成 PDF，或另存图片）后再上传。")
        )


def _old_office(path: Path) -> Unacceptable:
    import olefile

    advice = Message("请用 Word、Excel 或 WPS 打开，另存为 .docx、.xlsx 或 PDF 后再上传。")
    try:
        with olefile.OleFileIO(path) as ole:
            names = {"/".join(entry).lower() for entry in ole.listdir(streams=True, storages=True)}
    except (OSError, ValueError, IndexError, TypeError):
        return Unacceptable(Message("已损坏，打不开。"), advice)
    if "encryptedpackage" in names:
        return Unacceptable(Message("加了密码，无法检查。"), Message("请去掉密码后再上传。"))
    if any("vba" in name or "macros" in name for name in names):
        return Unacceptable(Message("是旧版 Office 文件，并且含有宏。"), advice)
    return Unacceptable(Message("是旧版 Office 文件（.doc、.xls），其内容无法检查。"), advice)
