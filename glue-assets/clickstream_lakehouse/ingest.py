"""Stage 1: the stream's records, unchanged, into `raw`. A pure append: no shuffle, no second action.

Each start begins behind the records that raw holds (see source/first_batch.py), with a Spark checkpoint of its
own, which nothing is ever read from again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.appends import OwnTables, own_commits
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.epoch import Epoch
from clickstream_lakehouse.metrics import Metrics, log
from clickstream_lakehouse.source.expired import Expired
from clickstream_lakehouse.source.first_batch import FirstBatch, StoredPositions
from clickstream_lakehouse.source.kinesis_source import KinesisSource
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import AfterSequenceNumber
from clickstream_lakehouse.stage import QueryStart

QUERY_NAME = "ingest"

# Begins what stands for a sequence number in a row of raw that is no record.
_EXPIRED = "expired-"

# Kinesis keeps no record longer. Where a shard was read before that does not matter now.
_LONGEST_RETENTION_DAYS = 365


class Ingest:
    """Reads the stream into raw."""

    def __init__(
        self,
        spark: SparkSession,
        config: JobConfig,
        tables: OwnTables,
        metrics: Metrics,
        drain_until: str | None = None,
    ) -> None:
        """
        :param drain_until: epoch seconds (see kinesis_source), or None to read for ever
        """
        KinesisSource.register(spark)
        self._spark = spark
        self._config = config
        self._tables = tables
        self._metrics = metrics
        self._options = source_options(config, tables.epoch, drain_until)

    def start(self, begin: QueryStart) -> StreamingQuery:
        """Start the query behind the records in raw.

        :raises DataLossError: when the stream lost something that was not read, and config.fail_on_data_loss is set
        """
        self._spark.sparkContext.setLocalProperty("spark.scheduler.pool", QUERY_NAME)
        stored = RecordsInRaw(self._spark, self._config)
        first = FirstBatch(parse_options(self._options), stored, self._config.read_until or 0.0).plan(self._report)
        options = {**self._options, "firstBatch": str(first)}
        return (
            raw_rows(self._spark.readStream.format(KinesisSource.name()).options(**options).load())
            .writeStream.foreachBatch(self._append)
            .queryName(QUERY_NAME)
            .option("checkpointLocation", begin.checkpoint)
            .trigger(processingTime=f"{begin.trigger_seconds} seconds")
            .start()
        )

    def _append(self, rows: DataFrame, _batch_id: int) -> None:
        self._tables.begin_batch()
        self._tables.raw.append(rows)

    def _report(self, expired: Sequence[Expired], batch: int) -> None:
        """In raw a loss is a report like the collector's, so it becomes a bad event, once, as any other."""
        for loss in expired:
            log("error", str(loss))
        self._metrics.report(QUERY_NAME, {"ExpiredShards": len(expired)})
        rows = expired_rows(expired, self._config.stream_name, batch)
        self._tables.raw.append(self._spark.createDataFrame(rows))


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
        """Of all streams, so that numbers grow from stream to stream."""
        batches = (commit.largest("batch_id") for commit, _ in own_commits(self.config.raw_path, self.config.region))
        last = next((batch for batch in batches if batch is not None), None)
        if last is None:
            (last,) = self._raw().agg(F.max("batch_id")).first() or (None,)
        return last or 0

    def positions(self) -> StoredPositions:
        """Sequence numbers are decimal numbers without leading zeros: a longer one is larger."""
        since = F.date_sub(F.current_date(), _LONGEST_RETENTION_DAYS + 1)
        records = self._raw().where((F.col("stream") == self.config.stream_name) & (F.col("received_date") >= since))
        is_record = ~F.col("sequence_number").startswith(_EXPIRED)
        last = F.max(F.when(is_record, F.struct(F.length("sequence_number"), "sequence_number")))
        arrival = F.col("arrival_ts").cast("double")
        shards = (
            records.groupBy("shard_id")
            .agg(last.getField("sequence_number"), F.max(arrival), F.min(F.when(is_record, arrival)))
            .collect()
        )
        return StoredPositions(
            last={shard_id: AfterSequenceNumber(number) for shard_id, number, *_ in shards if number is not None},
            read_until={shard_id: until for shard_id, _, until, _ in shards},
            first_arrival=min((arrival for *_, arrival in shards if arrival is not None), default=0.0),
        )

    def _raw(self) -> DataFrame:
        return self.spark.read.format("delta").load(self.config.raw_path)


def is_all_in_raw(spark: SparkSession, config: JobConfig, moment: str) -> bool:
    """Whether the stream has nothing behind the records in raw. False also where it takes a query to find out.

    :param moment: now, as epoch seconds; it is recorded that all was read by then
    """
    return FirstBatch(parse_options(source_options(config)), RecordsInRaw(spark, config)).is_empty(moment)


def expired_rows(expired: Sequence[Expired], stream: str, batch: int) -> pa.Table:
    """Rows of raw that say what was lost. `batch`: the last one with stored records."""
    rows = [
        {
            "received_date": datetime.fromtimestamp(loss.until, UTC).date(),
            "arrival_ts": datetime.fromtimestamp(loss.until, UTC),
            "stream": stream,
            "shard_id": loss.shard_id,
            "sequence_number": f"{_EXPIRED}{loss.since:.3f}-{loss.until:.3f}",
            "partition_key": "",
            "data": json.dumps(_report(loss)),
            "data_base64": None,
            "batch_id": batch,
        }
        for loss in expired
    ]
    return pa.Table.from_pylist(rows, table("raw").row_schema)


def _report(loss: Expired) -> dict[str, object]:
    """A line of kind `bad`."""
    return {
        "v": 1,
        "kind": "bad",
        "received_ts": round(loss.until * 1000),
        "stage": "ingest",
        "error_code": "expired_unread",
        "error_message": str(loss),
    }


def source_options(config: JobConfig, epoch: Epoch | None = None, drain_until: str | None = None) -> dict[str, str]:
    """Options of kinesis_source; without the epoch of a run for a planner that plans nothing."""
    options = {
        "streamName": config.stream_name,
        "region": config.region,
        "endpointUrl": config.endpoint_url,
        "positions": config.positions_path,
        "startPosition": config.start_position,
        "failOnDataLoss": str(config.fail_on_data_loss).lower(),
        "epochPath": epoch and epoch.path,
        "epoch": epoch and str(epoch.number),
        "drainUntil": drain_until,
    }
    return {name: value for name, value in options.items() if value is not None}
