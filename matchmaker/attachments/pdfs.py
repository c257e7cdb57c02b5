"""PDF files: refused with scripts, commands, files within or a password; their text page by page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matchmaker.attachments.kinds import Unacceptable
from matchmaker.messages import Message

#: Objects that are looked at; a drawing of many thousand lines has fewer.
MOST_OBJECTS = 500_000
MOST_PAGES = 1_000
_DEEPEST = 12
_AGAIN = Message("请用“打印到 PDF”重新生成一份后再上传。")
#: Actions that run something, send something or open another file.
_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition"})
_SCRIPT_KEYS = ("/JS", "/JavaScript", "/XFA")


def check_pdf(path: Path) -> None:
    """Raises Unacceptable unless everybody may open it and nothing in it acts."""
    import pikepdf

    try:
        with pikepdf.open(path) as document:
            if len(document.pages) < 1:
                raise Unacceptable(Message("没有页面。"), _AGAIN)
            if len(document.objects) > MOST_OBJECTS:
                raise Unacceptable(Message("过于复杂，无法检查。"), _AGAIN)
            for item in document.objects:
                _check(item, 0)
    except pikepdf.PasswordError as fault:
        raise Unacceptable(Message("加了密码，无法检查。"), Message("请去掉密码后再上传。")) from fault
    except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError) as fault:
        raise Unacceptable(Message("已损坏，打不开。"), _AGAIN) from fault


def text_of_pdf(path: Path, most: int) -> str:
    """The text of the pages in their order, up to about ``most`` characters; "" for scanned pages."""
    import pypdfium2

    pages: list[str] = []
    length = 0
    document = pypdfium2.PdfDocument(path)
    try:
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            held = page.get_textpage()
            pages.append(held.get_text_range().replace("\r\n", "\n"))
            held.close()
            page.close()
            length += len(pages[-1])
            if length > most:
                break
    finally:
        document.close()
    return "\n".join(pages)[:most]


def _check(item: Any, depth: int) -> None:
    """A dictionary, and what stands directly in it; what it refers to comes by itself."""
    import pikepdf

    if depth > _DEEPEST or (depth and getattr(item, "is_indirect", False)):
        return
    if isinstance(item, pikepdf.Array):
        if not _is_plain(item):
            for part in item:
                _check(part, depth + 1)
        return
    if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    keys = item.keys()
    if any(key in keys for key in _SCRIPT_KEYS) or ("/S" in keys and str(item["/S"]) in _ACTIONS):
        raise Unacceptable(Message("含有脚本或会自动执行的动作。"), _AGAIN)
    kinds = {str(item[key]) for key in ("/Type", "/Subtype") if key in keys}
    if not kinds.isdisjoint({"/EmbeddedFile", "/RichMedia", "/FileAttachment"}) or "/EmbeddedFiles" in keys:
        raise Unacceptable(
            Message("里面夹带了其他文件。"), Message("请取出夹带的文件单独上传，再把正文打印成 PDF。")
        )
    for part in item.values():
        if isinstance(part, (pikepdf.Dictionary, pikepdf.Array)):
            _check(part, depth + 1)


def _is_plain(array: Any) -> bool:
    """Long arrays of numbers (widths, coordinates) hold nothing that acts."""
    return len(array) > 64 and not any(hasattr(part, "keys") for part in list(array[:64]))
