"""The short lists that the forms of problems and of bodies share."""

from __future__ import annotations

from matchmaker.taxonomy.table import Table

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

VISIBILITY = Table(
    "公开范围",
    {
        "public": ("公开", "Public"),
        "members": ("仅登录", "Logged-in readers"),
        "invited": ("定向", "Invited bodies"),
        "anonymous": ("匿名", "Anonymous"),
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
