"""One schema a kind: the fields of an imported row, with the heads and other names of their columns."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, validates_schema

from matchmaker.importing.faults import Finding, told
from matchmaker.importing.fields import (
    Amount,
    Code,
    CodeList,
    Day,
    Industry,
    Region,
    Text,
    TextList,
    WholeNumber,
)
from matchmaker.importing.structures import (
    CreditCode,
    Email,
    Indicators,
    NotClassified,
    OpenAlex,
    Orcid,
    Phone,
    Projects,
)
from matchmaker.taxonomy import (
    COOPERATION,
    FIELDS,
    NATURES,
    ORGANIZATION_KINDS,
    PATENT_STATUS,
    PRICE_KINDS,
    PROBLEM_KINDS,
    TIERS,
    TRANSFER_MODES,
    VISIBILITY,
)


def _named(head: str, *others: str) -> dict[str, Any]:
    return {"head": head, "others": others}


class RowSchema(Schema):
    """What every kind of row has.

    Attributes:
        MATCHING: fields by which a row without an id is recognised.
        notes: findings of the last load that reject nothing.
    """

    class Meta:
        """Columns that no field stands for were told before."""

        unknown = EXCLUDE

    MATCHING: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Finding] = []

    id = Text(200, attribute="key", metadata=_named("编号", "序号ID", "ID"))
    source = Text(100, metadata=_named("来源", "数据来源"))
    classified = NotClassified(metadata=_named("涉密", "是否涉密", "密级"))


class OrganizationRow(RowSchema):
    """organization 单位."""

    MATCHING = ("name",)

    name = Text(200, required=True, metadata=_named("单位名称", "名称", "机构名称", "单位", "单位全称"))
    kind = Code(ORGANIZATION_KINDS, metadata=_named("单位类型", "类型", "机构类型", "单位性质"))
    code = CreditCode(metadata=_named("统一社会信用代码", "信用代码", "组织机构代码"))
    region = Region(metadata=_named("地区", "所在地", "所在地区", "区划"))
    summary = Text(metadata=_named("简介", "单位简介", "机构简介"))
    website = Text(300, metadata=_named("网址", "网站", "主页"))
    address = Text(300, metadata=_named("地址", "通讯地址", "单位地址"))
    industry = Industry(metadata=_named("所属行业", "行业"))
    nature = Code(NATURES, metadata=_named("登记性质", "企业性质"))
    tiers = CodeList(TIERS, metadata=_named("企业梯级", "梯级", "资质"))
    contact_name = Text(100, metadata=_named("联系人", "联系人姓名"))
    contact_phone = Phone(metadata=_named("联系电话", "电话", "手机"))
    contact_email = Email(metadata=_named("联系邮箱", "邮箱", "电子邮箱"))
    verified_on = Day(metadata=_named("最近核实日期", "核实日期"))


class ExpertRow(RowSchema):
    """expert 专家."""

    MATCHING = ("name", "institution")

    name = Text(100, required=True, metadata=_named("姓名", "专家姓名", "专家"))
    institution = Text(
        200, required=True, metadata=_named("单位", "所在单位", "工作单位", "单位名称", "organization")
    )
    department = Text(200, metadata=_named("院系", "部门", "所在院系", "学院"))
    position = Text(100, metadata=_named("职称", "职务", "职称职务", "职务职称"))
    discipline = Text(200, metadata=_named("学科", "专业", "所属学科", "学科专业"))
    field = CodeList(FIELDS, attribute="fields", metadata=_named("技术领域", "领域", "fields"))
    directions = TextList(metadata=_named("研究方向", "研究领域", "主要研究方向"))
    keywords = TextList(metadata=_named("关键词", "关键字"))
    profile = Text(metadata=_named("简介", "个人简介", "专家简介"))
    services = Text(metadata=_named("可提供服务", "可提供的服务", "服务内容"))
    platforms = Text(metadata=_named("仪器平台", "平台", "仪器设备"))
    projects = Projects(metadata=_named("横向项目", "服务企业经历", "横向课题", "非论文经历"))
    representative = TextList(
        500, re.compile(r"[；;|\n]"), metadata=_named("代表成果", "代表论文", "代表作", "代表性成果")
    )
    papers = TextList(metadata=_named("论文编号", "论文", "publications"))
    region = Region(metadata=_named("地区", "所在地", "所在地区"))
    email = Email(metadata=_named("邮箱", "电子邮箱", "电子邮件", "E-mail"))
    phone = Phone(metadata=_named("电话", "手机", "联系电话", "手机号"))
    orcid = Orcid(metadata=_named("ORCID"))
    openalex = OpenAlex(metadata=_named("OpenAlex", "OpenAlex编号"))
    hours = Text(200, metadata=_named("可联系时间", "可用时间", "时间限制"))
    travel = Text(200, metadata=_named("出行限制", "出行要求"))
    avoid = TextList(metadata=_named("回避单位", "需回避单位"))
    verified_on = Day(metadata=_named("最近核实日期", "核实日期"))


class PublicationRow(RowSchema):
    """publication 论文."""

    MATCHING = ("title", "abstract")

    title = Text(500, metadata=_named("题名", "论文题目", "题目", "标题", "论文名称"))
    abstract = Text(metadata=_named("摘要", "内容摘要"))
    keywords = TextList(metadata=_named("关键词", "关键字"))
    year = WholeNumber(1800, 2100, "年", metadata=_named("年份", "发表年份", "年"))
    venue = Text(300, metadata=_named("刊名", "期刊", "发表刊物", "会议"))
    authors = TextList(metadata=_named("作者编号", "作者"))
    field = CodeList(FIELDS, attribute="fields", metadata=_named("技术领域", "领域", "fields"))

    @validates_schema(skip_on_field_errors=True)
    def _has_text(self, data: dict[str, Any], **_options: Any) -> None:
        if not data.get("title") and not data.get("abstract"):
            fault = told("题名和摘要都没有填写", "请至少填写其中一项")
            raise ValidationError([fault], "title")


class PatentRow(RowSchema):
    """patent 专利."""

    MATCHING = ("number", "title", "organization")

    number = Text(40, metadata=_named("专利号", "申请号", "公开号", "专利申请号"))
    title = Text(500, required=True, metadata=_named("名称", "专利名称", "发明名称"))
    abstract = Text(metadata=_named("摘要"))
    keywords = TextList(metadata=_named("关键词", "关键字"))
    year = WholeNumber(1800, 2100, "年", metadata=_named("年份", "申请年份", "年"))
    ipc = Text(200, metadata=_named("IPC分类号", "IPC", "分类号"))
    inventors = TextList(metadata=_named("发明人编号", "发明人"))
    organization = Text(200, metadata=_named("专利权人", "申请人", "权利人"))
    status = Code(PATENT_STATUS, metadata=_named("法律状态", "状态"))
    field = CodeList(FIELDS, attribute="fields", metadata=_named("技术领域", "领域", "fields"))


class AchievementRow(RowSchema):
    """achievement 成果."""

    MATCHING = ("title", "organization")

    title = Text(300, required=True, metadata=_named("名称", "成果名称", "项目名称"))
    organization = Text(200, required=True, metadata=_named("完成单位", "单位", "第一完成单位", "所属单位"))
    leader = Text(200, metadata=_named("负责人编号", "负责人"))
    team = Text(300, metadata=_named("团队", "完成人", "团队成员"))
    industry = Industry(metadata=_named("应用行业", "行业"))
    discipline = Text(200, metadata=_named("学科", "所属学科"))
    ipc = Text(200, metadata=_named("IPC分类号", "IPC"))
    field = CodeList(FIELDS, attribute="fields", metadata=_named("技术领域", "领域", "fields"))
    summary = Text(metadata=_named("简介", "成果简介"))
    problem_solved = Text(metadata=_named("解决的问题", "解决问题"))
    indicators = Indicators(metadata=_named("技术指标", "指标", "主要技术指标"))
    advantage = Text(metadata=_named("优于现有之处", "优势", "创新点"))
    maturity = WholeNumber(1, 9, "级", metadata=_named("成熟度", "技术成熟度", "TRL"))
    ip = Text(metadata=_named("知识产权", "知识产权情况"))
    ip_status = Code(PATENT_STATUS, metadata=_named("知识产权状态", "专利状态"))
    ip_number = Text(100, metadata=_named("知识产权号", "专利号", "登记号"))
    ip_holder = Text(200, metadata=_named("知识产权权利人"))
    ip_until = Day(metadata=_named("知识产权有效期", "有效期"))
    scenes = Text(metadata=_named("应用场景", "应用领域"))
    cases = Text(metadata=_named("应用案例", "案例"))
    transfer_modes = CodeList(TRANSFER_MODES, metadata=_named("转化方式", "转让方式", "合作方式"))
    price_kind = Code(PRICE_KINDS, metadata=_named("报价方式", "定价方式"))
    price_wan = Amount(attribute="price_fen", metadata=_named("报价(万元)", "报价", "价格", "价格(万元)"))
    keywords = TextList(metadata=_named("关键词", "关键字"))
    region = Region(metadata=_named("地区", "所在地", "所在地区"))
    verified_on = Day(metadata=_named("最近核实日期", "核实日期"))


class ProblemRow(RowSchema):
    """problem 难题."""

    MATCHING = ("title", "organization", "text")

    number = Text(40, metadata=_named("难题编号", "需求编号"))
    title = Text(
        300,
        required=True,
        metadata=_named("名称", "难题名称", "需求名称", "技术需求名称", "项目名称", "标题"),
    )
    kind = Code(PROBLEM_KINDS, metadata=_named("类型", "需求类型", "难题类型"))
    organization = Text(200, metadata=_named("企业", "企业名称", "单位", "单位名称", "需求单位", "机构名称"))
    industry = Industry(metadata=_named("行业", "所属行业", "应用行业"))
    field = CodeList(FIELDS, attribute="fields", metadata=_named("技术领域", "领域", "所属领域", "fields"))
    text = Text(metadata=_named("需求内容", "内容", "需求描述", "难题描述", "概述", "需求概述"))
    background = Text(metadata=_named("背景", "需求背景"))
    main_problem = Text(metadata=_named("主要问题", "主要技术问题"))
    tried = Text(metadata=_named("现有基础与已尝试方案", "现有基础", "已尝试方案", "现有工作基础"))
    key_technology = Text(metadata=_named("关键技术", "技术关键与主要指标", "技术关键"))
    indicators = Indicators(metadata=_named("指标表", "指标", "技术指标", "主要指标"))
    scene = Text(metadata=_named("应用场景"))
    goal = Text(metadata=_named("预期目标", "目标"))
    deliverables = Text(metadata=_named("交付物", "成果形式"))
    cooperation = CodeList(COOPERATION, metadata=_named("期望合作方式", "合作方式", "解决方式"))
    budget_wan = Amount(
        attribute="budget_fen",
        metadata=_named(
            "拟投入资金(万元)", "拟投入资金", "拟投入资金总额(万元)", "预算(万元)", "预算", "资金(万元)"
        ),
    )
    ip_intent = Text(metadata=_named("知识产权归属意向", "知识产权归属"))
    solver_conditions = Text(metadata=_named("解决方条件", "揭榜方条件"))
    deadline = Day(metadata=_named("截止日期", "截止时间", "需求时限"))
    visibility = Code(VISIBILITY, metadata=_named("公开范围", "公开方式"))
    contact_name = Text(100, metadata=_named("联系人", "联系人姓名"))
    contact_phone = Phone(metadata=_named("联系电话", "电话", "手机", "联系方式"))
    contact_email = Email(metadata=_named("联系邮箱", "邮箱", "电子邮箱", "电子信箱"))
    keywords = TextList(metadata=_named("关键词", "关键字"))
    region = Region(metadata=_named("地区", "所在地", "所在地区"))
    verified_on = Day(metadata=_named("最近核实日期", "核实日期"))


#: Kind → its schema, in the order in which kinds are offered.
SCHEMAS: dict[str, type[RowSchema]] = {
    "problem": ProblemRow,
    "expert": ExpertRow,
    "publication": PublicationRow,
    "patent": PatentRow,
    "achievement": AchievementRow,
    "organization": OrganizationRow,
}
