"""One run of the job: both queries in one driver until a signal, the end of its time or, in a drain, of its work."""

import os
import signal
import threading
import time
from collections.abc import Sequence

from pyspark.sql import SparkSession
from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
    StreamingQueryListener,
)

from clickstream_lakehouse.appends import OwnTables, is_all_refined, own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.ingest import QUERY_NAME as INGEST
from clickstream_lakehouse.ingest import Ingest, is_all_in_raw, source_options
from clickstream_lakehouse.metrics import Metrics, emit, log
from clickstream_lakehouse.refine.processing import load_processing
from clickstream_lakehouse.refine.refiner import QUERY_NAME as REFINE
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.session import prepare_session
from clickstream_lakehouse.source.batch_store import caught_up_key
from clickstream_lakehouse.source.kinesis_source import KinesisSource
from clickstream_lakehouse.source.position_store import open_store
from clickstream_lakehouse.stage import QueryStart, Stage
from clickstream_lakehouse.tables import create_tables
from clickstream_lakehouse.watch import UnreadWatch

_POLL_SECONDS = 0.5

# How long a stop waits for the batches that run. What is cut off is done again by the next run.
_PLANNED_STOP_SECONDS = 120.0
_SIGNAL_STOP_SECONDS = 5.0


def run(spark: SparkSession, config: JobConfig) -> None:
    """Run until stopped. Returns after a clean stop.

    :raises StageError: when a query failed for good; the next run goes on where the tables end
    """
    prepare_session(spark, config)
    stop, stopping = _stop_on_signals(), threading.Event()
    create_tables(spark, config)
    # Nothing may run if what the user brings cannot be loaded.
    processing = load_processing(spark, config)
    drain = config.mode == "drain"
    drain_until = f"{time.time():.3f}" if drain else None
    trigger_seconds = 1 if drain else config.trigger_seconds
    # To own the tables costs a commit to each, and most drains of a quiet lakehouse have nothing to do.
    if drain_until and is_all_refined(spark, config) and is_all_in_raw(spark, config, drain_until):
        emit("drained")
        return
    # Most of it is waiting for a Python of Spark's.
    threading.Thread(target=KinesisSource.register, args=(spark,), daemon=True).start()
    tables = own_tables(spark, config, stopping)
    metrics = Metrics(config)
    spark.streams.addListener(IngestReport(metrics))
    refiner = Refiner(spark, config, processing, tables, metrics)
    begin = QueryStart(f"{config.runs_path}/{tables.epoch.number}", trigger_seconds)
    refine = Stage(REFINE, begin, refiner.start, metrics)
    ingest = Stage(INGEST, begin, Ingest(spark, config, tables, metrics, drain_until).start, metrics)
    emit("started", pid=os.getpid(), epoch=tables.epoch.number, mode=config.mode)
    threading.Thread(target=_remove_older_runs, args=(config, tables), daemon=True).start()
    watch = UnreadWatch(source_options(config, tables.epoch), trigger_seconds)
    deadline = time.monotonic() + config.max_run_hours * 3600
    while not stop.wait(_POLL_SECONDS) and time.monotonic() < deadline:
        for stage in (ingest, refine):
            stage.keep_running()
        if drain_until is not None and _is_drained(config, drain_until):
            _finish_drain(ingest, refine)
            refiner.note_end()
            emit("drained")
            return
        stalled = watch.look(ingest.query)
        if stalled:
            ingest.restart(stalled)
    log("info", "stopping after the batches that run")
    stopping.set()
    _stop((ingest, refine), _SIGNAL_STOP_SECONDS if stop.is_set() else _PLANNED_STOP_SECONDS)
    refiner.note_end()
    emit("stopped")


class IngestReport(StreamingQueryListener):
    """Reports the batches of the ingest query. Refine reports its own batches, as only it knows its counts."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def onQueryStarted(self, event: QueryStartedEvent) -> None:
        """Nothing to report."""

    def onQueryProgress(self, event: QueryProgressEvent) -> None:
        progress = event.progress
        if progress.name == INGEST and progress.numInputRows:
            measures = {"RawRecords": progress.numInputRows, "BatchDuration": progress.batchDuration}
            self._metrics.batch(INGEST, progress.batchId, measures)

    def onQueryIdle(self, event: QueryIdleEvent) -> None:
        """Nothing to report."""

    def onQueryTerminated(self, event: QueryTerminatedEvent) -> None:
        """The run loop finds a failed query itself."""


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _is_drained(config: JobConfig, drain_until: str) -> bool:
    return open_store(config.positions_path, config.region).get(caught_up_key(drain_until)) is not None


def _finish_drain(ingest: Stage, refine: Stage) -> None:
    """The source starts no more batches: end it, then let refine read the rest of raw."""
    _stop((ingest,), _PLANNED_STOP_SECONDS)
    refine.query.processAllAvailable()
    _stop((refine,), _PLANNED_STOP_SECONDS)


def _stop(stages: Sequence[Stage], seconds: float) -> None:
    """Stop the queries between batches, or at the latest after that time."""
    deadline = time.monotonic() + seconds
    for stage in stages:
        query = stage.query
        while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
            time.sleep(0.05)
        query.stop()


def _remove_older_runs(config: JobConfig, tables: OwnTables) -> None:
    """Their checkpoints are of no use; an older run that still needs its own one has no right to go on."""
    try:
        runs = open_store(config.runs_path, config.region)
        for name in runs.list(""):
            if name.isdigit() and int(name) < tables.epoch.number:
                runs.delete(name)
    except Exception as error:
        log("warning", f"the checkpoints of older runs stay in {config.runs_path}: {type(error).__name__}: {error}")
