"""The contract (contract.json) as the job sees it.

contract.json is the one home of every fact that the job shares with the collector and the construct: columns, error
codes, limits and Spark settings. The TypeScript side and docs/tables.md are generated from it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa

from clickstream_lakehouse.columns import PromotedColumn

_STRUCT = re.compile("^struct<(.*)>$")
_ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class Field:
    """One column of a table or one field of a line."""

    name: str
    type: str
    nullable: bool
    line: bool
    personal: bool
    values: tuple[str, ...]

    @property
    def arrow_type(self) -> pa.DataType:
        """Type of the column."""
        return arrow_type(self.type)

    @property
    def line_type(self) -> pa.DataType:
        """Type on the line, where every time is an integer of epoch milliseconds."""
        return pa.int64() if self.type == "timestamp" else self.arrow_type


@dataclass(frozen=True)
class Table:
    """A Delta table: its columns in order, partition columns included."""

    name: str
    description: str
    partition_by: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(f.name, f.arrow_type, f.nullable) for f in self.fields])

    @property
    def row_schema(self) -> pa.Schema:
        """Schema of rows on their way to the table, in which any value may be null: that was judged before."""
        return pa.schema([(f.name, f.arrow_type) for f in self.fields])

    @property
    def column_names(self) -> list[str]:
        return [f.name for f in self.fields]


def arrow_type(name: str) -> pa.DataType:
    """The type of a column by its name in Spark's SQL: a simple one, or a struct of simple ones."""
    if (struct := _STRUCT.fullmatch(name)) is None:
        return _ARROW_TYPES[name]
    return pa.struct([(field, _ARROW_TYPES[of]) for field, of in (one.split(":") for one in struct[1].split(","))])


def _field(entry: dict[str, Any]) -> Field:
    return Field(
        name=entry["name"],
        type=entry["type"],
        nullable=entry["nullable"],
        line=entry["line"],
        personal=entry["personal"],
        values=tuple(entry.get("values", ())),
    )


@cache
def _document() -> dict[str, Any]:
    # importlib.resources, not a path: on Glue the package is a zip.
    return json.loads(resources.files(__package__ or "").joinpath("contract.json").read_text(encoding="utf-8"))


LINE_VERSION: int = _document()["version"]
"""The `v` of every line."""

MAX_ID_LENGTH: int = _document()["limits"]["maxIdLength"]
"""Longest event_id, in characters."""

MAX_TIMESTAMP_MS: int = _document()["limits"]["maxTimestampMs"]
"""The last time that the timestamps of every engine can hold, in epoch milliseconds."""

EARLIEST_CLIENT_MS: int = _document()["limits"]["earliestClientMs"]
"""2000-01-01 in epoch milliseconds: a clock that shows less was never set."""


def spark_settings(*, fixed_at_start: bool) -> dict[str, str]:
    """Settings without which the job does not run right: those that Spark reads only at its start, or the others."""
    settings = _document()["sparkSettings"]
    return {s["name"]: s["value"] for s in settings if s["fixedAtStart"] == fixed_at_start}


def error_code_stages() -> dict[str, tuple[str, ...]]:
    """Every error code of bad_events, with the stages that it comes with."""
    return {entry["code"]: tuple(entry["stages"]) for entry in _document()["errorCodes"]}


@cache
def table(name: str) -> Table:
    """The table `raw`, `events` or `bad_events`."""
    entry = _document()["tables"][name]
    return Table(name, entry["description"], tuple(entry["partitionBy"]), tuple(_field(c) for c in entry["columns"]))


def events_table(promoted: Sequence[PromotedColumn]) -> Table:
    """The table `events` with the promoted columns at its end.

    :raises ValueError: naming a promoted column that the contract has
    """
    contract = table("events")
    if taken := sorted({column.name for column in promoted} & set(contract.column_names)):
        raise ValueError(f"{', '.join(taken)}: events has a column of this name already, take another one")
    fields = [
        Field(c.name, c.type, nullable=True, line=False, personal=c.source is not None, values=()) for c in promoted
    ]
    return replace(contract, fields=(*contract.fields, *fields))


@cache
def envelope_fields() -> tuple[Field, ...]:
    """Fields that only lines have: tables have no columns of the same name and meaning."""
    return tuple(_field(c) for c in _document()["lineOnly"])


def event_line_fields() -> tuple[Field, ...]:
    """Fields of a line of kind `event`, without v and kind."""
    return _unique([f for f in envelope_fields() if f.name not in ("v", "kind")], table("events"))


def bad_line_fields() -> tuple[Field, ...]:
    """Fields of a line of kind `bad`, without v and kind."""
    return _unique([], table("bad_events"))


def line_fields() -> tuple[Field, ...]:
    """Every field a line of either kind may have; a name has the same type in both."""
    merged = {f.name: f for f in (*envelope_fields(), *event_line_fields(), *bad_line_fields())}
    return tuple(merged.values())


def _unique(first: list[Field], of: Table) -> tuple[Field, ...]:
    fields = {f.name: f for f in first}
    fields.update({f.name: f for f in of.fields if f.line})
    return tuple(fields.values())
