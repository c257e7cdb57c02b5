"""The short lists of works: achievements and patents."""

from __future__ import annotations

from matchmaker.taxonomy.table import Table

MATURITY = Table(
    "成熟度",
    {
        "1": ("1 报告级", "1 Principle reported"),
        "2": ("2 方案级", "2 Concept formulated"),
        "3": ("3 仿真级", "3 Concept proven"),
        "4": ("4 功能级", "4 Works in the laboratory"),
        "5": ("5 初样级", "5 Works in a simulated setting"),
        "6": ("6 正样级（中试）", "6 Pilot"),
        "7": ("7 环境级", "7 Works in the real setting"),
        "8": ("8 产品级", "8 Product"),
        "9": ("9 系统级（产业化）", "9 In series production"),
    },
)

PATENT_STATUS = Table(
    "法律状态",
    {
        "pending": ("申请中", "Pending"),
        "granted": ("授权", "Granted"),
        "licensed": ("许可中", "Licensed"),
        "pledged": ("质押", "Pledged"),
        "lapsed": ("失效", "Lapsed"),
    },
    {"已授权": "granted", "公开": "pending", "实审": "pending"},
)

TRANSFER_MODES = Table(
    "转化方式",
    {
        "assign": ("转让", "Assignment"),
        "license": ("许可", "Licence"),
        "equity": ("作价投资", "Equity"),
        "joint": ("合作实施", "Joint exploitation"),
        "self": ("自行实施", "Own exploitation"),
        "trial": ("先用后转", "Use first, transfer later"),
    },
)

#: Everyday bands of maturity: highest level of the band → names.
ACHIEVEMENT_BANDS: tuple[tuple[int, str, str], ...] = (
    (3, "研发", "Research"),
    (5, "小试", "Laboratory trial"),
    (6, "中试", "Pilot"),
    (8, "小批量", "Small series"),
    (9, "产业化", "Series production"),
)
