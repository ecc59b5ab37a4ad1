"""The three Delta tables: created before anything writes, from the contract, readable by every engine."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import Field, Table, events_table, table
from clickstream_lakehouse.delta_log import table_metadata

# Columns with min/max values in the Delta log: what readers filter on. The log outlives an erasure and is read by more
# people than the data, so a personal column must never be here; a partition column is an error.
STATISTICS_COLUMNS = {
    "raw": ("arrival_ts", "shard_id", "sequence_number", "batch_id"),
    "events": (
        "received_ts",
        "event_ts",
        "event_date",
        "processed_ts",
        "app_id",
        "event_name",
        "event_type",
        "protocol",
    ),
    "bad_events": ("received_ts", "processed_ts", "stage", "error_code", "app_id"),
}


class ColumnTypeError(RuntimeError):
    """A column that the table has is asked for with another type."""


def table_properties(name: str) -> dict[str, str]:
    """Delta properties of a table; nothing here needs more than reader 1 and writer 2."""
    return {
        "delta.minReaderVersion": "1",
        "delta.minWriterVersion": "2",
        "delta.enableDeletionVectors": "false",
        "delta.autoOptimize.autoCompact": "true",
        "delta.dataSkippingStatsColumns": ",".join(STATISTICS_COLUMNS[name]),
    }


def create_tables(spark: SparkSession, config: JobConfig) -> None:
    """Create what is missing; existing tables get the columns that the contract added since.

    :raises ColumnTypeError: naming the column that has another type
    """
    for name, path in table_paths(config).items():
        wanted = events_table(config.columns) if name == "events" else table(name)
        metadata = table_metadata(path, config.region)
        if metadata is not None:
            _add_new_columns(spark, wanted, path, metadata.column_types)
        else:
            _create(spark, wanted, path)


def table_paths(config: JobConfig) -> dict[str, str]:
    return {"raw": config.raw_path, "events": config.events_path, "bad_events": config.bad_events_path}


def _create(spark: SparkSession, wanted: Table, path: str) -> None:
    """Create the table, unless it is there and its log does not say so.

    By SQL: Delta's Python package is not on every platform, its SQL is.
    """
    columns = ", ".join(f"{_column(field)}{'' if field.nullable else ' NOT NULL'}" for field in wanted.fields)
    properties = ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in table_properties(wanted.name).items())
    spark.sql(
        f"CREATE TABLE IF NOT EXISTS delta.`{path}` ({columns}) USING delta "
        f"PARTITIONED BY ({', '.join(wanted.partition_by)}) "
        f"COMMENT {quoted(wanted.description)} TBLPROPERTIES ({properties})"
    )
    schema = spark.read.format("delta").load(path).schema
    _add_new_columns(spark, wanted, path, {field.name: field.dataType.simpleString() for field in schema})


def _add_new_columns(spark: SparkSession, wanted: Table, path: str, existing: Mapping[str, str]) -> None:
    for field in wanted.fields:
        if existing.get(field.name, field.type) != field.type:
            raise ColumnTypeError(
                f"the column {field.name} of {wanted.name} has the type {existing[field.name]}, and {field.type} was "
                "asked for: a column cannot change its type, so give the new one another name in processing.columns"
            )
    missing = [field for field in wanted.fields if field.name not in existing]
    if missing:
        spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMNS ({', '.join(map(_column, missing))})")


def _column(field: Field) -> str:
    return f"`{field.name}` {field.type}"


def quoted(text: str) -> str:
    """The text as a literal of Spark's SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
