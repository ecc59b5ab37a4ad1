"""One run of the job: both queries in one driver until a signal, the end of its time or, in a drain, of its work."""

import os
import signal
import threading
import time

from pyspark.sql import SparkSession
from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
    StreamingQueryListener,
)
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import claim_epoch
from clickstream_lakehouse.ingest import QUERY_NAME as INGEST
from clickstream_lakehouse.ingest import start_ingest
from clickstream_lakehouse.metrics import Metrics, emit, log
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.session import prepare_session
from clickstream_lakehouse.source.batch_planner import drained_key
from clickstream_lakehouse.source.position_store import open_store
from clickstream_lakehouse.tables import create_tables

_POLL_SECONDS = 0.5
_BATCH_SECONDS = 120.0  # how long a stop waits for the batch that runs; after it the batch is replayed by the next run


def run(spark: SparkSession, config: JobConfig) -> None:
    """Run until stopped. Returns after a clean stop.

    :raises StreamingQueryException: when a query failed; the next run goes on from the last committed batch
    """
    prepare_session(spark, config)
    stop = _stop_on_sigterm()
    epoch = claim_epoch(config.epoch_path, config.region)
    create_tables(spark, config)
    metrics = Metrics(config)
    spark.streams.addListener(IngestReport(metrics))
    drain = config.mode == "drain"
    drain_until = f"{time.time():.3f}" if drain else None
    trigger_seconds = 1 if drain else config.trigger_seconds
    # It loads what the user brings, and nothing may run if that fails.
    refiner = Refiner(spark, config, epoch, metrics)
    ingest = start_ingest(spark, config, epoch, trigger_seconds, drain_until)
    refine = refiner.start(trigger_seconds)
    emit("started", pid=os.getpid(), epoch=epoch.number, mode=config.mode)
    deadline = time.monotonic() + config.max_run_hours * 3600
    while not stop.wait(_POLL_SECONDS) and time.monotonic() < deadline:
        _raise_failure(ingest, refine)
        if drain_until is not None and _is_drained(config, drain_until):
            _finish_drain(ingest, refine)
            return
    log("info", "stopping between batches")
    for query in (ingest, refine):
        _stop_between_batches(query)
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


def _stop_on_sigterm() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _raise_failure(*queries: StreamingQuery) -> None:
    for query in queries:
        failure = query.exception()
        if failure is not None:
            raise failure
        if not query.isActive:
            raise RuntimeError(f"the query {query.name} ended without an error")


def _is_drained(config: JobConfig, drain_until: str) -> bool:
    return open_store(config.positions_path, config.region).get(drained_key(drain_until)) is not None


def _finish_drain(ingest: StreamingQuery, refine: StreamingQuery) -> None:
    """The source starts no more batches: end it, then let refine read the rest of raw."""
    _stop_between_batches(ingest)
    refine.processAllAvailable()
    _stop_between_batches(refine)
    emit("drained")


def _stop_between_batches(query: StreamingQuery) -> None:
    """A batch that is cut off would be replayed exactly, but its work would be lost."""
    deadline = time.monotonic() + _BATCH_SECONDS
    while query.isActive and query.status["isTriggerActive"] and time.monotonic() < deadline:
        time.sleep(0.05)
    query.stop()
