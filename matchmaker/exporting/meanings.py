"""What a column of a template asks for, told from the kind of its field; an example row for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

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
    Orcid,
    Phone,
    Projects,
)

#: What stands in the first column of an example row; the import leaves such a row out.
EXAMPLE = "示例（导入时忽略）"

_BY_TYPE: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (CreditCode, "18 位，含校验码"),
    (Email, "形如 name@example.org"),
    (Phone, "手机或座机，可写几个"),
    (Orcid, "形如 0000-0002-1825-0097"),
    (NotClassified, "只能填“否”：涉密内容不得录入"),
    (Indicators, "每行一个指标：名称 ≥ 目标值 单位 (现值 x)；不是必须达到的，在行末写 (期望)"),
    (Projects, "每行一项；不是横向项目的，在前面写明类别，如：标准：GB/T 12345 起草"),
    (Amount, "以万元为单位的数，最多两位小数；面议请留空"),
    (Day, "日期，如 2027-06-30"),
    (WholeNumber, "整数"),
    (CodeList, "从下拉列表中选；可填几个，用；分开"),
    (Code, "从下拉列表中选"),
    (Region, "省、市、县的名称或 GB/T 2260 代码；重名的县区请写出所属的市"),
    (Industry, "GB/T 4754 的名称或代码"),
    (TextList, "可填几个，用；分开"),
    (Text, "文字，可以换行（Alt+Enter）"),
)
_OWN: Mapping[str, str] = {
    "id": "您自己的编号，再次导入时按它更新；从本系统导出的编号请不要改动",
    "source": "数据从哪里来",
    "papers": "论文的编号，用；分开；论文可以以后再导入",
    "authors": "作者（专家）的编号，按顺序，用；分开",
    "inventors": "发明人（专家）的编号，按顺序，用；分开",
    "leader": "负责人（专家）的编号",
    "organization": "单位全称；还没有的单位会自动新建",
    "institution": "单位全称；还没有的单位会自动新建",
    "visibility": "谁能看到：公开、仅登录、定向、匿名（不显示单位）",
    "text": "没有分项的需求全文；已分项填写的可以留空",
}

_SHARED = {"source": "2026 年企业走访", "classified": "否", "verified_on": "2026-10-20"}
#: Kind → field → what the example row shows; every field of the kind is there.
EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "problem": {
        **_SHARED, "number": "XQ-2026-001", "title": "镀层耐盐雾腐蚀不足", "kind": "技术攻关",
        "organization": "澄溪晶彩钮扣有限公司", "industry": "金属制品业", "field": "新材料及其应用；先进制造",
        "text": "锌合金钮扣电镀后 24 小时盐雾就变色，希望提高到 96 小时。",
        "background": "出口订单要求提高。",
        "main_problem": "盐雾 24 小时后镀层变色，客户退货。", "tried": "换过两家药水，效果不稳定。",
        "key_technology": "无氰预镀与封闭工艺。",
        "indicators": "中性盐雾 ≥ 96 h (现值 24)\n单件成本 ≤ 0.05 元 (期望)", "scene": "滚镀线",
        "goal": "通过客户验收，年减少退货 80 万元。", "deliverables": "工艺文件、样品、检测报告",
        "cooperation": "委托开发；技术服务", "budget_wan": "30.50", "ip_intent": "归企业所有",
        "solver_conditions": "有电镀中试线", "deadline": "2027-06-30", "visibility": "公开",
        "contact_name": "葛建国", "contact_phone": "0577-65000000", "contact_email": "ge@example.org",
        "keywords": "无氰电镀；盐雾", "region": "浙江省温州市瑞安市",
    },
    "expert": {
        **_SHARED, "name": "林知远", "institution": "浙东滨海理工大学", "department": "材料学院",
        "position": "教授", "discipline": "材料科学", "field": "新材料及其应用",
        "directions": "电镀；腐蚀与防护", "keywords": "无氰镀铜；盐雾", "profile": "长期从事表面处理研究。",
        "services": "工艺诊断、检测", "platforms": "盐雾试验箱、扫描电镜",
        "projects": "无氰镀铜工艺开发\n标准：GB/T 12345 起草", "representative": "无氰镀铜机理，2023",
        "papers": "p01；p02", "region": "浙江省台州市", "email": "lin@example.org", "phone": "0576-88000000",
        "orcid": "0000-0002-1825-0097", "openalex": "A5023888391", "hours": "工作日 9–17 点",
        "travel": "只在省内", "avoid": "某某电镀有限公司",
    },
    "publication": {
        "source": "学校科研系统", "classified": "否", "title": "无氰镀铜的机理", "abstract": "研究了……",
        "keywords": "镀铜；无氰", "year": "2023", "venue": "电镀与涂饰", "authors": "x01；x02",
        "field": "新材料及其应用",
    },
    "patent": {
        "source": "学校科研系统", "classified": "否", "number": "CN202310000001.X", "title": "一种无氰镀液",
        "abstract": "本发明公开了……", "keywords": "镀液", "year": "2023", "ipc": "C25D 3/38",
        "inventors": "x01", "organization": "浙东滨海理工大学", "status": "授权", "field": "新材料及其应用",
    },
    "achievement": {
        **_SHARED, "title": "锌合金小件无氰滚镀工艺", "organization": "浙东滨海理工大学", "leader": "x01",
        "team": "表面工程课题组", "industry": "金属制品业", "discipline": "材料科学", "ipc": "C25D 3/38",
        "field": "新材料及其应用", "summary": "以焦磷酸盐代替氰化物打底。",
        "problem_solved": "剧毒氰化物管理难。",
        "indicators": "盐雾 ≥ 96 h", "advantage": "成本相当，不用剧毒品。", "maturity": "6",
        "ip": "发明专利 2 件", "ip_status": "授权", "ip_number": "CN202310000001.X",
        "ip_holder": "浙东滨海理工大学", "ip_until": "2043-01-31", "scenes": "服饰五金、锁具",
        "cases": "在一家钮扣厂运行 8 个月", "transfer_modes": "许可；合作实施", "price_kind": "一口价",
        "price_wan": "55", "keywords": "无氰；滚镀", "region": "浙江省台州市",
    },
    "organization": {
        **_SHARED, "name": "澄溪晶彩钮扣有限公司", "kind": "企业", "code": "91330381MA00000001",
        "region": "浙江省温州市瑞安市", "summary": "生产树脂和金属钮扣。", "website": "https://example.org",
        "address": "塘下镇工业区 1 号", "industry": "其他制造业", "nature": "有限责任公司",
        "tiers": "高新技术企业", "contact_name": "葛建国", "contact_phone": "0577-65000000",
        "contact_email": "ge@example.org",
    },
}  # fmt: skip


def meaning(name: str, field: fields.Field[Any]) -> str:
    """What to write into the column of a field."""
    if name in _OWN:
        return _OWN[name]
    return next((text for kind, text in _BY_TYPE if isinstance(field, kind)), "文字")
