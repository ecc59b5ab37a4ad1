"""The stages of the job, each alone and both together, as queries of one warm session."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from plain_job import start_plain
from process_cost import Cost, SparkProcesses
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery
from records import Records
from row import Row

from clickstream_lakehouse.appends import own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.ingest import Ingest
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.processing import load_processing
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.source.kinesis_source import KinesisSource
from clickstream_lakehouse.tables import create_tables
from support.kinesis_emulator import KinesisEmulator
from support.lake import lake_config
from support.polling import wait_for
from support.raw import raw_table
from support.refine import fresh_start

# Spark plans each batch anew, and the JVM compiles what plans: most of it during so many batches, of any size.
_WARM_UP_BATCHES, _WARM_UP_EVENTS = 60, 200
# The figures of a kind are the median of its later batches: during the first three the JVM compiles what works on rows.
_UNMEASURED = 3
_MEASURED = 3
_MEASURED_SMALL = 5
_SHARDS = 2
_TRIGGER_SECONDS = 1
# Of the queries that read the stream. Spark starts triggers at whole multiples of them.
_STREAM_TRIGGER_SECONDS = 10
_DEADLINE_SECONDS = 300
FIRST, WARM, PLAIN = "stage 2, first batch", "stage 2, warm batch", "plain job, warm batch"


@dataclass(frozen=True)
class Bench:
    """What every measurement needs."""

    spark: SparkSession
    processes: SparkProcesses
    folder: Path
    records: Records
    events: int

    def lake(self, name: str, **changes: str) -> JobConfig:
        """An empty lake of that name."""
        config = lake_config(self.folder / name, **changes)
        create_tables(self.spark, config)
        return config

    def arrive(self, config: JobConfig, events: int) -> int:
        """Append records of so many events to `raw`, as two files of stage 1; returns the events."""
        taken = self.records.take(events)
        rows = raw_table(*taken.data, first_sequence=taken.first_number)
        raw = self.spark.createDataFrame(rows).coalesce(2)
        raw.write.format("delta").mode("append").save(config.raw_path)
        return taken.events


class CountingMetrics(Metrics):
    """Counts what refine has done with its lines instead of reporting it."""

    def __init__(self, config: JobConfig) -> None:
        super().__init__(config)
        self.counted = 0

    def batch(self, query: str, batch_id: int, measures: Mapping[str, float]) -> None:  # noqa: ARG002
        self.counted += int(sum(measures.get(name, 0) for name in ("Events", "BadEvents", "DuplicateEvents")))


def _middle(costs: list[Cost]) -> Cost:
    return sorted(costs, key=lambda cost: cost.core_seconds)[len(costs) // 2]


def _row(name: str, events: int, costs: list[Cost], note: str) -> Row:
    middle = _middle(costs)
    return Row(name=name, events=events, wall_seconds=middle.wall_seconds, core_seconds=middle.core_seconds, note=note)


def _share(cost: Cost) -> str:
    return f"{cost.python_seconds / max(cost.core_seconds, 0.01):.0%} of it in Python workers"


def _start_refine(bench: Bench, config: JobConfig, metrics: Metrics) -> StreamingQuery:
    refiner = Refiner(
        bench.spark, config, load_processing(bench.spark, config), own_tables(bench.spark, config), metrics
    )
    return refiner.start(fresh_start(config, _TRIGGER_SECONDS))


def measure_first(bench: Bench) -> Iterator[Row]:
    """The first batch of stage 2, in a JVM that has done nothing else."""
    config = bench.lake("first")
    metrics = CountingMetrics(config)
    bench.arrive(config, bench.events)
    with bench.processes.measured() as first:
        query = _start_refine(bench, config, metrics)
        query.processAllAvailable()
    query.stop()
    yield _row(FIRST, metrics.counted, [first], _share(first))


def warm_up(bench: Bench) -> None:
    """Do what a job does in its first minutes."""
    start = partial(_start_job, bench, trigger_seconds=_TRIGGER_SECONDS)
    _from_stream(bench, "warm-up", start, _Feed(_WARM_UP_EVENTS, _WARM_UP_BATCHES, _TRIGGER_SECONDS))


def measure_refine(bench: Bench) -> Iterator[Row]:
    """Warm batches of stage 2."""
    config = bench.lake("refine")
    metrics = CountingMetrics(config)
    with _stopping(_start_refine(bench, config, metrics)) as query:
        warm = _batches(bench, config, query, bench.events, _UNMEASURED + _MEASURED)[_UNMEASURED:]
        jvm, worker = bench.processes.peaks_mib()
    note = f"{_share(_middle(warm))}; JVM {jvm} MiB, a worker {worker} MiB"
    yield replace(_row(WARM, metrics.counted // (_UNMEASURED + _MEASURED), warm, note), baseline=PLAIN)


def measure_small(bench: Bench, events: int) -> Iterator[Row]:
    """Batches of so few events that only their fixed cost is seen."""
    config = bench.lake(f"small-{events}")
    metrics = CountingMetrics(config)
    with _stopping(_start_refine(bench, config, metrics)) as query:
        warm = _batches(bench, config, query, events, _UNMEASURED + _MEASURED_SMALL)[_UNMEASURED:]
    counted = metrics.counted // (_UNMEASURED + _MEASURED_SMALL)
    yield _row(f"stage 2, batch of {events:,}", counted, warm, _share(_middle(warm)))


def measure_plain(bench: Bench) -> Iterator[Row]:
    """Warm batches of the job that anyone would write."""
    config = bench.lake("plain")
    events = bench.arrive(config, bench.events)
    with _stopping(start_plain(bench.spark, config, bench.folder / "plain-job", _TRIGGER_SECONDS)) as query:
        warm = _batches(bench, config, query, bench.events, _UNMEASURED + _MEASURED)[_UNMEASURED:]
    note = "from_json, select, append: no de-duplication, no bad events, no enrichment"
    yield _row(PLAIN, events, warm, note)


@contextmanager
def _stopping(query: StreamingQuery) -> Iterator[StreamingQuery]:
    try:
        yield query
    finally:
        query.stop()


def _batches(bench: Bench, config: JobConfig, query: StreamingQuery, events: int, count: int) -> list[Cost]:
    """The cost of each batch of so many events."""
    costs = []
    for _ in range(count):
        query.processAllAvailable()
        bench.arrive(config, events)
        bench.processes.reset_peaks()
        with bench.processes.measured() as cost:
            query.processAllAvailable()
        costs.append(cost)
    return costs


def measure_source(bench: Bench) -> Iterator[Row]:
    """The source without a table behind it."""

    def start(config: JobConfig) -> StreamingQuery:
        KinesisSource.register(bench.spark)
        source = bench.spark.readStream.format(KinesisSource.name()).options(
            streamName=config.stream_name,
            region=config.region,
            endpointUrl=config.endpoint_url,
            positions=config.positions_path,
        )
        sink = source.load().writeStream.format("noop").option("checkpointLocation", f"{config.runs_path}/source")
        return sink.trigger(processingTime=f"{_STREAM_TRIGGER_SECONDS} seconds").start()

    yield _stream_row(bench, "source", "source", "Kinesis emulator to nowhere", lambda config: Reading(start(config)))


def measure_ingest(bench: Bench) -> Iterator[Row]:
    """Stage 1 alone."""

    def start(config: JobConfig) -> "Reading":
        begin = fresh_start(config, _STREAM_TRIGGER_SECONDS)
        return Reading(
            Ingest(bench.spark, config, own_tables(bench.spark, config), CountingMetrics(config)).start(begin)
        )

    yield _stream_row(bench, "ingest", "stage 1", "Kinesis emulator to raw", start)


def measure_both(bench: Bench) -> Iterator[Row]:
    """The whole job."""
    start = partial(_start_job, bench, trigger_seconds=_STREAM_TRIGGER_SECONDS)
    row = _stream_row(bench, "both", "stages 1 and 2", "Kinesis emulator to events", start)
    yield replace(row, baseline=PLAIN)


def _start_job(bench: Bench, config: JobConfig, trigger_seconds: int) -> "Reading":
    """Both stages: the first one with that trigger."""
    tables, metrics = own_tables(bench.spark, config), CountingMetrics(config)
    ingest = Ingest(bench.spark, config, tables, metrics).start(fresh_start(config, trigger_seconds))
    refine = Refiner(bench.spark, config, load_processing(bench.spark, config), tables, metrics).start(
        fresh_start(config, _TRIGGER_SECONDS)
    )
    return Reading(ingest, refine, refined=lambda: metrics.counted)


class Reading:
    """Queries that read a stream: the first one the stream itself, and `refined` what the second has done."""

    def __init__(self, *queries: StreamingQuery, refined: Callable[[], int] | None = None) -> None:
        self.queries = queries
        self._refined = refined

    def has_read(self, records: int, events: int) -> bool:
        for query in self.queries:
            failure = query.exception()
            if failure is not None:
                raise failure
        if self._refined is not None:
            return self._refined() >= events
        return sum(progress.numInputRows for progress in self.queries[0].recentProgress) >= records

    def stop(self) -> None:
        for query in self.queries:
            query.stop()


def _stream_row(bench: Bench, folder: str, name: str, note: str, start: Callable[[JobConfig], Reading]) -> Row:
    feed = _Feed(bench.events, _UNMEASURED + _MEASURED, _STREAM_TRIGGER_SECONDS)
    costs, events = _from_stream(bench, folder, start, feed)
    # Most of the wall time is the wait for the trigger.
    return replace(_row(name, events // feed.batches, costs[_UNMEASURED:], note), wall_seconds=None)


class _Feed(NamedTuple):
    """What is put into a stream: batches of so many events, each before a trigger."""

    events: int
    batches: int
    trigger_seconds: int


def _from_stream(
    bench: Bench, folder: str, start: Callable[[JobConfig], Reading], feed: _Feed
) -> tuple[list[Cost], int]:
    """The cost of each batch that is read from the stream, and the events of all."""
    with KinesisEmulator() as emulator:
        config = bench.lake(folder, endpoint_url=emulator.endpoint_url)
        emulator.create_stream(config.stream_name, _SHARDS)
        reading = start(config)
        records = events = 0
        costs = []
        try:
            for _ in range(feed.batches):
                taken = bench.records.take(feed.events)
                records, events = records + len(taken.data), events + taken.events
                _sleep_until_a_trigger_is_over(feed.trigger_seconds)
                emulator.put(config.stream_name, taken.data)
                has_read = partial(reading.has_read, records, events)
                with bench.processes.measured() as cost:
                    wait_for(has_read, f"{folder} to read {records} records", _DEADLINE_SECONDS)
                costs.append(cost)
        finally:
            reading.stop()
    return costs, events


def _sleep_until_a_trigger_is_over(trigger_seconds: int) -> None:
    """Leave the time until the next one for the puts, so that one batch reads them all."""
    time.sleep(trigger_seconds - time.time() % trigger_seconds + _TRIGGER_SECONDS)
