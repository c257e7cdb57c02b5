"""Values by which the style guide shows each component with its variants; fictional."""

from __future__ import annotations

from datetime import date, datetime, time
from types import SimpleNamespace

from matchmaker.consulting import (
    Consultation,
    Examination,
    Finding,
    Line,
    Neighbour,
    Proposal,
)
from matchmaker.matching.result import (
    Component,
    Point,
    Quote,
    RankedDocument,
    RankedExpert,
    Ranking,
    Verdict,
)
from matchmaker.messages import Message
from matchmaker.services.answers import Question
from matchmaker.services.introduction_records import SIDES
from matchmaker.services.profile_fields import ROWS
from matchmaker.services.provenance import Origin
from matchmaker.taxonomy import TABLES, picked
from web.introductions import STEPS, Button, Moment
from web.ranked import Shown

LONG = (
    "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型"
    "一体化装备关键技术研究及其产业化示范应用（第二期）"
)

QUESTIONS = (
    Question("right", Message("现有的联系方式是否正确"), "choice", {"yes": Message("正确")}, required=True),
    Question("weekdays", Message("方便的日子"), "several", {"1": Message("周一"), "2": Message("周二")}),
    Question("day", Message("日期"), "date"),
    Question("note", Message("备注"), "text", longest=500),
)


def _components(level: float) -> tuple[Component, ...]:
    return (
        Component("words", Message("用词相合"), level, level * 0.9, Message("共同的专业词：瑕疵、花纹背景")),
        Component(
            "meaning", Message("意思相近"), level * 0.8, level * 0.7, Message("最相近的一篇意思很接近")
        ),
        Component("industry", Message("服务企业经历"), level * 0.5, level * 0.2, Message("做过同行业的项目")),
        Component("whole", Message("整体方向"), level * 0.3, -0.05, Message("近年的方向略有偏离")),
    )


def quote(number: int = 1) -> Quote:
    """A pair of sentences."""
    return Quote(
        "仿贝、云纹这些花色本身就是乱的，机器把花纹当成瑕疵，误剔非常厉害。",
        "针对随机纹理背景下瑕疵与花纹难以区分的问题，提出只用少量良品样本的瑕疵检测方法，误剔率降至 0.8%。",
        ("瑕疵", "花纹", "误剔"),
        f"publication:{number}",
        "随机纹理背景下小件表面瑕疵的少样本检测",
        0.82,
    )


def document(
    number: int, kind: str = "achievement", band: str = "worth", title: str = "小件双面外观筛选机"
) -> RankedDocument:
    """A ranked document."""
    return RankedDocument(
        f"{kind}:{number}", kind, title, 0.6, band, 0.55, _components(0.6), (quote(),),
        (Point("新花色 10 分钟内换型", 0.1, ("换型",)),), {"organization": "浙东滨海理工大学", "year": 2023},
    )  # fmt: skip


def expert(number: int, band: str, level: float) -> RankedExpert:
    """A ranked expert."""
    return RankedExpert(
        f"expert:{number}", level, band, level, _components(level),
        (document(1), document(2, "publication", title="随机纹理背景下小件表面瑕疵的少样本检测")),
        (quote(1), quote(2)), (),
        (Point("新花色 10 分钟内换型", 0.1, ("换型",)), Point("漏检率 ≤ 0.3%", 0.2)),
    )  # fmt: skip


def verdict(band: str) -> Verdict:
    """A verdict of each kind."""
    if band == "none":
        return Verdict(
            0.12, "none",
            (Message("最接近的文献只与背景相合，没有谈到“主要问题”。"), Message("没有专家做过同类产品。")),
            (Message("把指标写成数值和单位后再试。"), Message("到检测机构和行业协会中寻找。")),
        )  # fmt: skip
    return Verdict(0.86, band, (Message("第 1 名的三篇成果直接谈到这个问题。"),), ())


def shown(band: str = "strong") -> Shown:
    """A whole answer."""
    experts = (
        expert(1, band, 0.88),
        expert(2, "worth" if band != "none" else "none", 0.61),
        expert(3, "weak" if band != "none" else "none", 0.34),
    )
    ranking = Ranking(
        experts, (document(1),), (document(1, "publication"), document(1, "patent")),
        (document(1, "problem"),),
        verdict(band), (("瑕疵", 3.1),), ("新花色 10 分钟内换型",), {}, {"total": 0.042},
    )  # fmt: skip
    body = SimpleNamespace(id=1, name="浙东滨海理工大学")
    people = {
        f"expert:{number}": (
            SimpleNamespace(id=number, name=name, position=position, department="智能制造与光电工程学院"),
            body,
            [SimpleNamespace(title="注塑小件双面外观筛选机", client="宁溪佳塑制品有限公司", year=2023)]
            * (3 - number),
        )
        for number, name, position in (
            (1, "章屹舟", "教授"),
            (2, "林知远", "副研究员"),
            (3, "欧阳明远", "高级工程师"),
        )
    }
    notes: list[Message | None] = [
        Message("比第 2 名高 %(gap)s 分，主要靠“%(part)s”。", {"gap": "0.27", "part": Message("用词相合")}),
        None,
        None,
    ]
    return Shown(ranking, people, {}, notes, [None])


