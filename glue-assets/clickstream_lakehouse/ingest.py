"""Stage 1: the stream's records, unchanged, into `raw`. A pure append: no shuffle, no second action.

Each start begins behind the records that raw holds (see BatchPlanner.plan_first_batch), with a Spark checkpoint of its
own, which nothing is ever read from again.
"""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.appends import OwnTables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.source.batch_planner import BatchPlanner, StoredPositions
from clickstream_lakehouse.source.kinesis_source import KinesisSource
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import AfterSequenceNumber
from clickstream_lakehouse.stage import QueryStart

QUERY_NAME = "ingest"

# Kinesis keeps no record longer. Where a shard was read before that does not matter now.
_LONGEST_RETENTION_DAYS = 365


def start_ingest(
    spark: SparkSession,
    config: JobConfig,
    tables: OwnTables,
    begin: QueryStart,
    drain_until: str | None = None,
) -> StreamingQuery:
    """Start the query. `drain_until`: epoch seconds as text (see kinesis_source), or None to run for ever."""
    KinesisSource.register(spark)
    spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
    options = source_options(config, tables, drain_until)
    first = BatchPlanner(parse_options(options)).plan_first_batch(RecordsInRaw(spark, config))
    records = spark.readStream.format(KinesisSource.name()).options(**options, firstBatch=str(first)).load()

    def append(rows: DataFrame, _batch_id: int) -> None:
        tables.begin_batch()
        tables.raw.append(rows)

    return (
        raw_rows(records)
        .writeStream.foreachBatch(append)
        .queryName(QUERY_NAME)
        .option("checkpointLocation", begin.checkpoint)
        .trigger(processingTime=f"{begin.trigger_seconds} seconds")
        .start()
    )


def raw_rows(records: DataFrame) -> DataFrame:
    """The source's rows with the columns of `raw`."""
    return records.withColumn("received_date", F.to_date("arrival_ts")).select(*table("raw").column_names)


@dataclass(frozen=True)
class RecordsInRaw:
    """The records of the stream that raw holds. (A StoredRecords.)"""

    spark: SparkSession
    config: JobConfig

    @property
    def last_batch(self) -> int:
        """Of all streams, so that numbers grow from stream to stream. Delta knows it without reading a row."""
        (last,) = self._raw().agg(F.max("batch_id")).first() or (None,)
        return last or 0

    def positions(self) -> StoredPositions:
        """Sequence numbers are decimal numbers without leading zeros: a longer one is larger."""
        since = F.date_sub(F.current_date(), _LONGEST_RETENTION_DAYS + 1)
        records = self._raw().where((F.col("stream") == self.config.stream_name) & (F.col("received_date") >= since))
        last = F.max(F.struct(F.length("sequence_number"), "sequence_number")).getField("sequence_number")
        shards = records.groupBy("shard_id").agg(last, F.min("arrival_ts").cast("double")).collect()
        return StoredPositions(
            last={shard_id: AfterSequenceNumber(number) for shard_id, number, _ in shards},
            first_arrival=min((arrival for _, _, arrival in shards), default=0.0),
        )

    def _raw(self) -> DataFrame:
        return self.spark.read.format("delta").load(self.config.raw_path)


def source_options(config: JobConfig, tables: OwnTables, drain_until: str | None = None) -> dict[str, str]:
    """Options of kinesis_source."""
    options = {
        "streamName": config.stream_name,
        "region": config.region,
        "endpointUrl": config.endpoint_url,
        "positions": config.positions_path,
        "startPosition": config.start_position,
        "failOnDataLoss": str(config.fail_on_data_loss).lower(),
        "epochPath": config.epoch_path,
        "epoch": str(tables.epoch.number),
        "drainUntil": drain_until,
    }
    return {name: value for name, value in options.items() if value is not None}
