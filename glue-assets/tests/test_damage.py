"""Both stages on real tables and a real stream, between whose runs all that they remember is damaged.

Whatever is damaged, and wherever the last run was cut off, each record, event and bad line is stored once.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from clickstream_lakehouse.appends import RawVersion, last_note, own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.ingest import Ingest
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.processing import load_processing
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.source import first_batch
from clickstream_lakehouse.tables import create_tables, table_paths
from support.kinesis_emulator import REGION, KinesisEmulator
from support.lake import lake_config, lose_notes, rows
from support.lines import bad_line, event_line, ndjson
from support.polling import wait_for
from support.refine import fresh_start

STREAM = "clicks"
SECONDS = 120


class Pipeline:
    """A lake, its stream, and what was sent."""

    def __init__(self, spark: SparkSession, config: JobConfig, emulator: KinesisEmulator) -> None:
        self._spark = spark
        self._emulator = emulator
        self.config = config
        self.events: list[str] = []
        self.records = 0

    def send(self, records: int) -> None:
        """Records of three events, the last of which comes twice, a line that is not JSON, and a report of one."""
        packed = []
        for _ in range(records):
            lines = [event_line(batch_index=index) for index in range(3)]
            self.events += [line["event_id"] for line in lines]
            conflict = {**lines[0], "event_name": "other content"}
            packed.append(ndjson(*lines, {**lines[2], "request_id": "retry"}, conflict, "not JSON", bad_line()))
        self.records += records
        self._emulator.put(STREAM, packed)

    def ingest(self) -> None:
        """Read all of the stream."""
        self.tables = own_tables(self._spark, self.config)
        ingest = Ingest(self._spark, self.config, self.tables, Metrics(self.config)).start(fresh_start(self.config))
        try:
            wait_for(lambda: self._records_in_raw() >= self.records, "raw to hold all records", SECONDS)
        finally:
            ingest.stop()

    def _records_in_raw(self) -> int:
        return len(rows(self.config.raw_path, "1", "partition_key <> ''"))

    def refiner(self, **changes: RawVersion) -> Refiner:
        return Refiner(
            self._spark,
            self.config,
            load_processing(self._spark, self.config),
            replace(self.tables, **changes),
            Metrics(self.config),
        )

    def refine(self, refiner: Refiner) -> None:
        """Refine all of raw, and end well."""
        self.refine_all(refiner)
        refiner.note_end()

    def refine_all(self, refiner: Refiner) -> None:
        query = refiner.start(fresh_start(self.config))
        try:
            query.processAllAvailable()
        finally:
            query.stop()

    def run(self) -> None:
        self.ingest()
        self.refine(self.refiner())

    def check(self) -> None:
        raw = Counter(rows(self.config.raw_path, "shard_id, sequence_number"))
        assert len(raw) == self.records
        assert set(raw.values()) == {1}
        assert Counter(name for (name,) in rows(self.config.events_path, "event_id")) == Counter(self.events)
        bad = Counter(rows(self.config.bad_events_path, "sequence_number, line_index, error_code"))
        assert len(bad) == 3 * self.records
        assert set(bad.values()) == {1}


@pytest.fixture(scope="module")
def pipeline(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with KinesisEmulator() as emulator:
        emulator.create_stream(STREAM, shards=2)
        config = lake_config(
            tmp_path_factory.mktemp("lake"), region=REGION, stream_name=STREAM, endpoint_url=emulator.endpoint_url
        )
        create_tables(spark, config)
        pipeline = Pipeline(spark, config, emulator)
        pipeline.send(4)
        pipeline.run()
        pipeline.check()
        yield pipeline


def empty_all_files(config: JobConfig) -> None:
    """The positions, and Spark's checkpoints."""
    for path in (*Path(config.positions_path).glob("*/*"), *Path(config.runs_path).rglob("*")):
        if path.is_file():
            path.write_text("")


def lose_all(config: JobConfig) -> None:
    shutil.rmtree(config.checkpoint_path)


def lose_the_notes(config: JobConfig) -> None:
    """As if another release had written the tables."""
    for path in table_paths(config).values():
        lose_notes(path)


