"""What the store has of the source's batches: how they are planned, where they ended, and until when all was read."""

import re
from collections.abc import Mapping

from clickstream_lakehouse.source.options import SourceOptions
from clickstream_lakehouse.source.position_store import PositionStore
from clickstream_lakehouse.source.positions import (
    SHARD_END,
    TRIM_HORIZON,
    BatchEnd,
    Position,
    SourceOffset,
)
from clickstream_lakehouse.source.records import versioned
from clickstream_lakehouse.source.shard_reader import end_key, read_end

_MOMENT = re.compile(r"\d+(\.\d+)?")
_STARTS = "starts"
_CAUGHT_UP = "caught_up"
_KEPT_MOMENTS = 2
_KEPT_BATCHES = 20  # a run needs those since the last one with stored records; the rest is for people who look
_PURGE_EVERY = 10  # listing the store costs a request on S3


class LostPositionsError(RuntimeError):
    """The store no longer has what was written there."""


class BatchStore:
    """A query's part of the position store."""

    def __init__(self, options: SourceOptions) -> None:
        self._options = options

    @property
    def _store(self) -> PositionStore:
        """Opened where it is used: Spark sends the source's reader to its workers, which a client of S3 cannot be."""
        return self._options.open_store()

    def batches(self) -> list[int]:
        """The numbers of the batches that it has something of, in order."""
        return [int(name) for name in self._store.list("") if name.isdigit()]

    def has_read(self, batch: int) -> bool:
        """Whether the batch has an end in a shard."""
        return self._store.list(end_key(batch, "")) != [_STARTS]

    def plan(self, batch: int, starts: Mapping[str, Position]) -> SourceOffset:
        """The batch as it is planned in the store, where only the first plan of a batch counts."""
        offset = SourceOffset(batch, starts)
        taken = self._store.put_if_absent(starts_key(batch), offset.to_record())
        return offset if taken is None else SourceOffset.from_record(taken)

    def planned(self, batch: int) -> SourceOffset:
        """:raises LostPositionsError: when it has no plan of the batch"""
        record = self._store.get(starts_key(batch))
        if record is None:
            raise LostPositionsError(f"{self._options.positions} has lost the plan of batch {batch}")
        return SourceOffset.from_record(record)

    def ends(self, offset: SourceOffset) -> dict[str, BatchEnd]:
        """The ends of the batch that starts at the offset.

        :raises LostPositionsError: when one is not there: Spark asks for the next batch when all were written
        """
        ends: dict[str, BatchEnd] = {}
        for shard_id, position in offset.starts.items():
            end = _finished_end() if position == SHARD_END else read_end(self._store, offset.batch, shard_id)
            if end is None:
                key = end_key(offset.batch, shard_id)
                raise LostPositionsError(f"{self._options.positions} has lost where a batch ended: {key}")
            ends[shard_id] = end
        return ends

    def record_caught_up(self, moment: str) -> None:
        """Record that all that arrived before the moment (epoch seconds) was read."""
        self._store.put_if_absent(caught_up_key(moment), versioned())
        for older in self._moments()[:-_KEPT_MOMENTS]:
            self._store.delete(caught_up_key(older))

    def caught_up(self) -> float:
        """The last moment up to which all is known to be read; 0.0 when none is."""
        return max(map(float, self._moments()), default=0.0)

    def remove_old(self, batch: int) -> None:
        """Remove what no replay can need once the batch is committed."""
        if batch % _PURGE_EVERY:
            return
        for older in self.batches():
            if older <= batch - _KEPT_BATCHES:
                self._store.delete(f"{older:012d}")

    def _moments(self) -> list[str]:
        return sorted((name for name in self._store.list(_CAUGHT_UP) if _MOMENT.fullmatch(name)), key=float)


def starts_key(batch: int) -> str:
    """The key of the record of a batch's plan."""
    return end_key(batch, _STARTS)


def caught_up_key(moment: str) -> str:
    """The key of the record that appears once everything that arrived before the moment was read."""
    return f"{_CAUGHT_UP}/{moment}"


def _finished_end() -> BatchEnd:
    """The end of a batch in a shard that was read to its end before."""
    return BatchEnd(
        position=SHARD_END, records=0, last_read=TRIM_HORIZON, caught_up=True, last_arrival=None, read_at=0.0
    )
