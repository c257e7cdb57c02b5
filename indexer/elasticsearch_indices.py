"""Names in Elasticsearch: generations, the aliases that say which is live and which is being filled.

name.g000001          one generation: an index
name.live.DIGEST      alias of the live one; DIGEST tells the model: an engine of another never meets it
name.next.DIGEST      alias of the one that a rebuild fills
name.meta             a small index: that there was an index at all, and who is rebuilding it
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from indexer.elasticsearch_mapping import digest_of, mapping
from indexer.elasticsearch_server import REBUILD, Server, guarded, type_of
from indexer.engine import EngineError, EngineUnavailable, IndexBroken, IndexMismatch

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

#: How often a live index shows what was written; an explicit number also keeps idle shards at it.
REFRESH = "1s"
_GENERATION = re.compile(r".*\.g(\d{6})")
#: How long opening waits for a copy of every shard.
_PATIENCE = "5s"
#: Id of the document in the small index which says that there was an index.
_MADE = "made"

#: Index → its aliases.
Table = dict[str, set[str]]


class Indices:
    """All indices of one installation, seen with the eyes of one model."""

    def __init__(self, client: Elasticsearch, server: Server, fingerprint: str, dimension: int) -> None:
        self.client = client
        self.server = server
        self.fingerprint = fingerprint
        self.dimension = dimension
        digest = digest_of(fingerprint, dimension)
        self.live = f"{server.name}.live.{digest}"
        self.next = f"{server.name}.next.{digest}"
        self.meta = f"{server.name}.meta"

    def open(self) -> str:
        """Name of the live generation; the first one is made where there never was any.

        Raises:
            IndexMismatch: the live one is of another model.
            IndexBroken: there was one, and it is gone.
        """
        with guarded("opening the index"):
            table = self.table()
            if not table:
                self.create(self.new_name({}), self.live, refresh=REFRESH)
                table = self.table()
            name = self.named(table, self.live)
            if name is None:
                raise self.fault(table)
            self.make_meta()
            self._await([name, self.meta])
            self._remember()
            return name

    def table(self) -> Table:
        """What there is."""
        found = self.client.indices.get_alias(index=f"{self.server.name}.*", expand_wildcards="all")
        return {index: set(entry["aliases"]) for index, entry in found.body.items()}

    @staticmethod
    def named(table: Table, alias: str) -> str | None:
        """The index behind an alias."""
        return next((index for index, aliases in table.items() if alias in aliases), None)

    def fault(self, table: Table) -> EngineError:
        """Why the live index of this model cannot be read."""
        if self.named(table, self.live):
            return IndexBroken(f"the index {self.live} is closed or not ready; open it, or {REBUILD}")
        other = next((index for index, aliases in table.items() if any(map(self._is_live, aliases))), None)
        if other is None:
            return IndexBroken(f"the index {self.live} is lost; {REBUILD}")
        meta = self.client.indices.get_mapping(index=other).body[other]["mappings"].get("_meta", {})
        return IndexMismatch(
            f"the index was built with {meta.get('fingerprint')} ({meta.get('dimension')} numbers, layout "
            f"{meta.get('layout')}), not with {self.fingerprint} ({self.dimension}); {REBUILD}"
        )

    def why_lost(self) -> EngineError:
        """What to tell after the live alias was not found."""
        with guarded("looking for the index"):
            return self.fault(self.table())

    def create(self, name: str, alias: str, *, refresh: str) -> None:
        """Makes an empty generation with its alias, as one act; one of that name stays as it is."""
        self._unless_there(
            index=name,
            aliases={alias: {}},
            mappings=mapping(self.fingerprint, self.dimension),
            settings={
                "number_of_shards": self.server.shards,
                "auto_expand_replicas": f"0-{self.server.replicas}",
                "refresh_interval": refresh,
            },
        )

    def new_name(self, table: Table) -> str:
        """A name for the next generation, which none had before while its elders are there."""
        numbers = [int(match[1]) for match in map(_GENERATION.fullmatch, table) if match]
        return f"{self.server.name}.g{max(numbers, default=0) + 1:06d}"

    def switch(self, name: str) -> None:
        """The named generation becomes the live one of its model, and no other is live: one atomic act."""
        table = self.table()
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": alias}}
            for index, aliases in table.items()
            for alias in aliases
            if index != name or alias != self.live
        ]
        actions.append({"add": {"index": name, "alias": self.live}})
        self.client.indices.update_aliases(actions=actions)

    def prune(self) -> None:
        """Removes every generation but the live one, of whatever model that is."""
        self.delete(
            [
                index
                for index, aliases in self.table().items()
                if _GENERATION.fullmatch(index) and not any(map(self._is_live, aliases))
            ]
        )

    def drop(self) -> None:
        """Removes everything."""
        self.delete(list(self.table()))

    def delete(self, names: list[str]) -> None:
        """Removes indices by name; wildcards are forbidden on careful clusters."""
        for name in names:
            self.client.options(ignore_status=404).indices.delete(index=name)

    def make_meta(self) -> None:
        """The small index, unless it is there."""
        if not self.client.indices.exists(index=self.meta):
            settings = {"number_of_shards": 1, "auto_expand_replicas": f"0-{self.server.replicas}"}
            self._unless_there(index=self.meta, settings=settings, mappings={"dynamic": False})

    def _is_live(self, alias: str) -> bool:
        return alias.startswith(f"{self.server.name}.live.")

    def _remember(self) -> None:
        """That there was an index: its loss is then told, and not taken for a beginning."""
        client = self.client.options(
            ignore_status=409
        )  # a write waits for its shard, where a look-up would fail
        client.index(index=self.meta, id=_MADE, document={"made": True}, op_type="create", timeout=_PATIENCE)

    def _await(self, names: list[str]) -> None:
        """Another process may have made them a moment ago, or a node may just have started."""
        self.client.cluster.health(index=names, wait_for_status="yellow", timeout=_PATIENCE)

    def _unless_there(self, **options: Any) -> None:
        """Makes an index; another process may have made it a moment ago."""
        from elasticsearch import BadRequestError

        try:
            answer = self.client.indices.create(**options, timeout="30s")
        except BadRequestError as fault:
            if type_of(fault) != "resource_already_exists_exception":
                raise
        else:
            if not answer["shards_acknowledged"]:
                raise EngineUnavailable(
                    f"no node of Elasticsearch takes the index {options['index']}; has it room on its disk?"
                )
