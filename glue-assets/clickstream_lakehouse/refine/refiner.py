"""Stage 2: `raw` becomes `events` and `bad_events`, each event once.

A batch appends to bad_events first, then to events: until events has the batch, whoever refines it again finds the same
table and comes to the same verdicts. Each append notes the version of raw before which all was refined, and the next
run begins there. It refines some lines again, and what the tables have of these stays as it is: an event is found by
its identity, any other line by its place. So nothing depends on where a run begins, if only it leaves nothing out.

With a transform of the user's, the new events are appended either to events or, when it fails, to bad_events, as the
last append of the batch. A later run leaves them there, so it does not matter if the transform now does otherwise.
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.appends import OwnTables, RawVersion, last_version
from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import SupersededError
from clickstream_lakehouse.metrics import Metrics, log
from clickstream_lakehouse.refine.bad_rows import BAD_SCHEMA
from clickstream_lakehouse.refine.classify import RAW_COLUMNS
from clickstream_lakehouse.refine.dedup import HOUR_MS, STORED_SCHEMA, Verdict, decide, places_in
from clickstream_lakehouse.refine.known_keys import KnownKeys, StoredKeys
from clickstream_lakehouse.refine.lines import LOCATOR
from clickstream_lakehouse.refine.passes import (
    IDENTIFIED_SCHEMA,
    Pass,
    identify,
    make_bad_rows,
    make_event_rows,
    make_failed_rows,
)
from clickstream_lakehouse.refine.processing import Processing
from clickstream_lakehouse.refine.transform import Transform, TransformError
from clickstream_lakehouse.stage import QueryStart

QUERY_NAME = "refine"

# Of raw's Parquet for one batch, 25,000 to 50,000 events of 1 KB for each core: bounds memory and latency while a
# backlog is read, and is much more work than what a batch of any size takes on the driver.
_BATCH_BYTES_PER_CORE = 8 << 20
# The driver holds the identities of a batch, whatever the number of cores.
_MAX_BATCH_BYTES = 128 << 20

# Delta keeps its log for 30 days.
_VERSION_IS_GONE = "DELTA_VERSION_NOT_FOUND"

# Batches with events before a run loads the window's keys: for a short run that does not pay.
_BATCHES_BEFORE_KEYS = 3


class Refiner:
    """Refines one batch at a time."""

    def __init__(
        self, spark: SparkSession, config: JobConfig, processing: Processing, tables: OwnTables, metrics: Metrics
    ) -> None:
        self._spark = spark
        self._config = config
        self._processing = processing
        self._tables = tables
        self._metrics = metrics
        self._window_ms = config.dedup_window_hours * HOUR_MS
        self._known = KnownKeys(self._window_ms)
        self._batches = 0
        self._query: StreamingQuery | None = None
        self._refined = tables.refined
        """The version of raw before which everything was refined when the running batch began."""
        self._repeats_until = 0
        """The version of raw behind which this query is the first to refine."""

    def start(self, begin: QueryStart) -> StreamingQuery:
        """Start the query where the last one ended, in this run or an earlier one."""
        self._spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
        failure = self._query and self._query.exception()
        if self._refined and failure and _VERSION_IS_GONE in str(failure):
            log("warning", f"raw does not remember version {self._refined.version}: all that it has is refined again")
            self._refined = None
        self._query = None
        self._repeats_until = last_version(self._config.raw_path, self._config.region)
        version = {} if self._refined is None else {"startingVersion": str(self._refined.version)}
        raw = (
            self._spark.readStream.format("delta")
            # Compaction and erasure rewrite files of raw; what they rewrite was read before.
            .option("skipChangeCommits", "true")
            .option("maxBytesPerTrigger", batch_bytes(self._spark.sparkContext.defaultParallelism))
            .options(**version)
            .load(self._config.raw_path)
        )
        self._query = (
            raw.select(*RAW_COLUMNS)
            .writeStream.foreachBatch(self._refine_next)
            .queryName(QUERY_NAME)
            .option("checkpointLocation", begin.checkpoint)
            .trigger(processingTime=f"{begin.trigger_seconds} seconds")
            .start()
        )
        return self._query

    def note_end(self) -> None:
        """Note how far the stopped query came, so that the next run does not refine its last batch again."""
        before = self._refined
        self._take_progress()
        if self._refined and self._refined != before:
            try:
                self._tables.events.set_note(self._spark, self._refined)
            except SupersededError as error:
                log("info", f"no note of the last batch, which the next run may refine again: {error}")

    def _refine_next(self, raw: DataFrame, batch_id: int) -> None:
        self._take_progress()
        self._tables.begin_batch()
        self.refine(raw, batch_id)

    def _take_progress(self) -> None:
        progress = self._query and self._query.lastProgress
        if progress:
            self._refined = _refined_by(json.loads(progress.json))

    def refine(self, raw: DataFrame, batch_id: int) -> None:
        """Append the batch (rows of `raw`) to both tables, but for what they have of it.

        The lines are read twice, first for their identities, then for the rows of those that are new: that takes less
        than to keep all the rows in between.
        """
        started = time.monotonic()
        lines = _mapped(raw, identify, IDENTIFIED_SCHEMA).toArrow()
        is_repeat = lines.num_rows > 0 and self._may_be_refined()
        if is_repeat:
            bad_events = raw.sparkSession.read.format("delta").load(self._tables.bad_events.path)
            lines = lines.join(places_in(bad_events, lines), LOCATOR, join_type="left anti")
        events = lines.filter(pc.field("is_event"))
        stored = self._stored(raw.sparkSession, events)
        verdicts = decide(events, stored, self._window_ms)
        copies = events.filter(pa.array(verdicts == Verdict.DUPLICATE))
        conflicts = events.filter(pa.array(verdicts == Verdict.CONFLICT))
        bad = pa.concat_tables([lines.filter(~pc.field("is_event")), conflicts])
        new = events.filter(pa.array(verdicts == Verdict.NEW))
        if is_repeat:  # a stored row is no copy of itself
            copies = copies.join(stored, STORED_SCHEMA.names, join_type="left anti")
        if bad.num_rows:
            rows = _mapped(_records_of(raw, bad), make_bad_rows(conflicts.select(LOCATOR)), BAD_SCHEMA)
            self._tables.bad_events.append(_at(rows, bad, LOCATOR), self._refined)
        self._known.add(new)
        kept, failed = new.num_rows, 0
        transform = self._processing.transform
        if new.num_rows and transform:
            kept, failed = self._append_transformed(transform, raw, new)
        elif new.num_rows:
            self._tables.events.append(self._rows(raw, new), self._refined)
        measures: dict[str, float] = {
            "Events": kept,
            "BadEvents": bad.num_rows + failed,
            "DuplicateEvents": copies.num_rows,
            **({"TransformFailures": failed} if transform else {}),
        }
        self._report(batch_id, measures, new, started)
        self._load_keys(events)

    def _may_be_refined(self) -> bool:
        """Whether an earlier query, of this run or another, may have refined lines of the running batch."""
        return self._refined is None or self._refined.version <= self._repeats_until

    def _stored(self, spark: SparkSession, events: pa.Table) -> pa.Table:
        if not events.num_rows:
            return STORED_SCHEMA.empty_table()
        return self._known.lookup(events).stored(spark, self._tables.events.path)

    def _load_keys(self, events: pa.Table) -> None:
        if events.num_rows:
            self._batches += 1
            if self._batches == _BATCHES_BEFORE_KEYS:
                self._known.load_in_background(StoredKeys(self._spark, self._tables.events.path), events)

    def _rows(self, raw: DataFrame, new: pa.Table) -> DataFrame:
        schema = self._processing.schema
        return _mapped(raw, make_event_rows(new, self._processing.enrichments, schema), schema)

    def _append_transformed(self, transform: Transform, raw: DataFrame, new: pa.Table) -> tuple[int, int]:
        """Append what the transform makes of the new events, or the events as bad ones; returns how many of each."""
        try:
            result, kept = transform.apply(self._rows(raw, new), new)
        except TransformError as error:
            log("error", str(error))
            rows = _mapped(_records_of(raw, new), make_failed_rows(new.select(LOCATOR), error.fault), BAD_SCHEMA)
            self._tables.bad_events.append(rows, self._refined)
            return 0, new.num_rows
        try:
            self._tables.events.append(result, self._refined)
        finally:
            result.unpersist()
        return kept, 0

    def _report(self, batch_id: int, measures: dict[str, float], new: pa.Table, started: float) -> None:
        measures["BatchDuration"] = round((time.monotonic() - started) * 1000)
        if measures["Events"]:
            ages = time.time() * 1000 - new["received_ms"].to_numpy()
            measures["Freshness"] = round(float(np.percentile(ages, 95)))
        self._metrics.batch(QUERY_NAME, batch_id, measures)


def batch_bytes(cores: int) -> int:
    """How much of raw's Parquet one batch takes at most, but for a last file that goes beyond it."""
    return min(cores * _BATCH_BYTES_PER_CORE, _MAX_BATCH_BYTES)


def _mapped(raw: DataFrame, make: Pass, schema: pa.Schema) -> DataFrame:
    return raw.mapInArrow(make, from_arrow_schema(schema))


def _records_of(raw: DataFrame, lines: pa.Table) -> DataFrame:
    """The records that hold the lines: few have any that is bad."""
    return _at(raw, lines.select(LOCATOR[:2]).group_by(LOCATOR[:2]).aggregate([]), LOCATOR[:2])


def _at(rows: DataFrame, places: pa.Table, columns: list[str]) -> DataFrame:
    """The rows that are at one of the places."""
    # Of a table in several chunks, of which one is empty, Spark may make an empty relation.
    wanted = F.broadcast(rows.sparkSession.createDataFrame(places.select(columns).combine_chunks()))
    return rows.join(wanted, columns, "left_semi").select(*rows.columns)


def _refined_by(progress: Mapping[str, Any]) -> RawVersion | None:
    """The version of raw before which everything was refined with a batch, by its progress report.

    None while the query still reads the rows that raw had at its start, in no order.
    """
    offset = progress["sources"][0]["endOffset"]
    return None if offset["isStartingVersion"] else RawVersion(offset["reservoirId"], offset["reservoirVersion"])
