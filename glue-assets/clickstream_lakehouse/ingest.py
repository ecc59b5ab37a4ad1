"""Stage 1: the stream's records, unchanged, into `raw`. A pure append: no shuffle, no second action."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.epoch import Epoch
from clickstream_lakehouse.source.kinesis_source import KinesisSource

QUERY_NAME = "ingest"


def start_ingest(
    spark: SparkSession, config: JobConfig, epoch: Epoch, trigger_seconds: int, drain_until: str | None
) -> StreamingQuery:
    """Start the query. `drain_until`: epoch seconds as text (see kinesis_source), or None to run for ever."""
    KinesisSource.register(spark)
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
    return (
        raw_rows(_records(spark, config, epoch, drain_until))
        .writeStream.format("delta")
        .queryName(QUERY_NAME)
        .outputMode("append")
        .option("checkpointLocation", config.ingest_checkpoint)
        .trigger(processingTime=f"{trigger_seconds} seconds")
        .start(config.raw_path)
    )


def raw_rows(records: DataFrame) -> DataFrame:
    """The source's rows with the columns of `raw`."""
    return records.withColumn("received_date", F.to_date("arrival_ts")).select(*table("raw").column_names)


def _records(spark: SparkSession, config: JobConfig, epoch: Epoch, drain_until: str | None) -> DataFrame:
    options = {
        "streamName": config.stream_name,
        "region": config.region,
        "endpointUrl": config.endpoint_url,
        "positions": config.positions_path,
        "startPosition": config.start_position,
        "failOnDataLoss": str(config.fail_on_data_loss).lower(),
        "epochPath": config.epoch_path,
        "epoch": str(epoch.number),
        "drainUntil": drain_until,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return spark.readStream.format(KinesisSource.name()).options(**given).load()
