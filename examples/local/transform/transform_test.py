"""Runs a transform on lines as the job does, for transform-test.mjs to print.

Reads {"lines": […], "module": name, "paths": [files and packages], "columns": {…}} from standard input and prints
{"events": n, "kept": n, "changes": [[protocol, event, column, before, after]]}, or {"error": "…", "details": "…"}.
"""

import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from clickstream_lakehouse.columns import parse_columns
from clickstream_lakehouse.config import ConfigError, JobConfig
from clickstream_lakehouse.contract import events_table
from clickstream_lakehouse.refine.classify import RAW_COLUMNS
from clickstream_lakehouse.refine.enrichments import enrichments
from clickstream_lakehouse.refine.passes import IDENTIFIED_SCHEMA, identify, make_event_rows
from clickstream_lakehouse.refine.transform import Transform, TransformError
from clickstream_lakehouse.session import RUNTIME_SETTINGS

NO_PATH = "/none"  # nothing is read or written here


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        columns = parse_columns(json.dumps(asked["columns"]))
        schema = events_table(columns).row_schema
    except ValueError as error:
        print(json.dumps({"error": f"--columns {error}"}))
        return
    paths = dict.fromkeys(("raw_path", "events_path", "bad_events_path", "checkpoint_path"), NO_PATH)
    config = JobConfig(region="local", stream_name="none", **paths, columns=columns)
    with tempfile.TemporaryDirectory() as folder, local_spark(folder) as spark:
        for path in map(Path, asked["paths"]):
            spark.sparkContext.addPyFile(str(path if path.is_file() else zipped(path, folder)))
        try:
            print(json.dumps(answer(spark, asked, config, schema)))
        except (ConfigError, TransformError) as error:
            print(json.dumps({"error": str(error), "details": str(error.__cause__ or "")}))


def local_spark(folder: str) -> SparkSession:
    builder = SparkSession.builder.master("local[2]").appName("transform-test")
    settings = {**RUNTIME_SETTINGS, "spark.ui.enabled": "false", "spark.sql.warehouse.dir": f"{folder}/warehouse"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")  # an error of the transform is printed once, by us
    return spark


def zipped(package: Path, folder: str) -> str:
    return shutil.make_archive(f"{folder}/{package.name}", "zip", package.parent, package.name)


def answer(spark: SparkSession, asked: dict[str, Any], config: JobConfig, schema: pa.Schema) -> dict[str, Any]:
    raw = spark.createDataFrame(raw_records(asked["lines"]))
    new = raw.mapInArrow(identify, from_arrow_schema(IDENTIFIED_SCHEMA)).toArrow()
    made = raw.mapInArrow(make_event_rows(new, enrichments(config), schema), from_arrow_schema(schema)).toArrow()
    rows = spark.createDataFrame(made)
    result, kept = Transform(asked["module"], schema).apply(rows, new)
    return {"events": new.num_rows, "kept": kept, "changes": changes(made, result.toArrow())}


def raw_records(lines: list[str]) -> pa.Table:
    """A record for each line."""
    arrived = pa.array([datetime.now(UTC)] * len(lines), pa.timestamp("us", tz="UTC"))
    columns = {
        "shard_id": pa.array(["shardId-000000000000"] * len(lines)),
        "sequence_number": pa.array([str(number) for number in range(len(lines))]),
        "arrival_ts": arrived,
        "data": pa.array(lines),
        "data_base64": pa.nulls(len(lines), pa.string()),
    }
    return pa.table([columns[name] for name in RAW_COLUMNS], names=RAW_COLUMNS)


def changes(before: pa.Table, after: pa.Table) -> list[list[str]]:
    """Every value that the transform changed, and every event that it left out."""
    kept = {row["event_key"]: row for row in after.to_pylist()}
    found = []
    for row in before.to_pylist():
        now = kept.get(row["event_key"])
        named = [row["protocol"], row["event_name"]]
        if now is None:
            found.append([*named, "(the event)", "", "left out"])
        else:
            found += [[*named, name, shown(row[name]), shown(now[name])] for name in row if row[name] != now[name]]
    return found


def shown(value: Any) -> str:
    return "null" if value is None else str(value)


if __name__ == "__main__":
    main()
