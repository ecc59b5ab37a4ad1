"""Plans the batches of the source: whether there is a next one and where it starts.

This runs in Spark's driver-side Python process.
"""

import time
from collections.abc import Iterable, Mapping, Set

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
    AtTimestamp,
    BatchEnd,
    Position,
    ReadablePosition,
    ShardEnd,
    SourceOffset,
)
from clickstream_lakehouse.source.records import versioned
from clickstream_lakehouse.source.shard_reader import read_end

_LIST_SECONDS = 5.0  # how old a shard list may be; a reshard is noticed that much later
_LIST_ATTEMPTS = 6
_KEPT_BATCHES = 20  # Spark replays only its last batch; the rest is for people who look
_PURGE_EVERY = 10  # listing the store costs a request on S3


class StalePositionsError(RuntimeError):
    """Batch ends exist, but Spark's offsets of the same checkpoint do not."""


class StreamNotFoundError(RuntimeError):
    """There is no such stream."""


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

        :raises StalePositionsError: when the store has the ends of another query
        """
        batches = self._stored_batches()
        if batches:
            where = self._options.positions
            raise StalePositionsError(
                f"{where} holds ends up to batch {batches[-1]}, but Spark's checkpoint beside it has no offsets. "
                f"Restore the checkpoint, or remove {where} too to read the stream again from startPosition"
            )
        return self._offset(1, {})

    def offset_after(self, current: SourceOffset) -> SourceOffset:
        """The batch after the current one, or the current one while there is no next batch to start."""
        ends = self._ends(current)
        if ends is None:
            return current
        positions = {shard_id: end.position for shard_id, end in ends.items()}
        following = self._offset(current.batch + 1, positions)
        unread_shards = following.starts.keys() - positions.keys()
        caught_up = current.batch > 0 and not unread_shards and all(end.caught_up for end in ends.values())
        if self._options.drain_until is not None:
            moment = float(self._options.drain_until)
            # A peek after the moment says as much as a batch that reads nothing, and costs no commit.
            is_drained = caught_up_since(ends, moment, unread_shards) or (
                caught_up and time.time() >= moment and self._has_records(positions) is False
            )
            if not is_drained:
                return following
            self._record_drained(current, self._options.drain_until)
            return current
        return current if caught_up and not self._has_records(positions) else following

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

    def _offset(self, batch: int, positions: Mapping[str, Position]) -> SourceOffset:
        # Only a new query may start at the latest record: shards that appear later are children of shards that were
        # read, and are read from their beginning.
        is_latest = self._options.starts_at_latest and batch == 1
        start = AtTimestamp(time.time()) if is_latest else TRIM_HORIZON
        return SourceOffset(batch, next_starts(self._listed_shards(), positions, start))

    def _ends(self, offset: SourceOffset) -> dict[str, BatchEnd] | None:
        """The ends of the batch that starts at the offset, or None while a task has not written its own."""
        store = self._options.open_store()
        ends: dict[str, BatchEnd] = {}
        for shard_id, position in offset.starts.items():
            end = _finished_end() if position == SHARD_END else read_end(store, offset.batch, shard_id)
            if end is None:
                return None
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


def drained_key(drain_until: str) -> str:
    """The key of the record that appears once a drain has read everything up to its moment."""
    return f"drained/{drain_until}"


def caught_up_since(ends: Mapping[str, BatchEnd], moment: float, unread_shards: Set[str]) -> bool:
    """Whether the batches up to these ends read everything that arrived before the moment (epoch seconds)."""
    return bool(ends) and not unread_shards and all(_reaches(end, moment) for end in ends.values())


def _reaches(end: BatchEnd, moment: float) -> bool:
    if end.position == SHARD_END or (end.caught_up and end.read_at >= moment):
        return True
    return end.last_arrival is not None and end.last_arrival >= moment


def next_starts(shards: Iterable[Shard], ends: Mapping[str, Position], start: ReadablePosition) -> dict[str, Position]:
    """The positions at which the next batch starts, `start` for shards that were not read before.

    A child shard joins once all its parents are read to their end, or are no longer listed: so events of one partition
    key keep their order across a reshard. A finished shard stays until it is no longer listed.
    """
    listed = {shard.shard_id: shard for shard in shards}
    is_after_history = isinstance(start, AtTimestamp)
    starts: dict[str, Position] = {}
    for shard_id, shard in listed.items():
        if shard_id in ends:
            starts[shard_id] = ends[shard_id]
        elif is_after_history and shard.is_closed:
            starts[shard_id] = SHARD_END  # closed before the query's start: history, not to be read later either
        elif is_after_history or all(p not in listed or ends.get(p) == SHARD_END for p in shard.parents):
            starts[shard_id] = start
    starts.update({shard_id: p for shard_id, p in ends.items() if shard_id not in listed and p != SHARD_END})
    return starts


def _finished_end() -> BatchEnd:
    """The end of a batch in a shard that was read to its end before."""
    return BatchEnd(
        position=SHARD_END, records=0, last_read=TRIM_HORIZON, caught_up=True, last_arrival=None, read_at=0.0
    )