@pytest.mark.parametrize(
    "damage",
    # Of the positions alone, tests/source/test_first_batch.py has more.
    [empty_all_files, lose_all, lose_the_notes],
)
def test_after_damage_everything_is_stored_once(pipeline: Pipeline, damage: Callable[[JobConfig], None]) -> None:
    pipeline.send(2)
    damage(pipeline.config)
    pipeline.run()
    pipeline.check()


def test_after_a_clean_end_nothing_is_refined_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.run()
    refined: list[int] = []
    refine = Refiner.refine
    monkeypatch.setattr(Refiner, "refine", lambda *given: refined.append(given[1].count()) or refine(*given))
    pipeline.send(2)
    pipeline.run()
    assert sum(refined) == 2
    pipeline.check()


def test_a_run_that_ends_once_another_has_started_leaves_the_tables_to_it(
    pipeline: Pipeline, spark: SparkSession
) -> None:
    pipeline.send(1)
    pipeline.ingest()
    refiner = pipeline.refiner()
    pipeline.refine_all(refiner)
    following = own_tables(spark, pipeline.config)
    refiner.note_end()
    note = last_note(pipeline.config.events_path, pipeline.config.region)
    assert note is not None
    assert note.epoch == following.epoch.number
    pipeline.check()


def test_a_query_that_is_started_again_in_the_same_run(pipeline: Pipeline) -> None:
    """It fails between its appends to two tables."""
    pipeline.send(2)
    pipeline.ingest()
    refiner = pipeline.refiner()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Refiner, "_rows", killed)
        with pytest.raises(StreamingQueryException, match="killed here"):
            pipeline.refine(refiner)
    pipeline.refine(refiner)
    pipeline.check()


def test_a_version_that_raw_no_longer_remembers(pipeline: Pipeline, spark: SparkSession) -> None:
    """The last note is of a version whose commit Delta has removed since."""
    log = Path(pipeline.config.raw_path, "_delta_log")
    first = RawVersion(spark.sql(f"DESCRIBE DETAIL delta.`{log.parent}`").collect()[0]["id"], 0)
    pipeline.send(2)
    pipeline.ingest()
    checkpoint = max(int(path.name[:20]) for path in log.glob("*.checkpoint.parquet"))
    for commit in log.glob("*.json"):
        if int(commit.stem) < checkpoint:
            commit.unlink()
    refiner = pipeline.refiner(refined=first)
    with pytest.raises(StreamingQueryException, match="DELTA_VERSION_NOT_FOUND"):
        pipeline.refine(refiner)
    pipeline.refine(refiner)
    pipeline.check()


def test_a_run_that_was_cut_off_between_its_appends_to_two_tables_and_forgot_all(pipeline: Pipeline) -> None:
    pipeline.send(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Refiner, "_rows", killed)
        with pytest.raises(StreamingQueryException, match="killed here"):
            pipeline.run()
    lose_all(pipeline.config)
    lose_the_notes(pipeline.config)
    pipeline.run()
    pipeline.check()


def killed(*_: object) -> None:
    raise RuntimeError("killed here")


def test_what_expired_unread_is_a_row_of_bad_events_and_counts_as_no_record(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No emulator lets a day pass: here the stream keeps nothing, and nothing counts as just read."""
    monkeypatch.setattr(first_batch, "SHORTEST_RETENTION", 0.0)
    monkeypatch.setattr(first_batch, "retention_seconds", lambda *_: 0.0)
    pipeline.ingest()
    monkeypatch.undo()
    pipeline.send(2)
    lose_all(pipeline.config)
    pipeline.run()
    lost = "stage = 'ingest' and error_code = 'expired_unread'"
    found = rows(pipeline.config.bad_events_path, "shard_id, error_message, received_ts", lost)
    assert sorted(shard_id for shard_id, *_ in found) == ["shardId-000000000000", "shardId-000000000001"]
    assert all(message.startswith(f"shard {shard_id}: what arrived between ") for shard_id, message, _ in found)
    assert json.loads(capsys.readouterr().out.split('"ExpiredShards": ')[1].split("}")[0]) == 2
    for table, column in ((pipeline.config.raw_path, "partition_key = ''"), (pipeline.config.bad_events_path, lost)):
        DeltaTable(table).delete(column)
    pipeline.check()
