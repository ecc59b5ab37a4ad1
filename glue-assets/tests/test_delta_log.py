"""What Delta's log is read to say, against what Delta itself says."""

import shutil
from pathlib import Path

from pyspark.sql import SparkSession

from clickstream_lakehouse.appends import own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.delta_log import TableMetadata, commits, table_metadata
from support.raw import raw_table

_REGION = "eu-west-1"


def _append(spark: SparkSession, path: str, batch: int, note: str | None = None) -> None:
    records = spark.createDataFrame(raw_table(b"{}", b"{}", first_sequence=batch, batch=batch))
    options = {} if note is None else {"userMetadata": note}
    records.write.format("delta").mode("append").options(**options).save(path)


def _history(spark: SparkSession, path: str) -> list[tuple[int, str | None]]:
    history = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("version", "userMetadata").collect()
    return [(row["version"], row["userMetadata"]) for row in history]


def test_versions_and_notes_are_those_of_delta(spark: SparkSession, config: JobConfig) -> None:
    for number in range(1, 13):  # past a checkpoint
        _append(spark, config.raw_path, number, note=f"note {number}" if number % 2 else None)
    log = Path(config.raw_path, "_delta_log")
    assert (log / "_last_checkpoint").exists()

    def read() -> list[tuple[int, str | None]]:
        return [(commit.version, commit.user_metadata) for commit in commits(config.raw_path, _REGION)]

    history = _history(spark, config.raw_path)
    assert read() == history
    for damage in ("", "{", "[]", '{"version": 3}'):
        (log / "_last_checkpoint").write_text(damage)
        assert read() == history
    # Delta removes old commits, those before the checkpoint first.
    for version in range(10):
        (log / f"{version:020d}.json").unlink()
    assert read() == history[:-10]
    (log / "_last_checkpoint").unlink()
    assert read() == history[:-10]


def test_only_a_commit_with_new_rows_adds_rows(spark: SparkSession, config: JobConfig) -> None:
    own_tables(spark, config)
    _append(spark, config.raw_path, 3)
    _append(spark, config.raw_path, 4)
    spark.sql(f"OPTIMIZE delta.`{config.raw_path}`")
    found = [(commit.adds_rows, commit.largest("batch_id")) for commit in commits(config.raw_path, _REGION)]
    assert [batch for adds_rows, batch in found if adds_rows] == [4, 3]
    assert len(found) > 4  # with the compactions
    assert found[-2:] == [(False, None)] * 2  # the first commit of a run, and that of the table


def test_what_the_log_does_not_say_is_not_known(spark: SparkSession, config: JobConfig) -> None:
    spark.sql(f"ALTER TABLE delta.`{config.raw_path}` SET TBLPROPERTIES ('delta.dataSkippingStatsColumns' = 'stream')")
    _append(spark, config.raw_path, 3)
    assert next(commits(config.raw_path, _REGION)).largest("batch_id") is None
    shutil.rmtree(config.raw_path)
    assert list(commits(config.raw_path, _REGION)) == []


def _metadata(spark: SparkSession, path: str) -> TableMetadata:
    detail = spark.sql(f"DESCRIBE DETAIL delta.`{path}`").collect()[0]
    schema = spark.read.format("delta").load(path).schema
    types = {field.name: field.dataType.simpleString() for field in schema}
    return TableMetadata(detail["id"], types, detail["properties"])


def test_the_table_is_as_delta_describes_it(spark: SparkSession, config: JobConfig) -> None:
    path, log = config.events_path, Path(config.events_path, "_delta_log")
    assert table_metadata(path, _REGION) == _metadata(spark, path)
    own_tables(spark, config)
    newest = max(log.glob("*.crc"))
    for damage in ("", "{", "[]", "{}"):  # then the commit before says it
        newest.write_text(damage)
        assert table_metadata(path, _REGION) == _metadata(spark, path)
    newest.unlink()
    spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMNS (added struct<a: int, b: array<string>>)")
    max(log.glob("*.crc")).unlink()
    assert table_metadata(path, _REGION) == _metadata(spark, path)
    assert "added" in _metadata(spark, path).column_types


def test_a_table_of_which_the_log_does_not_tell_is_not_known(spark: SparkSession, config: JobConfig) -> None:
    for number in range(1, 13):
        _append(spark, config.raw_path, number)
    assert table_metadata(config.raw_path, _REGION) is not None
    for checksum in Path(config.raw_path, "_delta_log").glob("*.crc"):
        checksum.unlink()
    assert table_metadata(config.raw_path, _REGION) is None
    shutil.rmtree(config.raw_path)
    assert table_metadata(config.raw_path, _REGION) is None
