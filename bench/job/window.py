"""De-duplication against a window of many stored ids: the probe and the decision, without the batch's other work.

Twice: as a run begins, and with the window's keys in memory, as it goes on after some batches.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
from process_cost import Cost, SparkProcesses
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from row import Row

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.dedup import HOUR_MS, Verdict, decide
from clickstream_lakehouse.refine.known_keys import KnownKeys, StoredKeys
from clickstream_lakehouse.tables import create_tables
from support.lake import lake_config

MILLION = 1_000_000
# The middle of a day, so that the day before it has two partitions.
_NOW_MS = 1_781_524_800_000
_DAY_MS = 24 * HOUR_MS
# What auto-compaction makes of events of the usual size: files of 128 MiB.
_ROWS_A_FILE = 500_000
_COPIES = 100  # one row in so many is a copy of a stored one
_WARM_UP, _ROUNDS = 3, 5
_ANY_VALUE = {"string": "''", "boolean": "false", "timestamp": "received_ts"}


@dataclass(frozen=True)
class _Window:
    """A table with so many millions of ids, and what is known of it."""

    config: JobConfig
    million: int
    known: KnownKeys


def measure_windows(
    spark: SparkSession, processes: SparkProcesses, folder: Path, millions: list[int], events: int
) -> Iterator[Row]:
    """Two rows for each size of the window, in millions of ids."""
    for million in millions:
        config = lake_config(folder / f"window-{million}")
        create_tables(spark, config)
        _fill(spark, config, million * MILLION)
        window = _Window(config, million, KnownKeys(_DAY_MS))
        yield _measure(spark, processes, window, events)
        with processes.measured() as loading:
            window.known.load(StoredKeys(spark, config.events_path), (_NOW_MS - _DAY_MS) // HOUR_MS)
        row = _measure(spark, processes, window, events)
        loaded = f"{len(window.known) * 8 // MILLION} MB of keys, loaded once in {loading.core_seconds:.1f} core-s"
        yield replace(row, name=f"{row.name}, keys known", note=f"{row.note}; {loaded}")


def _fill(spark: SparkSession, config: JobConfig, rows: int) -> None:
    """Fill `events` in the order of time. Key, check and fingerprint are as random as those of random ids."""
    stored = spark.range(0, rows, 1, max(2, rows // _ROWS_A_FILE))
    known = {
        "event_key": F.xxhash64("id"),
        "event_check": F.xxhash64(F.lit(1), "id"),
        "event_fp": F.xxhash64(F.lit(2), "id"),
        "received_ts": F.timestamp_millis((F.lit(_NOW_MS - _DAY_MS) + F.col("id") * _DAY_MS / rows).cast("bigint")),
    }
    for name, column in known.items():
        stored = stored.withColumn(name, column)
    stored = stored.withColumn("received_date", F.to_date("received_ts"))
    # A column that a file lacks is null.
    for field in table("events").fields:
        if field.name not in stored.columns and not field.nullable:
            stored = stored.withColumn(field.name, F.expr(_ANY_VALUE[field.type]))
    spark.conf.set("spark.databricks.delta.autoCompact.enabled", "false")
    try:
        stored.drop("id").write.format("delta").mode("append").save(config.events_path)
    finally:
        spark.conf.unset("spark.databricks.delta.autoCompact.enabled")


def _measure(spark: SparkSession, processes: SparkProcesses, window: _Window, events: int) -> Row:
    costs: list[Cost] = []
    for number in range(_WARM_UP + _ROUNDS):
        batch = _batch(spark, events, window.million * MILLION, seed=number)
        processes.reset_peaks()
        with processes.measured() as cost:
            stored = window.known.lookup(batch).stored(spark, window.config.events_path)
            verdicts = decide(batch, stored, _DAY_MS)
        copies = int(np.count_nonzero(verdicts == Verdict.DUPLICATE))
        if copies != len(range(0, events, _COPIES)):
            raise RuntimeError(f"{copies} of {len(range(0, events, _COPIES))} copies were found in the window")
        if number >= _WARM_UP:
            costs.append(cost)
    jvm, _ = processes.peaks_mib()
    files = len(list(Path(window.config.events_path).glob("*/*.parquet")))
    read = median(cost.bytes_read for cost in costs)
    return Row(
        name=f"de-duplication, {window.million}M ids",
        events=events,
        wall_seconds=median(cost.wall_seconds for cost in costs),
        core_seconds=median(cost.core_seconds for cost in costs),
        note=f"added to a batch; reads {read / MILLION:,.0f} MB of {files} files; JVM {jvm} MiB",
    )


def _batch(spark: SparkSession, events: int, stored: int, seed: int) -> pa.Table:
    """Identities of a batch received now: new ones, and copies of events of the last half hour."""
    numbers = np.arange(events, dtype=np.int64) + stored + seed * events
    copies = len(numbers[::_COPIES])
    numbers[::_COPIES] = stored - 1 - np.random.default_rng(seed).choice(stored // 48, copies, replace=False)
    identities = spark.createDataFrame(pa.table({"id": numbers})).select(
        F.xxhash64("id").alias("event_key"),
        F.xxhash64(F.lit(1), "id").alias("event_check"),
        F.xxhash64(F.lit(2), "id").alias("event_fp"),
    )
    places = {
        "received_ms": pa.array(np.full(events, _NOW_MS)),
        "shard_id": pa.repeat("shardId-000000000000", events),
        "sequence_number": pa.repeat("1", events),
        "line_index": pa.array(np.arange(events, dtype=np.int32)),
    }
    found = identities.toArrow()
    return pa.table({**dict(zip(found.column_names, found.columns, strict=True)), **places})
