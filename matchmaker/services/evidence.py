"""Why a problem and an expert match, as both sides may read it: kept with their introduction."""

from __future__ import annotations

from typing import Any

from indexer.document import PUBLIC
from matchmaker.matching.result import RankedDocument, RankedExpert
from matchmaker.permissions import MEMBERS, readable
from matchmaker.services.matches_json import judged
from matchmaker.storage.queries import load
from matchmaker.storage.unit_of_work import UnitOfWork

#: Pairs of sentences that are kept.
MOST_QUOTES = 3
#: Whatever is quoted to both sides must be readable to anybody who is logged in.
_BOTH = frozenset({PUBLIC, MEMBERS})


def for_both(uow: UnitOfWork, ranked: RankedExpert | RankedDocument) -> dict[str, Any]:
    """Band, quotes and open points of one line of a ranking, without what one side may not read."""
    told = judged(ranked, str)
    rows = load(uow.session, {quote["document"] for quote in told["evidence"]})
    open_to_both = {
        identifier
        for identifier, row in rows.items()
        if readable(_BOTH, row.readers.split()) and not row.hidden_from.split()
    }
    quotes = [quote for quote in told["evidence"] if quote["document"] in open_to_both]
    return {
        "band": told["band"],
        "probability": told["probability"],
        "quotes": quotes[:MOST_QUOTES],
        "uncovered": told["uncovered"],
    }
