"""Plans the batch that a run begins with: behind the records that earlier runs have stored.

What the position store knows of that is used only where it fits the records. So a store that lost something, or all,
costs no more than the time to look at the records.
"""

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from clickstream_lakehouse.metrics import log
from clickstream_lakehouse.source.batch_planner import BatchPlanner, first_start
from clickstream_lakehouse.source.batch_store import BatchStore, LostPositionsError
from clickstream_lakehouse.source.expired import SHORTEST_RETENTION, Expired, expired_unread
from clickstream_lakehouse.source.kinesis_client import is_lost, retention_seconds, shard_iterator
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
)
from clickstream_lakehouse.source.records import RecordFormatError
from clickstream_lakehouse.source.shard_list import ShardList
from clickstream_lakehouse.source.starts import next_starts


class DataLossError(RuntimeError):
    """Records that were not read yet are gone from the stream, and the run may not go on without them."""


@dataclass(frozen=True)
class StoredPositions:
    """What is stored of each shard. Times are in epoch seconds.

    last           the last record
    read_until     when the last record arrived, or until when it is stored that records expired
    first_arrival  when the first record of all arrived
    """

    last: Mapping[str, AfterSequenceNumber]
    read_until: Mapping[str, float]
    first_arrival: float


class StoredRecords(Protocol):
    """The records that earlier batches of the stream have stored."""

    @property
    def last_batch(self) -> int:
        """Number of the last batch that stored one, 0 when there is none."""
        ...

    def positions(self) -> StoredPositions: ...


