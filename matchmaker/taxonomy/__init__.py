"""Code tables and their look-up: what users write (code, Chinese or English name) → code."""

from __future__ import annotations

from matchmaker.taxonomy.events import (
    AGENDA_KINDS,
    AGREEMENT_ENDS,
    ATTENDANCE,
    ATTENDEE_KINDS,
    EVENT_KINDS,
    FOLLOW_STATUSES,
    INTENT_WAYS,
    MEETING_OUTCOMES,
    TABLE_KINDS,
    UNFIT_REASONS,
)
from matchmaker.taxonomy.forms import (
    COMPARATORS,
    COOPERATION,
    FIELDS,
    ORGANIZATION_KINDS,
    PROBLEM_KINDS,
    VISIBILITY,
)
from matchmaker.taxonomy.official import (
    OFFICIAL_ACTIVITIES,
    OFFICIAL_BODIES,
    OFFICIAL_FIELDS,
    OFFICIAL_SOLUTIONS,
)
from matchmaker.taxonomy.picking import picked
from matchmaker.taxonomy.profiles import EXPERIENCE_KINDS, ORIGINS, PRICE_KINDS, TIERS
from matchmaker.taxonomy.reasons import DECLINE_REASONS, RETURN_REASONS, WITHDRAW_REASONS
from matchmaker.taxonomy.standards import DISCIPLINES, INDUSTRIES, IPC, NATURES, REGIONS, region_path
from matchmaker.taxonomy.table import Entry, Table
from matchmaker.taxonomy.works import ACHIEVEMENT_BANDS, MATURITY, PATENT_STATUS, TRANSFER_MODES

#: Name in addresses and commands → table.
TABLES: dict[str, Table] = {
    "regions": REGIONS,
    "industries": INDUSTRIES,
    "disciplines": DISCIPLINES,
    "ipc": IPC,
    "fields": FIELDS,
    "problem-kinds": PROBLEM_KINDS,
    "cooperation": COOPERATION,
    "organization-kinds": ORGANIZATION_KINDS,
    "maturity": MATURITY,
    "transfer-modes": TRANSFER_MODES,
    "patent-status": PATENT_STATUS,
    "natures": NATURES,
    "experience-kinds": EXPERIENCE_KINDS,
    "price-kinds": PRICE_KINDS,
    "tiers": TIERS,
    "origins": ORIGINS,
    "official-fields": OFFICIAL_FIELDS,
    "official-solutions": OFFICIAL_SOLUTIONS,
    "official-activities": OFFICIAL_ACTIVITIES,
    "official-bodies": OFFICIAL_BODIES,
    "return-reasons": RETURN_REASONS,
    "decline-reasons": DECLINE_REASONS,
    "withdraw-reasons": WITHDRAW_REASONS,
    "event-kinds": EVENT_KINDS,
    "agenda-kinds": AGENDA_KINDS,
    "attendee-kinds": ATTENDEE_KINDS,
    "table-kinds": TABLE_KINDS,
    "attendance": ATTENDANCE,
    "meeting-outcomes": MEETING_OUTCOMES,
    "unfit-reasons": UNFIT_REASONS,
    "agreement-ends": AGREEMENT_ENDS,
    "intent-ways": INTENT_WAYS,
    "follow-statuses": FOLLOW_STATUSES,
}

__all__ = [
    "ACHIEVEMENT_BANDS", "AGENDA_KINDS", "AGREEMENT_ENDS", "ATTENDANCE", "ATTENDEE_KINDS", "COMPARATORS",
    "COOPERATION",
    "DECLINE_REASONS", "DISCIPLINES", "EVENT_KINDS", "EXPERIENCE_KINDS", "FIELDS", "FOLLOW_STATUSES",
    "INDUSTRIES", "INTENT_WAYS", "IPC", "MATURITY", "MEETING_OUTCOMES", "NATURES", "OFFICIAL_ACTIVITIES",
    "OFFICIAL_BODIES", "OFFICIAL_FIELDS", "OFFICIAL_SOLUTIONS", "ORGANIZATION_KINDS", "ORIGINS",
    "PATENT_STATUS", "PRICE_KINDS", "PROBLEM_KINDS", "REGIONS", "RETURN_REASONS", "TABLES", "TABLE_KINDS",
    "TIERS", "TRANSFER_MODES", "UNFIT_REASONS", "VISIBILITY", "WITHDRAW_REASONS", "Entry", "Table",
    "picked", "region_path",
]  # fmt: skip
