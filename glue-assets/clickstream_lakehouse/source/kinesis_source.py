"""Spark streaming source `kinesis_shards`: Kinesis with batches that replay exactly.

    KinesisSource.register(spark)
    spark.readStream.format("kinesis_shards").option("streamName", "clicks").option("region", "eu-west-1") \\
        .option("positions", "s3://bucket/checkpoint/positions").load()

Rows: arrival_ts timestamp, stream string, shard_id string, sequence_number string, partition_key string, data string
(null when the record is not UTF-8), data_base64 string (only then), batch_id bigint.

Options (names are not case-sensitive):
  streamName, region   required
  positions            required; where batch ends are written: s3://bucket/prefix, file:///path or an absolute path. It
                       belongs to the query's checkpoint: remove both or neither
  endpointUrl          Kinesis endpoint of an emulator; default AWS's
  startPosition        trim_horizon (default) or latest: where a new query starts
  failOnDataLoss       true: FirstBatch.plan stops when unread records are gone; false (default): it reports them
  maxRecordsPerShard   100000; maxBytesPerShard 67108864; maxSecondsPerBatch 20: a batch's limits for each shard
  drainUntil           epoch seconds: start no batch once each shard was read up to this moment; the record
                       `caught_up/<value>` then appears under positions; default: run for ever
  firstBatch           number of the batch that a new query begins with, planned by FirstBatch.plan;
                       default: 1, which the query plans itself
  epochPath, epoch     driver epoch (see epoch.py) to check before and after each batch's reads; default: no check

An offset (positions.SourceOffset) holds the *start* positions of a batch: Spark keeps it in its own log, and it is
`<positions>/<batch>/starts`. The ends are `<positions>/<batch>/<shard>` (positions.BatchEnd), written by the reading
tasks. When nothing is new the offset does
not change, so Spark makes no batch and no commit.

Errors: StalePositionsError, LostPositionsError, LostShardError, SupersededError, StreamNotFoundError and
RecordFormatError stop the query and say what to do; throttling and connection errors are retried.
"""

import threading
from collections.abc import Iterator
from typing import cast
from weakref import WeakSet

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.types import StructType

from clickstream_lakehouse.source.batch_planner import BatchPlanner
from clickstream_lakehouse.source.options import SourceOptions, parse_options
from clickstream_lakehouse.source.positions import NO_OFFSET, ReadablePosition, ShardEnd, SourceOffset
from clickstream_lakehouse.source.shard_reader import ShardRead
from clickstream_lakehouse.workers import leave_modules_to_themselves

SCHEMA = (
    "arrival_ts timestamp, stream string, shard_id string, sequence_number string, partition_key string, "
    "data string, data_base64 string, batch_id bigint"
)


_registering = threading.Lock()
_registered_in: WeakSet[SparkSession] = WeakSet()


class ShardPartition(InputPartition):
    """One shard's part of a batch."""

    def __init__(self, batch: int, shard_id: str, position: ReadablePosition) -> None:
        super().__init__((batch, shard_id))
        self.batch = batch
        self.shard_id = shard_id
        self.position = position


class KinesisSource(DataSource):
    """The data source `kinesis_shards`; see the module."""

    @classmethod
    def register(cls, spark: SparkSession) -> None:
        """Once in a session: before the first source, Spark starts a Python to look for others, for a second."""
        with _registering:
            if spark not in _registered_in:
                spark.dataSource.register(cls)
                _registered_in.add(spark)

    @classmethod
    def name(cls) -> str:
        return "kinesis_shards"

    def schema(self) -> str:
        return SCHEMA

    def streamReader(self, schema: StructType) -> DataSourceStreamReader:
        return KinesisStreamReader(parse_options(self.options))


class KinesisStreamReader(DataSourceStreamReader):
    """Plans batches (in Spark's driver-side Python process) and reads shards (on executors).

    Offsets are records here: Spark takes and gives JSON objects.
    """

    def __init__(self, options: SourceOptions) -> None:
        self._options = options
        self._planner = BatchPlanner(options)
        self._current: SourceOffset | None = None

    # Planning. Spark calls latestOffset on every trigger, and any exception here ends the query.

    def initialOffset(self) -> dict[str, object]:
        first = self._options.first_batch
        return (NO_OFFSET if first is None else SourceOffset(first - 1, {})).to_record()

    def latestOffset(self) -> dict[str, object]:
        self._check_epoch()
        if self._current is None:
            # partitions() was not called yet, so Spark has no offsets: a new query.
            return self._planner.first_offset().to_record()
        return self._planner.offset_after(self._current).to_record()

    def partitions(self, start: dict[str, object], end: dict[str, object]) -> list[ShardPartition]:
        # After a restart Spark first calls partitions(last, last): no side effects but to learn the position.
        previous, planned = SourceOffset.from_record(start), SourceOffset.from_record(end)
        self._current = planned
        if previous.batch == planned.batch:
            return []
        if planned.batch != previous.batch + 1:
            raise RuntimeError(
                f"Spark asks for batches {previous.batch} to {planned.batch} at once; the source makes one at a time"
            )
        self._check_epoch()
        return [
            ShardPartition(planned.batch, shard_id, position)
            for shard_id, position in planned.starts.items()
            if not isinstance(position, ShardEnd)
        ]

    def commit(self, end: dict[str, object]) -> None:
        self._planner.remove_old_ends(SourceOffset.from_record(end).batch)

    # Reading, on executors.

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        leave_modules_to_themselves()
        partition = cast(ShardPartition, partition)
        options = self._options
        read = ShardRead(
            kinesis=options.stream.connect(),
            store=options.open_store(),
            stream=options.stream,
            batch=partition.batch,
            shard_id=partition.shard_id,
            position=partition.position,
            limits=options.limits,
            check_epoch=self._check_epoch,
        )
        return read.rows()

    def _check_epoch(self) -> None:
        if self._options.epoch is not None:
            self._options.epoch.check()
