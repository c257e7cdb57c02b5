"""Words of the embedded index, in Tantivy: scores by BM25 and the same filters as the arrays in memory.

Each document carries the seq of its row in the catalogue; a hit whose seq is no longer live there is none.
The greatest seq says how far the words have come; a batch that ends in a deletion leaves a marker document
with its seq instead, gone with the next batch, so that no score ever depends on it for long.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.catalogue import SETS, Entry
from indexer.document import TEXT_FIELDS
from indexer.engine import EngineBusy, EngineError
from indexer.intake import asked_date, date_number, is_encodable
from indexer.query import Filter
from indexer.vector_store import broken

if TYPE_CHECKING:
    import tantivy

#: Id of the marker: no document's, for those are text without control characters at the front.
_MARKER = "\x00marker"
_HEAP = 48_000_000
_ANALYZER = "words"
#: Field of "kind + separator + word", once a document: the index's own counts of it are the frequencies.
_HELD = "held"
_SEPARATOR = "\x1f"
#: A value of that field which every document has, the marker too.
_EVERY = _SEPARATOR
#: Part of a Filter → column of the catalogue.
_PARTS = {"kinds": "kinds", "fields": "fields", "regions": "regions", "bodies": "bodies", "people": "people"}

Stamp = tuple[int, int, int]
#: (score, address) pairs, best first, and how many match (0 unless asked).
Top = tuple[list[tuple[float, Any]], int]


class LexicalStore:
    """The folder of words; searchers it gives stay as they were when the words change."""

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._folder = folder
        self._tantivy = tantivy
        with _guarded(folder):
            self._index = tantivy.Index.open(str(folder))
            self._index.register_tokenizer(_ANALYZER, _analyzer())
            self._index.config_reader(reload_policy="manual")
        self._schema = self._index.schema

    @staticmethod
    def create(folder: Path) -> None:
        """Makes the empty folder."""
        import tantivy

        folder.mkdir()
        tantivy.Index(_schema(), path=str(folder))

    def stamp(self) -> Stamp:
        """Changes with every commit, by whatever process; cheap enough for every query."""
        try:
            state = (self._folder / "meta.json").stat()
        except FileNotFoundError as fault:
            raise broken(self._folder, "its list of segments is gone") from fault
        return state.st_ino, state.st_mtime_ns, state.st_size

    def searcher(self) -> tuple[tantivy.Searcher, int]:
        """A searcher of the latest commit, and the seq it has reached."""
        with _guarded(self._folder):
            self._index.reload()
            searcher = self._index.searcher()
            everything = self._tantivy.Query.all_query()
            last: list[Any] = searcher.search(everything, 1, count=False, order_by_field="ord").hits
        return searcher, int(last[0][0]) if last else 0

    def writer(self) -> LexicalWriter:
        """A writer; close it, for Tantivy allows one at a time.

        What a killed one left is removed first: a file of deletions by the very name that the next commit
        will give would end it.
        """
        with _guarded(self._folder):
            opened = self._index.writer(heap_size=_HEAP, num_threads=1)
            opened.garbage_collect_files()
            return LexicalWriter(self._folder, opened)

    def top(self, searcher: tantivy.Searcher, query: Any, limit: int, *, count: bool = False) -> Top:
        """The best ``limit`` ≥ 1 matches."""
        with _guarded(self._folder):
            result: Any = searcher.search(query, limit, count=count)
            return result.hits, (result.count or 0) if count else 0

    def seqs(self, searcher: tantivy.Searcher, hits: list[tuple[float, Any]]) -> list[int]:
        """The seq of each hit."""
        with _guarded(self._folder):
            found: list[Any] = searcher.fast_field_values("ord", [address for _score, address in hits])
        return found

    def words_query(
        self, words: Iterable[tuple[str, float]], boosts: Mapping[str, float], required: Iterable[str]
    ) -> Any:
        """Documents with at least one word and all required ones; Σ weight × boost × BM25."""
        query, occur = self._tantivy.Query, self._tantivy.Occur
        fields = [(field, boosts[field]) for field in TEXT_FIELDS if boosts.get(field, 0) > 0]
        scored = [
            (occur.Should, query.boost_query(self._term(field, word, "freq"), weight * boost))
            for word, weight in words
            for field, boost in fields
        ]
        needed = [self._anywhere(word, [field for field, _boost in fields]) for word in sorted(required)]
        union = query.boolean_query(scored)
        if not needed:
            return union
        return query.boolean_query([(occur.Must, union), *((occur.Must, part) for part in needed)])

    def within(self, query: Any, where: Filter) -> Any:
        """The query with the filter, which changes no score."""
        must = self._tantivy.Occur.Must
        clauses = [(must, query), *self._filters(where)]
        return self._tantivy.Query.boolean_query(clauses) if len(clauses) > 1 else query

    def frequency(self, searcher: tantivy.Searcher, word: str, kinds: Sequence[str]) -> int:
        """Documents of the kinds, each named once, that have the word in any field.

        The index's own counts take in what was deleted until segments are merged; then they are counted.
        """
        values = [f"{kind}{_SEPARATOR}{word}" for kind in kinds]
        with _guarded(self._folder):
            counts = [(value, searcher.doc_freq(_HELD, value)) for value in values]
            if searcher.doc_freq(_HELD, _EVERY) == searcher.num_docs:
                return sum(count for _value, count in counts)
        present = [self._term(_HELD, value) for value, count in counts if count]
        return sum(self.top(searcher, term, 1, count=True)[1] for term in present)

    def unscored(self, query: Any) -> Any:
        """The query without the work of scoring."""
        return self._tantivy.Query.const_score_query(query, 0.0)

    def _filters(self, where: Filter) -> Iterator[tuple[Any, Any]]:
        must, never = self._tantivy.Occur.Must, self._tantivy.Occur.MustNot
        for part, column in _PARTS.items():
            if getattr(where, part) is not None:
                yield must, self._one_of(column, getattr(where, part))
        if where.audiences is not None:
            yield must, self._one_of("readers", where.audiences)
            yield never, self._one_of("hidden", where.audiences)
        if where.ids is not None:
            yield must, self._one_of("id", where.ids)
        if where.excluded:
            yield never, self._one_of("id", where.excluded)
        if where.since or where.until:
            yield must, self.unscored(self._between(asked_date(where.since), asked_date(where.until)))

    def _between(self, since: int, until: int) -> Any:
        unsigned = self._tantivy.FieldType.Unsigned
        return self._tantivy.Query.range_query(
            self._schema, "date", unsigned, max(since, 1), until or 99_999_999, use_inverted_index=True
        )

    def _anywhere(self, word: str, fields: Sequence[str]) -> Any:
        should = self._tantivy.Occur.Should
        terms = [(should, self._term(field, word)) for field in fields]
        return self.unscored(self._tantivy.Query.boolean_query(terms))

    def _one_of(self, field: str, values: Iterable[str]) -> Any:
        wanted = [value for value in values if is_encodable(value)]
        return self.unscored(self._tantivy.Query.term_set_query(self._schema, field, wanted))

    def _term(self, field: str, value: str, option: str = "basic") -> Any:
        return self._tantivy.Query.term_query(self._schema, field, value, option)


class LexicalWriter:
    """Gathers changes; ``commit`` makes them durable and visible as one."""

    def __init__(self, folder: Path, writer: tantivy.IndexWriter) -> None:
        import tantivy

        self._folder = folder
        self._writer = writer
        self._document = tantivy.Document
        self._last = (0, True)

    def put(self, seq: int, entry: Entry, *, is_new: bool) -> None:
        """Adds a document or takes it away; the words of an id that is not new are replaced."""
        with _guarded(self._folder):
            if not is_new:
                self._writer.delete_documents_by_term("id", entry.id)
            if entry.live:
                self._writer.add_document(self._filled(seq, entry))
        self._last = (seq, entry.live)

    def commit(self) -> None:
        """Makes durable and visible what was put."""
        seq, is_live = self._last
        with _guarded(self._folder):
            self._writer.delete_documents_by_term("id", _MARKER)
            if not is_live:
                marker = self._document()
                marker.add_text("id", _MARKER)
                marker.add_unsigned("ord", seq)
                marker.add_text(_HELD, _EVERY)
                self._writer.add_document(marker)
            self._writer.commit()

    def close(self) -> None:
        """Lets merges end and frees Tantivy's lock; what was not committed is gone."""
        with _guarded(self._folder):
            self._writer.wait_merging_threads()

    def _filled(self, seq: int, entry: Entry) -> Any:
        document = self._document()
        document.add_text("id", entry.id)
        document.add_unsigned("ord", seq)
        if entry.date:
            document.add_unsigned("date", date_number(entry.date))
        for field, text in zip(TEXT_FIELDS, entry.words, strict=True):
            if text:
                document.add_text(field, text)
        for column, raw in zip(SETS, entry.sets, strict=True):
            for value in json.loads(raw) if raw != "[]" else ():
                document.add_text(column, value)
        for value in _held(entry):
            document.add_text(_HELD, value)
        return document


def _held(entry: Entry) -> Iterator[str]:
    """What a document is counted under."""
    yield _EVERY
    words = dict.fromkeys(word for text in entry.words if text for word in text.split(" "))
    for kind in json.loads(entry.sets[SETS.index("kinds")]):
        yield from (f"{kind}{_SEPARATOR}{word}" for word in words)


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for field in TEXT_FIELDS:
        builder.add_text_field(field, tokenizer_name=_ANALYZER, index_option="freq")
    for field in ("id", _HELD, *SETS):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("ord", fast=True)
    builder.add_unsigned_field("date", indexed=True)
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


@contextmanager
def _guarded(folder: Path) -> Iterator[None]:
    """Tantivy reports faults as ValueError, and as a panic where a file is not what it should be."""
    try:
        yield
    except (ValueError, OSError) as fault:
        if "LockBusy" in str(fault):
            raise EngineBusy(f"{folder} is being written; try again later") from fault
        if "os error 28" in str(fault):
            raise EngineError(f"{folder}: {fault}; make room on the disk") from fault
        raise broken(folder, fault) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":
            raise
        raise broken(folder, fault) from fault
