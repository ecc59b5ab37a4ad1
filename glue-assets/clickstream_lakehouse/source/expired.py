"""What the stream lost before it was read: Kinesis keeps a record for the stream's retention, and does not say what it
removed. A read behind a record that is gone begins with the oldest one left, as if nothing had been between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SHORTEST_RETENTION = 24 * 3600.0
"""In seconds. What was read since then, no stream has lost."""


@dataclass(frozen=True)
class Expired:
    """Part of a shard that is gone unread: what arrived between two times (epoch seconds), if anything did."""

    shard_id: str
    since: float
    until: float

    def __str__(self) -> str:
        since, until = (
            datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds") for at in (self.since, self.until)
        )
        return (
            f"shard {self.shard_id}: what arrived between {since} and {until}, if anything did, was not read in time: "
            "the stream no longer has it"
        )


def expired_unread(
    shards: Iterable[str], horizon: float, read_until: Mapping[str, float], caught_up: float
) -> list[Expired]:
    """The parts of shards that are gone unread. Times are in epoch seconds.

    :param shards: those that are not read to their end
    :param horizon: the time before which the stream has nothing any more
    :param read_until: the time up to which a shard was read. One that was never read may have records since the first
        of these times
    :param caught_up: a time up to which every shard was read; 0.0 when none is known
    """
    if not read_until and not caught_up:
        return []  # nothing was ever read, so nothing was to be read before
    first = min(read_until.values(), default=0.0)
    since = {shard_id: max(caught_up, read_until.get(shard_id, first)) for shard_id in shards}
    return [Expired(shard_id, time, horizon) for shard_id, time in since.items() if time < horizon]
