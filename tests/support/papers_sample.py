"""A dossier of any size, with whatever is hard to print: long titles, marks of markup, a veiled side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from matchmaker.reporting.dossier import (
    Dossier,
    Goal,
    Item,
    Need,
    Pairing,
    Person,
    Place,
    Signing,
    Slot,
    Stamp,
)

START = datetime(2027, 3, 18, 9)  # noqa: DTZ001 - local
LONG = "面向多花色树脂纽扣小批量柔性生产的外观瑕疵在线高速分选与新花色少样本快速换型一体化装备关键技术研究及产业化示范应用"
STAMP = Stamp(3, "2027-03-10 14:05", "2027-03-16 09:12", is_provisional=True)
_FIRST_FIRM = 1_000


def dossier(experts: int = 3, needs: int = 2, slots: int = 4, tables: int = 2, meetings: int = 6) -> Dossier:
    """An event with so many of each; everybody's names are telling apart."""
    return Dossier(
        number="2027-D01",
        title="2027 年澄溪县表面处理产学研精准对接会",
        is_docking=True,
        theme="表面处理 · 新材料",
        summary="百企进高校第三站。\n请各位专家提前到场。",
        hosts="县科技局、县科创中心",
        partners="省技术转移中心",
        venue="县会展中心",
        address="科技路 1 号",
        contact="王科长 0579-12345678",
        days="2027-03-18（周四）",
        stamp=STAMP,
        slots=[_slot(at) for at in range(slots)],
        tables=[Place(f"A{at + 1:02}", "多功能厅" if at < 10 else "二楼会议室") for at in range(tables)],
        agenda=[
            Item(1, "开幕", "开幕式暨领导致辞", START - timedelta(minutes=30), START, "报告厅", "张县长")
        ],
        people=[*(_expert(at) for at in range(experts)), *(_firm(at) for at in range(needs))],
        needs=[_need(at) for at in range(needs)],
        meetings=_meetings(experts, needs, slots, tables, meetings),
        signings=[
            Signing("YX-1", LONG, "澄溪第1厂", "第1大学", "委托开发", "50.00", date(2027, 3, 18), "王经理")
        ],
    )


def titled(told: Dossier, title: str) -> Dossier:
    """The same with another title for the event and for every problem."""
    needs = [replace(need, title=title, known_as=title, summary=title) for need in told.needs]
    return replace(told, title=title, needs=needs)


def _slot(at: int) -> Slot:
    starts = START + timedelta(minutes=30 * at + (120 if at > 3 else 0))
    return Slot(at, "上午" if at < 4 else "下午", starts, starts + timedelta(minutes=25))


def _expert(at: int) -> Person:
    return Person(
        at + 1,
        at + 1,
        f"badge-{at}",
        f"专家{at + 1}",
        "expert",
        "专家",
        f"第{at // 3 + 1}理工大学材料科学与工程学院",
        "教授",
        order=f"zhuan jia {at + 1:03}",
        body_order=f"di {at // 3 + 1:03}",
        page="http://10.0.0.1:8000/m/12." + "x" * 43,
        profile="研究电镀与表面处理、无氰镀铜、盐雾腐蚀；承担横向项目 12 项，服务企业 8 家。" * 3,
        fields="新材料、先进制造",
    )


def _firm(at: int) -> Person:
    return Person(
        _FIRST_FIRM + at,
        200 + at,
        f"firm-{at}",
        f"代表{at + 1}",
        "representative",
        "需求方代表",
        f"澄溪晶彩第{at + 1}钮扣有限公司",
        "技术部长",
        order=f"dai biao {at + 1:03}",
        body_order=f"cheng xi {at + 1:03}",
    )


def _need(at: int) -> Need:
    return Need(
        at + 1,
        f"2027-{at + 1:04}",
        f"澄溪晶彩第{at + 1}钮扣有限公司",
        LONG,
        LONG,
        (_FIRST_FIRM + at,),
        summary="镀层在盐雾中 24 小时后变色，换过两家药水，希望达到 96 小时以上。" * 3,
        goals=(
            Goal("中性盐雾", "24 h", "≥ 96 h", required=True),
            Goal("成本", "", "≤ 0.3 元/件", required=False),
        ),
        cooperation="委托开发",
        budget="50.00 万元",
    )


def _meetings(experts: int, needs: int, slots: int, tables: int, most: int) -> list[Pairing]:
    """Slot by slot, table by table, nobody twice at once."""
    found: list[Pairing] = []
    for slot in range(slots):
        for table in range(min(tables, needs, experts)):
            if len(found) < most:
                found.append(
                    Pairing(
                        len(found) + 1,
                        (table + slot * 5) % experts + 1,
                        (table + slot * 3) % needs + 1,
                        slot,
                        f"A{table + 1:02}",
                        "“盐雾 24 小时后镀层变色” ↔ “无氰镀铜盐雾 96 小时不变色”",
                    )
                )
    return found
