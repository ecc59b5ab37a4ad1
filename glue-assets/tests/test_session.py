import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse import session
from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.session import (
    REQUIRED_AT_START,
    RUNTIME_SETTINGS,
    SessionError,
    check_settings,
    prepare_session,
)
from support.lake import lake_config


def test_runtime_settings_are_set(spark: SparkSession, tmp_path: Path) -> None:
    spark.conf.set("spark.sql.ansi.enabled", "true")
    prepare_session(spark, lake_config(tmp_path))
    assert {name: spark.conf.get(name) for name in RUNTIME_SETTINGS} == RUNTIME_SETTINGS


def test_sparks_source_process_can_import_the_package(spark: SparkSession, tmp_path: Path) -> None:
    prepare_session(spark, lake_config(tmp_path))
    root = Path(spark.sparkContext.environment["PYTHONPATH"])
    assert (root / "clickstream_lakehouse" / "source" / "kinesis_source.py").exists()


def test_sparks_python_processes_find_compiled_packages(spark: SparkSession) -> None:
    def cached(_: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        names = ["pyspark", "pandas", "botocore", "numpy", "pyarrow"]
        found = {name: importlib.util.find_spec(name) for name in names}
        yield pa.RecordBatch.from_pydict({"name": names, "file": [spec and spec.cached for spec in found.values()]})

    rows = spark.range(1, numPartitions=1).mapInArrow(cached, "name string, file string").collect()
    assert [name for name, file in rows if not file or not Path(file).exists()] == []


def test_records_of_raw_fit_the_heap_whatever_their_size(spark: SparkSession, tmp_path: Path) -> None:
    prepare_session(spark, lake_config(tmp_path))
    records, size = 500, 900 * 1024
    # All of them at once, and a copy of them, would not fit the tests' heap of 1 GB.
    pq.write_table(pa.table({"data": ["x" * size] * records}), tmp_path / "raw.parquet", use_dictionary=False)

    def sizes(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pydict({"size": pc.binary_length(batch.column("data"))})

    read = spark.read.parquet(str(tmp_path / "raw.parquet")).mapInArrow(sizes, "size int")
    assert [tuple(row) for row in read.groupBy("size").count().collect()] == [(size, records)]


def test_a_setting_that_came_too_late_is_named(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(session.REQUIRED_AT_START, "spark.scheduler.mode", "FIFO")
    with pytest.raises(SessionError, match=r"needs --conf spark\.scheduler\.mode=FIFO, it was started with FAIR"):
        prepare_session(spark, lake_config(tmp_path))


def test_extensions_that_the_platform_adds_are_welcome() -> None:
    delta = REQUIRED_AT_START["spark.sql.extensions"]
    for extensions in (f"a.B,{delta}", f"{delta}, a.B"):
        check_settings({**REQUIRED_AT_START, "spark.sql.extensions": extensions}, REQUIRED_AT_START)


def test_a_session_without_deltas_extension_is_refused() -> None:
    with pytest.raises(SessionError, match=r"--conf spark\.sql\.extensions=io\.delta\..*, it was started with a\.B"):
        check_settings({**REQUIRED_AT_START, "spark.sql.extensions": "a.B"}, REQUIRED_AT_START)


def test_on_s3_the_region_must_be_there_from_the_start(spark: SparkSession, tmp_path: Path) -> None:
    config = lake_config(tmp_path, raw_path="s3://bucket/raw")
    with pytest.raises(
        SessionError, match=r"spark\.hadoop\.fs\.s3a\.endpoint\.region=eu-west-1, it was started with None"
    ):
        prepare_session(spark, config)
