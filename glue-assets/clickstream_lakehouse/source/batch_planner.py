"""Plans the batches of the source: whether there is a next one and where it starts.

This runs in Spark's driver-side Python process.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clickstream_lakehouse.metrics import log
from clickstream_lakehouse.source.kinesis_client import (
    Shard,
    error_code,
    get_records,
    is_retryable,
    is_unreachable,
    list_shards,
    shard_iterator,
)
from clickstream_lakehouse.source.options import SourceOptions
from clickstream_lakehouse.source.positions import (
    SHARD_END,
    TRIM_HORIZON,
    AfterSequenceNumber,
    AtTimestamp,
    BatchEnd,
    Position,
    ReadablePosition,
    ShardEnd,
    SourceOffset,
)
from clickstream_lakehouse.source.records import RecordFormatError, versioned
from clickstream_lakehouse.source.shard_reader import end_key, read_end
from clickstream_lakehouse.source.starts import caught_up_since, next_starts

_LIST_SECONDS = 5.0  # how old a shard list may be; a reshard is noticed that much later
_LIST_ATTEMPTS = 6
_KEPT_BATCHES = 20  # a run needs those since the last one with stored records; the rest is for people who look
_STARTS = "starts"
_PURGE_EVERY = 10  # listing the store costs a request on S3


class StalePositionsError(RuntimeError):
    """The store has batches, but Spark's offsets of the same checkpoint do not."""


class LostPositionsError(RuntimeError):
    """The store no longer has what was written there."""


class StreamNotFoundError(RuntimeError):
    """There is no such stream."""


@dataclass(frozen=True)
class StoredPositions:
    """The last stored record of each shard, and when the first one of all arrived, in epoch seconds."""

    last: Mapping[str, AfterSequenceNumber]
    first_arrival: float


class StoredRecords(Protocol):
    """The records that earlier batches of the stream have stored."""

    @property
    def last_batch(self) -> int:
        """Number of the last batch that stored one, 0 when there is none."""
        ...

    def positions(self) -> StoredPositions: ...


