"""Spark streaming source `kinesis_shards`: Kinesis with batches that replay exactly.

    KinesisSource.register(spark)
    spark.readStream.format("kinesis_shards").option("streamName", "clicks").option("region", "eu-west-1") \\
        .option("positions", "s3://bucket/checkpoint/positions").load()

Rows: arrival_ts timestamp, stream string, shard_id string, sequence_number string, partition_key string, data string (null
when the record is not UTF-8), data_base64 string (only then), batch_id bigint.

Options (names are not case-sensitive):
  streamName, region   required
  positions            required; where batch ends are written: s3://bucket/prefix, file:///path or an absolute path. It belongs
                       to the query's checkpoint: remove both or neither
  endpointUrl          Kinesis endpoint of an emulator; default AWS's
  startPosition        trim_horizon (default) or latest: where a new query starts
  failOnDataLoss       true (default): stop when unread records were trimmed; false: go on with the oldest that is left
  maxRecordsPerShard   100000; maxBytesPerShard 67108864; maxSecondsPerBatch 20: a batch's limits for each shard
  drainUntil           epoch seconds: start no batch once each shard was read up to this moment; the record `drained/<value>`
                       then appears under positions. Default: run for ever
  epochPath, epoch     driver epoch (see epoch.py) to check before each batch; default: no check

Offset: {"b": n, "s": {shard: position}}, the *start* positions of batch n; Spark keeps it in its own log. The ends are
`<positions>/<n>/<shard>`, written by the reading tasks. When nothing is new the offset does not change: no batch, no commit.

Errors: StalePositionsError, DataLossError, SupersededError, StreamNotFoundError stop the query and say what to do;
throttling and connection errors are retried.
"""

import json
import time
from collections.abc import Iterator
from typing import Any, cast

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.datasource import DataSource, DataSourceStreamReader, InputPartition
from pyspark.sql.types import StructType

from clickstream_lakehouse.epoch import open_epoch
from clickstream_lakehouse.source.kinesis_client import (
    SHARD_END,
    TRIM_HORIZON,
    Position,
    Stream,
    client,
    error_code,
    is_retryable,
    is_unreachable,
    list_shards,
    shard_iterator,
)
from clickstream_lakehouse.source.position_store import PositionStore, Record, open_store
from clickstream_lakehouse.source.shard_reader import ReadLimits, ShardRead, end_key

SCHEMA = (
    "arrival_ts timestamp, stream string, shard_id string, sequence_number string, partition_key string, "
    "data string, data_base64 string, batch_id bigint"
)

_LIST_SECONDS = 5.0  # how old a shard list may be; a reshard is noticed that much later
_LIST_ATTEMPTS = 6
_KEPT_BATCHES = 20  # Spark replays only its last batch; the rest is for people who look
_PURGE_EVERY = 10  # listing the store costs a request on S3

Offset = dict[str, Any]


class StalePositionsError(RuntimeError):
    """Batch ends exist, but Spark's offsets of the same checkpoint do not."""


class StreamNotFoundError(RuntimeError):
    """There is no such stream."""


class ShardPartition(InputPartition):
    """One shard's part of a batch."""

    def __init__(self, batch: int, shard_id: str, position: Position) -> None:
        super().__init__((batch, shard_id))
        self.batch = batch
        self.shard_id = shard_id
        self.position = position


class KinesisSource(DataSource):
    """The data source `kinesis_shards`; see the module."""

    @classmethod
    def register(cls, spark: SparkSession) -> None:
        spark.dataSource.register(cls)

    @classmethod
    def name(cls) -> str:
        return "kinesis_shards"

    def schema(self) -> str:
        return SCHEMA

    def streamReader(self, schema: StructType) -> DataSourceStreamReader:
        return KinesisStreamReader({name.lower(): value for name, value in self.options.items()})


