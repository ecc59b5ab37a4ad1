"""Who may append to the tables, and what a commit says."""

import shutil

import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse.appends import Note, RawVersion, StoppingError, last_note, own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import SupersededError, claim_epoch
from clickstream_lakehouse.source.records import RecordFormatError
from clickstream_lakehouse.tables import table_paths
from support.lake import assert_protocol_1_2, lose_notes, rows
from support.raw import raw_table


def test_an_older_run_appends_nothing_once_a_newer_one_has_begun(spark: SparkSession, config: JobConfig) -> None:
    older = own_tables(spark, config)
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    older.raw.append(records)
    newer = own_tables(spark, config)
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


def test_a_run_to_which_nothing_tells_the_epoch_of_a_table_finds_one_that_it_takes(
    spark: SparkSession, config: JobConfig
) -> None:
    for _ in range(4):
        claim_epoch(config.epoch_path, config.region)
    own_tables(spark, config)
    shutil.rmtree(config.epoch_path)
    for path in table_paths(config).values():
        lose_notes(path)
    tables = own_tables(spark, config)
    records = spark.createDataFrame(raw_table(b"{}", first_sequence=1))
    tables.raw.append(records)
    assert len(rows(config.raw_path)) == 1
    assert tables.epoch.number > 5


def test_a_run_that_is_being_stopped_begins_no_batch(spark: SparkSession, config: JobConfig) -> None:
    tables = own_tables(spark, config)
    tables.begin_batch()
    tables.stopping.set()
    with pytest.raises(StoppingError):
        tables.begin_batch()


def test_the_last_note_is_found_behind_commits_of_others(spark: SparkSession, config: JobConfig) -> None:
    tables = own_tables(spark, config)
    refined = RawVersion("an id", 7)
    nothing = spark.read.format("delta").load(config.events_path).where("false")
    tables.events.append(nothing, refined)
    for number in range(12):
        spark.sql(f"ALTER TABLE delta.`{config.events_path}` SET TBLPROPERTIES ('of.others' = '{number}')")
    assert last_note(config.events_path, config.region) == Note(tables.epoch.number, refined)


def test_what_is_said_of_another_table_at_the_same_place_does_not_count(spark: SparkSession, config: JobConfig) -> None:
    spark.createDataFrame(raw_table(b"{}", first_sequence=0)).write.format("delta").mode("append").save(config.raw_path)
    tables = own_tables(spark, config)
    nothing = spark.read.format("delta").load(config.events_path).where("false")
    tables.events.append(nothing, RawVersion("the id of a table that was removed", 7))
    tables = own_tables(spark, config)
    assert tables.refined is None
    table_id = spark.sql(f"DESCRIBE DETAIL delta.`{config.raw_path}`").collect()[0]["id"]
    tables.bad_events.append(
        spark.read.format("delta").load(config.bad_events_path).where("false"), RawVersion(table_id, 2)
    )
    tables.events.append(nothing, RawVersion(table_id, 1))
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
