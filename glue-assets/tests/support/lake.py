"""A lake in a temporary folder, and its rows as several readers see them."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig

TABLES = ("raw", "events", "bad_events")


def lake_config(root: Path | str, **changes: Any) -> JobConfig:
    paths = {f"{name}_path": f"{root}/{name}" for name in TABLES}
    given = {
        "region": "eu-west-1",
        "stream_name": "clicks",
        "checkpoint_path": f"{root}/checkpoint",
        "trigger_seconds": 1,
    }
    return JobConfig(**{**given, **paths, **changes})


def rows(
    path: str, columns: str = "*", where: str = "true", storage_options: Mapping[str, str] = MappingProxyType({})
) -> list[tuple[Any, ...]]:
    """Rows of a table, read without Spark (deltalake → Arrow → DuckDB); [] while there is no table."""
    options = dict(storage_options)
    if not DeltaTable.is_deltatable(path, options):
        return []
    table = duckdb.from_arrow(DeltaTable(path, storage_options=options).to_pyarrow_dataset())
    return table.filter(where).project(columns).fetchall()


def lose_notes(path: str) -> None:
    """Take what our commits say of themselves out of a table's log."""
    for commit in Path(path, "_delta_log").glob("*.json"):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        for action in actions:
            info = action.get("commitInfo", {})
            info.pop("userMetadata", None)
            info.get("operationParameters", {}).pop("properties", None)
        commit.write_text("\n".join(map(json.dumps, actions)))
        commit.with_name(f".{commit.name}.crc").unlink(missing_ok=True)


def assert_every_reader_counts_the_same(spark: SparkSession, path: str) -> int:
    """deltalake, DuckDB (its own Parquet reader on the table's files) and Spark; returns the count."""
    table = DeltaTable(path)
    files = table.file_uris()
    by_deltalake = table.to_pyarrow_dataset().count_rows()
    by_duckdb = len(duckdb.read_parquet(files)) if files else 0
    by_spark = spark.read.format("delta").load(path).count()
    assert by_deltalake == by_duckdb == by_spark
    return by_spark


def assert_protocol_1_2(path: str) -> None:
    """Every protocol action that the log ever held asks for reader 1 and writer 2, without features."""
    found = []
    for commit in sorted(Path(path, "_delta_log").glob("*.json")):
        actions = [json.loads(line) for line in commit.read_text().splitlines()]
        found += [action["protocol"] for action in actions if "protocol" in action]
    assert found
    assert all(protocol == {"minReaderVersion": 1, "minWriterVersion": 2} for protocol in found)
