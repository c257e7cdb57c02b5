"""Numbers with their units in Chinese technical prose: digits and Chinese numerals, ranges, tolerances."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
           "九": 9}  # fmt: skip
_STEPS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMBER = "[零〇一二两三四五六七八九十百千万亿]{1,12}"
_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,9})?|\d{1,15}(?:\.\d{1,9})?"

_LATIN_NAMES = """
Wh/kg kWh/t kWh/h kW·h mAh/g mg/L mg/m3 mg/m³ mg/kg ug/L μg/L µg/L g/cm3 g/cm³ g/cm2 g/m2 g/L kg/m3
kg/m³ kg/h N/mm2 N/mm² W/m·K W/mK W/(m·K) m/s m/min mm/s mm/min km/h r/min rpm cm2 mm2 m2 m² m3/h m³/h
m3 m³ cm3 cm³ kWh mAh Ah Wh MPa GPa kPa KPa Mpa Pa pa mbar bar kHz MHz GHz Hz THz dBm dBi dB kV mV kA mA
μA µA kW MW GW mW kΩ MΩ mΩ Ω kN kJ MJ nm um μm µm μ µ mm cm dm km ms μs µs ns min mL ml kg mg ug μg ppm
PPm PPM ppb fps bps Mbps Gbps kB MB GB TB lm lx HRC HRA HB HV K/min ℃/min °C ℃ N·m Nm CFU/g U/mL IU/g cP
mPa·s Pa·s NTU
"""
_SINGLE_NAMES = "m s h g t L A V W K N J T"
_HAN_NAMES = """
百分点 纳米 微米 毫米 厘米 分米 公里 千米 米 平方米 平方毫米 平方公里 亩 公顷 毫升 立方米 立方厘米 立方
公升 升 毫克 千克 公斤 克 万吨 吨 斤 毫秒 秒钟 秒 分钟 小时 工作日 个月 天 年 摄氏度 度电 度 兆帕 千帕
帕 千瓦时 千瓦 兆瓦 瓦 千伏 伏 安时 安 牛 赫兹 兆赫 分贝 转/分 转 目 倍 次 粒 件 级 元 万元 亿元 丝 匹
帧
"""
_COUNT_NAMES = "次 粒 件 级 倍 转 年 天 个月 元 万元 亿元 工作日 度 安 米 吨 亩 匹 万吨 升 斤"
_LATIN_UNITS, _SINGLE_UNITS, _HAN_UNITS = _LATIN_NAMES.split(), _SINGLE_NAMES.split(), _HAN_NAMES.split()
#: Counted things: no measure unless a comparing word stands before them.
COUNTS = frozenset(_COUNT_NAMES.split())


def _alternatives(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_ONE_UNIT = (
    rf"(?:百分点|[%％‰]|{_alternatives(_LATIN_UNITS)}(?![A-Za-z])"
    rf"|(?:{_alternatives(_SINGLE_UNITS)})(?![A-Za-z0-9])|{_alternatives(_HAN_UNITS)})"
)
_PER = rf"(?:/(?:{_ONE_UNIT}|[A-Za-z]{{1,3}}[23]?|分|台|套|月|日|次|人|a))?"
_UNIT = rf"(?:(?P<scale>[千万亿])?(?P<unit>{_ONE_UNIT}{_PER}))"
_SIGN = r"(?P<sign>≥|≤|≧|≦|>=|<=|＞|＜|>|<|=|＝|±|大于等于|小于等于)?"
_NUMBER = rf"(?:{_ARABIC})"
_RANGE = r"\s*(?:[%％]|℃|°C)?\s*(?:~|～|∼|〜|—|–|-|－|至|到)\s*[φΦ]?"
_QUANTITY = re.compile(
    rf"{_SIGN}\s*(?<![\d.A-Za-z/\-])(?P<low>[-−]?{_NUMBER})(?:{_RANGE}(?P<high>[-−]?{_NUMBER}))?"
    rf"(?:\s*±\s*(?P<tolerance>{_NUMBER}))?\s*[)）]?(?:{_UNIT})?"
    rf"|(?P<han>(?<![零一二两三四五六七八九十百千万亿]){_HAN_NUMBER}|半)(?P<ge>个)?(?P<han_unit>{_ONE_UNIT}(?:/(?:分|台|套|月|日))?)"
    rf"|百分之(?P<percent>{_HAN_NUMBER})"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range with its unit, where it stands.

    Attributes:
        value: as the table of indicators takes it: "0.5", "6~9", "±2".
        unit: as written; "" for a bare number behind a sign.
        sign: the comparing sign in front, as written, or "".
    """

    start: int
    end: int
    value: str
    unit: str
    sign: str

    @property
    def is_range(self) -> bool:
        """Whether two ends or a tolerance were given."""
        return "~" in self.value or "±" in self.value


def quantities(text: str) -> list[Quantity]:
    """Quantities in the order of the text; dates, numbers of items and names such as “5G” are none."""
    return list(_found(text))


def chinese_number(numeral: str) -> Decimal | None:
    """“一千二百” → 1200, “两万” → 20000, “半” → 0.5; None when it is none."""
    if numeral == "半":
        return Decimal("0.5")
    total = section = digit = 0
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _STEPS:
            section += (digit or 1) * _STEPS[sign]
            digit = 0
        elif sign in _GROUPS:
            total = (total + section + digit or 1) * _GROUPS[sign]
            section = digit = 0
        else:
            return None
    return Decimal(total + section + digit)


def plain(number: Decimal) -> str:
    """Without exponent and idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _found(text: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(text):
        if match["percent"]:
            number = chinese_number(match["percent"])
            if number is not None:
                yield Quantity(match.start(), match.end(), plain(number), "%", "")
        elif match["han"]:
            number = chinese_number(match["han"])
            if number is not None and not _is_idiom(match):
                yield Quantity(match.start(), match.end(), plain(number), match["han_unit"], "")
        elif one := _arabic(match):
            yield one


def _arabic(match: re.Match[str]) -> Quantity | None:
    unit, sign = match["unit"] or "", match["sign"] or ""
    low, high = match["low"].replace(",", ""), (match["high"] or "").replace(",", "")
    if not unit and not sign and not match["tolerance"]:
        return None
    if unit in {"年", "度"} and _YEAR.fullmatch(low):
        return None
    if not unit and _YEAR.fullmatch(low):
        return None
    if match["scale"]:
        unit = match["scale"] + unit
    value = f"{low}~{high}" if high else low
    if match["tolerance"]:
        value += f"±{match['tolerance']}"
    if sign == "±":
        value, sign = f"±{value}", ""
    return Quantity(match.start(), match.end(), value, unit.replace("％", "%"), sign)


def _is_idiom(match: re.Match[str]) -> bool:
    """“一次”, “一年”, “一级”: the beginning of a word more often than a measure; “十分”, “千万”."""
    return match["han"] in {"一", "零", "〇", "千", "万", "千万", "百", "十", "亿"} and match[
        "han_unit"
    ] not in {
        "小时",
        "个月",
        "毫米",
        "吨",
        "分钟",
    }