class KinesisStreamReader(DataSourceStreamReader):
    """Plans batches (in Spark's driver-side Python process) and reads shards (on executors). Options: see the module."""

    def __init__(self, options: dict[str, str]) -> None:
        for required in ("streamname", "region", "positions"):
            if not options.get(required):
                raise ValueError(f"kinesis_shards needs the option {required}")
        self._options = options
        self._stream = Stream(options["streamname"], options["region"], options.get("endpointurl"))
        self._drain_until = float(options["drainuntil"]) if "drainuntil" in options else None
        self._current: Offset | None = None
        self._shards: list[dict[str, Any]] = []
        self._listed_at = 0.0
        self._peeks: dict[str, str] = {}

    # Planning. Spark calls latestOffset on every trigger, and any exception here ends the query.

    def initialOffset(self) -> Offset:
        return {"b": 0, "s": {}}

    def latestOffset(self) -> Offset:
        self._check_epoch()
        if self._current is None:
            # partitions() was not called yet, so Spark has no offsets: a new query.
            self._refuse_stale_positions()
            return self._next_offset(1, {})
        current = self._current
        ends = self._ends(current)
        if ends is None:
            return current
        positions = {shard_id: end["p"] for shard_id, end in ends.items()}
        following = self._next_offset(current["b"] + 1, positions)
        unread_shards = set(following["s"]) - set(positions)
        caught_up = current["b"] > 0 and not unread_shards and all(end["caught"] for end in ends.values())
        if self._drain_until is not None:
            return (
                current
                if caught_up_since(ends, self._drain_until, unread_shards) and self._drained(current)
                else following
            )
        return current if caught_up and not self._has_records(positions) else following

    def partitions(self, start: Offset, end: Offset) -> list[ShardPartition]:
        # After a restart Spark first calls partitions(last, last): no side effects but to learn the position.
        self._current = end
        if start["b"] == end["b"]:
            return []
        if end["b"] != start["b"] + 1:
            raise RuntimeError(
                f"Spark asks for batches {start['b']} to {end['b']} at once; the source makes one at a time"
            )
        self._check_epoch()
        return [ShardPartition(end["b"], shard_id, p) for shard_id, p in end["s"].items() if p != SHARD_END]

    def commit(self, end: Offset) -> None:
        if end["b"] % _PURGE_EVERY:
            return
        store = self._store()
        for name in store.list(""):
            if name.isdigit() and int(name) <= end["b"] - _KEPT_BATCHES:
                store.delete(name)

    # Reading, on executors.

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        partition = cast(ShardPartition, partition)
        options, defaults = self._options, ReadLimits()
        read = ShardRead(
            kinesis=client(self._stream.region, self._stream.endpoint_url),
            store=self._store(),
            stream=self._stream,
            batch=partition.batch,
            shard_id=partition.shard_id,
            position=partition.position,
            limits=ReadLimits(
                records=int(options.get("maxrecordspershard", defaults.records)),
                bytes=int(options.get("maxbytespershard", defaults.bytes)),
                seconds=float(options.get("maxsecondsperbatch", defaults.seconds)),
            ),
            fail_on_data_loss=options.get("failondataloss", "true") != "false",
        )
        return read.rows()

    def _store(self) -> PositionStore:
        return open_store(self._options["positions"], self._stream.region)

    def _check_epoch(self) -> None:
        if "epochpath" in self._options:
            open_epoch(self._options["epochpath"], self._stream.region, int(self._options["epoch"])).check()

    def _refuse_stale_positions(self) -> None:
        batches = [name for name in self._store().list("") if name.isdigit()]
        if batches:
            where = self._options["positions"]
            raise StalePositionsError(
                f"{where} holds ends up to batch {int(batches[-1])}, but Spark's checkpoint beside it has no offsets. "
                f"Restore the checkpoint, or remove {where} too to read the stream again from startPosition"
            )

    def _ends(self, offset: Offset) -> dict[str, Record] | None:
        """The ends of the batch that starts at the offset, or None while a task has not written its own."""
        store, ends = self._store(), {}
        for shard_id, position in offset["s"].items():
            end = (
                {"p": SHARD_END, "caught": True} if position == SHARD_END else store.get(end_key(offset["b"], shard_id))
            )
            if end is None:
                return None
            ends[shard_id] = end
        return ends

    def _next_offset(self, batch: int, positions: dict[str, Position]) -> Offset:
        return {"b": batch, "s": next_starts(self._listed_shards(), positions, self._start_position(batch))}

    def _start_position(self, batch: int) -> Position:
        """Where shards start that were not read before: children of read shards always at their beginning."""
        latest = self._options.get("startposition", "trim_horizon") == "latest"
        return ["A", time.time()] if latest and batch == 1 else TRIM_HORIZON

    def _listed_shards(self) -> list[dict[str, Any]]:
        """The stream's shards, at most _LIST_SECONDS old; the last list while ListShards is throttled."""
        if self._shards and time.time() - self._listed_at < _LIST_SECONDS:
            return self._shards
        for attempt in range(1, _LIST_ATTEMPTS + 1):
            try:
                self._shards = list_shards(client(self._stream.region, self._stream.endpoint_url), self._stream)
                self._listed_at = time.time()
                return self._shards
            except Exception as error:
                if error_code(error) == "ResourceNotFoundException" and not self._shards:
                    raise StreamNotFoundError(f"no stream {self._stream.name} in {self._stream.region}") from error
                if self._shards and is_retryable(error):
                    return self._shards
                if not is_retryable(error) or attempt == _LIST_ATTEMPTS:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _has_records(self, positions: dict[str, Position]) -> bool:
        """Whether a read would find anything. In doubt yes: the read itself knows how to handle errors.

        But no while Kinesis does not answer: each batch would wait for its deadline and commit nothing.
        """
        kinesis = client(self._stream.region, self._stream.endpoint_url)
        for shard_id, position in positions.items():
            if position == SHARD_END:
                continue
            key = json.dumps([shard_id, position])
            try:
                iterator = self._peeks.pop(key, None) or shard_iterator(kinesis, self._stream, shard_id, position)
                answer = kinesis.get_records(ShardIterator=iterator, Limit=1)
            except Exception as error:
                self._peeks.clear()
                return not is_unreachable(error)
            if answer["Records"] or answer.get("MillisBehindLatest", 0) or not answer.get("NextShardIterator"):
                self._peeks.clear()
                return True
            self._peeks[key] = answer["NextShardIterator"]
        return False

    def _drained(self, offset: Offset) -> bool:
        self._store().put_if_absent(drained_key(self._options["drainuntil"]), {"batch": offset["b"]})
        return True


