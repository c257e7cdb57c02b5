"""Files as people and attackers send them, made in memory: nothing binary lies in the repository."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pikepdf
from docx import Document
from PIL import Image


def docx(*paragraphs: str, header: str = "", rows: list[list[str]] | None = None) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    return _saved(document.save)


def xlsx(*rows: list[object], header: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if header:
        sheet.oddHeader.center.text = header
    return _saved(book.save)


def pdf(text: str = "盐雾试验 96 小时", **catalog: pikepdf.Object) -> bytes:
    """One page with a text in a font that is not embedded, as office programs of this country write it."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(400, 200))
    family = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType0, BaseFont=pikepdf.Name("/STSong-Light"),
        CIDSystemInfo=pikepdf.Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("GB1"), Supplement=4),
        FontDescriptor=document.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor, FontName=pikepdf.Name("/STSong-Light"), Flags=6, ItalicAngle=0,
            FontBBox=pikepdf.Array([-25, -254, 1000, 880]), Ascent=880, Descent=-120, CapHeight=880, StemV=93,
        )),
    )  # fmt: skip
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type0,
        BaseFont=pikepdf.Name("/STSong-Light"),
        Encoding=pikepdf.Name("/UniGB-UCS2-H"),
        DescendantFonts=pikepdf.Array([document.make_indirect(family)]),
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=document.make_indirect(font)))
    shown = text.encode("utf-16-be").hex()
    page.Contents = document.make_stream(f"BT /F1 12 Tf 20 100 Td <{shown}> Tj ET".encode())
    for name, value in catalog.items():
        document.Root[f"/{name}"] = value
    return _saved(document.save)


def scripted_pdf() -> bytes:
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")))


def launching_pdf() -> bytes:
    return pdf(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe")))


def pdf_with_file() -> bytes:
    document = pikepdf.open(io.BytesIO(pdf()))
    document.attachments["a.exe"] = b"MZ"
    return _saved(document.save)


def locked_pdf(password: str = "geheim") -> bytes:
    document = pikepdf.open(io.BytesIO(pdf()))
    return _saved(
        lambda file: document.save(file, encryption=pikepdf.Encryption(user=password, owner=password))
    )


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 300)) -> bytes:
    return _saved(lambda file: Image.new("RGB", size, "teal").save(file, kind))


def huge_picture() -> bytes:
    """A PNG of few bytes that says it is 60,000 pixels wide and high."""
    content = bytearray(picture())
    content[16:24] = struct.pack(">II", 60_000, 60_000)
    import zlib

    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


def changed(package: bytes, **parts: bytes | None) -> bytes:
    """A package with parts put in, replaced or (None) taken out; ``__`` in a name stands for ``/``, ``_dot_`` for a dot."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return repacked(package, named)


def repacked(package: bytes, parts: dict[str, bytes | None]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            if name not in parts:
                made.writestr(name, source.read(name))
        for name, content in parts.items():
            if content is not None:
                made.writestr(name, content)
    return target.getvalue()


def with_relation(package: bytes, kind: str, target: str, mode: str = "External") -> bytes:
    name = "word/_rels/document.xml.rels"
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        text = source.read(name).decode()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    line = f'<Relationship Id="rId99" Type="{office}{kind}" Target="{target}" TargetMode="{mode}"/>'
    return repacked(package, {name: text.replace("</Relationships>", f"{line}</Relationships>").encode()})


def bomb(megabytes: int = 400) -> bytes:
    """A package of some hundred KB that unpacks to hundreds of MB."""
    return repacked(docx("正文"), {"word/media/image1.xml": b"\0" * (megabytes << 20)})


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def written(folder: Path, content: bytes, name: str = "upload") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
