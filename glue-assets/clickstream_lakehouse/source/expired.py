"""What the stream lost before it was read: Kinesis keeps a record for the stream's retention, and does not say what it
removed. A read behind a record that is gone begins with the oldest one left, as if nothing had been between.
"""

from collections.abc import Mapping
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


def expired_unread(gone_until: Mapping[str, float], read_until: Mapping[str, float], caught_up: float) -> list[Expired]:
    """The parts of shards that are gone unread. Times are in epoch seconds.

    :param gone_until: of each shard that is not read to its end, the time before which it has nothing any more
    :param read_until: the time up to which a shard was read. One that was never read may have records since the first
        of these times
    :param caught_up: a time up to which every shard was read; 0.0 when none is known
    """
    if not read_until and not caught_up:
        return []  # nothing was ever read, so nothing was to be read before
    first = min(read_until.values(), default=0.0)
    since = {shard_id: max(caught_up, read_until.get(shard_id, first)) for shard_id in gone_until}
    return [
        Expired(shard_id, since[shard_id], until) for shard_id, until in gone_until.items() if since[shard_id] < until
    ]
