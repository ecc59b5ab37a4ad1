import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse import session
from clickstream_lakehouse.session import (
    REQUIRED_AT_START,
    RUNTIME_SETTINGS,
    SessionError,
    check_settings,
    prepare_session,
)
from clickstream_lakehouse.tables import create_tables
from support.lake import lake_config
from support.lines import event_line, ndjson
from support.refine import arrive, run_refine


def test_runtime_settings_are_set(spark: SparkSession, tmp_path: Path) -> None:
    spark.conf.set("spark.sql.ansi.enabled", "true")
    prepare_session(spark, lake_config(tmp_path))
    assert {name: spark.conf.get(name) for name in RUNTIME_SETTINGS} == RUNTIME_SETTINGS


def test_events_have_no_dictionary_of_long_texts(spark: SparkSession, tmp_path: Path) -> None:
    config = lake_config(tmp_path)
    create_tables(spark, config)
    prepare_session(spark, config)
    long_text = json.dumps({"text": "x" * 1_000})
    arrive(spark, config, 1, ndjson(*(event_line(properties=long_text) for _ in range(10))))
    run_refine(spark, config)
    (file,) = Path(config.events_path).glob("*/*.parquet")
    group = pq.ParquetFile(file).metadata.row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    has_dictionary = {column.path_in_schema: column.has_dictionary_page for column in columns}
    assert not has_dictionary["properties"]
    assert has_dictionary["event_name"]


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


def test_records_of_raw_fit_a_small_heap_whatever_their_size(tmp_path: Path) -> None:
    records, size = 500, 900 * 1024
    raw = pa.table({"data": ["x" * size] * records})
    # Else all of it is one page, which a reader needs at once.
    pq.write_table(raw, tmp_path / "raw.parquet", use_dictionary=False, write_batch_size=1)
    # Another JVM, which holds nothing else. All the records at once would not fit its heap.
    counted = f"""
from pyspark.sql import SparkSession, functions as F
from clickstream_lakehouse.session import RUNTIME_SETTINGS

spark = SparkSession.builder.master("local[1]").config("spark.driver.memory", "600m").getOrCreate()
for setting in RUNTIME_SETTINGS.items():
    spark.conf.set(*setting)
sizes = spark.read.parquet({str(tmp_path / "raw.parquet")!r}).select(F.octet_length("data").alias("size"))
print([tuple(row) for row in sizes.groupBy("size").count().collect()])
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(session.__file__).parent.parent)}
    command = [sys.executable, "-c", counted]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == str([(size, records)]), ran.stderr


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
