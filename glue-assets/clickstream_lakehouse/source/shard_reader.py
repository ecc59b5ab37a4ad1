"""Reads one shard for one batch of the source (on an executor) and records where the batch ends.

A *live* read goes on until the shard is caught up or a limit is reached, then writes its end with put-if-absent, before
the task returns. A *replay* (an end exists) reads exactly that many records and checks the last sequence number. So a
batch is the same rows whoever reads it, however often.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from clickstream_lakehouse.source.arrow_rows import arrow_batches
from clickstream_lakehouse.source.kinesis_client import (
    KinesisClient,
    KinesisRecord,
    Stream,
    error_code,
    get_records,
    is_lost,
    is_retryable,
    shard_iterator,
)
from clickstream_lakehouse.source.position_store import PositionStore
from clickstream_lakehouse.source.positions import (
    SHARD_END,
    AfterSequenceNumber,
    BatchEnd,
    ReadablePosition,
)

_FIRST_BACKOFF = 0.1
_LONGEST_BACKOFF = 2.0
_EMPTY_PAUSE = 0.2  # Kinesis allows five GetRecords per shard and second
_REPLAY_SECONDS = 600  # a replay has no end of its own to write, so it may outlast a live read, but not for ever


class ReplayMismatchError(RuntimeError):
    """The stream no longer returns what the recorded batch held; Spark retries the task."""


class LostShardError(RuntimeError):
    """A shard cannot be read from where the last batch ended."""


@dataclass(frozen=True)
class ReadLimits:
    """When a live read of a shard stops although there is more: records, bytes, seconds."""

    records: int = 100_000
    bytes: int = 64 << 20
    seconds: float = 20.0
    call_records: int = 10_000


@dataclass
class ShardRead:
    """One shard's part of one batch."""

    kinesis: KinesisClient
    store: PositionStore
    stream: Stream
    batch: int
    shard_id: str
    position: ReadablePosition
    limits: ReadLimits = field(default_factory=ReadLimits)
    check_epoch: Callable[[], None] = lambda: None
    """Raises when this run is superseded. Stage 1 commits right after the reads, and planning was a whole batch ago."""

    def __post_init__(self) -> None:
        self._iterator: str | None = None
        self._records = 0
        self._bytes = 0
        self._last_arrival: float | None = None
        self._caught_up = False
        self._closed = False
        self._backoff = _FIRST_BACKOFF
        self._started = time.time()
        self._recorded_end: BatchEnd | None = None

    @property
    def key(self) -> str:
        return end_key(self.batch, self.shard_id)

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The batch's records, then the end is written or verified.

        :raises ReplayMismatchError: when another attempt ended elsewhere or the stream lost records
        :raises LostShardError: when the shard cannot be read from the position
        :raises SupersededError: (check_epoch) when a later run has started; no end is written then
        """
        self._recorded_end = read_end(self.store, self.batch, self.shard_id)
        while not self._finished():
            records = self._next_records()
            if records:
                yield from arrow_batches(records, self.stream.name, self.shard_id, self.batch)
        self.check_epoch()
        if self._recorded_end is None:
            self._write_end()
        else:
            self._verify_end(self._recorded_end)

    def _finished(self) -> bool:
        if self._closed:
            return True
        elapsed = time.time() - self._started
        if self._recorded_end is not None:
            if self._records >= self._recorded_end.records:
                return True
            if elapsed > _REPLAY_SECONDS:
                raise ReplayMismatchError(
                    f"{self.key}: read {self._records} of the batch's {self._recorded_end.records} records "
                    f"in {elapsed:.0f} s"
                )
            return False
        limits = self.limits
        full = self._records >= limits.records or self._bytes >= limits.bytes
        return self._caught_up or full or elapsed > limits.seconds

    def _next_records(self) -> Sequence[KinesisRecord]:
        wanted = self.limits.call_records
        if self._recorded_end is not None:
            wanted = min(wanted, self._recorded_end.records - self._records)
        try:
            if self._iterator is None:
                self._iterator = shard_iterator(self.kinesis, self.stream, self.shard_id, self.position)
            page = get_records(self.kinesis, self._iterator, wanted)
        except Exception as error:
            self._recover(error)
            return []
        self._backoff = _FIRST_BACKOFF
        self._iterator = page.next_iterator
        self._closed = page.next_iterator is None
        self._caught_up = page.is_at_tip and len(page.records) < wanted
        if page.records:
            self._advance(page.records)
        elif not self._finished():
            time.sleep(_EMPTY_PAUSE)
        return page.records

    def _advance(self, records: Sequence[KinesisRecord]) -> None:
        self._records += len(records)
        self._bytes += sum(len(r.data) for r in records)
        self.position = AfterSequenceNumber(records[-1].sequence_number)
        self._last_arrival = records[-1].arrival.timestamp()

    def _recover(self, error: Exception) -> None:
        """Make the next call possible, or raise."""
        code = error_code(error)
        if code == "ExpiredIteratorException":
            self._iterator = None
        elif is_retryable(error):
            time.sleep(self._backoff * random.uniform(0.5, 1.5))
            self._backoff = min(self._backoff * 2, _LONGEST_BACKOFF)
        elif self._iterator is None and is_lost(error):
            raise LostShardError(
                f"shard {self.shard_id} of stream {self.stream.name} cannot be read from {self.position}: {error}. "
                "The next start goes on with the oldest records that are left"
            ) from error
        else:
            raise error

    def _write_end(self) -> None:
        end = BatchEnd(
            position=SHARD_END if self._closed else self.position,
            records=self._records,
            last_read=self.position,
            caught_up=self._caught_up or self._closed,
            last_arrival=self._last_arrival,
            read_at=self._started,
        )
        taken = self.store.put_if_absent(self.key, end.to_record())
        if taken is None:
            return
        other = BatchEnd.from_record(taken, self.key)
        if not other.is_of_the_same_records_as(end):
            raise ReplayMismatchError(f"{self.key}: another attempt ended this batch at {other}, this one at {end}")

    def _verify_end(self, recorded: BatchEnd) -> None:
        if (self._records, self.position) != (recorded.records, recorded.last_read):
            raise ReplayMismatchError(
                f"{self.key}: the batch ended at {recorded.last_read} after {recorded.records} records, "
                f"the stream now returns {self._records} up to {self.position}"
            )


def end_key(batch: int, shard_id: str) -> str:
    """The key of the end of a shard's part of a batch."""
    return f"{batch:012d}/{shard_id}"


def read_end(store: PositionStore, batch: int, shard_id: str) -> BatchEnd | None:
    """Where a shard's part of a batch ended, None while its task has not written it."""
    key = end_key(batch, shard_id)
    record = store.get(key)
    return None if record is None else BatchEnd.from_record(record, key)