def consultation() -> Consultation:
    """An answer of the need clinic with every part."""
    thing = {"object": "树脂纽扣"}
    near = Neighbour(
        "problem:1", "MX2026-001", LONG, "solved", "tackle", "41", ("manufacturing",), ("joint",), (), 0.83
    )  # fmt: skip
    findings = (
        Finding("object", "good", Message("说的是“%(object)s”。", thing), "title", quote="树脂纽扣"),
        Finding("present", "weak", Message("说了现状，但没有现在的数值。"), "main_problem",
                Message("%(object)s的＿＿＿＿（要解决的问题）", thing), "误剔非常厉害。"),
        Finding("deadline", "missing", Message("没有写希望什么时候解决。"), "deadline"),
    )  # fmt: skip
    remark = Finding(
        "vague", "weak", Message("用的都是通用的词，没有说到具体的材料、部件、工序或缺陷。"), "text"
    )
    proposals = (
        Proposal("goal", "goal", "误剔率降到 2% 以下。"),
        Proposal(
            "indicator-0",
            "indicators",
            line=Line("误剔率", "17", "2", "%", "<="),
            quote="误剔率降到 2% 以下。",
        ),
        Proposal("budget", "budget_fen", "120000000", quote="预算 120 万元"),
    )
    examination = Examination(findings, (remark,), proposals)
    return Consultation(examination, proposals, (near,), (near,), ("换型时间",))


INDICATORS = (
    SimpleNamespace(
        name="检测速度", current="90", target="1200", unit="粒/分", comparator=">=", required=True
    ),
    SimpleNamespace(name="漏检率", current="2.3", target="0.3", unit="%", comparator="<=", required=True),
    SimpleNamespace(name="换型时间", current="120", target="10", unit="分", comparator="<=", required=False),
)
DAY = date(2023, 5, 18)


def attached() -> SimpleNamespace:
    """Attachments of a problem, one in each state, as its owner sees them."""
    rows = [
        SimpleNamespace(
            id=number, filename=name, media_type="application/pdf", size=123_456, visibility=visibility,
            marks=marks, text_state=state, created_at=datetime.combine(DAY, time(9, 30)),
        )
        for number, name, visibility, state, marks in (
            (1, "中性盐雾试验报告（第三方检测）.pdf", "introduced", "read", []),
            (2, f"{LONG}.pdf", "members", "waiting", []),
            (3, "扫描件.pdf", "public", "none", []),
            (4, "损坏.pdf", "introduced", "unreadable", []),
            (5, "任务书.pdf", "introduced", "read", [{"text": "秘密★10年"}]),
        )
    ]  # fmt: skip
    return SimpleNamespace(subject="problem:1", rows=rows, may_change=True, is_anonymous=False)


NO_CODE = picked(TABLES["regions"], "朝阳区")[1]

#: How to reach one side of an introduction.
REACH = SimpleNamespace(name="葛经理", body="澄溪晶彩钮扣有限公司", phone="000 0000 0000", email="")
#: Why a pair is left out of a ranking.
REFUSED = Message(
    "曾婉拒：%(reason)s（%(month)s），%(what)s未变",
    {"reason": Message("价格谈不拢"), "month": "2026-05", "what": Message("预算")},
)


def introduce_buttons() -> list[Button]:
    """The way to an introduction, and one that goes on."""
    return [Button("#content", Message("邀约")), Button("#content", Message("已接受"), "accepted")]


def introduction_moments() -> list[Moment]:
    """A timeline of two steps."""
    at = datetime(DAY.year, DAY.month, DAY.day, 2)  # noqa: DTZ001 - as the tables hold it
    side = SIDES["demand"]
    return [
        Moment(at, STEPS["ask"], side, "", ""),
        Moment(at, STEPS["meet"], side, "葛经理", LONG),
    ]


#: Parts of profiles: columns of small rows, facts with their origins, what speaks for and against.
PROFILE_ROWS = ROWS["projects"]
FACT_ROW = SimpleNamespace(verified_on=DAY)
FACTS = (
    SimpleNamespace(title="研究方向", confirmed=True, origin=Origin("self", "", DAY, "章屹舟")),
    SimpleNamespace(title="职称", confirmed=False, origin=Origin("import", "专家名录.xlsx", DAY, "组织者")),
)
SIGNS = (
    SimpleNamespace(weight=3, what=Message("单位相同：%(body)s", {"body": "浙东滨海理工大学"})),
    SimpleNamespace(weight=-1.5, what=Message("各有不少合作者，没有一位相同")),
)

#: A step of a problem's life that asks for reasons.
STEP = SimpleNamespace(key="withdraw", name=Message("撤下"), action="#", reasons="WITHDRAW_REASONS")


def own_line(change: str = "", state: str = "planned", table: str = "A01") -> SimpleNamespace:
    """A meeting on somebody's own page."""
    place = SimpleNamespace(name=table, room="多功能厅")
    row = SimpleNamespace(state=state, table=place, online_link="")
    slot = SimpleNamespace(starts=datetime(2027, 3, 18, 9), ends=datetime(2027, 3, 18, 9, 25))  # noqa: DTZ001
    quote = {"ours": "盐雾 24 小时后变色", "theirs": "无氰镀铜盐雾 96 小时不变色"}
    own = SimpleNamespace(
        row=row, slot=slot, other=LONG, body="澄溪晶彩钮扣有限公司", why=[quote], table=table
    )
    return SimpleNamespace(own=own, change=change, was="03-18 10:00 A02")
