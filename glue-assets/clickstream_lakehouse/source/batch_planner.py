"""Plans the batches of the source: whether there is a next one and where it starts.

This runs in Spark's driver-side Python process.
"""

import time
from collections.abc import Mapping

from clickstream_lakehouse.source.batch_store import BatchStore
from clickstream_lakehouse.source.kinesis_client import get_records, is_unreachable, shard_iterator
from clickstream_lakehouse.source.options import SourceOptions
from clickstream_lakehouse.source.positions import (
    TRIM_HORIZON,
    AtTimestamp,
    Position,
    ReadablePosition,
    ShardEnd,
    SourceOffset,
)
from clickstream_lakehouse.source.shard_list import ShardList
from clickstream_lakehouse.source.starts import caught_up_since, next_starts

_CAUGHT_UP_SECONDS = 3600.0  # between the records that an idle run makes: each costs a request on S3


class StalePositionsError(RuntimeError):
    """The store has batches, but Spark's offsets of the same checkpoint do not."""


class BatchPlanner:
    """Plans one batch at a time. Its errors end the query."""

    def __init__(self, options: SourceOptions) -> None:
        self._options = options
        self._stream = options.stream
        self._store = BatchStore(options)
        self._shards = ShardList(options.stream)
        self._recorded_at = time.time()
        self._peek_iterators: dict[tuple[str, Position], str] = {}

    def first_offset(self) -> SourceOffset:
        """The first batch of a new query.

        :raises LostPositionsError: when the planned first batch is not in the store
        :raises StalePositionsError: when none is planned, and the store has the batches of another query
        """
        first = self._options.first_batch
        if first is not None:
            return self._store.planned(first)
        read = [batch for batch in self._store.batches() if self._store.has_read(batch)]
        if read:
            where = self._options.positions
            raise StalePositionsError(
                f"{where} holds ends up to batch {read[-1]}, but Spark's checkpoint beside it has no offsets. "
                f"Restore the checkpoint, or remove {where} too to read the stream again from startPosition"
            )
        return self._store.plan(1, self._starts({}, first_start(self._options)))

    def offset_after(self, current: SourceOffset) -> SourceOffset:
        """The batch after the current one, or the current one while there is no next batch to start.

        :raises LostPositionsError: when an end of the current batch is not in the store
        """
        ends = self._store.ends(current)
        positions = {shard_id: end.position for shard_id, end in ends.items()}
        starts = self._starts(positions, TRIM_HORIZON)
        unread_shards = starts.keys() - positions.keys()
        caught_up = current.batch > 0 and not unread_shards and all(end.caught_up for end in ends.values())
        if self._options.drain_until is not None:
            moment = float(self._options.drain_until)
            # A peek after the moment says as much as a batch that reads nothing, and costs no commit.
            is_drained = caught_up_since(ends, moment, unread_shards) or (
                caught_up and time.time() >= moment and self.has_records(positions) is False
            )
            if not is_drained:
                return self._store.plan(current.batch + 1, starts)
            self._store.record_caught_up(self._options.drain_until)
            return current
        return current if caught_up and self._is_idle(positions) else self._store.plan(current.batch + 1, starts)

    def has_unread(self) -> bool | None:
        """Whether the stream has records behind the last planned batch; None while Kinesis does not answer.

        For whoever watches the query: it is for another planner to say so than the one that plans its batches.

        :raises LostPositionsError: when an end of that batch is not in the store, so a batch runs or it is lost
        """
        batches = self._store.batches()
        if not batches:
            return None
        ends = self._store.ends(self._store.planned(batches[-1]))
        return self.has_records({shard_id: end.position for shard_id, end in ends.items()})

    def remove_old_ends(self, batch: int) -> None:
        """Remove the ends that no replay can need once the batch is committed."""
        self._store.remove_old(batch)

    def has_records(self, positions: Mapping[str, Position]) -> bool | None:
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

    def _is_idle(self, positions: Mapping[str, Position]) -> bool:
        """Whether there is nothing to read, which is recorded now and then, or Kinesis does not answer."""
        asked_at = time.time()
        has_records = self.has_records(positions)
        if has_records is False and asked_at - self._recorded_at > _CAUGHT_UP_SECONDS:
            self._recorded_at = asked_at
            self._store.record_caught_up(f"{asked_at:.3f}")
        return not has_records

    def _starts(self, positions: Mapping[str, Position], start: ReadablePosition) -> dict[str, Position]:
        return next_starts(self._shards.shards(), positions, start)


def first_start(options: SourceOptions) -> ReadablePosition:
    """Only a new query may start at the latest record.

    Shards that appear later are children of shards that were read, and are read from their beginning.
    """
    return AtTimestamp(time.time()) if options.starts_at_latest else TRIM_HORIZON
