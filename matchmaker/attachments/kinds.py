"""The kinds of files that are accepted, and what the beginnings of others say they are."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.messages import Message


class Unacceptable(Exception):
    """A file that is not taken: what is wrong with it, and what to do instead."""

    def __init__(self, fault: Message, remedy: Message) -> None:
        super().__init__(f"{fault} {remedy}")
        self.fault = fault
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        endings: of names that agree with it; the first is the usual one.
        label: as people call it.
    """

    name: str
    endings: tuple[str, ...]
    media_type: str
    label: Message

    @property
    def is_picture(self) -> bool:
        """Whether it is looked at rather than read."""
        return self.media_type.startswith("image/")


_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("pdf", (".pdf",), "application/pdf", Message("PDF")),
        Kind("docx", (".docx",), f"{_OFFICE}wordprocessingml.document", Message("Word 文档")),
        Kind("xlsx", (".xlsx",), f"{_OFFICE}spreadsheetml.sheet", Message("Excel 表格")),
        Kind("png", (".png",), "image/png", Message("PNG 图片")),
        Kind("jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg", Message("JPEG 图片")),
        Kind("webp", (".webp",), "image/webp", Message("WebP 图片")),
        Kind("gif", (".gif",), "image/gif", Message("GIF 图片")),
    )
}
#: What a file dialog offers.
ENDINGS = ",".join(ending for kind in KINDS.values() for ending in kind.endings)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"

_AS_PDF = Message("请另存为 PDF 后再上传。")
_AS_NEW_OFFICE = Message("请用 Word、Excel 或 WPS 打开，另存为 .docx、.xlsx 或 PDF 后再上传。")
_AS_JPEG = Message("请另存为 JPEG 或 PNG 图片后再上传。")
_UNPACK = Message("请解压后逐个上传其中的文件。")
_OTHER = Message("可以上传 PDF、Word（.docx）、Excel（.xlsx）和图片（PNG、JPEG、WebP、GIF）。")

#: Beginning of a file that is not accepted → what it is, and the remedy.
_STRANGERS: tuple[tuple[bytes, Message, Message], ...] = (
    (b"MZ", Message("是程序，不能上传。"), _OTHER),
    (b"\x7fELF", Message("是程序，不能上传。"), _OTHER),
    (b"Rar!", Message("是压缩包，不能上传。"), _UNPACK),
    (b"7z\xbc\xaf", Message("是压缩包，不能上传。"), _UNPACK),
    (b"\x1f\x8b", Message("是压缩包，不能上传。"), _UNPACK),
    (b"{\\rtf", Message("是 RTF 文档，不能上传。"), _AS_NEW_OFFICE),
    (b"BM", Message("是 BMP 图片，不能上传。"), _AS_JPEG),
    (b"II*\x00", Message("是 TIFF 图片，不能上传。"), _AS_JPEG),
    (b"MM\x00*", Message("是 TIFF 图片，不能上传。"), _AS_JPEG),
)


def stranger(beginning: bytes) -> Unacceptable:
    """Says what a file is that none of KINDS begins like."""
    for mark, fault, remedy in _STRANGERS:
        if beginning.startswith(mark):
            return Unacceptable(fault, remedy)
    if beginning[4:8] == b"ftyp":
        return Unacceptable(Message("是手机的 HEIC 图片或视频，不能上传。"), _AS_JPEG)
    text = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return Unacceptable(Message("是 SVG 图形，其中可以藏有脚本，不能上传。"), _AS_JPEG)
    if text.startswith(b"<") and (b"<html" in text or b"<!doctype" in text or b"<script" in text):
        return Unacceptable(Message("是网页，其中可以藏有脚本，不能上传。"), _AS_PDF)
    if b"%pdf-" in text:
        return Unacceptable(
            Message("开头不是 PDF，后面却藏着一个 PDF。"), Message("请重新生成一份 PDF 后再上传。")
        )
    return Unacceptable(Message("不是可以上传的文件类型。"), _OTHER)


def agree(kind: Kind, filename: str) -> None:
    """Raises Unacceptable unless the name ends as files of this kind do."""
    name = filename.lower()
    if name.endswith(kind.endings):
        return
    dot = name.rfind(".")
    ending = name[dot:] if 0 <= dot >= len(name) - 10 else ""
    raise Unacceptable(
        Message(
            "的名称与内容不一致：名称以 %(ending)s 结尾，内容却是 %(kind)s。",
            {"ending": ending, "kind": kind.label},
        )
        if ending
        else Message("的名称没有后缀，内容是 %(kind)s。", {"kind": kind.label}),
        Message("请确认选对了文件，把名称的后缀改为 %(ending)s 后再上传。", {"ending": kind.endings[0]}),
    )
