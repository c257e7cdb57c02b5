"""Chinese fonts for PDF files: those of an installed package, else those of the system; never fetched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from matchmaker.errors import Unavailable
from matchmaker.messages import Message

#: The font of the package ``pylopdf-fonts-zh-cn`` comes first: every machine prints the same.
PACKAGE = "pylopdf_fonts_zh_cn"
PACKAGED = "Noto Sans SC"
#: Families of systems that hold simplified Chinese, the likeliest first.
SYSTEM = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "SimSun", "Droid Sans Fallback",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fonts:
    """Where fonts lie, and the families that are to be used, the first one first."""

    folders: tuple[str, ...]
    families: tuple[str, ...]


@cache
def chinese(package: str = PACKAGE) -> Fonts:
    """Fonts that every Chinese document is set in.

    Raises:
        Unavailable: neither the package nor the system has any.
    """
    folder = _folder(package)
    known = _of_system()
    found = tuple(name for name in SYSTEM if name.lower() in known)
    if folder:
        return Fonts((folder,), (PACKAGED, *found))
    if found:
        return Fonts((), found)
    raise Unavailable(
        Message("这台服务器没有中文字体，不能生成 PDF。"),
        hint=Message(
            "请运行 pip install pylopdf-fonts-zh-cn，或安装系统字体（如 fonts-noto-cjk）后重启；"
            "Word 和 Excel 不受影响，网页可直接打印。"
        ),
    )


def _folder(package: str) -> str:
    spec = find_spec(package)
    return str(Path(spec.origin).parent) if spec and spec.origin else ""


def _of_system() -> frozenset[str]:
    import typst

    return frozenset(name.lower() for name in typst.Fonts(include_embedded_fonts=False).families())
