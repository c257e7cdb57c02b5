"""The forms of experts, achievements and bodies as data: steps and fields, which pages and checks follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matchmaker.messages import Message

#: Kinds that have such a form.
KINDS = ("expert", "achievement", "organization")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; its name is that of the column in an import, which checks it alike.

    Attributes:
        kind: line, text, list (several in one line), lines (one a line), choice (one code of ``table``),
            codes (several), code (typed as code or name), day, body (an organization's name), person (an
            expert of the body), town, rows (small rows).
        table: name of the table in ``taxonomy``.
        longest: characters.
        masked: a contact, shown only to those who may read it; left empty it stays as it is.
    """

    name: str
    label: Message
    kind: str = "line"
    table: str = ""
    required: bool = False
    help: Message | None = None
    longest: int = 200
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a form, saved by itself."""

    name: str
    title: Message
    fields: tuple[Field, ...]


def _text(name: str, label: Message, hint: Message | None = None, longest: int = 5000) -> Field:
    return Field(name, label, "text", longest=longest, help=hint)


_SEVERAL = Message("可多选。")
_FIELDS = Field("field", Message("技术领域"), "codes", "FIELDS", help=_SEVERAL)
_REGION = Field("region", Message("地区"), "code", "regions")
_INDUSTRY = Field("industry", Message("行业"), "code", "industries")
_DISCIPLINE = Field("discipline", Message("学科"), "code", "disciplines")
_KEYWORDS = Field("keywords", Message("关键词"), "list", longest=2000, help=Message("用；分开。"))

EXPERT = (
    Step(
        "who",
        Message("基本情况"),
        (
            Field("name", Message("姓名"), required=True, longest=100),
            Field("institution", Message("单位"), "body", required=True, help=Message("填单位全称。")),
            Field("position", Message("职称或职务"), longest=100),
            _text(
                "profile", Message("擅长什么"),
                Message("三句话就够：研究什么、做成过什么、能帮企业解决什么。"),
            ),
            _FIELDS,
            Field(
                "phone", Message("手机"), longest=50, masked=True,
                help=Message("双方接受引荐后才会显示给对方。"),
            ),
        ),
    ),
    Step(
        "work",
        Message("专长"),
        (
            Field("directions", Message("研究方向"), "list", longest=2000, help=Message("用；分开。")),
            _KEYWORDS,
            Field("department", Message("院系或部门")),
            _DISCIPLINE,
            Field(
                "representative", Message("代表论文、专利、标准"), "lines", longest=10000,
                help=Message("每行一项；已列在“论文和专利”中的不必再填。"),
            ),
            _text("services", Message("可提供的服务"), Message("如：盐雾试验、镀液配方诊断、现场指导。")),
        ),
    ),
    Step(
        "experience",
        Message("做过什么"),
        (
            Field(
                "projects", Message("论文以外的经历"), "rows", "EXPERIENCE_KINDS",
                help=Message("横向项目、走访企业、参编标准、仪器平台、获奖等，都会用于推荐；名称空着的行不保存。"),
            ),
            _text("platforms", Message("仪器平台"), Message("有哪些设备或平台可对外服务。")),
        ),
    ),
    Step(
        "limits",
        Message("联系与限制"),
        (
            Field("email", Message("电子邮箱"), longest=200, masked=True),
            Field("hours", Message("方便联系的时间"), help=Message("如：周三下午、寒暑假。")),
            Field("travel", Message("出行限制"), help=Message("如：只在省内，每月不超过两次。")),
            Field(
                "avoid", Message("回避单位"), "list", longest=2000,
                help=Message("不便或不愿合作的单位，用；分开；不会显示给他人。"),
            ),
            _REGION,
            Field("orcid", Message("ORCID"), longest=60, help=Message("形如 0000-0002-1825-0097。")),
            Field("openalex", Message("OpenAlex 作者号"), help=Message("形如 A5023888391。"), longest=80),
            Field("visibility", Message("公开范围"), "choice", "VISIBILITY"),
        ),
    ),
)  # fmt: skip

ACHIEVEMENT = (
    Step(
        "what",
        Message("是什么"),
        (
            Field("title", Message("成果名称"), required=True, longest=300),
            Field("organization", Message("完成单位"), "body", required=True),
            _text("summary", Message("简介"), Message("做成了什么，达到什么水平。")),
            _FIELDS,
            Field(
                "maturity", Message("成熟度"), "choice", "MATURITY",
                help=Message("研发 1–3 级，小试 4–5 级，中试 6 级，小批量 7–8 级，产业化 9 级。"),
            ),
            Field(
                "leader_id", Message("负责人"), "person",
                help=Message("先填完成单位并保存，再从它的专家中选。"),
            ),
            Field("team", Message("团队"), longest=300),
        ),
    ),
    Step(
        "why",
        Message("好在哪里"),
        (
            _text("problem_solved", Message("解决的问题")),
            Field(
                "indicators", Message("技术指标"), "rows", "COMPARATORS",
                help=Message("名称空着的行不保存。"),
            ),
            _text("advantage", Message("优于现有之处与经济对比")),
            _text("scenes", Message("应用场景")),
            _text("cases", Message("应用案例")),
            _KEYWORDS,
            _INDUSTRY,
            _DISCIPLINE,
            Field("ipc", Message("IPC 分类号"), help=Message("如：C25D 3/56。")),
        ),
    ),
    Step(
        "terms",
        Message("权属与转化"),
        (
            Field("ip_status", Message("知识产权状态"), "choice", "PATENT_STATUS"),
            Field("ip_number", Message("专利号或登记号"), longest=100),
            Field("ip_holder", Message("权利人")),
            Field("ip_until", Message("有效期至"), "day"),
            _text("ip", Message("知识产权补充说明")),
            Field("transfer_modes", Message("转化方式"), "codes", "TRANSFER_MODES", help=_SEVERAL),
            Field("price_kind", Message("报价方式"), "choice", "PRICE_KINDS"),
            Field(
                "price_wan", Message("报价（万元）"), longest=30,
                help=Message("最多两位小数；空着表示面议。"),
            ),
            _REGION,
            Field("visibility", Message("公开范围"), "choice", "VISIBILITY"),
        ),
    ),
)  # fmt: skip

ORGANIZATION = (
    Step(
        "what",
        Message("基本情况"),
        (
            Field("name", Message("单位全称"), required=True),
            Field("kind", Message("单位类型"), "choice", "ORGANIZATION_KINDS", required=True),
            Field("code", Message("统一社会信用代码"), longest=40, help=Message("18 位，会核对校验码。")),
            _REGION,
            Field("town", Message("所属镇街或园区"), "town", help=Message("它的联络员可以代这家单位填报。")),
            _text("summary", Message("简介")),
        ),
    ),
    Step(
        "more",
        Message("更多"),
        (
            _INDUSTRY,
            Field("nature", Message("单位性质"), "choice", "NATURES"),
            Field("tiers", Message("企业梯级"), "codes", "TIERS", help=_SEVERAL),
            Field("website", Message("网址"), longest=300),
            Field("address", Message("地址"), longest=300),
            Field("contact_name", Message("联系人"), longest=100, masked=True),
            Field("contact_phone", Message("联系电话"), longest=50, masked=True),
            Field("contact_email", Message("联系邮箱"), longest=200, masked=True),
        ),
    ),
)  # fmt: skip

FORMS: dict[str, tuple[Step, ...]] = {
    "expert": EXPERT,
    "achievement": ACHIEVEMENT,
    "organization": ORGANIZATION,
}
#: Lists of small rows: field → their columns with label and length, the compulsory one first.
ROWS: dict[str, tuple[tuple[str, Message, int], ...]] = {
    "projects": (
        ("title", Message("名称"), 300),
        ("kind", Message("类别"), 20),
        ("client", Message("服务单位或颁发单位"), 200),
        ("year", Message("年份"), 5),
        ("description", Message("内容"), 2000),
        ("outcome", Message("成效"), 500),
    ),
    "indicators": (
        ("name", Message("指标"), 200),
        ("comparator", Message("比较符"), 8),
        ("target", Message("达到"), 100),
        ("unit", Message("计量单位"), 50),
        ("current", Message("原有水平"), 100),
    ),
}
#: Empty rows offered below those that are there, and rows at most.
SPARE_ROWS = 2
MOST_ROWS = 60
#: Fields that the form holds and imports do not: their attribute is their name.
OWN_FIELDS = frozenset({"leader_id", "town", "visibility"})


def step_of(kind: str, name: str) -> Step:
    """A step by its name; the first one for any other name."""
    return next((step for step in FORMS[kind] if step.name == name), FORMS[kind][0])


def fields_of(kind: str) -> Iterator[Field]:
    """All fields of a form in their order."""
    for step in FORMS[kind]:
        yield from step.fields


def labels(kind: str) -> dict[str, Message]:
    """Attribute of the row → label, for lists of differences, origins and confirmations."""
    return {ATTRIBUTES.get(field.name, field.name): field.label for field in fields_of(kind)}


#: Field → attribute where they differ.
ATTRIBUTES = {
    "field": "fields",
    "institution": "organization_id",
    "organization": "organization_id",
    "price_wan": "price_fen",
}


def one_line(text: str, longest: int = 120) -> str:
    """A remark as one line without control characters."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:longest]
