"""Stage 2: `raw` becomes `events` and `bad_events`, each event once.

A batch appends to bad_events first, then to events, each under the batch's number, so a replayed batch changes nothing.
The order matters: until events has the batch, a replay finds the same table and comes to the same verdicts; after that
both appends are no-ops.

With a transform of the user's, the new events are appended either to events or, when it fails, to bad_events, as the
last append of the batch and under a number of its own there. A replay that finds them in bad_events leaves them there,
so it does not matter if the transform now does otherwise.
"""

import time

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import events_table
from clickstream_lakehouse.epoch import Epoch
from clickstream_lakehouse.metrics import Metrics, log
from clickstream_lakehouse.refine.bad_rows import BAD_SCHEMA
from clickstream_lakehouse.refine.classify import RAW_COLUMNS
from clickstream_lakehouse.refine.dedup import HOUR_MS, Verdict, decide
from clickstream_lakehouse.refine.enrich.geo import ship_geo_databases
from clickstream_lakehouse.refine.enrichments import enrichments
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
from clickstream_lakehouse.refine.transform import TRANSFORM_STAGE, Transform, TransformError, failed_before

QUERY_NAME = "refine"

# Of raw's Parquet for one batch, 50,000 to 100,000 events of 1 KB: bounds memory and latency while a backlog is read.
MAX_BATCH_BYTES = "16m"

# Batches with events before a run loads the window's keys: for a short run that does not pay.
_BATCHES_BEFORE_KEYS = 3


