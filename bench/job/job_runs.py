"""The job as Glue starts it: how long a restart takes, and how fresh the rows are at a steady rate."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from records import Records
from row import Row
from spark_session import DRIVER_MEMORY, MASTER

from clickstream_lakehouse.config import JobConfig
from support.job import Job, zip_package
from support.kinesis_emulator import KinesisEmulator
from support.lake import lake_config
from support.polling import wait_for

RATE = 1_000
"""Events a second of the steady load."""

_START_SECONDS, _STOP_SECONDS = 180, 60
# The freshness of a job that has just started is that of its compiler.
WARM_UP_SECONDS = 30


@dataclass(frozen=True)
class JobBench:
    """What a measurement of whole runs needs."""

    folder: Path
    jars: str
    records: Records
    events: int
    jvm_options: str


@contextmanager
def _stream(bench: JobBench, name: str) -> Iterator[tuple[KinesisEmulator, JobConfig, Path]]:
    folder = bench.folder / name
    folder.mkdir()
    with KinesisEmulator() as emulator:
        config = lake_config(folder / "lake", endpoint_url=emulator.endpoint_url)
        emulator.create_stream(config.stream_name, 2)
        yield emulator, config, zip_package(folder / "package.zip")


@contextmanager
def _job(bench: JobBench, config: JobConfig, package: Path, folder: Path) -> Iterator[Job]:
    settings = {"spark.driver.memory": DRIVER_MEMORY, "spark.driver.extraJavaOptions": bench.jvm_options}
    job = Job(config, package, bench.jars, folder, MASTER, settings=settings)
    try:
        yield job
    finally:
        job.kill()


def measure_restart(bench: JobBench) -> Iterator[Row]:
    """From the start of the process to the first commit to `events`, with a backlog waiting."""
    with _stream(bench, "restart") as (emulator, config, package):
        commits = Path(config.events_path) / "_delta_log"
        emulator.put(config.stream_name, bench.records.take(1_000).data)
        with _job(bench, config, package, bench.folder / "restart" / "first") as job:
            wait_for(lambda: _appends(commits), "the first run to commit events", _START_SECONDS)
            job.stop()
            job.wait(_STOP_SECONDS)
        before = len(_appends(commits))
        taken = bench.records.take(bench.events)
        emulator.put(config.stream_name, taken.data)
        started = time.monotonic()
        with _job(bench, config, package, bench.folder / "restart" / "second"):
            wait_for(lambda: len(_appends(commits)) > before, "the second run to commit events", _START_SECONDS)
            seconds = time.monotonic() - started
    note = "process start to the first commit of both tables, a backlog waiting"
    yield Row(name="restart to first commit", events=taken.events, wall_seconds=seconds, note=note)


def measure_freshness(bench: JobBench, seconds: int) -> Iterator[Row]:
    """From the put of an event to the commit that shows it."""
    with _stream(bench, "freshness") as (emulator, config, package):
        producer = Path(__file__).with_name("steady_producer.py")
        load = bench.folder / "steady.ndjson"
        load.write_bytes(b"\n\n".join(bench.records.take(RATE).data))
        with _job(bench, config, package, bench.folder / "freshness" / "run") as job:
            job.wait_for_line("started", _START_SECONDS)
            whole = seconds + WARM_UP_SECONDS
            command = [sys.executable, str(producer), emulator.endpoint_url, config.stream_name, str(load), str(whole)]
            sent = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            job.wait_for_count(config.events_path, sent["events"], _START_SECONDS)
        ages = _ages(Path(config.events_path), since_ms=sent["started_ms"] + WARM_UP_SECONDS * 1000)
    p50, p95 = np.percentile(ages, [50, 95]) / 1000
    note = f"from put to commit p50 {p50:.1f} s, p95 {p95:.1f} s, at {RATE:,} events/s and a trigger of 1 s"
    yield Row(name="freshness", events=len(ages), wall_seconds=seconds, note=note)


def _versions(log: Path) -> list[Path]:
    return sorted(log.glob("*.json"))


def _appends(log: Path) -> list[Path]:
    """The commits that add rows: a run's first commit to a table adds none."""
    return [commit for commit in _versions(log) if '"add":' in commit.read_text()]


def _ages(events: Path, since_ms: int) -> np.ndarray:
    """Milliseconds from received_ts to the commit of the row, of rows received since then."""
    ages = []
    for commit in _versions(events / "_delta_log"):
        shown_ms = commit.stat().st_mtime * 1000
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for added in [action["add"] for action in actions if "add" in action and action["add"]["dataChange"]]:
            received = pq.read_table(events / added["path"], columns=["received_ts"])["received_ts"]
            at_ms = received.cast("int64").to_numpy() // 1000
            ages.append(shown_ms - at_ms[at_ms >= since_ms])
    return np.concatenate(ages)
