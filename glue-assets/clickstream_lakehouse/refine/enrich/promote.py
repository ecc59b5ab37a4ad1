"""Promoted columns filled from the JSON of properties, traits and contexts."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.contract import arrow_type
from clickstream_lakehouse.refine.enrich.distinct import Columns

_MAX_BIGINT = 2**63 - 1


@dataclass(frozen=True)
class Promotion:
    """An enrichment that makes the promoted columns. A value of another type than the column's is null."""

    columns: Sequence[PromotedColumn]

    def __call__(self, events: pa.Table) -> Columns:
        made: dict[str, pa.Array] = {c.name: pa.nulls(len(events), arrow_type(c.type)) for c in self.columns}
        for source in sorted({c.source for c in self.columns if c.source is not None}):
            made.update(_of_source(events[source], [c for c in self.columns if c.source == source]))
        return made


def _of_source(texts: pa.ChunkedArray, columns: Sequence[PromotedColumn]) -> Columns:
    positions = np.flatnonzero(_may_hold(texts, {column.path[0] for column in columns}))
    documents = [_parsed(text) for text in texts.take(pa.array(positions)).to_pylist()]
    return {column.name: _placed(column, documents, positions, len(texts)) for column in columns}


def _may_hold(texts: pa.ChunkedArray, keys: set[str]) -> np.ndarray:
    """Whether a text can hold one of the keys: it has the key in quotes, or an escape that may be part of one.

    Reading the JSON takes many times as long as this search, and most events do not have most properties.
    """
    wanted = pc.match_substring(texts, "\\")
    for key in sorted(keys):
        wanted = pc.or_(wanted, pc.match_substring(texts, f'"{key}"'))
    return pc.fill_null(wanted, False).to_numpy()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _placed(column: PromotedColumn, documents: list[Any], positions: np.ndarray, length: int) -> pa.Array:
    typed = _TYPED[column.type]
    values: list[Any] = [None] * length
    for position, document in zip(positions.tolist(), documents, strict=True):
        found = document
        for name in column.path:
            found = found.get(name) if isinstance(found, dict) else None
        values[position] = None if found is None else typed(found)
    return pa.array(values, arrow_type(column.type))


def _string(value: Any) -> str | None:
    try:
        return value if isinstance(value, str) and value.encode() is not None else None
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can escape and no table can hold
        return None


def _bigint(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if abs(value) <= _MAX_BIGINT else None


def _double(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _timestamp(value: Any) -> datetime | None:
    """A time in ISO 8601, UTC when it names no zone."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
        if time is None:
            return None
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(value: Any) -> date | None:
    """A date as YYYY-MM-DD: the compact and the week form could be numbers of another meaning."""
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


_TYPED: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "bigint": _bigint,
    "double": _double,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "date": _date,
}
