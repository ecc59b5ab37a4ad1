"""The baseline: what anyone would write with Spark's own functions in ten minutes."""

from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import event_line_fields


def start_plain(spark: SparkSession, config: JobConfig, folder: Path, trigger_seconds: int) -> StreamingQuery:
    """Start the query: lines of `raw`, parsed with the contract's schema, appended to a table of their columns."""
    types = {"timestamp": "bigint"}  # epoch milliseconds
    schema = ", ".join(f"{field.name} {types.get(field.type, field.type)}" for field in event_line_fields())
    lines = (
        spark.readStream.format("delta").load(config.raw_path).select(F.explode(F.split("data", "\n")).alias("line"))
    )
    events = lines.select(F.from_json("line", schema).alias("event")).select("event.*")
    return (
        events.withColumn("received_date", F.to_date(F.timestamp_millis("received_ts")))
        .writeStream.format("delta")
        .partitionBy("received_date")
        .option("checkpointLocation", str(folder / "checkpoint"))
        .trigger(processingTime=f"{trigger_seconds} seconds")
        .start(str(folder / "events"))
    )
