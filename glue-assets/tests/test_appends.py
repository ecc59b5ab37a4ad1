"""Who may append to the tables, and what a commit says."""

import shutil
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from clickstream_lakehouse.appends import Appender, Note, OwnTables, RawVersion, StoppingError, last_note, own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import SupersededError, claim_epoch
from clickstream_lakehouse.session import RUNTIME_SETTINGS
from clickstream_lakehouse.source.records import RecordFormatError
from clickstream_lakehouse.tables import table_paths
from support.lake import assert_protocol_1_2, lose_notes, rows
from support.polling import wait_for
from support.raw import raw_table

_SECONDS = 60


def test_an_older_run_appends_nothing_once_a_newer_one_has_begun(spark: SparkSession, config: JobConfig) -> None:
    older = own_tables(spark, config)
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    older.raw.append(records)
    newer = own_tables(spark, config)
    with pytest.raises(PySparkException, match="SupersededError: driver epoch 1 is over"):
        older.raw.append(records)
    assert rows(config.raw_path, "sequence_number") == [("1",)]
    newer.raw.append(records)
    newer.raw.append(records)
    assert len(rows(config.raw_path)) == 3
    with pytest.raises(SupersededError):
        older.begin_batch()
    assert_protocol_1_2(config.raw_path)


def test_a_run_whose_epochs_are_lost_still_comes_after_those_that_the_tables_know(
    spark: SparkSession, config: JobConfig
) -> None:
    own_tables(spark, config)
    own_tables(spark, config)
    shutil.rmtree(config.epoch_path)
    assert own_tables(spark, config).epoch.number == 3


def test_a_table_knows_its_last_epoch_when_all_commits_have_forgotten_it(
    spark: SparkSession, config: JobConfig
) -> None:
    for _ in range(4):
        claim_epoch(config.epoch_path, config.region)
    older = own_tables(spark, config)
    shutil.rmtree(config.epoch_path)
    for path in table_paths(config).values():
        lose_notes(path)
        for checksum in Path(path, "_delta_log").glob("*.crc"):
            checksum.unlink()
    tables = own_tables(spark, config)
    assert tables.epoch.number == 6
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    tables.raw.append(records)
    with pytest.raises(PySparkException, match=SupersededError.__name__):
        older.raw.append(records)
    assert len(rows(config.raw_path)) == 1


def test_an_append_that_began_before_a_newer_run_did_is_refused(
    spark: SparkSession, config: JobConfig, tmp_path: Path
) -> None:
    began, may_end = tmp_path / "began", tmp_path / "may-end"

    def slowly(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        began.touch()
        for _ in range(20 * _SECONDS):
            if may_end.exists():
                break
            time.sleep(0.05)
        yield from batches

    # Whose tasks find no later claim, whenever they look.
    older = Appender(config.raw_path, claim_epoch(str(tmp_path / "other-epochs"), config.region))
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1)).coalesce(1)
    with ThreadPoolExecutor() as threads:
        append = threads.submit(older.append, records.mapInArrow(slowly, records.schema))
        wait_for(began.exists, "the append to begin", _SECONDS)
        own_tables(spark, config)
        may_end.touch()
        with pytest.raises(Py4JJavaError, match="MetadataChangedException"):
            append.result()
    assert rows(config.raw_path) == []


def test_of_runs_that_start_at_once_the_last_one_owns_the_tables(spark: SparkSession, config: JobConfig) -> None:
    def start(_: int) -> OwnTables | None:
        try:
            return own_tables(spark, config)
        except SupersededError:
            return None

    with ThreadPoolExecutor() as threads:
        started = [tables for tables in threads.map(start, range(3)) if tables]
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    for tables in started:
        try:
            tables.raw.append(records)
        except PySparkException:
            assert tables.epoch.number < 3
    assert len(rows(config.raw_path)) == 1


def test_an_append_of_more_days_than_are_written_at_once_has_all_rows(spark: SparkSession, config: JobConfig) -> None:
    at_once = int(RUNTIME_SETTINGS["spark.sql.maxConcurrentOutputFileWriters"])
    records = spark.createDataFrame(raw_table(*[b"{}"] * 3 * at_once, first_sequence=1)).coalesce(1)
    days = records.withColumn("received_date", F.expr("date_add(received_date, CAST(sequence_number AS INT))"))
    own_tables(spark, config).raw.append(days)
    stored = rows(config.raw_path, "sequence_number, received_date")
    assert len(stored) == 3 * at_once
    assert len({day for _, day in stored}) > at_once


def test_an_append_takes_no_job_beside_its_own(spark: SparkSession, config: JobConfig) -> None:
    tables = own_tables(spark, config)
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    context = spark.sparkContext
    tables.raw.append(records)  # behind a change of the table Delta looks at all of it once
    for number in range(3):
        context.setJobGroup(f"append {number}", "")
        tables.raw.append(records)
        # Delta's own check of a transaction's number would compute the state of the whole table.
        assert len(context.statusTracker().getJobIdsForGroup(f"append {number}")) == 1
    context.setJobGroup("other tests", "")


def test_a_run_that_is_being_stopped_begins_no_batch(spark: SparkSession, config: JobConfig) -> None:
    tables = own_tables(spark, config)
    tables.begin_batch()
    tables.stopping.set()
    with pytest.raises(StoppingError):
        tables.begin_batch()


def test_the_last_note_is_found_behind_commits_of_others(spark: SparkSession, config: JobConfig) -> None:
    tables = own_tables(spark, config)
    refined = RawVersion("an id", 7)
    tables.events.set_note(spark, refined)
    for number in range(12):
        spark.sql(f"ALTER TABLE delta.`{config.events_path}` SET TBLPROPERTIES ('of.others' = '{number}')")
    assert last_note(config.events_path, config.region) == Note(tables.epoch.number, refined)


def test_what_is_said_of_another_table_at_the_same_place_does_not_count(spark: SparkSession, config: JobConfig) -> None:
    spark.createDataFrame(raw_table(b"{}", first_sequence=0)).write.format("delta").mode("append").save(config.raw_path)
    tables = own_tables(spark, config)
    tables.events.set_note(spark, RawVersion("the id of a table that was removed", 7))
    tables = own_tables(spark, config)
    assert tables.refined is None
    table_id = spark.sql(f"DESCRIBE DETAIL delta.`{config.raw_path}`").collect()[0]["id"]
    tables.bad_events.set_note(spark, RawVersion(table_id, 2))
    tables.events.set_note(spark, RawVersion(table_id, 1))
    assert own_tables(spark, config).refined == RawVersion(table_id, 2)


def test_of_an_empty_raw_everything_is_refined(spark: SparkSession, config: JobConfig) -> None:
    refined = own_tables(spark, config).refined
    assert refined is not None
    assert refined.version == 0
    tables = own_tables(spark, config)
    assert tables.refined == refined  # as the first run noted it
    tables.raw.append(spark.createDataFrame(raw_table(b"{}", first_sequence=1)))
    assert own_tables(spark, config).refined == refined


@pytest.mark.parametrize("text", ["", "somebody's words", '{"version": 2, "epoch": 1}', '{"version": 1, "epoch": "1"}'])
def test_any_other_text_is_no_note(text: str) -> None:
    with pytest.raises(RecordFormatError):
        Note.from_json(text)