class Refiner:
    """Refines one batch at a time."""

    def __init__(self, spark: SparkSession, config: JobConfig, epoch: Epoch, metrics: Metrics) -> None:
        """Load what the user brings.

        :raises ConfigError: when the transform cannot be loaded
        :raises GeoDatabaseError: when a geo database is of no use
        :raises PseudonymKeyError: when the key of the pseudonyms cannot be read
        """
        self._spark = spark
        self._config = config
        self._epoch = epoch
        self._metrics = metrics
        ship_geo_databases(spark, config.geo_databases)
        self._enrichments = enrichments(config)
        self._schema = events_table(config.columns).row_schema
        self._window_ms = config.dedup_window_hours * HOUR_MS
        self._known = KnownKeys(self._window_ms)
        self._batches = 0
        self._transform = Transform(config.transform, self._schema) if config.transform else None

    def start(self, trigger_seconds: int) -> StreamingQuery:
        """Start the query."""
        self._spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
        raw = (
            self._spark.readStream.format("delta")
            # Compaction and erasure rewrite files of raw; what they rewrite was read before.
            .option("skipChangeCommits", "true")
            .option("maxBytesPerTrigger", MAX_BATCH_BYTES)
            .load(self._config.raw_path)
        )
        return (
            raw.select(*RAW_COLUMNS)
            .writeStream.foreachBatch(self.refine)
            .queryName(QUERY_NAME)
            .option("checkpointLocation", self._config.refine_checkpoint)
            .trigger(processingTime=f"{trigger_seconds} seconds")
            .start()
        )

    def refine(self, raw: DataFrame, batch_id: int) -> None:
        """Append the batch (rows of `raw`) to both tables; idempotent.

        The lines are read twice, first for their identities, then for the rows of those that are new: that takes less
        than to keep all the rows in between.
        """
        started = time.monotonic()
        lines = _mapped(raw, identify, IDENTIFIED_SCHEMA).toArrow()
        events = lines.filter(pc.field("is_event"))
        verdicts = self._verdicts(raw.sparkSession, events)
        self._epoch.check()
        conflicts = events.filter(pa.array(verdicts == Verdict.CONFLICT))
        bad = pa.concat_tables([lines.filter(~pc.field("is_event")), conflicts])
        if bad.num_rows:
            rows = _mapped(_records_of(raw, bad), make_bad_rows(conflicts.select(LOCATOR)), BAD_SCHEMA)
            _append(rows, self._config.bad_events_path, batch_id)
        new = events.filter(pa.array(verdicts == Verdict.NEW))
        self._known.add(new)
        kept, failed = new.num_rows, 0
        if new.num_rows and self._transform:
            kept, failed = self._append_transformed(self._transform, raw, new, batch_id)
        elif new.num_rows:
            _append(self._rows(raw, new), self._config.events_path, batch_id)
        measures: dict[str, float] = {
            "Events": kept,
            "BadEvents": bad.num_rows + failed,
            "DuplicateEvents": int(np.count_nonzero(verdicts == Verdict.DUPLICATE)),
            **({"TransformFailures": failed} if self._transform else {}),
        }
        self._report(batch_id, measures, new, started)
        self._load_keys(events)

    def _verdicts(self, spark: SparkSession, events: pa.Table) -> np.ndarray:
        if not events.num_rows:
            return np.zeros(0, np.int8)
        stored = self._known.lookup(events).stored(spark, self._config.events_path)
        return decide(events, stored, self._window_ms)

    def _load_keys(self, events: pa.Table) -> None:
        if events.num_rows:
            self._batches += 1
            if self._batches == _BATCHES_BEFORE_KEYS:
                self._known.load_in_background(StoredKeys(self._spark, self._config.events_path), events)

    def _rows(self, raw: DataFrame, new: pa.Table) -> DataFrame:
        return _mapped(raw, make_event_rows(new, self._enrichments, self._schema), self._schema)

    def _append_transformed(
        self, transform: Transform, raw: DataFrame, new: pa.Table, batch_id: int
    ) -> tuple[int, int]:
        """Append what the transform makes of the new events, or the events as bad ones; returns how many of each."""
        paths = self._config
        failed = failed_before(raw.sparkSession.read.format("delta").load(paths.bad_events_path), new)
        untried = new.join(failed, LOCATOR, join_type="left anti")
        if not untried.num_rows:
            return 0, new.num_rows
        try:
            result, kept = transform.apply(self._rows(raw, untried), untried)
        except TransformError as error:
            log("error", str(error))
            self._epoch.check()
            rows = _mapped(
                _records_of(raw, untried), make_failed_rows(untried.select(LOCATOR), error.fault), BAD_SCHEMA
            )
            _append(rows, paths.bad_events_path, batch_id, f"-{TRANSFORM_STAGE}")
            return 0, new.num_rows
        try:
            self._epoch.check()
            _append(result, paths.events_path, batch_id)
        finally:
            result.unpersist()
        return kept, new.num_rows - untried.num_rows

    def _report(self, batch_id: int, measures: dict[str, float], new: pa.Table, started: float) -> None:
        measures["BatchDuration"] = round((time.monotonic() - started) * 1000)
        if measures["Events"]:
            ages = time.time() * 1000 - new["received_ms"].to_numpy()
            measures["Freshness"] = round(float(np.percentile(ages, 95)))
        self._metrics.batch(QUERY_NAME, batch_id, measures)


def _mapped(raw: DataFrame, make: Pass, schema: pa.Schema) -> DataFrame:
    return raw.mapInArrow(make, from_arrow_schema(schema))


def _records_of(raw: DataFrame, lines: pa.Table) -> DataFrame:
    """The records that hold the lines: few have any that is bad."""
    records = raw.sparkSession.createDataFrame(lines.select(LOCATOR[:2]).group_by(LOCATOR[:2]).aggregate([]))
    return raw.join(F.broadcast(records), LOCATOR[:2], "left_semi").select(*RAW_COLUMNS)


def _append(rows: DataFrame, path: str, batch_id: int, part: str = "") -> None:
    """Append this part of a batch once: Delta drops an append whose transaction version it has seen."""
    # The checkpoint's own id: a new checkpoint counts its batches from 0 again.
    checkpoint_id = rows.sparkSession.sparkContext.getLocalProperty("sql.streaming.queryId")
    if checkpoint_id is None:
        raise RuntimeError("not inside a streaming batch: there is no checkpoint id to append under")
    options = {"txnAppId": f"clickstream-refine-{checkpoint_id}{part}", "txnVersion": str(batch_id)}
    rows.write.format("delta").mode("append").options(**options).save(path)
