"""The steps of a problem's form: which fields stand where, what to write in them, with examples."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.services.drafting import SOURCES
from web.schemas.problem_form import LONGEST_TEXT


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: of the field in the form, and in ``ProblemIn`` but for those of the official form.
        kind: line, text, names (one a line), list, choice, codes, code, day, indicators, visibility.
        help: what to write, with an example.
    """

    name: str
    label: Message
    kind: str = "line"
    table: str = ""
    help: Message | None = None
    required: bool = False
    longest: int = 200
    rows: int = 4

    @property
    def options(self) -> tuple[str, ...]:
        """Codes of a choice."""
        return SOURCES if self.name == "source" else tuple(getattr(taxonomy, self.table))


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form, saved by itself."""

    name: str
    title: Message
    fields: tuple[Field, ...] = ()
    about: Message | None = None


def _text(name: str, label: Message, hint: Message, rows: int = 4) -> Field:
    return Field(name, label, "text", help=hint, longest=LONGEST_TEXT, rows=rows)


BASIC = Step(
    "basic",
    Message("基本信息"),
    (
        Field(
            "title",
            Message("名称"),
            help=Message("对象加问题，如“树脂纽扣电镀层 24 小时盐雾后变色”。"),
            required=True,
            longest=300,
        ),
        Field(
            "organization",
            Message("需求单位"),
            help=Message(
                "全称；可以是企业，也可以是园区、协会、农场、医院、镇街。新单位会自动建立，审核后才公开。"
            ),
        ),
        Field("organization_kind", Message("单位类型（新单位才需要选）"), "choice", "ORGANIZATION_KINDS"),
        Field(
            "participants",
            Message("有同样需求的其他单位"),
            "names",
            help=Message("每行一家；行业共性难题可列出参与企业。"),
            longest=6000,
            rows=2,
        ),
        Field("kind", Message("类型"), "choice", "PROBLEM_KINDS"),
        Field("fields", Message("技术领域"), "codes", "FIELDS"),
        Field("industry", Message("行业"), "code", "industries"),
        Field("region", Message("地区"), "code", "regions"),
        Field(
            "keywords",
            Message("关键词"),
            "list",
            help=Message("用；分开，如：电镀；盐雾；变色。"),
            longest=2000,
        ),
        Field("source", Message("来源"), "choice"),
    ),
)
NEED = Step(
    "need",
    Message("问题与现状"),
    (
        _text("text", Message("用一段话说明需求"), Message("已在下面分项写清的，这里可以留空。"), 6),
        _text("background", Message("背景"), Message("如：年产纽扣 3 亿粒，出口占六成，客户要求无氰工艺。")),
        _text(
            "main_problem",
            Message("主要问题"),
            Message("现状要有数：如“中性盐雾 24 小时后变色，退货率 3%”。"),
        ),
        _text(
            "tried", Message("已经试过什么"), Message("如“换过两家药水，寿命提高不到 10%，成本增加三成”。")
        ),
        _text("key_technology", Message("关键技术"), Message("您认为难在哪里；不清楚可留空。")),
        _text("scene", Message("应用场景"), Message("用在哪条产线、哪种产品、什么环境。")),
        _text("goal", Message("预期目标"), Message("做成之后达到什么程度；具体数值写在下一步的指标表里。")),
    ),
)
INDICATORS = Step(
    "indicators",
    Message("指标表"),
    (Field("indicators", Message("要达到的指标"), "indicators"),),
    Message("每行一个指标，如：中性盐雾 ≥ 96 h，现值 24。留空的行不保存。"),
)
COOPERATION = Step(
    "cooperation",
    Message("合作与资金"),
    (
        Field("cooperation", Message("期望合作方式"), "codes", "COOPERATION"),
        Field(
            "budget_wan",
            Message("拟投入资金（万元）"),
            help=Message("如 50 或 12.5；面议可留空。"),
            longest=30,
        ),
        Field("deadline", Message("截止日期"), "day", help=Message("最晚什么时候需要解决。")),
        _text("deliverables", Message("交付物"), Message("如：工艺文件、样品 500 粒、检测报告。"), 2),
        _text("ip_intent", Message("知识产权归属意向"), Message("如：成果归双方共有，本企业优先使用。"), 2),
        _text("solver_conditions", Message("对解决方的要求"), Message("如：有电镀中试线，能到厂调试。"), 2),
        Field("official-year_from", Message("需求时限：起始年"), longest=4),
        Field("official-year_to", Message("需求时限：截止年"), longest=4),
        Field("official-solution", Message("解决方式（征集表）"), "choice", "OFFICIAL_SOLUTIONS"),
        Field("official-activity", Message("科技活动类型（征集表）"), "choice", "OFFICIAL_ACTIVITIES"),
        Field("official-field", Message("技术需求所属领域（征集表）"), "choice", "OFFICIAL_FIELDS"),
        Field("official-partners", Message("合作意向单位（征集表）"), longest=300),
    ),
    Message("最后六项只用于导出《重大技术需求征集表》，不用该表可留空。"),
)
READERS = Step(
    "readers",
    Message("公开范围与联系人"),
    (
        Field("visibility", Message("谁可以看到"), "visibility", "VISIBILITY"),
        Field(
            "invited",
            Message("定向公开给"),
            "names",
            help=Message("选“定向”时填写，每行一家单位。"),
            longest=6000,
            rows=2,
        ),
        Field(
            "rivals",
            Message("不让这些单位看到"),
            "names",
            help=Message("如竞争对手，每行一家；填写后只有登录者可见，不对外公开。"),
            longest=6000,
            rows=2,
        ),
        Field(
            "hidden_words",
            Message("匿名时不能出现的词"),
            "list",
            help=Message("品牌、简称、产品型号等，用；分开；发布前会逐项检查。"),
            longest=2000,
        ),
        Field(
            "contact_name",
            Message("联系人"),
            longest=100,
            help=Message("联系方式只在双方接受引荐后给对方看。"),
        ),
        Field("contact_phone", Message("联系电话"), longest=50, required=True),
        Field("contact_email", Message("联系邮箱（可不填）"), longest=200),
    ),
)
FILES = Step("files", Message("附件"))
CHECK = Step("check", Message("核对并提交"))
#: In the order of the form.
STEPS: tuple[Step, ...] = (BASIC, NEED, INDICATORS, COOPERATION, READERS, FILES, CHECK)
#: Everything on one page, for what is in review's hands again after any change.
ALL = Step("all", Message("全部内容"), tuple(field for step in STEPS for field in step.fields))
BY_NAME: dict[str, Step] = {step.name: step for step in (*STEPS, ALL)}
FIELDS: dict[str, Field] = {field.name: field for field in ALL.fields}
#: The short path.
SHORT = ("title", "text", "organization", "contact_phone", "contact_name")
#: Columns of the table of indicators → their labels.
COLUMNS: dict[str, Message] = {
    "name": Message("指标"),
    "comparator": Message("比较"),
    "target": Message("目标值"),
    "unit": Message("计量单位"),
    "current": Message("现值"),
    "required": Message("要求"),
}
