"""The newest commits of a Delta table, read without Spark: to ask Delta takes a Spark job for each question.

A commit is a file of JSON lines named by its version, beside it may be a checksum file with the table's metadata, and
`_last_checkpoint` names a version from which on every commit is there (Delta's PROTOCOL.md).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyspark.sql.types import StructType

from clickstream_lakehouse.source.position_store import PositionStore, open_store
from clickstream_lakehouse.source.records import RecordFormatError, RecordReader

_COMMIT_SUFFIX = ".json"

# Each commit of Delta's has a checksum file, unless its writer was stopped in between. Other writers may make none.
_COMMITS_WITHOUT_CHECKSUM = 10


@dataclass(frozen=True)
class TableMetadata:
    """A table.

    table_id      which a new table at the same place does not have
    column_types  in Spark's SQL
    properties    that were set for it
    """

    table_id: str
    column_types: Mapping[str, str]
    properties: Mapping[str, str]

    @classmethod
    def from_action(cls, action: Mapping[str, Any]) -> "TableMetadata":
        fields = StructType.fromJson(json.loads(action["schemaString"])).fields
        types = {field.name: field.dataType.simpleString() for field in fields}
        return cls(action["id"], types, action["configuration"])


@dataclass(frozen=True)
class Commit:
    """One commit: its version in the table's log, and what it did (a JSON object a line)."""

    version: int
    text: bytes

    @property
    def user_metadata(self) -> str | None:
        """The userMetadata that it was made with."""
        return self._info().get("userMetadata")

    @property
    def set_properties(self) -> Mapping[str, str]:
        """The properties of the table that it was made to set."""
        return json.loads(self._info().get("operationParameters", {}).get("properties", "{}"))

    @property
    def adds_rows(self) -> bool:
        """Whether rows may have come with it: compaction says of its files that they change nothing."""
        return any(add.get("dataChange", True) for add in self._actions("add"))

    def largest(self, column: str) -> Any:
        """The largest value of the column in the rows that it added, None when the log does not say so."""
        statistics = (json.loads(add.get("stats") or "{}") for add in self._actions("add"))
        values = [of_file.get("maxValues", {}).get(column) for of_file in statistics]
        return max(values) if values and None not in values else None

    @property
    def metadata(self) -> TableMetadata | None:
        """What the commit makes of the table, if it changes that."""
        return next(map(TableMetadata.from_action, self._actions("metaData")), None)

    def _info(self) -> dict[str, Any]:
        return next(iter(self._actions("commitInfo")), {})

    def _actions(self, kind: str) -> list[dict[str, Any]]:
        prefix = f'{{"{kind}":'.encode()
        return [json.loads(line)[kind] for line in self.text.splitlines() if line.startswith(prefix)]


def commits(path: str, region: str) -> Iterator[Commit]:
    """The table's commits, the last one first, as far back as the log goes; each is read when it is asked for."""
    store = open_store(f"{path}/_delta_log", region)
    last = _last_commit(store)
    while last is not None:
        yield last
        last = _commit(store, last.version - 1)


def table_metadata(path: str, region: str) -> TableMetadata | None:
    """The table as it is now; None when there is none, and when its newest commits do not say so."""
    store = open_store(f"{path}/_delta_log", region)
    for commit in islice(commits(path, region), _COMMITS_WITHOUT_CHECKSUM):
        found = commit.metadata or _metadata_in_checksum(store, commit.version)
        if found is not None:
            return found
    return None


def _metadata_in_checksum(store: PositionStore, version: int) -> TableMetadata | None:
    try:
        action = (store.get(f"{version:020d}.crc") or {}).get("metadata")
    except RecordFormatError:  # cut off
        return None
    return TableMetadata.from_action(action) if isinstance(action, dict) else None


def _last_commit(store: PositionStore) -> Commit | None:
    last = _commit(store, _checkpoint(store)) or _last_listed(store)
    while last is not None:
        following = _commit(store, last.version + 1)
        if following is None:
            return last
        last = following
    return None


def _checkpoint(store: PositionStore) -> int:
    """The version of the newest checkpoint; 0 while there is none, and when what is said of it cannot be read."""
    try:
        return RecordReader(store.get("_last_checkpoint"), "_last_checkpoint").count("version")
    except RecordFormatError:
        return 0


def _last_listed(store: PositionStore) -> Commit | None:
    names = (name.removesuffix(_COMMIT_SUFFIX) for name in store.list("") if name.endswith(_COMMIT_SUFFIX))
    versions = [int(name) for name in names if name.isdigit()]
    return _commit(store, max(versions)) if versions else None


def _commit(store: PositionStore, version: int) -> Commit | None:
    text = store.read(f"{version:020d}{_COMMIT_SUFFIX}")
    return None if text is None else Commit(version, text)
