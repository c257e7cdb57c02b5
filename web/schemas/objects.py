"""What the API tells of stored objects. Contacts are in none of these schemas, on purpose."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from matchmaker import taxonomy
from matchmaker.messages import Message
from matchmaker.permissions import audiences_of, readable
from matchmaker.services import owners, works
from web.request import actor
from web.schemas.output import (
    Behind,
    Coded,
    Identifier,
    Paging,
    Wan,
    counts,
    day,
    described,
    several,
    technical_fields,
    text,
    texts,
    whole,
)


def _readable(row: Any) -> Any:
    """The row if this reader may see it, else None."""
    if row is None or not readable(audiences_of(actor()), row.readers.split(), row.hidden_from.split()):
        return None
    return row


def _named(row: Any) -> bool:
    """Whether the reader may know who is behind a row: an anonymous one tells only office and owner."""
    return row.visibility != "anonymous" or owners.may_name(actor(), row)


def _organization(row: Any) -> Any:
    return _readable(row.organization) if _named(row) else None


def _leader(row: Any) -> Any:
    return _readable(row.leader) if _named(row) else None


def _people(row: Any) -> Any:
    return works.people_of(actor(), row)


class OrganizationShort(Schema):
    """An organization where another object names it."""

    id = Identifier()
    name = text(Message("单位名称。"))


class ExpertShort(Schema):
    """An expert where another object names him."""

    id = Identifier()
    name = text(Message("姓名。"))


class WorkShort(Schema):
    """A work where another object names it."""

    id = Identifier()
    title = text(Message("标题。"))


class IndicatorOut(Schema):
    """One line of a table of indicators."""

    name = text(Message("指标名称。"))
    comparator = text(Message("比较符：>=、<=、>、<、= 或 range。"))
    target = text(Message("目标值。"))
    current = text(Message("现值。"))
    unit = text(Message("单位。"))
    required = fields.Boolean(metadata=described(Message("必须达到，还是期望达到。")))


class OrganizationOut(OrganizationShort):
    """An organization of a list."""

    kind = Coded(taxonomy.ORGANIZATION_KINDS, Message("单位类型。"))
    region = Coded(taxonomy.REGIONS, Message("地区。"))
    summary = text(Message("简介。"))
    industry = Coded(taxonomy.INDUSTRIES, Message("行业（GB/T 4754）。"))
    tiers = Coded(taxonomy.TIERS, Message("企业梯级。"), many=True)
    website = text(Message("网址。"))
    verified_on = day(Message("最近核实日期。"))


class OrganizationLine(Schema):
    """An organization with its counts."""

    organization = fields.Nested(OrganizationOut, attribute="row", metadata=described(Message("单位。")))
    experts = whole(Message("您可见的专家数。"))
    achievements = whole(Message("您可见的成果数。"))
    problems = whole(Message("您可见的难题数。"))


class OrganizationList(Schema):
    """One page of organizations."""

    items = several(OrganizationLine, Message("本页的单位。"))
    kinds = counts(Message("各类单位的数目。"))
    paging = fields.Nested(Paging, metadata=described(Message("页码。")))


class ProblemOut(Schema):
    """A problem of a list."""

    id = Identifier()
    number = text(Message("难题编号。"))
    title = text(Message("名称。"))
    kind = Coded(taxonomy.PROBLEM_KINDS, Message("类型。"))
    technical = technical_fields()
    industry = Coded(taxonomy.INDUSTRIES, Message("行业（GB/T 4754）。"))
    region = Coded(taxonomy.REGIONS, Message("地区。"))
    state = text(Message("状态：published、docking、solved 等。"))
    deadline = day(Message("截止日期。"))
    budget_wan = Wan("budget_fen", Message("拟投入资金（万元）；null 为面议。"))
    organization = Behind(
        OrganizationShort,
        lambda row: owners.shown(actor(), row),
        Message("企业；匿名难题为 null。"),
    )


class ProblemDetail(ProblemOut):
    """One problem as a reader wants it."""

    background = text(Message("背景。"))
    main_problem = text(Message("主要问题。"))
    tried = text(Message("现有基础与已尝试方案。"))
    key_technology = text(Message("关键技术。"))
    indicators = several(IndicatorOut, Message("指标表。"))
    scene = text(Message("应用场景。"))
    goal = text(Message("预期目标。"))
    deliverables = text(Message("交付物。"))
    cooperation = Coded(taxonomy.COOPERATION, Message("期望合作方式。"), many=True)
    ip_intent = text(Message("知识产权归属意向。"))
    solver_conditions = text(Message("解决方条件。"))
    keywords = texts(Message("关键词。"))
    verified_on = day(Message("最近核实日期。"))
    revision = whole(Message("版本号，修改时带上。"))
    text = text(Message("需求全文（未分项时）。"))


class ProblemList(Schema):
    """One page of problems."""

    items = several(ProblemOut, Message("本页的难题。"))
    paging = fields.Nested(Paging, metadata=described(Message("页码。")))


class ExpertOut(ExpertShort):
    """An expert of a list."""

    position = text(Message("职称。"))
    department = text(Message("院系。"))
    organization = Behind(OrganizationShort, _organization, Message("单位。"))
    technical = technical_fields()
    directions = texts(Message("研究方向。"))
    region = Coded(taxonomy.REGIONS, Message("地区。"))


class ProjectOut(Schema):
    """Experience that is not a paper."""

    kind = Coded(taxonomy.EXPERIENCE_KINDS, Message("经历类别。"))
    title = text(Message("名称。"))
    client = text(Message("服务单位或颁发单位。"))
    year = whole(Message("年份。"))
    description = text(Message("内容。"))
    outcome = text(Message("成效。"))


class ExpertDetail(ExpertOut):
    """One expert; contacts are shown nowhere before both sides accept."""

    discipline = text(Message("学科。"))
    keywords = texts(Message("关键词。"))
    profile = text(Message("简介。"))
    services = text(Message("可提供服务。"))
    platforms = text(Message("仪器平台。"))
    orcid = text(Message("ORCID。"))
    openalex = text(Message("OpenAlex 作者号。"))
    hours = text(Message("方便联系的时间。"))
    travel = text(Message("出行限制。"))
    representative = texts(Message("代表论文、专利、标准。"))
    projects = several(ProjectOut, Message("论文以外的经历。"))
    verified_on = day(Message("最近核实日期。"))


class ExpertList(Schema):
    """One page of experts."""

    items = several(ExpertOut, Message("本页的专家。"))
    paging = fields.Nested(Paging, metadata=described(Message("页码。")))


class AchievementOut(WorkShort):
    """One achievement."""

    organization = fields.Nested(
        OrganizationShort, allow_none=True, metadata=described(Message("完成单位。"))
    )
    leader = Behind(ExpertShort, _leader, Message("负责人。"))
    team = fields.Function(
        lambda row: row.team if _named(row) else "",
        metadata=described(Message("团队；匿名成果为空。"), type="string"),
    )
    technical = technical_fields()
    keywords = texts(Message("关键词。"))
    summary = text(Message("简介。"))
    problem_solved = text(Message("解决的问题。"))
    advantage = text(Message("优于现有之处。"))
    indicators = several(IndicatorOut, Message("技术指标。"))
    maturity = Coded(taxonomy.MATURITY, Message("成熟度 1–9。"))
    ip = text(Message("知识产权。"))
    ip_status = Coded(taxonomy.PATENT_STATUS, Message("知识产权状态。"))
    ip_until = day(Message("知识产权有效期。"))
    industry = Coded(taxonomy.INDUSTRIES, Message("行业（GB/T 4754）。"))
    discipline = text(Message("学科。"))
    ipc = text(Message("IPC 分类号。"))
    price_kind = Coded(taxonomy.PRICE_KINDS, Message("报价方式。"))
    scenes = text(Message("应用场景。"))
    cases = text(Message("应用案例。"))
    transfer_modes = Coded(taxonomy.TRANSFER_MODES, Message("转化方式。"), many=True)
    price_wan = Wan("price_fen", Message("报价（万元）；null 为面议。"))
    region = Coded(taxonomy.REGIONS, Message("地区。"))
    verified_on = day(Message("最近核实日期。"))


class PublicationOut(WorkShort):
    """One paper."""

    abstract = text(Message("摘要。"))
    keywords = texts(Message("关键词。"))
    technical = technical_fields()
    year = whole(Message("年份。"))
    venue = text(Message("刊名。"))
    authors = Behind(ExpertShort, _people, Message("库中的作者。"), many=True)


class PatentOut(WorkShort):
    """One patent."""

    number = text(Message("专利号。"))
    abstract = text(Message("摘要。"))
    keywords = texts(Message("关键词。"))
    technical = technical_fields()
    ipc = text(Message("IPC 分类号。"))
    status = Coded(taxonomy.PATENT_STATUS, Message("法律状态。"))
    year = whole(Message("年份。"))
    organization = fields.Nested(
        OrganizationShort, allow_none=True, metadata=described(Message("专利权人。"))
    )
    inventors = Behind(ExpertShort, _people, Message("库中的发明人。"), many=True)
