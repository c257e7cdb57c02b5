"""The code tables that forms, filters and imports share; larger ones lie beside as data files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources


@dataclass(frozen=True, eq=False)
class Table:
    """Codes with their Chinese and English names.

    Attributes:
        name: of the table, for messages.
        entries: code → (Chinese name, English name).
        aliases: other spellings → code.
    """

    name: str
    entries: Mapping[str, tuple[str, str]]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def label(self, code: str, language: str = "zh") -> str:
        """The name of a code; the code itself when it is unknown, "" for ""."""
        names = self.entries.get(code)
        return names[1 if language == "en" else 0] if names else code

    def find(self, text: str) -> str | None:
        """The code for a code, a name or an alias, whatever its case and blanks; None when unknown."""
        return self._spellings.get(_folded(text))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        found = {_folded(alias): code for alias, code in self.aliases.items()}
        for code, (chinese, english) in self.entries.items():
            found[_folded(chinese)] = found[_folded(english)] = code
        found.update({_folded(code): code for code in self.entries})
        return found


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


FIELDS = Table(
    "技术领域",
    {
        "electronics": ("电子信息", "Electronics and information"),
        "aerospace": ("航空航天", "Aerospace"),
        "manufacturing": ("先进制造", "Advanced manufacturing"),
        "biomedicine": ("生物、医药和医疗器械", "Biology, medicine and medical devices"),
        "materials": ("新材料及其应用", "New materials"),
        "energy": ("新能源与高效节能", "New energy and energy saving"),
        "environment": ("环境保护与资源综合利用", "Environment and resources"),
        "nuclear": ("核应用", "Nuclear applications"),
        "agriculture": ("农业", "Agriculture"),
        "transport": ("现代交通", "Modern transport"),
        "urban": ("城市建设与社会发展", "Urban and social development"),
    },
    {"新材料": "materials", "生物医药": "biomedicine", "新能源": "energy", "环境保护": "environment"},
)

PROBLEM_KINDS = Table(
    "类型",
    {
        "tackle": ("技术攻关", "Technical breakthrough"),
        "upgrade": ("产品升级", "Product upgrade"),
        "process": ("工艺改进", "Process improvement"),
        "testing": ("检测分析", "Testing and analysis"),
        "adoption": ("成果引进", "Adopting an achievement"),
        "talent": ("人才团队", "Talent and teams"),
        "platform": ("共建平台", "Joint platform"),
        "sharing": ("设备共享", "Sharing of equipment"),
    },
)

COOPERATION = Table(
    "期望合作方式",
    {
        "commission": ("委托开发", "Commissioned development"),
        "joint": ("合作开发", "Joint development"),
        "transfer": ("技术转让", "Transfer of technology"),
        "license": ("技术许可", "Licence"),
        "consult": ("技术咨询", "Technical consulting"),
        "service": ("技术服务", "Technical service"),
        "platform": ("共建平台", "Joint platform"),
        "talent": ("人才引进", "Recruiting talent"),
        "equity": ("作价投资", "Equity for technology"),
    },
    {"委托研发": "commission", "合作研发": "joint"},
)

ORGANIZATION_KINDS = Table(
    "单位类型",
    {
        "university": ("高校", "University"),
        "institute": ("科研院所", "Research institute"),
        "hospital": ("医院", "Hospital"),
        "testing": ("检测机构", "Testing body"),
        "park": ("园区", "Park"),
        "incubator": ("孵化器", "Incubator"),
        "association": ("协会", "Association"),
        "enterprise": ("企业", "Enterprise"),
        "farm": ("农场/合作社", "Farm or cooperative"),
        "government": ("机关", "Public body"),
        "intermediary": ("服务机构", "Service body"),
        "other": ("其他", "Other"),
    },
    {
        "大学": "university",
        "高等院校": "university",
        "研究院": "institute",
        "研究所": "institute",
        "公司": "enterprise",
    },
)

VISIBILITY = Table(
    "公开范围",
    {
        "public": ("公开", "Public"),
        "members": ("仅登录", "Logged-in readers"),
        "invited": ("定向", "Invited bodies"),
        "anonymous": ("匿名", "Anonymous"),
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

COMPARATORS = Table(
    "比较符",
    {
        ">=": ("≥", "at least"),
        "<=": ("≤", "at most"),
        ">": (">", "more than"),
        "<": ("<", "less than"),
        "=": ("=", "equal to"),
        "range": ("范围", "range"),
    },
    {"不小于": ">=", "不低于": ">=", "大于等于": ">=", "不大于": "<=", "不高于": "<=", "小于等于": "<=",
     "大于": ">", "小于": "<", "等于": "=", "≧": ">=", "≦": "<=", "±": "range", "～": "range", "~": "range"},
)  # fmt: skip

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

#: Everyday bands of maturity: highest level of the band → names.
ACHIEVEMENT_BANDS: tuple[tuple[int, str, str], ...] = (
    (3, "研发", "Research"),
    (5, "小试", "Laboratory trial"),
    (6, "中试", "Pilot"),
    (8, "小批量", "Small series"),
    (9, "产业化", "Series production"),
)


def _from_file(name: str, file: str) -> Table:
    """A table of three tab-separated columns: code, Chinese name, English name (may be empty)."""
    text = (resources.files("matchmaker.taxonomy") / file).read_text("utf-8")
    rows = [
        row for row in csv.reader(text.splitlines(), delimiter="\t") if row and not row[0].startswith("#")
    ]
    return Table(name, {row[0]: (row[1], row[2] if len(row) > 2 and row[2] else row[1]) for row in rows})


INDUSTRIES = _from_file("行业", "industries.tsv")
REGIONS = _from_file("地区", "regions.tsv")


def region_path(code: str, language: str = "zh") -> str:
    """Province and prefecture of a region code, as far as the table knows them."""
    parts = [f"{code[:2]}0000", f"{code[:4]}00", code]
    names = [REGIONS.label(part, language) for part in dict.fromkeys(parts) if part in REGIONS]
    return (" " if language == "en" else "").join(dict.fromkeys(names))
