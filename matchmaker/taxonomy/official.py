"""The lists of the official form 重大技术需求征集 beside ours, and tables that lead from one to the other.

A mapping leads to the nearest code: several of ours may lead to one official code, and what has no
counterpart leads nowhere. The official lists are never replaced by ours: a form that came with a code goes
out with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matchmaker.taxonomy.table import Table

_SOURCE = "河北省重大技术需求征集系统的需求征集表"

OFFICIAL_FIELDS = Table(
    "技术需求所属领域",
    {
        "electronics": ("电子信息", "Electronics and information"),
        "mechatronics": ("光机电一体化", "Optics, mechanics and electronics"),
        "biotech": ("生物技术与制药", "Biotechnology and pharmacy"),
        "materials": ("新材料及应用", "New materials"),
        "agriculture": ("现代农业", "Modern agriculture"),
        "energy": ("新能源与高效节能", "New energy and energy saving"),
        "resources": ("资源与环境", "Resources and environment"),
        "services": ("高技术服务业", "High-technology services"),
        "marine": ("海洋", "Marine"),
        "public": ("社会公共事业", "Public services"),
        "health": ("医疗卫生", "Health care"),
        "other": ("其他", "Other"),
    },
    {"其它": "other"},
    source=_SOURCE,
)

OFFICIAL_SOLUTIONS = Table(
    "技术需求解决方式",
    {
        "own": ("独立研发", "Own development"),
        "commission": ("委托研发", "Commissioned development"),
        "joint": ("合作研发", "Joint development"),
        "other": ("其他", "Other"),
    },
    {"其它": "other"},
    source=_SOURCE,
)

OFFICIAL_ACTIVITIES = Table(
    "科技活动类型",
    {
        "basic": ("基础研究", "Basic research"),
        "applied": ("应用研究", "Applied research"),
        "experimental": ("试验发展", "Experimental development"),
        "application": ("研究发展与成果应用", "Application of results"),
        "extension": ("技术推广与科技服务", "Technology extension and services"),
        "production": ("生产性活动", "Production"),
    },
    {"研究与试验发展成果应用": "application", "技术推广与科技服务活动": "extension"},
    source=_SOURCE,
)

OFFICIAL_BODIES = Table(
    "机构属性",
    {
        "enterprise": ("企业", "Enterprise"),
        "university": ("高等院校", "University"),
        "institute": ("研究机构", "Research institute"),
        "other": ("其他", "Other"),
    },
    {"其它": "other", "高校": "university", "科研院所": "institute"},
    source=_SOURCE,
)

#: Our technical field → the official one.
FIELDS_TO_OFFICIAL: Mapping[str, str] = {
    "electronics": "electronics",
    "aerospace": "mechatronics",
    "manufacturing": "mechatronics",
    "biomedicine": "biotech",
    "materials": "materials",
    "energy": "energy",
    "environment": "resources",
    "nuclear": "energy",
    "agriculture": "agriculture",
    "transport": "mechatronics",
    "urban": "public",
}
#: The official field → our technical field; 高技术服务业 and 其他 say too little to lead anywhere.
FIELDS_FROM_OFFICIAL: Mapping[str, str] = {
    "electronics": "electronics",
    "mechatronics": "manufacturing",
    "biotech": "biomedicine",
    "materials": "materials",
    "agriculture": "agriculture",
    "energy": "energy",
    "resources": "environment",
    "marine": "environment",
    "public": "urban",
    "health": "biomedicine",
}
#: Our way of working → the official way of solving.
COOPERATION_TO_OFFICIAL: Mapping[str, str] = {
    "commission": "commission",
    "joint": "joint",
    "transfer": "other",
    "license": "other",
    "consult": "other",
    "service": "commission",
    "platform": "joint",
    "talent": "other",
    "equity": "joint",
}
#: The official way of solving → our way of working; 独立研发 and 其他 have none.
COOPERATION_FROM_OFFICIAL: Mapping[str, str] = {"commission": "commission", "joint": "joint"}
#: Our kind of body → the official attribute.
BODIES_TO_OFFICIAL: Mapping[str, str] = {
    "university": "university",
    "institute": "institute",
    "hospital": "other",
    "testing": "other",
    "park": "other",
    "incubator": "other",
    "association": "other",
    "enterprise": "enterprise",
    "farm": "enterprise",
    "government": "other",
    "intermediary": "other",
    "other": "other",
}
#: The official attribute → our kind of body.
BODIES_FROM_OFFICIAL: Mapping[str, str] = {
    "enterprise": "enterprise",
    "university": "university",
    "institute": "institute",
    "other": "other",
}


def mapped(codes: Iterable[str], mapping: Mapping[str, str]) -> list[str]:
    """The codes on the other side, each once; those without a counterpart are left out."""
    return list(dict.fromkeys(mapping[code] for code in codes if code in mapping))
