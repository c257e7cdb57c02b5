"""The short lists of people's and bodies' profiles, and of where their facts come from."""

from __future__ import annotations

from matchmaker.taxonomy.table import Table

#: Experience that is not a paper.
EXPERIENCE_KINDS = Table(
    "经历类别",
    {
        "project": ("横向项目", "Industrial project"),
        "visit": ("走访服务", "Visit to an enterprise"),
        "standard": ("标准", "Standard"),
        "equipment": ("仪器平台", "Equipment or platform"),
        "service": ("技术服务", "Technical service"),
        "award": ("奖励与专利", "Award or patent elsewhere"),
    },
    {"横向课题": "project", "企业项目": "project", "走访": "visit", "科技特派员": "visit",
     "仪器": "equipment", "平台": "equipment", "检测服务": "service", "奖励": "award", "专利": "award"},
)  # fmt: skip

PRICE_KINDS = Table(
    "报价方式",
    {
        "negotiable": ("面议", "Negotiable"),
        "fixed": ("一口价", "Fixed price"),
        "from": ("起拍价", "Starting price"),
    },
)

#: 企业梯级培育.
TIERS = Table(
    "企业梯级",
    {
        "sme": ("科技型中小企业", "Technology-based small enterprise"),
        "province_sme": ("省科技型中小企业", "Provincial technology-based small enterprise"),
        "high_tech": ("高新技术企业", "High-tech enterprise"),
        "specialized": ("专精特新企业", "Specialized enterprise"),
        "little_giant": ("专精特新“小巨人”", "Specialized “little giant”"),
        "leading": ("科技领军企业", "Leading technology enterprise"),
        "rd_centre": ("有省级以上研发中心", "Has a provincial R&D centre"),
    },
    {"高企": "high_tech", "小巨人": "little_giant", "专精特新": "specialized", "研发中心": "rd_centre"},
)

#: Where a fact comes from.
ORIGINS = Table(
    "来源",
    {
        "import": ("导入的文件", "Imported file"),
        "form": ("表单填写", "Form"),
        "self": ("本人确认", "Confirmed by the person"),
        "phone": ("电话核实", "Telephone call"),
        "visit": ("走访", "Visit"),
        "website": ("公开网页", "Public web page"),
        "openalex": ("OpenAlex", "OpenAlex"),
        "merge": ("合并重复记录", "Merge of duplicates"),
    },
)
