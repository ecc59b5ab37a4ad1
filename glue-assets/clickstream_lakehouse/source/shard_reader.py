"""Reads one shard for one batch of the source (on an executor) and records where the batch ends.

A *live* read goes on until the shard is caught up or a limit is reached, then writes its end with put-if-absent, before
the task returns. A *replay* (an end exists) reads exactly that many records and checks the last sequence number. So a
batch is the same rows whoever reads it, however often.
"""

import base64
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from clickstream_lakehouse.source.kinesis_client import (
    SHARD_END,
    TRIM_HORIZON,
    DataLossError,
    Position,
    Stream,
    error_code,
    is_retryable,
    shard_iterator,
)
from clickstream_lakehouse.source.position_store import PositionStore, Record

ARROW_SCHEMA = pa.schema(
    [
        ("arrival_ts", pa.timestamp("us", tz="UTC")),
        ("stream", pa.string()),
        ("shard_id", pa.string()),
        ("sequence_number", pa.string()),
        ("partition_key", pa.string()),
        ("data", pa.string()),
        ("data_base64", pa.string()),
        ("batch_id", pa.int64()),
    ]
)

_ARROW_ROWS = 2_000  # rows of one Arrow batch: bounds the Python worker's memory and what the JVM copies at once
_ARROW_BYTES = 4 << 20
_FIRST_BACKOFF = 0.1
_LONGEST_BACKOFF = 2.0
_EMPTY_PAUSE = 0.2  # Kinesis allows five GetRecords per shard and second
_REPLAY_SECONDS = 600  # a replay has no end of its own to write, so it may outlast a live read, but not for ever


class ReplayMismatchError(RuntimeError):
    """The stream no longer returns what the recorded batch held; Spark retries the task."""


@dataclass(frozen=True)
class ReadLimits:
    """When a live read of a shard stops although there is more: records, bytes, seconds."""

    records: int = 100_000
    bytes: int = 64 << 20
    seconds: float = 20.0
    call_records: int = 10_000


