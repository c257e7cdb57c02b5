"""What filters and facets need of every document, in arrays in memory; grown from the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.catalogue import SETS, Row
from indexer.intake import asked_date, date_number
from indexer.query import Filter
from indexer.vector_store import NO_ROW, IntArray

BoolArray = npt.NDArray[np.bool_]
#: Parts of a Filter that name values, with the column each looks at.
FILTERED = ("kinds", "fields", "regions", "bodies", "people")
#: Parts that ``facets`` counts → column.
FACETS = {"kind": "kinds", "field": "fields", "region": "regions", "body": "bodies"}


class Column:
    """One set of values a document, stored as a code; equal sets share one code.

    Codes only grow: a reader that knows the first ``size`` codes may look while others are added.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._sets: list[tuple[str, ...]] = []
        self._holding: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._sets)

    def code(self, raw: str) -> int:
        """The code of a set in the catalogue's form (a JSON list)."""
        known = self._codes.get(raw)
        if known is not None:
            return known
        values = tuple(dict.fromkeys(json.loads(raw)))
        code = len(self._sets)
        for value in values:
            self._holding.setdefault(value, []).append(code)
        self._sets.append(values)
        self._codes[raw] = code
        return code

    def holding(self, wanted: Iterable[str], size: int) -> BoolArray:
        """For each of the first ``size`` codes whether its set holds one of the wanted values."""
        table = np.zeros(size, dtype=np.bool_)
        for value in wanted:
            for code in self._holding.get(value, ()):
                if code < size:
                    table[code] = True
        return table

    def tally(self, codes: npt.NDArray[np.int32], size: int) -> dict[str, int]:
        """How many of the codes hold each value."""
        counts: dict[str, int] = {}
        tally = np.bincount(codes, minlength=size)
        for code in np.flatnonzero(tally).tolist():
            for value in self._sets[code]:
                counts[value] = counts.get(value, 0) + int(tally[code])
        return dict(sorted(counts.items()))


class _Growing:
    """An array that is appended to; views given before stay as they were."""

    def __init__(self, dtype: Any) -> None:
        self._array = np.zeros(256, dtype=dtype)
        self._size = 0

    def extend(self, values: Sequence[int]) -> None:
        end = self._size + len(values)
        if end > len(self._array):
            grown = np.zeros(max(end, 2 * len(self._array)), dtype=self._array.dtype)
            grown[: self._size] = self._array[: self._size]
            self._array = grown
        self._array[self._size : end] = values
        self._size = end

    def view(self) -> npt.NDArray[Any]:
        return self._array[: self._size]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live documents as of one seq. A slot is a place in the arrays; a rewritten document gets a new one.

    Attributes:
        seq: of the last write that is in here.
        seqs: seq of each slot, rising.
        rows: row of the vector of each slot, or NO_ROW.
        alive: whether the slot still is its document's last.
    """

    seq: int
    seqs: IntArray
    rows: IntArray
    dates: IntArray
    alive: BoolArray
    codes: Mapping[str, npt.NDArray[np.int32]]
    sizes: Mapping[str, int]
    columns: Mapping[str, Column]
    ids: Sequence[str]
    slot_of: Mapping[str, int]

    def passing(self, where: Filter) -> BoolArray:
        """Which slots pass the filter (clauses 12 and 13)."""
        mask = self.alive.copy()
        for part in FILTERED:
            wanted = getattr(where, part)
            if wanted is not None:
                mask &= self._holding(part, wanted)
        if where.audiences is not None:
            mask &= self._holding("readers", where.audiences)
            mask &= ~self._holding("hidden", where.audiences)
        if where.ids is not None:
            named = np.zeros(len(mask), dtype=np.bool_)
            named[self.slots(where.ids)] = True
            mask &= named
        mask[self.slots(where.excluded)] = False
        if where.since:
            mask &= (self.dates >= asked_date(where.since)) & (self.dates > 0)
        if where.until:
            mask &= (self.dates <= asked_date(where.until)) & (self.dates > 0)
        return mask

    def slots(self, ids: Iterable[str]) -> list[int]:
        """Slots of the live ones among the ids."""
        size = len(self.alive)
        found = (self.slot_of.get(key, size) for key in ids)
        return [slot for slot in found if slot < size and self.alive[slot]]

    def slots_of_seqs(self, seqs: Sequence[int]) -> IntArray:
        """Slot of each seq; len(alive) where the seq is unknown or no longer live."""
        wanted = np.asarray(seqs, dtype=np.int64)
        places = np.searchsorted(self.seqs, wanted)
        inside = np.minimum(places, max(len(self.seqs) - 1, 0))
        known = np.zeros(len(wanted), dtype=np.bool_)
        if len(self.seqs):
            known = (self.seqs[inside] == wanted) & self.alive[inside]
        return np.where(known, inside, len(self.alive))

    def tally(self, part: str, mask: BoolArray) -> dict[str, int]:
        """Documents by value of a column, among those in the mask."""
        return self.columns[part].tally(self.codes[part][mask], self.sizes[part])

    def _holding(self, part: str, wanted: Iterable[str]) -> BoolArray:
        table = self.columns[part].holding(wanted, self.sizes[part])
        return table[self.codes[part]]


class Board:
    """Builds snapshots from rows of the catalogue; one thread at a time."""

    def __init__(self) -> None:
        self.seq = 0
        self._columns = {name: Column() for name in SETS}
        self._codes = {name: _Growing(np.int32) for name in SETS}
        self._seqs, self._rows, self._dates = _Growing(np.int64), _Growing(np.int64), _Growing(np.int64)
        self._alive = np.zeros(0, dtype=np.bool_)
        self._ids: list[str] = []
        self._slot_of: dict[str, int] = {}

    def apply(self, rows: Sequence[Row], seq: int) -> Snapshot:
        """Takes in what changed up to ``seq``; rows come in the order of seq."""
        live = [row for row in rows if row.live]
        alive = np.concatenate([self._alive, np.ones(len(live), dtype=np.bool_)])
        for row in rows:
            old = self._slot_of.pop(row.id, None)
            if old is not None:
                alive[old] = False
            if row.live:
                self._slot_of[row.id] = len(self._ids)
                self._ids.append(row.id)
        self._seqs.extend([row.seq for row in live])
        self._rows.extend([row.row for row in live])
        self._dates.extend([date_number(row.date) for row in live])
        for at, name in enumerate(SETS):
            column = self._columns[name]
            self._codes[name].extend([column.code(row.sets[at]) for row in live])
        self._alive, self.seq = alive, seq
        return self._snapshot()

    def _snapshot(self) -> Snapshot:
        return Snapshot(
            seq=self.seq,
            seqs=self._seqs.view(),
            rows=self._rows.view(),
            dates=self._dates.view(),
            alive=self._alive,
            codes={name: array.view() for name, array in self._codes.items()},
            sizes={name: len(column) for name, column in self._columns.items()},
            columns=self._columns,
            ids=self._ids,
            slot_of=self._slot_of,
        )


def last_row(snapshot: Snapshot) -> int:
    """The greatest row of a vector that a live document names, NO_ROW when there is none."""
    return int(snapshot.rows.max(initial=NO_ROW, where=snapshot.alive))