class BatchPlanner:
    """Plans one batch at a time. Its errors end the query."""

    def __init__(self, options: SourceOptions) -> None:
        self._options = options
        self._stream = options.stream
        self._shards: list[Shard] = []
        self._listed_at = 0.0
        self._peek_iterators: dict[tuple[str, Position], str] = {}

    def first_offset(self) -> SourceOffset:
        """The first batch of a new query.

        :raises LostPositionsError: when the planned first batch is not in the store
        :raises StalePositionsError: when none is planned, and the store has the batches of another query
        """
        first = self._options.first_batch
        if first is not None:
            return self._planned(first)
        store = self._options.open_store()
        read = [batch for batch in self._stored_batches() if store.list(end_key(batch, "")) != [_STARTS]]
        if read:
            where = self._options.positions
            raise StalePositionsError(
                f"{where} holds ends up to batch {read[-1]}, but Spark's checkpoint beside it has no offsets. "
                f"Restore the checkpoint, or remove {where} too to read the stream again from startPosition"
            )
        return self._plan(1, self._starts({}, self._first_start()))

    def plan_first_batch(self, stored: StoredRecords) -> int:
        """Plan a batch that begins where the stored records end; returns its number.

        What the store knows of that is used only where it fits the records. So a store that lost something, or all,
        costs no more than the time to look at the records.
        """
        batches = self._stored_batches()
        starts = self._starts_behind(stored.last_batch, batches)
        if starts is None:
            starts = self._starts_of(stored)
        return self._plan(max([stored.last_batch, *batches]) + 1, starts).batch

    def offset_after(self, current: SourceOffset) -> SourceOffset:
        """The batch after the current one, or the current one while there is no next batch to start.

        :raises LostPositionsError: when an end of the current batch is not in the store
        """
        ends = self._ends(current)
        positions = {shard_id: end.position for shard_id, end in ends.items()}
        starts = self._starts(positions, TRIM_HORIZON)
        unread_shards = starts.keys() - positions.keys()
        caught_up = current.batch > 0 and not unread_shards and all(end.caught_up for end in ends.values())
        if self._options.drain_until is not None:
            moment = float(self._options.drain_until)
            # A peek after the moment says as much as a batch that reads nothing, and costs no commit.
            is_drained = caught_up_since(ends, moment, unread_shards) or (
                caught_up and time.time() >= moment and self._has_records(positions) is False
            )
            if not is_drained:
                return self._plan(current.batch + 1, starts)
            self._record_drained(current, self._options.drain_until)
            return current
        return current if caught_up and not self._has_records(positions) else self._plan(current.batch + 1, starts)

    def has_unread(self) -> bool | None:
        """Whether the stream has records behind the last planned batch; None while Kinesis does not answer.

        For whoever watches the query: it is for another planner to say so than the one that plans its batches.

        :raises LostPositionsError: when an end of that batch is not in the store, so a batch runs or it is lost
        """
        batches = self._stored_batches()
        if not batches:
            return None
        ends = self._ends(self._planned(batches[-1]))
        return self._has_records({shard_id: end.position for shard_id, end in ends.items()})

    def remove_old_ends(self, batch: int) -> None:
        """Remove the ends that no replay can need once the batch is committed."""
        if batch % _PURGE_EVERY:
            return
        store = self._options.open_store()
        for name in store.list(""):
            if name.isdigit() and int(name) <= batch - _KEPT_BATCHES:
                store.delete(name)

    def _stored_batches(self) -> list[int]:
        return [int(name) for name in self._options.open_store().list("") if name.isdigit()]

    def _first_start(self) -> ReadablePosition:
        """Only a new query may start at the latest record.

        Shards that appear later are children of shards that were read, and are read from their beginning.
        """
        return AtTimestamp(time.time()) if self._options.starts_at_latest else TRIM_HORIZON

    def _starts(self, positions: Mapping[str, Position], start: ReadablePosition) -> dict[str, Position]:
        return next_starts(self._listed_shards(), positions, start)

    def _plan(self, batch: int, starts: Mapping[str, Position]) -> SourceOffset:
        """The batch as it is planned in the store, where only the first plan of a batch counts."""
        offset = SourceOffset(batch, starts)
        taken = self._options.open_store().put_if_absent(starts_key(batch), offset.to_record())
        return offset if taken is None else SourceOffset.from_record(taken)

    def _planned(self, batch: int) -> SourceOffset:
        record = self._options.open_store().get(starts_key(batch))
        if record is None:
            raise LostPositionsError(f"{self._options.positions} has lost the plan of batch {batch}")
        return SourceOffset.from_record(record)

    def _starts_behind(self, last: int, batches: Sequence[int]) -> Mapping[str, Position] | None:
        """Where reading goes on behind batch `last`, the last one with stored records; None if that is not known."""
        later = [batch for batch in batches if batch > last]
        try:
            if later and all(self._is_empty(batch) for batch in later[:-1]):
                return self._planned(later[-1]).starts
            if last in batches and not later:
                ends = self._ends(self._planned(last))
                return self._starts({shard_id: end.position for shard_id, end in ends.items()}, TRIM_HORIZON)
        except (LostPositionsError, RecordFormatError) as error:
            log("warning", f"where batch {last} ended is found in the table instead: {error}")
        return None

    def _is_empty(self, batch: int) -> bool:
        """Whether a batch read no record."""
        return not any(end.records for end in self._ends(self._planned(batch)).values())

    def _starts_of(self, stored: StoredRecords) -> Mapping[str, Position]:
        positions = stored.positions()
        if not positions.last:
            return self._starts({}, self._first_start())
        # What came before the first stored record was not to be read.
        is_latest = self._options.starts_at_latest
        start = AtTimestamp(positions.first_arrival) if is_latest else TRIM_HORIZON
        return next_starts(self._listed_shards(), positions.last, start, is_new_query=False)

    def _ends(self, offset: SourceOffset) -> dict[str, BatchEnd]:
        """The ends of the batch that starts at the offset.

        :raises LostPositionsError: when one is not there: Spark asks for the next batch when all were written
        """
        store = self._options.open_store()
        ends: dict[str, BatchEnd] = {}
        for shard_id, position in offset.starts.items():
            end = _finished_end() if position == SHARD_END else read_end(store, offset.batch, shard_id)
            if end is None:
                key = end_key(offset.batch, shard_id)
                raise LostPositionsError(f"{self._options.positions} has lost where a batch ended: {key}")
            ends[shard_id] = end
        return ends

    def _listed_shards(self) -> list[Shard]:
        """The stream's shards, at most _LIST_SECONDS old; the last list while ListShards is throttled."""
        if self._shards and time.time() - self._listed_at < _LIST_SECONDS:
            return self._shards
        for attempt in range(1, _LIST_ATTEMPTS + 1):
            try:
                self._shards = list_shards(self._stream.connect(), self._stream)
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

    def _has_records(self, positions: Mapping[str, Position]) -> bool | None:
        """Whether a read would find anything. In doubt yes: the read itself knows how to handle errors.

        None while Kinesis does not answer: each batch would wait for its deadline and commit nothing.
        """
        kinesis = self._stream.connect()
        for shard_id, position in positions.items():
            if isinstance(position, ShardEnd):
                continue
            try:
                iterator = self._peek_iterators.pop((shard_id, position), None)
                iterator = iterator or shard_iterator(kinesis, self._stream, shard_id, position)
                page = get_records(kinesis, iterator, 1)
            except Exception as error:
                self._peek_iterators.clear()
                return None if is_unreachable(error) else True
            if page.records or not page.is_at_tip or not page.next_iterator:
                self._peek_iterators.clear()
                return True
            self._peek_iterators[shard_id, position] = page.next_iterator
        return False

    def _record_drained(self, offset: SourceOffset, drain_until: str) -> None:
        self._options.open_store().put_if_absent(drained_key(drain_until), versioned(batch=offset.batch))


def starts_key(batch: int) -> str:
    """The key of the record of a batch's plan."""
    return end_key(batch, _STARTS)


def drained_key(drain_until: str) -> str:
    """The key of the record that appears once a drain has read everything up to its moment."""
    return f"drained/{drain_until}"


def _finished_end() -> BatchEnd:
    """The end of a batch in a shard that was read to its end before."""
    return BatchEnd(
        position=SHARD_END, records=0, last_read=TRIM_HORIZON, caught_up=True, last_arrival=None, read_at=0.0
    )
