"""Filled official forms in several layouts, as offices get them back."""

from __future__ import annotations

import io
from typing import Any

from docx import Document

FILLED: dict[str, Any] = {
    "organization": "澄溪晶彩钮扣有限公司", "code": "91330381MA2ABCDE0X", "body": "enterprise", "legal": "葛建国",
    "department": "澄溪县科技局", "region": "浙江省台州市", "address": "工业路 8 号", "website": "https://www.example.com",
    "contact_name": "王芳", "contact_phone": "13912345601", "landline": "0576-81234567", "fax": "0576-81234568",
    "contact_email": "wang@example.com", "intro": "生产树脂纽扣。\n员工 120 人。",
    "title": "树脂纽扣电镀层耐盐雾", "years": {"from": 2026, "to": 2028},
    "main_problem": "镀层在中性盐雾中 24 小时后变色 <A&B>，客户整批退货。\n换过两家药水。",
    "key_technology": "锌镍共沉积；盐雾 ≥ 96 h", "goal": "合格率 98%", "keywords": ["电镀", "盐雾", "纽扣"],
    "budget_fen": 50_050_000, "solution": "commission", "partners": "临江大学、省表面工程研究所",
    "activity": "experimental", "field": "materials", "industry": "33",
}  # fmt: skip


def four_columns(**changed: str) -> bytes:
    """A table of four columns with merged cells, boxes behind their options, the description in one cell."""
    document = Document()
    document.add_paragraph("2026 年度重大技术需求征集表")
    table = document.add_table(9, 4)
    lines = [
        ("一、机构信息", None, None, None),
        ("* 机 构 全 称：", changed.get("organization", "澄溪晶彩钮扣有限公司"), "传真", "0576-81234568"),
        ("机构属性", "企业☑ 高等院校□ 研究机构□ 其他□", "固定电话", "0576-81234567"),
        ("需求名称", changed.get("title", "树脂纽扣电镀层耐盐雾"), None, None),
        ("需求时限", "2026年1月至2028年12月", "拟投入资金总额", changed.get("budget", "50.05 万元")),
        ("技术需求\n概述", "1、主要问题（限500字）：\n镀层变色。\n退货多。\n2、技术关键与主要指标：盐雾 96 h\n3．预期目标\n合格率 98%", None, None),
        ("关键字", "电镀", "盐雾", "纽扣"),
        ("解决方式", changed.get("solution", "（ ）独立研发 （√）委托研发 （ ）合作研发 （ ）其他"), "应用行业", "C 制造业 / 33 金属制品业"),
        ("技术领域", "新材料及应用", "科技活动类型", changed.get("activity", "■试验发展 □应用研究")),
    ]  # fmt: skip
    for row, cells in zip(table.rows, lines, strict=True):
        last = row.cells[0]
        for cell, text in zip(row.cells, cells, strict=True):
            if text is None:
                last = last.merge(cell)
            else:
                cell.text, last = text, cell
    return _saved(document)


def paragraphs() -> bytes:
    """No table at all: a label and a colon, texts below their headings."""
    document = Document()
    for line in (
        "附件1", "重大技术需求征集表", "单位名称：澄溪晶彩钮扣有限公司      联系人：王芳     手机：13912345601",
        "技术需求名称：树脂纽扣电镀层耐盐雾", "需求时限：____2028年____前", "技术需求概述",
        "（一）主要问题", "镀层变色。", "退货多。", "（二）技术关键", "盐雾 96 h", "（三）预期目标", "合格率 98%",
        "关键词：电镀、盐雾、纽扣", "拟投入资金：500,500元", "合作意向单位：临江大学", "解决方式：合作研发",
        "科技活动类型：□基础研究 ☑应用研究 □试验发展", "所属领域：☑其他（表面工程）", "所属行业：金属制品业", "填表日期：2026年3月",
    ):  # fmt: skip
        document.add_paragraph(line)
    return _saved(document)


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