@dataclass
class ShardRead:
    """One shard's part of one batch. `kinesis`: a boto3 Kinesis client."""

    kinesis: Any
    store: PositionStore
    stream: Stream
    batch: int
    shard_id: str
    position: Position
    limits: ReadLimits = field(default_factory=ReadLimits)
    fail_on_data_loss: bool = True

    def __post_init__(self) -> None:
        self._iterator: str | None = None
        self._records = 0
        self._bytes = 0
        self._last_arrival = 0.0
        self._caught_up = False
        self._closed = False
        self._backoff = _FIRST_BACKOFF
        self._started = time.time()
        self._target: Record | None = None

    @property
    def key(self) -> str:
        return end_key(self.batch, self.shard_id)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The batch's records, then the end is written or verified.

        :raises ReplayMismatchError: when another attempt ended elsewhere or the stream lost records
        :raises DataLossError: when the position is trimmed and fail_on_data_loss is set
        """
        self._target = self.store.get(self.key)
        while not self._finished():
            records = self._next_records()
            if records:
                yield from arrow_batches(records, self.stream.name, self.shard_id, self.batch)
        if self._target is None:
            self._write_end()
        else:
            self._verify_end(self._target)

    def _finished(self) -> bool:
        if self._closed:
            return True
        elapsed = time.time() - self._started
        if self._target is not None:
            if self._records >= self._target["n"]:
                return True
            if elapsed > _REPLAY_SECONDS:
                raise ReplayMismatchError(
                    f"{self.key}: read {self._records} of the batch's {self._target['n']} records in {elapsed:.0f} s"
                )
            return False
        limits = self.limits
        full = self._records >= limits.records or self._bytes >= limits.bytes
        return self._caught_up or full or elapsed > limits.seconds

    def _next_records(self) -> list[dict[str, Any]]:
        wanted = self.limits.call_records
        if self._target is not None:
            wanted = min(wanted, self._target["n"] - self._records)
        try:
            if self._iterator is None:
                self._iterator = shard_iterator(self.kinesis, self.stream, self.shard_id, self.position)
            answer = self.kinesis.get_records(ShardIterator=self._iterator, Limit=wanted)
        except Exception as error:
            self._recover(error)
            return []
        self._backoff = _FIRST_BACKOFF
        records = answer["Records"]
        self._iterator = answer.get("NextShardIterator")
        self._closed = self._iterator is None
        self._caught_up = answer.get("MillisBehindLatest", 0) == 0 and len(records) < wanted
        if records:
            self._advance(records)
        elif not self._finished():
            time.sleep(_EMPTY_PAUSE)
        return records

    def _advance(self, records: list[dict[str, Any]]) -> None:
        self._records += len(records)
        self._bytes += sum(len(r["Data"]) for r in records)
        self.position = ["Q", records[-1]["SequenceNumber"]]
        self._last_arrival = records[-1]["ApproximateArrivalTimestamp"].timestamp()

    def _recover(self, error: Exception) -> None:
        """Make the next call possible, or raise."""
        code = error_code(error)
        if code == "ExpiredIteratorException":
            self._iterator = None
        elif is_retryable(error):
            time.sleep(self._backoff * random.uniform(0.5, 1.5))
            self._backoff = min(self._backoff * 2, _LONGEST_BACKOFF)
        elif code in ("ResourceNotFoundException", "InvalidArgumentException") and self._iterator is None:
            self._skip_lost(error)
        else:
            raise error

    def _skip_lost(self, error: Exception) -> None:
        if self.fail_on_data_loss or self._target is not None:
            raise DataLossError(
                f"shard {self.shard_id} of stream {self.stream.name} cannot be read from {self.position}: {error}. "
                "Its unread records are gone. To go on with the oldest records that are left, "
                "start the job once with --fail_on_data_loss false"
            ) from error
        if error_code(error) == "ResourceNotFoundException":
            self._closed = True
        elif self.position != TRIM_HORIZON:
            self.position = TRIM_HORIZON
        else:
            raise error

    def _write_end(self) -> None:
        end: Record = {
            "p": SHARD_END if self._closed else self.position,
            "n": self._records,
            "last": self.position,
            "caught": self._caught_up or self._closed,
            "arrival": self._last_arrival,
            "at": self._started,
        }
        other = self.store.put_if_absent(self.key, end)
        if other is not None and (other["n"], other["last"]) != (end["n"], end["last"]):
            raise ReplayMismatchError(f"{self.key}: another attempt ended this batch at {other}, this one at {end}")

    def _verify_end(self, target: Record) -> None:
        if (self._records, self.position) != (target["n"], target["last"]):
            raise ReplayMismatchError(
                f"{self.key}: the batch ended at {target['last']} after {target['n']} records, the stream now returns "
                f"{self._records} up to {self.position}"
            )


def end_key(batch: int, shard_id: str) -> str:
    """Where the end of a shard's part of a batch is stored."""
    return f"{batch:012d}/{shard_id}"


def arrow_batches(records: list[dict[str, Any]], stream: str, shard_id: str, batch: int) -> Iterator[pa.RecordBatch]:
    """GetRecords' records as rows of `raw` (without its partition), a bounded number at a time."""
    start = size = 0
    for index, record in enumerate(records):
        if index > start and (index - start >= _ARROW_ROWS or size + len(record["Data"]) > _ARROW_BYTES):
            yield _arrow_batch(records[start:index], stream, shard_id, batch)
            start, size = index, 0
        size += len(record["Data"])
    yield _arrow_batch(records[start:], stream, shard_id, batch)


def _arrow_batch(records: list[dict[str, Any]], stream: str, shard_id: str, batch: int) -> pa.RecordBatch:
    text, binary = _texts([r["Data"] for r in records])
    columns = [
        pa.array([r["ApproximateArrivalTimestamp"] for r in records], ARROW_SCHEMA.field("arrival_ts").type),
        pa.repeat(pa.scalar(stream), len(records)),
        pa.repeat(pa.scalar(shard_id), len(records)),
        pa.array([r["SequenceNumber"] for r in records], pa.string()),
        pa.array([r["PartitionKey"] for r in records], pa.string()),
        text,
        binary,
        pa.repeat(pa.scalar(batch, pa.int64()), len(records)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ARROW_SCHEMA)


def _texts(data: list[bytes]) -> tuple[pa.Array, pa.Array]:
    """(data, data_base64): text where the bytes are UTF-8, base64 where not."""
    try:
        # One validation of the whole buffer; only a batch with foreign bytes is looked at record by record.
        return pa.array(data, pa.binary()).cast(pa.string()), pa.nulls(len(data), pa.string())
    except pa.ArrowInvalid:
        texts = [_utf8(d) for d in data]
        encoded = [None if t is not None else base64.b64encode(d).decode() for t, d in zip(texts, data, strict=True)]
        return pa.array(texts, pa.string()), pa.array(encoded, pa.string())


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
