"""Files are known by their bytes; each that is not taken is told why and what to do."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from matchmaker.attachments.checking import check, read
from matchmaker.attachments.kinds import OLE, Unacceptable
from tests.support import attachments as files

GOOD = {
    "试验报告.pdf": files.pdf(),
    "任务书.docx": files.docx("正文"),
    "数据.XLSX": files.xlsx(["盐雾", 96]),
    "照片.jpg": files.picture("JPEG"),
    "照片.jpeg": files.picture("JPEG"),
    "图.png": files.picture("PNG"),
    "图.webp": files.picture("WEBP"),
    "图.gif": files.picture("GIF"),
}


def refused(tmp_path: Path, content: bytes, name: str) -> str:
    with pytest.raises(Unacceptable) as fault:
        check(files.written(tmp_path, content), name)
    assert str(fault.value.remedy)
    return str(fault.value.fault)


@pytest.mark.parametrize("name", GOOD)
def test_a_usual_file_is_taken(tmp_path, name):
    kind = check(files.written(tmp_path, GOOD[name]), name).kind
    assert name.lower().endswith(kind.endings)


def test_a_picture_comes_with_a_small_copy(tmp_path):
    from PIL import Image

    small = check(files.written(tmp_path, files.picture("PNG", (1200, 300))), "图.png").small
    with Image.open(BytesIO(small)) as copy:
        assert (copy.format, copy.size) == ("JPEG", (480, 120))


def _ole() -> bytes:
    return OLE + b"\0" * 600


MACRO = files.repacked(files.docx("正文"), {"word/vbaProject.bin": _ole()})
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def _macro_type() -> bytes:
    with zipfile.ZipFile(BytesIO(files.docx("正文"))) as package:
        text = package.read("[Content_Types].xml").decode()
    changed = text.replace(CONTENT, "application/vnd.ms-word.document.macroEnabled.main+xml")
    return files.repacked(files.docx("正文"), {"[Content_Types].xml": changed.encode()})


def _zip(**parts: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def _field(text: str) -> bytes:
    """A Word file with an instruction of a field that is spread over two runs."""
    with zipfile.ZipFile(BytesIO(files.docx("正文"))) as package:
        document = package.read("word/document.xml").decode()
    runs = "".join(f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (text[:2], text[2:]))
    return files.repacked(
        files.docx("正文"),
        {"word/document.xml": document.replace("<w:body>", f"<w:body><w:p>{runs}</w:p>").encode()},
    )


EMBEDDED = "word/embeddings/a.bin"
BAD = {
    "a picture named .pdf": (files.picture(), "方案.pdf", "的名称与内容不一致：名称以 .pdf 结尾，内容却是 PNG 图片。"),
    "a PDF named .docx": (files.pdf(), "方案.docx", "的名称与内容不一致：名称以 .docx 结尾，内容却是 PDF。"),
    "no ending": (files.pdf(), "方案", "的名称没有后缀，内容是 PDF。"),
    "empty": (b"", "方案.pdf", "是空的。"),
    "text": ("正文".encode(), "方案.pdf", "不是可以上传的文件类型。"),
    "a program": (b"MZ\x90\0", "方案.pdf", "是程序，不能上传。"),
    "SVG": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "图.png", "是 SVG 图形，其中可以藏有脚本，不能上传。"),
    "HTML": (b"\n<!DOCTYPE html><script>1</script>", "图.png", "是网页，其中可以藏有脚本，不能上传。"),
    "RAR": (b"Rar!\x1a\x07", "方案.docx", "是压缩包，不能上传。"),
    "ZIP": (_zip(a=b"1"), "方案.docx", "是压缩包，不能上传。"),
    "OpenDocument": (_zip(mimetype=b"application/vnd.oasis"), "方案.docx", "是 OpenDocument 文档，不能上传。"),
    "damaged ZIP": (b"PK\x03\x04" + b"\0" * 100, "方案.docx", "已损坏，打不开。"),
    "damaged PDF": (b"%PDF-1.7\n" + b"\0" * 100, "方案.pdf", "已损坏，打不开。"),
    "damaged picture": (files.picture()[:60], "图.png", "已损坏，打不开。"),
    "huge picture": (files.huge_picture(), "图.png", "的像素或帧数过多（上限 6000 万像素）。"),
    "macros": (MACRO, "方案.docx", "含有宏（可以自动运行的程序）。"),
    "macros by type": (_macro_type(), "方案.docx", "含有宏（可以自动运行的程序）。"),
    "old macro sheet": (
        files.repacked(files.xlsx([1]), {"xl/macrosheets/sheet1.xml": b"<a/>"}), "表.xlsx", "含有宏（可以自动运行的程序）。",
    ),
    "ActiveX": (
        files.repacked(files.docx(""), {"word/activeX/activeX1.xml": b"<a/>"}), "方案.docx", "含有宏（可以自动运行的程序）。",
    ),
    "remote template": (
        files.with_relation(files.docx("正文"), "attachedTemplate", "https://evil.example/a.dotm"),
        "方案.docx", "引用了外部内容（https://evil.example/a.dotm）。",
    ),
    "template of another machine": (
        files.with_relation(files.docx("正文"), "attachedTemplate", r"\\evil\share\a.dotm"),
        "方案.docx", r"引用了外部内容（\\evil\share\a.dotm）。",
    ),
    "template by file URL": (
        files.with_relation(files.docx("正文"), "attachedTemplate", "file://evil/share/a.dotm"),
        "方案.docx", "引用了外部内容（file://evil/share/a.dotm）。",
    ),
    "chunk": (files.with_relation(files.docx("正文"), "aFChunk", "a.mht", "Internal"), "方案.docx", "夹带了另一份文档。"),
    "DDE": (_field('DDEAUTO c:\\\\cmd "/k"'), "方案.docx", "含有会启动程序或取回外部内容的域。"),
    "remote picture field": (_field('INCLUDEPICTURE "https://a.example/"'), "方案.docx", "含有会启动程序或取回外部内容的域。"),
    "entities": (
        files.repacked(files.docx(""), {"word/header9.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "方案.docx", "的结构不正常（含有实体声明）。",
    ),
    "a program within": (files.repacked(files.docx(""), {EMBEDDED: b"MZ"}), "方案.docx", "里面夹带了其他文件。"),
    "a macro file within": (files.repacked(files.docx(""), {EMBEDDED: MACRO}), "方案.docx", "含有宏（可以自动运行的程序）。"),
    "packages within packages": (
        files.repacked(files.docx(""), {EMBEDDED: files.repacked(files.docx(""), {EMBEDDED: files.docx("")})}),
        "方案.docx", "里面夹带了其他文件。",
    ),
    "bomb": (files.bomb(), "方案.docx", "解开后过大（400 MB）。"),
    "bomb by ratio": (files.bomb(40), "方案.docx", "解开后过大（40 MB）。"),
    "path outside": (files.repacked(files.docx(""), {"../../a.xml": b"<a/>"}), "方案.docx", None),
    "something before": (b"PK\x03\x04" + files.docx("正文"), "方案.docx", None),
    "script": (files.scripted_pdf(), "方案.pdf", "含有脚本或会自动执行的动作。"),
    "launch": (files.launching_pdf(), "方案.pdf", "含有脚本或会自动执行的动作。"),
    "a file in a PDF": (files.pdf_with_file(), "方案.pdf", "里面夹带了其他文件。"),
    "locked": (files.locked_pdf(), "方案.pdf", "加了密码，无法检查。"),
    "PDF and ZIP": (files.pdf() + _zip(a=b"1"), "方案.pdf", "里面夹带了压缩包。"),
    "picture and ZIP": (files.picture() + _zip(a=b"1"), "图.png", "里面夹带了压缩包。"),
    "PDF after something": (b"GIF7" + files.pdf(), "方案.pdf", "开头不是 PDF，后面却藏着一个 PDF。"),
    "old Word": (_ole(), "方案.doc", "已损坏，打不开。"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_its_fault(tmp_path, case):
    content, name, fault = BAD[case]
    told = refused(tmp_path, content, name)
    assert told == (fault or "的结构不正常（内含重复或越界的部分，或者是几个文件拼成的）。")


@pytest.mark.parametrize(
    "content",
    [
        files.with_relation(files.docx("正文"), "attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm"),
        files.with_relation(files.docx("正文"), "attachedTemplate", "Normal.dotm"),
        files.with_relation(files.docx("正文"), "hyperlink", "https://www.example.com/"),
        files.repacked(files.docx("图表"), {"word/embeddings/Microsoft_Excel_Sheet.xlsx": files.xlsx([1])}),
        files.repacked(files.docx("打印"), {"word/printerSettings1.bin": b"HP LaserJet"}),
        _field("PAGE \\* MERGEFORMAT"),
    ],
)
def test_what_office_programs_do_by_themselves_is_no_fault(tmp_path, content):
    assert check(files.written(tmp_path, content), "方案.docx").kind.name == "docx"


def test_an_owner_password_alone_keeps_nobody_from_reading(tmp_path):
    path = files.written(tmp_path, files.locked_pdf(""))
    assert check(path, "方案.pdf").kind.name == "pdf"


def text(tmp_path: Path, content: bytes, name: str) -> str:
    path = files.written(tmp_path, content)
    return read(path, check(path, name).kind)


def test_text_of_a_pdf(tmp_path):
    assert text(tmp_path, files.pdf("盐雾试验 96 小时"), "a.pdf").split() == ["盐雾试验", "96", "小时"]


def test_text_of_word_with_header_and_table(tmp_path):
    content = files.docx("第一段", "第二段", header="秘密★10年", rows=[["名称", "目标"], ["盐雾", "96 h"]])
    assert text(tmp_path, content, "a.docx").split("\n") == [
        "秘密★10年", "第一段", "第二段", "名称\t目标\t", "盐雾\t96 h\t",
    ]  # fmt: skip


def test_text_of_a_text_box_is_read_once(tmp_path):
    with zipfile.ZipFile(BytesIO(files.docx("正文"))) as package:
        document = package.read("word/document.xml").decode()
    said = "<w:txbxContent><w:p><w:r><w:t>机密★</w:t></w:r></w:p></w:txbxContent>"
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{said}</mc:Choice><mc:Fallback>{said}</mc:Fallback>'
        "</mc:AlternateContent></w:r></w:p>"
    )
    content = files.repacked(
        files.docx(""), {"word/document.xml": document.replace("<w:body>", f"<w:body>{box}").encode()}
    )
    assert text(tmp_path, content, "a.docx").count("机密★") == 1


def test_text_of_excel_with_header(tmp_path):
    content = files.xlsx(["指标", "目标"], ["盐雾", 96], header="内部资料 注意保密")
    lines = text(tmp_path, content, "a.xlsx").split("\n")
    assert lines[:3] == ["Sheet", "指标\t目标", "盐雾\t96"]
    assert [line for line in lines[3:] if line] == ["内部资料 注意保密"]


def test_a_picture_has_no_text(tmp_path):
    assert text(tmp_path, files.picture(), "a.png") == ""
