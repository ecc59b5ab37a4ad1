"""Which event_keys `events` may hold, in the driver's memory: a batch that has none of them needs no probe.

The probe stays the only witness of what is stored; this says which keys it has to look for, and in which hours. So keys
that the table does not have do no harm, and a key must be here before its row can be in the table. Only this run
writes the table: from its start on, older ones cannot append to it (appends.py).
"""

import threading
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from clickstream_lakehouse.metrics import log
from clickstream_lakehouse.refine.dedup import HOUR_MS, STORED_SCHEMA, Hours, hours_around, probe, received_within

# 8 bytes each: 24 hours of 1,100 events a second.
MAX_KEYS = 100_000_000
# How many keys Spark hands over at once, through the JVM's heap.
_KEYS_A_LOAD = 8_000_000
# Sorted arrays of an hour before they become one.
_RUNS = 8


class Lookup(NamedTuple):
    """What a probe has to look for, sorted, and the hours in which that may be stored."""

    keys: np.ndarray
    hours: Hours

    def stored(self, spark: SparkSession, path: str) -> pa.Table:
        """What the table holds of it, as rows of STORED_SCHEMA; without keys nothing is read."""
        if not len(self.keys):
            return STORED_SCHEMA.empty_table()
        return probe(spark.read.format("delta").load(path), self.keys, self.hours)


class KnownKeys:
    """The keys of the window, by the hour in which their events were received."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._lock = threading.Lock()
        self._runs: dict[int, list[np.ndarray]] = {}
        self._since: int | None = None
        """The first hour of which all keys are here; None until they are loaded."""
        self._is_full = False

    def __len__(self) -> int:
        """How many keys are in memory."""
        return sum(len(run) for runs in self._runs.values() for run in runs)

    def lookup(self, batch: pa.Table) -> Lookup:
        """What to look for of a batch: of all its keys those that may be stored within the window."""
        keys = np.unique(batch["event_key"].to_numpy())
        window = hours_around(batch, self._window_ms)
        with self._lock:
            if self._since is None or window.first < self._since:
                return Lookup(keys, window)
            self._forget_before(window.first)
            found = {hour: _among(runs, keys) for hour, runs in self._runs.items()}
        hit = np.logical_or.reduce([np.zeros(len(keys), bool), *found.values()])
        oldest = min((hour for hour, hits in found.items() if hits.any()), default=window.last)
        # One of two spans, as Spark compiles the code of a probe anew for each; clients repeat most events at once.
        recent = hours_around(batch).last - 2
        return Lookup(keys[hit], window._replace(first=recent) if oldest >= recent else window)

    def add(self, new: pa.Table) -> None:
        """Take the events that are about to be appended."""
        with self._lock:
            if self._is_full:
                return
            for hour, keys in _by_hour(new):
                if hour not in self._runs:
                    # Hours follow each other, so the others grow no more.
                    for runs in self._runs.values():
                        runs[:] = [_merged(runs)]
                runs = self._runs.setdefault(hour, [])
                runs.append(keys)
                if len(runs) > _RUNS:
                    runs[:] = [_merged(runs)]
            count = len(self)
        if count > MAX_KEYS:
            self._give_up(count)

    def load_in_background(self, stored: "StoredKeys", batch: pa.Table) -> threading.Thread:
        """Load the keys of the batch's window and later. Until the thread ends every key is looked for."""
        since = hours_around(batch, self._window_ms).first
        thread = threading.Thread(target=self._try_to_load, args=(stored, since), daemon=True)
        thread.start()
        return thread

    def load(self, stored: "StoredKeys", since: int) -> None:
        """Load the keys of the events that were received in the hour `since` (of the epoch) or later."""
        counts = stored.counts(since)
        if sum(counts.values()) > MAX_KEYS:
            self._give_up(sum(counts.values()))
            return
        for hours in _in_loads(counts):
            self.add(stored.keys(hours))
        with self._lock:
            self._since = None if self._is_full else since

    def _try_to_load(self, stored: "StoredKeys", since: int) -> None:
        try:
            self.load(stored, since)
        except Exception as error:
            reason = str(error).partition("\n")[0]
            log("info", f"de-duplication goes on without keys in memory: {type(error).__name__}: {reason}")

    def _forget_before(self, hour: int) -> None:
        for old in [known for known in self._runs if known < hour]:
            del self._runs[old]
            self._since = hour

    def _give_up(self, count: int) -> None:
        with self._lock:
            self._is_full, self._since = True, None
            self._runs.clear()
        log(
            "warning",
            f"the window has {count:,} events, more than the {MAX_KEYS:,} whose keys are kept in memory: "
            "each batch reads the keys of the whole window. A shorter dedupWindow makes it cheaper",
        )


class StoredKeys:
    """The keys that a table holds."""

    def __init__(self, spark: SparkSession, path: str) -> None:
        self._spark = spark
        self._path = path

    def counts(self, since: int) -> dict[int, int]:
        """How many rows each hour has, from the hour on, in the order of time."""
        start = F.timestamp_millis(F.lit(since * HOUR_MS))
        later = self._rows().where((F.col("received_date") >= F.to_date(start)) & (F.col("received_ts") >= start))
        hours = later.groupBy(F.floor(F.unix_millis("received_ts") / HOUR_MS).alias("hour")).count()
        return {row["hour"]: row["count"] for row in sorted(hours.collect())}

    def keys(self, hours: Hours) -> pa.Table:
        """event_key and received_ms of the rows of the hours."""
        rows = self._rows().where(received_within(hours))
        return rows.select("event_key", F.unix_millis("received_ts").alias("received_ms")).toArrow()

    def _rows(self) -> DataFrame:
        return self._spark.read.format("delta").load(self._path)


def _among(runs: list[np.ndarray], keys: np.ndarray) -> np.ndarray:
    """Which of the sorted keys are in one of the runs."""
    is_there = np.zeros(len(keys), bool)
    for run in runs:
        places = np.minimum(np.searchsorted(run, keys), len(run) - 1)
        is_there |= run[places] == keys
    return is_there


def _merged(runs: list[np.ndarray]) -> np.ndarray:
    # A stable sort merges what is in order.
    return np.sort(np.concatenate(runs), kind="stable") if len(runs) > 1 else runs[0]


def _by_hour(events: pa.Table) -> Iterator[tuple[int, np.ndarray]]:
    """The sorted keys of each hour."""
    keys, hours = events["event_key"].to_numpy(), events["received_ms"].to_numpy() // HOUR_MS
    for hour in np.unique(hours).tolist():
        yield hour, np.sort(keys[hours == hour])


def _in_loads(counts: Mapping[int, int]) -> Iterator[Hours]:
    """Spans with not too many keys each, which together have all hours."""
    hours: list[int] = []
    total = 0
    for hour, count in counts.items():
        if hours and total + count > _KEYS_A_LOAD:
            yield Hours(hours[0], hours[-1] + 1)
            hours, total = [], 0
        hours.append(hour)
        total += count
    if hours:
        yield Hours(hours[0], hours[-1] + 1)