def drained_key(drain_until: str) -> str:
    """The record that appears once a drain has read everything up to its moment."""
    return f"drained/{drain_until}"


def caught_up_since(ends: dict[str, Record], moment: float, unread_shards: set[str]) -> bool:
    """Whether everything that arrived before the moment (epoch seconds) was read."""
    if unread_shards or not ends:
        return False
    return all(
        end["p"] == SHARD_END or (end["caught"] and end["at"] >= moment) or end.get("arrival", 0) >= moment
        for end in ends.values()
    )


def next_starts(shards: list[dict[str, Any]], ends: dict[str, Position], start: Position) -> dict[str, Position]:
    """The positions at which the next batch starts, sorted by shard so that the offset serialises deterministically.

    A child shard joins once all its parents are read to their end, or are no longer listed: so events of one partition key
    keep their order across a reshard. A finished shard stays until it is no longer listed.
    """
    listed = {shard["ShardId"]: shard for shard in shards}
    starts: dict[str, Position] = {}
    for shard_id, shard in listed.items():
        if shard_id in ends:
            starts[shard_id] = ends[shard_id]
        elif start[0] == "A" and shard["SequenceNumberRange"].get("EndingSequenceNumber"):
            starts[shard_id] = SHARD_END  # closed before the query's start: history, not to be read later either
        elif start[0] == "A" or all(p not in listed or ends.get(p) == SHARD_END for p in _parents(shard)):
            starts[shard_id] = start
    starts.update({shard_id: p for shard_id, p in ends.items() if shard_id not in listed and p != SHARD_END})
    return dict(sorted(starts.items()))


def _parents(shard: dict[str, Any]) -> list[str]:
    return [parent for parent in (shard.get("ParentShardId"), shard.get("AdjacentParentShardId")) if parent]
