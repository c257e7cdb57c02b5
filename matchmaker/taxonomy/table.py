"""One code table: names, places, look-up, search; what an office added lies on top of what was delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from matchmaker.taxonomy.pinyin import syllables_of

#: What the head of a data file tells of it.
Facts = Mapping[str, str]
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code.

    Attributes:
        parent: code of the larger whole, or "".
        pinyin: syllables of the Chinese name with blanks between; "" when nobody has worked them out yet.
        year, source: where they differ from those of the whole table.
    """

    code: str
    chinese: str
    english: str = ""
    parent: str = ""
    pinyin: str = ""
    year: str = ""
    source: str = ""


class Table:
    """Codes with their Chinese and English names.

    Args:
        name: of the table, for messages.
        entries: code → (Chinese name, English name), or what reads them from a file at the first use.
        aliases: other spellings → code.
        year, source, licence: of the table; a file tells its own.
    """

    def __init__(
        self,
        name: str,
        entries: Mapping[str, tuple[str, str]] | Callable[[], tuple[Facts, list[Entry]]],
        aliases: Mapping[str, str] | None = None,
        *,
        year: str = "",
        source: str = "",
        licence: str = "",
    ) -> None:
        self.name = name
        self.aliases = dict(aliases or {})
        self._delivered = entries
        self._told = {"year": year, "source": source, "licence": licence}
        self._facts: Facts | None = None
        self._own: tuple[Entry, ...] = ()
        self._state: _State | None = None

    def extend(self, own: Iterable[Entry]) -> None:
        """Lays an office's own entries on top of those delivered; an earlier call's are forgotten."""
        self._own = tuple(own)
        self._state = None

    @property
    def own(self) -> frozenset[str]:
        """Codes that the office added or renamed."""
        return frozenset(entry.code for entry in self._own)

    @property
    def entries(self) -> Mapping[str, tuple[str, str]]:
        """Code → (Chinese name, English name)."""
        return self._now.names

    @property
    def facts(self) -> Facts:
        """Year (or edition), source and licence."""
        _ = self._now
        return self._facts or {}

    def __contains__(self, code: object) -> bool:
        return code in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __bool__(self) -> bool:
        return True

    def entry(self, code: str) -> Entry | None:
        """Everything about a code; None when it is unknown."""
        return self._now.entries.get(code)

    def label(self, code: str, language: str = "zh") -> str:
        """The name of a code; the code itself when it is unknown, "" for ""."""
        names = self.entries.get(code)
        return names[1 if language == "en" else 0] if names else code

    def text(self, code: str, language: str = "zh") -> str:
        """What a field shows for a code and ``find`` leads back to it: the name, after the code at need."""
        if code not in self:
            return code
        name = self.label(code, language)
        return name if self.find(name) == code else f"{code} {name}"

    def parent(self, code: str) -> str:
        """The code of the larger whole, or ""."""
        entry = self.entry(code)
        return entry.parent if entry else ""

    def children(self, code: str = "") -> tuple[str, ...]:
        """The parts of a code; of "" those that are part of nothing."""
        return tuple(self._now.children.get(code, ()))

    def path(self, code: str) -> tuple[str, ...]:
        """The code after everything that it is part of, the largest first; () when it is unknown."""
        found: list[str] = []
        while code in self.entries and code not in found:
            found.insert(0, code)
            code = self.parent(code)
        return tuple(found)

    def find(self, text: str) -> str | None:
        """The code for a code, a name, both (``P 教育``) or an alias, whatever its case and blanks.

        None when nothing or more than one thing is called so; ``candidates`` tells which. Where a whole and
        its part share a name, the part is meant.
        """
        candidates = self.candidates(text)
        return candidates[0] if len(candidates) == 1 else None

    def candidates(self, text: str) -> tuple[str, ...]:
        """Every code that a text may mean; a code means itself even where something else is called so."""
        found = self._now.spellings.get(folded(text)) or self._both(text)
        return self.narrowed(found) if len(found) > 1 else tuple(found)

    def _both(self, text: str) -> list[str]:
        """The code of a text that gives it with its name."""
        first, _blank, rest = text.strip().partition(" ")
        own = self._now.spellings.get(folded(first), ())
        code = own[0] if own and folded(own[0]) == folded(first) else ""
        return [code] if code and folded(rest) in {folded(name) for name in self.entries[code]} else []

    def narrowed(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The parts without the wholes that they are parts of."""
        held = tuple(dict.fromkeys(codes))
        wholes = {whole for code in held for whole in self.path(code)[:-1]}
        return tuple(code for code in held if code not in wholes)

    def search(self, text: str, limit: int = 20) -> list[str]:
        """Codes for what somebody is typing: code, name, pinyin or its initials; the best first.

        Several words divided by blanks must all fit, the others in what the code is part of: ``温州 ra``.
        """
        words = [folded(word) for word in text.split()]
        if not words:
            return list(self.children())[:limit]
        state = self._now
        fits = [
            {row.code: rank for row in state.rows if (rank := row.rank(word)) is not None} for word in words
        ]
        found: dict[str, int] = {}
        for fit in fits:
            for code in fit:
                if code not in found:
                    ranks = [self._rank(code, other) for other in fits]
                    if all(rank is not None for rank in ranks):
                        found[code] = sum(rank for rank in ranks if rank is not None)
        place = state.place
        return sorted(found, key=lambda code: (found[code], len(self.path(code)), place[code]))[:limit]

    def _rank(self, code: str, fit: Mapping[str, int]) -> int | None:
        """How well a word fits a code or one of its wholes."""
        ranks = [fit[whole] for whole in self.path(code) if whole in fit]
        return min(ranks) if ranks else None

    def held(self, name: str, make: Callable[[], Made]) -> Made:
        """What was made of the present entries, made once until they change."""
        made: dict[str, Made] = self._now.made
        if name not in made:
            made[name] = make()
        return made[name]

    @property
    def _now(self) -> _State:
        state = self._state
        if state is None:
            facts, entries = self._deliver()
            merged = {entry.code: entry for entry in entries}
            merged.update((entry.code, entry) for entry in self._own)
            state = _State(merged)
            for entry in merged.values():
                state.call(entry.code, (entry.chinese, entry.english or entry.chinese))
            state.finish(self.aliases)
            self._facts, self._state = facts, state
        return state

    def _deliver(self) -> tuple[Facts, list[Entry]]:
        if callable(self._delivered):
            return self._delivered()
        given = self._delivered.items()
        return self._told, [Entry(code, chinese, english) for code, (chinese, english) in given]


@dataclass(eq=False)
class _State:
    """What a table holds at present, made at once and never changed afterwards."""

    entries: dict[str, Entry]
    spellings: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    def call(self, code: str, names: Iterable[str]) -> None:
        """Names of a code."""
        for name in dict.fromkeys(map(folded, names)):
            if name:
                self.spellings.setdefault(name, []).append(code)

    def finish(self, aliases: Mapping[str, str]) -> None:
        """An alias never hides a name, a code is never hidden by one."""
        for alias, code in aliases.items():
            self.spellings.setdefault(folded(alias), [code])
        self.spellings.update((folded(code), [code]) for code in self.entries)

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        return {code: (entry.chinese, entry.english or entry.chinese) for code, entry in self.entries.items()}

    @cached_property
    def place(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.entries)}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, entry in self.entries.items():
            found.setdefault(entry.parent if entry.parent in self.entries else "", []).append(code)
        return found

    @cached_property
    def rows(self) -> list[_Row]:
        return [_Row.of(entry) for entry in self.entries.values()]


@dataclass(frozen=True, slots=True)
class _Row:
    """What a search compares, made ready once."""

    code: str
    shown: str
    name: str
    english: str
    pinyin: str
    initials: str
    first: str
    starts: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> _Row:
        syllables = (entry.pinyin or syllables_of(entry.chinese)).split()
        starts = frozenset("".join(syllables[place:]) for place in range(1, len(syllables)))
        return cls(
            entry.code,
            folded(entry.code),
            folded(entry.chinese),
            folded(entry.english),
            "".join(syllables),
            "".join(syllable[0] for syllable in syllables),
            syllables[0] if syllables else "",
            starts,
        )

    def rank(self, word: str) -> int | None:
        """0 is the very thing; None does not fit."""
        if word in {self.shown, self.name}:
            return 0
        if self.shown.startswith(word) or self.name.startswith(word):
            return 1
        if not word.isascii():
            return 4 if word in self.name else None
        if self.initials.startswith(word) or (self.pinyin.startswith(word) and word.startswith(self.first)):
            return 2
        if self.pinyin.startswith(word):
            return 3
        if word in self.english or any(start.startswith(word) for start in self.starts):
            return 5
        return 6 if len(word) > 1 and word in self.initials else None


def folded(text: str) -> str:
    """Without blanks and case."""
    return "".join(text.split()).casefold()
