"""Code tables and their look-up: what users write (code, Chinese or English name) → code."""

from __future__ import annotations

from matchmaker.taxonomy.tables import (
    ACHIEVEMENT_BANDS,
    COMPARATORS,
    COOPERATION,
    FIELDS,
    INDUSTRIES,
    MATURITY,
    ORGANIZATION_KINDS,
    PATENT_STATUS,
    PROBLEM_KINDS,
    REGIONS,
    TRANSFER_MODES,
    VISIBILITY,
    Table,
    region_path,
)

__all__ = [
    "ACHIEVEMENT_BANDS",
    "COMPARATORS",
    "COOPERATION",
    "FIELDS",
    "INDUSTRIES",
    "MATURITY",
    "ORGANIZATION_KINDS",
    "PATENT_STATUS",
    "PROBLEM_KINDS",
    "REGIONS",
    "TRANSFER_MODES",
    "VISIBILITY",
    "Table",
    "region_path",
]
