"""The three Delta tables: created before anything writes, from the contract, readable by every engine."""

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import Table, table

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
    """Create what is missing; existing tables get the columns that the contract added since."""
    for name, path in table_paths(config).items():
        _create(spark, table(name), path)


def table_paths(config: JobConfig) -> dict[str, str]:
    return {"raw": config.raw_path, "events": config.events_path, "bad_events": config.bad_events_path}


def _create(spark: SparkSession, wanted: Table, path: str) -> None:
    if DeltaTable.isDeltaTable(spark, path):
        _add_new_columns(spark, wanted, path)
        return
    builder = DeltaTable.createIfNotExists(spark).location(path).comment(wanted.description).addColumns(wanted.schema)
    builder = builder.partitionedBy(*wanted.partition_by)
    for key, value in table_properties(wanted.name).items():
        builder = builder.property(key, value)
    builder.execute()


def _add_new_columns(spark: SparkSession, wanted: Table, path: str) -> None:
    existing = set(DeltaTable.forPath(spark, path).toDF().columns)
    missing = [f for f in wanted.fields if f.name not in existing]
    if missing:
        columns = ", ".join(f"`{f.name}` {f.type}" for f in missing)
        spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMNS ({columns})")
