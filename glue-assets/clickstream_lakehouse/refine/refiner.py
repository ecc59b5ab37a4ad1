"""Stage 2: `raw` becomes `events` and `bad_events`, each event once.

A batch appends to bad_events first, then to events, each under the batch's number, so a replayed batch changes nothing.
The order matters: until events has the batch, a replay finds the same table and comes to the same verdicts; after that
both appends are no-ops.
"""

import time
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import Table, table
from clickstream_lakehouse.epoch import Epoch
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.bad_rows import conflict_row
from clickstream_lakehouse.refine.classify import classify_lines
from clickstream_lakehouse.refine.dedup import HOUR_MS, IDENTITY, LOCATOR, Verdict, decide, probe
from clickstream_lakehouse.refine.lines import LineClass

QUERY_NAME = "refine"

# Of raw's Parquet for one batch, 50,000 to 100,000 events of 1 KB: bounds memory and latency while a backlog is read.
MAX_BATCH_BYTES = "16m"


def start_refine(
    spark: SparkSession, config: JobConfig, epoch: Epoch, metrics: Metrics, trigger_seconds: int
) -> StreamingQuery:
    """Start the query."""
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
    raw = (
        spark.readStream.format("delta")
        # Compaction and erasure rewrite files of raw; what they rewrite was read before.
        .option("skipChangeCommits", "true")
        .option("maxBytesPerTrigger", MAX_BATCH_BYTES)
        .load(config.raw_path)
    )
    return (
        classify_lines(raw)
        .writeStream.foreachBatch(Refiner(config, epoch, metrics).refine)
        .queryName(QUERY_NAME)
        .option("checkpointLocation", config.refine_checkpoint)
        .trigger(processingTime=f"{trigger_seconds} seconds")
        .start()
    )


class Refiner:
    """Refines one batch at a time."""

    def __init__(self, config: JobConfig, epoch: Epoch, metrics: Metrics) -> None:
        self._config = config
        self._epoch = epoch
        self._metrics = metrics

    def refine(self, classified: DataFrame, batch_id: int) -> None:
        """Append the batch (rows of classify_lines) to both tables; idempotent."""
        started = time.monotonic()
        # Lines are parsed in one pass; verdicts, bad rows and events are then made from the cached rows.
        lines = classified.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            found = lines.select("line_class", *IDENTITY, "event_fp", "received_ms", *LOCATOR).toArrow()
            events = found.filter(pc.field("line_class") == LineClass.EVENT.value)
            verdicts = self._verdicts(classified.sparkSession, events)
            self._epoch.check()
            conflicts = events.filter(pa.array(verdicts == Verdict.CONFLICT))
            self._append_bad(lines, conflicts, found.num_rows - events.num_rows, batch_id)
            self._append_events(lines, events, verdicts, batch_id)
        finally:
            lines.unpersist()
        bad = found.num_rows - events.num_rows + conflicts.num_rows
        self._report(batch_id, events, verdicts, bad, time.monotonic() - started)

    def _verdicts(self, spark: SparkSession, events: pa.Table) -> np.ndarray:
        if not events.num_rows:
            return np.zeros(0, np.int8)
        window_ms = self._config.dedup_window_hours * HOUR_MS
        stored = probe(spark.read.format("delta").load(self._config.events_path), events, window_ms)
        return decide(events, stored, window_ms)

    def _append_bad(self, lines: DataFrame, conflicts: pa.Table, bad_lines: int, batch_id: int) -> None:
        parts: list[DataFrame] = []
        if bad_lines:
            parts.append(lines.where(F.col("line_class") != LineClass.EVENT).select("bad.*"))
        if conflicts.num_rows:
            conflicting = _only(lines, conflicts, "left_semi").select("event.*", "line_index", "line")
            parts.append(conflicting.select(conflict_row().alias("bad")).select("bad.*"))
        if parts:
            _append(reduce(DataFrame.unionByName, parts), table("bad_events"), self._config.bad_events_path, batch_id)

    def _append_events(self, lines: DataFrame, events: pa.Table, verdicts: np.ndarray, batch_id: int) -> None:
        not_new = events.filter(pa.array(verdicts != Verdict.NEW))
        if not_new.num_rows == events.num_rows:
            return
        valid = lines.where(F.col("line_class") == LineClass.EVENT)
        new = _only(valid, not_new, "left_anti") if not_new.num_rows else valid
        _append(new.select("event.*"), table("events"), self._config.events_path, batch_id)

    def _report(self, batch_id: int, events: pa.Table, verdicts: np.ndarray, bad: int, seconds: float) -> None:
        new = verdicts == Verdict.NEW
        measures: dict[str, float] = {
            "Events": int(np.count_nonzero(new)),
            "BadEvents": bad,
            "DuplicateEvents": int(np.count_nonzero(verdicts == Verdict.DUPLICATE)),
            "BatchDuration": round(seconds * 1000),
        }
        if measures["Events"]:
            ages = time.time() * 1000 - events["received_ms"].to_numpy()[new]
            measures["Freshness"] = round(float(np.percentile(ages, 95)))
        self._metrics.batch(QUERY_NAME, batch_id, measures)


def _only(lines: DataFrame, located: pa.Table, join: str) -> DataFrame:
    """The lines at the places (left_semi), or all others (left_anti)."""
    places = lines.sparkSession.createDataFrame(located.select(LOCATOR))
    return lines.join(F.broadcast(places), LOCATOR, join)


def _append(rows: DataFrame, target: Table, path: str, batch_id: int) -> None:
    """Append once per batch: Delta drops an append whose transaction version it has seen."""
    # The checkpoint's own id: a new checkpoint counts its batches from 0 again.
    checkpoint_id = rows.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId")
    if checkpoint_id is None:
        raise RuntimeError("not inside a streaming batch: there is no checkpoint id to append under")
    options = {"txnAppId": f"clickstream-refine-{checkpoint_id}", "txnVersion": str(batch_id)}
    stamped = rows.withColumn("processed_ts", F.current_timestamp()).select(*target.column_names)
    stamped.write.format("delta").mode("append").options(**options).save(path)
