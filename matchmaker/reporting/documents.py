"""Every document of an event: what it is for, in which forms it can be had; all of them in one zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matchmaker.errors import Unavailable
from matchmaker.messages import Message
from matchmaker.reporting import books, pdfs, words
from matchmaker.reporting.dossier import Dossier

Writer = Callable[[Dossier], bytes]

TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    Attributes:
        file: its name in Chinese, as the zip and the download call it.
        writers: form → what writes it.
        needs_plan: without a published plan there is nothing on it.
        is_docking: only docking events have it.
    """

    title: Message
    about: Message
    file: str
    writers: Mapping[str, Writer]
    needs_plan: bool = False
    is_docking: bool = False


DOCUMENTS: Mapping[str, Document] = {
    "handbook": Document(
        Message("会议手册"),
        Message("每人一册：议程、专家、难题和桌位图；Word 可再修改。"),
        "会议手册",
        {"pdf": pdfs.handbook, "docx": words.handbook},
    ),
    "signin": Document(
        Message("签到表"),
        Message("放在签到台：按单位排列，留有签名栏。"),
        "签到表",
        {"pdf": pdfs.signin, "docx": words.signin, "xlsx": books.signin},
    ),
    "badges": Document(
        Message("胸牌"),
        Message("90×54 毫米，每页八张，带裁切线；二维码供签到扫描。"),
        "胸牌",
        {"pdf": pdfs.badges},
    ),
    "door": Document(
        Message("入场名单"),
        Message("贴在门口：按拼音排列，写明胸牌号和首场桌号。"),
        "入场名单",
        {"pdf": pdfs.door, "xlsx": books.door},
    ),
    "sheets": Document(
        Message("个人日程单"),
        Message("每人一页：时间、桌号、对方和理由；按拼音排列，便于发放。"),
        "个人日程单",
        {"pdf": pdfs.sheets},
        needs_plan=True,
        is_docking=True,
    ),
    "tables": Document(
        Message("桌签"),
        Message("每桌一张：各场双方的名字，站着也看得清。"),
        "桌签",
        {"pdf": pdfs.tables},
        needs_plan=True,
        is_docking=True,
    ),
    "overview": Document(
        Message("排程总览"),
        Message("桌与场次一览，供服务台和主持人用。"),
        "排程总览",
        {"pdf": pdfs.overview, "xlsx": books.overview},
        needs_plan=True,
        is_docking=True,
    ),
    "cards": Document(
        Message("结果卡"),
        Message("断网时用：每场一页，双方各填一半，会后按场次号录入。"),
        "结果卡",
        {"pdf": pdfs.cards},
        needs_plan=True,
        is_docking=True,
    ),
    "signings": Document(
        Message("签约项目清单"),
        Message("签约仪式和简报用：在意向中勾选“列入签约清单”的项目。"),
        "签约项目清单",
        {"docx": words.signings, "xlsx": books.signings},
    ),
}


def offered(*, is_docking: bool) -> dict[str, Document]:
    """Those that an event has."""
    return {name: each for name, each in DOCUMENTS.items() if is_docking or not each.is_docking}


def bundle(dossier: Dossier) -> bytes:
    """Every document that has something on it; without Chinese fonts the Word and Excel files only."""
    buffer = io.BytesIO()
    lost = ""
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in offered(is_docking=dossier.is_docking).values():
            if document.needs_plan and not dossier.meetings:
                continue
            for form, write in document.writers.items():
                try:
                    archive.writestr(f"{document.file}.{form}", write(dossier))
                except Unavailable as fault:
                    lost = f"{fault.message}\n{fault.hint}\n"
        if lost:
            archive.writestr("PDF 未能生成.txt", lost)
    return buffer.getvalue()


def file_name(dossier: Dossier, name: str, form: str) -> str:
    """What a download is called: event, document, version of the plan."""
    document = DOCUMENTS.get(name)
    version = f"-第{dossier.stamp.plan}版" if dossier.stamp.plan else ""
    plain = re.sub(r"[^\w\-]+", "_", dossier.title)[:60].strip("_")
    return f"{plain}-{document.file if document else '全部单据'}{version}.{form}"
