"""Code tables of events, meetings and what comes of them."""

from __future__ import annotations

from matchmaker.taxonomy.table import Table

EVENT_KINDS = Table(
    "活动类型",
    {
        "docking": ("对接会", "Docking event"),
        "training": ("培训", "Training"),
        "promotion": ("推介会", "Promotion"),
        "visit": ("走访考察", "Visit"),
    },
)

AGENDA_KINDS = Table(
    "议程类型",
    {
        "opening": ("开幕", "Opening"),
        "promotion": ("推介", "Presentation"),
        "signing": ("签约仪式", "Signing ceremony"),
        "visit": ("参观考察", "Site visit"),
        "break": ("茶歇", "Coffee break"),
        "meal": ("用餐", "Meal"),
        "other": ("其他", "Other"),
    },
)

ATTENDEE_KINDS = Table(
    "参会身份",
    {
        "expert": ("专家", "Expert"),
        "representative": ("需求方代表", "Representative"),
        "leader": ("领导嘉宾", "Guest of honour"),
        "staff": ("工作人员", "Staff"),
        "press": ("媒体", "Press"),
        "other": ("其他", "Other"),
    },
)

TABLE_KINDS = Table(
    "洽谈桌类型",
    {
        "online": ("线上（带屏幕）", "Online, with a screen"),
        "demonstration": ("可演示样品", "Fit to show samples"),
        "quiet": ("安静（涉及商业秘密）", "Quiet, for what is confidential"),
    },
)

#: 是否洽谈.
ATTENDANCE = Table(
    "是否洽谈",
    {
        "met": ("已洽谈", "We met"),
        "other_missing": ("对方未到", "The other side was not there"),
        "own_missing": ("本方未到", "Our side was not there"),
        "postponed": ("改期", "Postponed"),
    },
)

#: 结果 of a meeting that was held.
MEETING_OUTCOMES = Table(
    "洽谈结果",
    {
        "intention": ("达成意向", "An intention"),
        "talk": ("需进一步交流", "Further talks"),
        "contacts": ("仅交换联系方式", "Contacts only"),
        "unfit": ("不合适", "No fit"),
    },
)

#: 不合适原因.
UNFIT_REASONS = Table(
    "不合适原因",
    {
        "early": ("太早期", "Too early a stage"),
        "indicators": ("指标达不到", "The targets cannot be met"),
        "cost": ("成本", "Cost"),
        "direction": ("方向不符", "Another direction"),
        "solved": ("已有方案", "There is a solution already"),
        "price": ("价格", "Price"),
        "ip": ("知识产权", "Intellectual property"),
        "time": ("时间", "Time"),
        "unclear": ("需求不清", "The need is unclear"),
        "other": ("其他", "Other"),
    },
)

#: Why an agreement ended: the reasons of a side, and those of the record.
AGREEMENT_ENDS = Table(
    "意向结束原因",
    {
        **{code: (UNFIT_REASONS.label(code), UNFIT_REASONS.label(code, "en")) for code in UNFIT_REASONS},
        "withdrawn": ("结果更正，意向撤销", "Withdrawn: the outcome was corrected"),
    },
)

#: 意向方式: contract types and what is no contract.
INTENT_WAYS = Table(
    "意向方式",
    {
        "commission": ("委托开发", "Commissioned development"),
        "joint": ("合作开发", "Joint development"),
        "transfer": ("技术转让", "Transfer"),
        "licence": ("技术许可", "Licence"),
        "consulting": ("技术咨询", "Consulting"),
        "service": ("技术服务", "Service"),
        "platform": ("共建平台", "A joint platform"),
        "talent": ("人才引进", "Recruitment"),
        "testing": ("检测", "Testing"),
        "financing": ("融资", "Financing"),
        "settling": ("项目落地/入驻", "Settling here"),
    },
)

#: What a look at a pair found.
FOLLOW_STATUSES = Table(
    "跟进情况",
    {
        "talking": ("正在洽谈", "In talks"),
        "visited": ("已互访或现场交流", "Visits were made"),
        "proposal": ("正在做方案或报价", "A proposal or quotation is made"),
        "drafting": ("正在拟合同", "A contract is drafted"),
        "signed": ("已签合同", "Signed"),
        "waiting": ("暂缓", "On hold"),
        "unreached": ("未联系上", "Nobody was reached"),
        "dropped": ("不再推进", "Dropped"),
    },
)