class FirstBatch:
    """The batch that a run begins with."""

    def __init__(self, options: SourceOptions, stored: StoredRecords, read_until: float = 0.0) -> None:
        """:param read_until: a time up to which everything is known to be read, in epoch seconds"""
        self._options = options
        self._stream = options.stream
        self._store = BatchStore(options)
        self._shards = ShardList(options.stream)
        self._batches = self._store.batches()
        self._ends = cache(self._read_ends)
        self._last = stored.last_batch
        self._stored_positions = cache(stored.positions)
        self._known_read_until = read_until

    def plan(self, report: Callable[[Sequence[Expired], int], None]) -> int:
        """Plan the batch; returns its number.

        :param report: takes what the stream lost before it was read, and the number of the last batch with stored
            records. It is called before the batch is planned
        :raises DataLossError: when the stream lost something, and failOnDataLoss is set
        """
        starts = self._starts()
        if starts is None:
            starts = self._starts_of(self._stored_positions())
        lost = self._lost(starts)
        expired = self._expired(starts, lost)
        if expired and self._options.fail_on_data_loss:
            raise DataLossError(
                f"{expired[0]} (shards with a loss: {len(expired)}). The job stops at that as --fail_on_data_loss is "
                "true; with false it goes on with the oldest records that are left"
            )
        if expired:
            report(expired, self._last)
        number = max([self._last, *self._batches]) + 1
        return self._store.plan(number, {**starts, **self._replacements(lost)}).batch

    def is_empty(self, moment: str) -> bool:
        """Whether the stream has nothing behind the stored records; False also where the store does not say.

        :param moment: now, as epoch seconds; it is recorded that all was read by then
        """
        starts = self._starts()
        if starts is None or BatchPlanner(self._options).has_records(starts) is not False:
            return False
        self._store.record_caught_up(moment)
        return True

    def _starts(self) -> Mapping[str, Position] | None:
        """Where reading goes on behind the last batch with stored records; None if the store does not know."""
        last = self._last
        later = [batch for batch in self._batches if batch > last]
        try:
            if later and all(self._has_read_nothing(batch) for batch in later[:-1]):
                return self._store.planned(later[-1]).starts
            if last in self._batches and not later:
                positions = {shard_id: end.position for shard_id, end in self._ends(last).items()}
                return next_starts(self._shards.shards(), positions, TRIM_HORIZON)
        except (LostPositionsError, RecordFormatError) as error:
            log("warning", f"where batch {last} ended is found in the table instead: {error}")
        return None

    def _has_read_nothing(self, batch: int) -> bool:
        return not any(end.records for end in self._ends(batch).values())

    def _read_ends(self, batch: int) -> Mapping[str, BatchEnd]:
        return self._store.ends(self._store.planned(batch))

    def _starts_of(self, positions: StoredPositions) -> Mapping[str, Position]:
        shards = self._shards.shards()
        if not positions.last:
            return next_starts(shards, {}, first_start(self._options))
        # Of shards that are gone, those that had a child read were read to their end, and all before them.
        listed = {shard.shard_id for shard in shards}
        unread = {parent for shard in shards if shard.shard_id not in positions.last for parent in shard.parents}
        last = {shard_id: after for shard_id, after in positions.last.items() if shard_id in listed | unread}
        # What came before the first stored record was not to be read.
        is_latest = self._options.starts_at_latest
        start = AtTimestamp(positions.first_arrival) if is_latest else TRIM_HORIZON
        return next_starts(shards, last, start, is_new_query=False)

    def _replacements(self, lost: Set[str]) -> dict[str, Position]:
        """Starts for the shards that cannot be read from where the last run was: they are gone, or of a new stream."""
        listed = self._listed()
        return {shard_id: TRIM_HORIZON if shard_id in listed else SHARD_END for shard_id in lost}

    def _lost(self, starts: Mapping[str, Position]) -> set[str]:
        """The shards that cannot be read from their start."""
        listed = self._listed()
        return {
            shard_id
            for shard_id, position in starts.items()
            if not isinstance(position, ShardEnd)
            and not (position == TRIM_HORIZON and shard_id in listed)
            and not self._is_readable(shard_id, position)
        }

    def _is_readable(self, shard_id: str, position: ReadablePosition) -> bool:
        try:
            shard_iterator(self._stream.connect(), self._stream, shard_id, position)
        except Exception as error:  # any other is for the read to handle
            return not is_lost(error)
        return True

    def _expired(self, starts: Mapping[str, Position], lost: Set[str]) -> list[Expired]:
        """What is gone unread; it takes a look at the stored records if nothing else is known.

        :param lost: shards that cannot be read from their start
        """
        now, ends = time.time(), self._ends_reach()
        caught_up = max(self._known_read_until, self._store.caught_up())
        if not lost and now - max(caught_up, min(ends.values(), default=0.0)) < SHORTEST_RETENTION:
            return []
        listed = self._listed()
        # A stream that was deleted and made again under its name has shards of the same names.
        is_new_stream = not lost.isdisjoint(listed)
        horizon = now if is_new_stream else now - retention_seconds(self._stream.connect(), self._stream)
        # Those that wait for their parents to be read lose records as well.
        unread = sorted(shard_id for shard_id in {*starts, *listed} if starts.get(shard_id) != SHARD_END)
        read_until = dict(self._stored_positions().read_until)
        for shard_id, until in ends.items():
            read_until[shard_id] = max(until, read_until.get(shard_id, 0.0))
        return expired_unread(unread, horizon, read_until, caught_up)

    def _listed(self) -> Set[str]:
        return {shard.shard_id for shard in self._shards.shards()}

    def _ends_reach(self) -> Mapping[str, float]:
        """Times up to which shards that are not finished were read for sure, as far as the store says so."""
        for batch in reversed(self._batches):
            try:
                if batch == self._last or (batch > self._last and self._has_read_nothing(batch)):
                    ends = self._ends(batch).items()
                    return {shard_id: _reach(end) for shard_id, end in ends if end.position != SHARD_END}
            except (LostPositionsError, RecordFormatError):
                continue
        return {}


def _reach(end: BatchEnd) -> float:
    return end.read_at if end.caught_up else end.last_arrival or 0.0
