"""De-duplication: the rule, and the probe of what is stored.

Rule: a row copies a stored row, or an earlier kept row of its batch, when both halves of the identity are equal and the
received times are at most the window apart; with another fingerprint it is an id conflict. Rows of a batch are taken by
(received time, shard, sequence number, line). The verdicts depend only on table and batch, so a replayed batch gets the
same verdicts.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.lines import LOCATOR

IDENTITY = ["event_key", "event_check"]
HOUR_MS = 3_600_000
STORED_SCHEMA = pa.schema([(name, pa.int64()) for name in (*IDENTITY, "event_fp", "received_ms")])


class Hours(NamedTuple):
    """From the beginning of an hour to that of another one, both included; in hours since the epoch."""

    first: int
    last: int


class Verdict(IntEnum):
    NEW = 0
    DUPLICATE = 1
    CONFLICT = 2


def decide(batch: pa.Table, stored: pa.Table, window_ms: int) -> np.ndarray:
    """A Verdict (int8) for each row of the batch.

    batch: IDENTITY, event_fp, received_ms (bigint) and LOCATOR.
    stored: rows of STORED_SCHEMA, all that share an event_key with the batch within the window; more do no harm.
    """
    verdicts = np.full(batch.num_rows, Verdict.NEW, np.int8)
    kept: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for key, check, fingerprint, received in _tuples(stored, STORED_SCHEMA.names):
        kept[key, check].append((received, fingerprint))
    suspects = _suspects(batch["event_key"].to_numpy(), stored["event_key"].to_numpy())
    rows = batch.take(pa.array(suspects))
    columns = list(_tuples(rows, STORED_SCHEMA.names))
    for index in _in_order(rows):
        key, check, fingerprint, received = columns[index]
        seen = kept[key, check]
        copies = [other for at, other in seen if abs(at - received) <= window_ms]
        if not copies:
            seen.append((received, fingerprint))
        else:
            verdicts[suspects[index]] = Verdict.DUPLICATE if fingerprint in copies else Verdict.CONFLICT
    return verdicts


def probe(events: DataFrame, keys: np.ndarray, hours: Hours) -> pa.Table:
    """The stored rows that have one of the event_keys and were received within the hours.

    Columns: those of STORED_SCHEMA.
    """
    wanted = events.sparkSession.createDataFrame(pa.table({"event_key": keys}))
    hits = events.where(received_within(hours)).join(F.broadcast(wanted), "event_key", "left_semi")
    return hits.select(*IDENTITY, "event_fp", F.unix_millis("received_ts").alias("received_ms")).toArrow()


def places_in(bad_events: DataFrame, lines: pa.Table) -> pa.Table:
    """The places of bad events that were received in the hours of the lines: rows of LOCATOR.

    :param lines: LOCATOR, received_ms in whole milliseconds
    """
    return bad_events.where(received_within(hours_around(lines, window_ms=1))).select(*LOCATOR).toArrow()


def hours_around(batch: pa.Table, window_ms: int = 0) -> Hours:
    """The hours in which a row of the batch was received, or at most the window before or after."""
    received = batch["received_ms"].to_numpy()
    return Hours((int(received.min()) - window_ms) // HOUR_MS, -(-(int(received.max()) + window_ms) // HOUR_MS))


def received_within(hours: Hours) -> Column:
    """Whether a stored row was received within the hours.

    Spark writes the bounds into the code that it generates, and compiles that again when they change.
    """
    first, last = (F.timestamp_millis(F.lit(hour * HOUR_MS)) for hour in hours)
    return F.col("received_date").between(F.to_date(first), F.to_date(last)) & F.col("received_ts").between(first, last)


def _suspects(keys: np.ndarray, stored: np.ndarray) -> np.ndarray:
    """Positions of the rows whose key occurs more than once: only they are looked at one by one."""
    order = np.argsort(keys, kind="stable")
    twin = keys[order][1:] == keys[order][:-1]
    repeated = np.append(twin, False) | np.insert(twin, 0, False) if len(keys) else np.zeros(0, bool)
    suspect = np.zeros(len(keys), bool)
    suspect[order] = repeated
    return np.flatnonzero(suspect | np.isin(keys, stored))


def _in_order(rows: pa.Table) -> list[int]:
    # Sequence numbers are decimal numbers without leading zeros: longer is larger.
    places = [
        (received, shard, len(sequence), sequence, line)
        for received, shard, sequence, line in _tuples(rows, ["received_ms", *LOCATOR])
    ]
    return sorted(range(len(places)), key=places.__getitem__)


def _tuples(table: pa.Table, names: list[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)
