"""Tables of published standards, delivered as files, and the codes of a contract's parties."""

from __future__ import annotations

from matchmaker.taxonomy.files import from_file
from matchmaker.taxonomy.regions import RegionTable
from matchmaker.taxonomy.table import Table

INDUSTRIES = Table("行业", from_file("industries.tsv"))
DISCIPLINES = Table("学科", from_file("disciplines.tsv"))
IPC = Table("IPC 分类", from_file("ipc.tsv"))
REGIONS = RegionTable("地区", from_file("regions.tsv"))
#: 性质 of the parties of a technology contract, as its registration asks for them.
NATURES = Table("单位性质", from_file("natures.tsv"))


def region_path(code: str, language: str = "zh") -> str:
    """Province, prefecture and county of a region code, as far as the table knows them."""
    parts = REGIONS.path(code) or REGIONS.path(f"{code[:4]}00") or REGIONS.path(f"{code[:2]}0000")
    return (" " if language == "en" else "").join(REGIONS.label(part, language) for part in parts)
