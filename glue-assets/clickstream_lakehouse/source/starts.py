"""The rules by which the next batch is planned: where it starts in each shard, and when a drain has read enough."""

from collections.abc import Iterable, Mapping, Set

from clickstream_lakehouse.source.kinesis_client import Shard
from clickstream_lakehouse.source.positions import SHARD_END, AtTimestamp, BatchEnd, Position, ReadablePosition


def caught_up_since(ends: Mapping[str, BatchEnd], moment: float, unread_shards: Set[str]) -> bool:
    """Whether the batches up to these ends read everything that arrived before the moment (epoch seconds)."""
    return bool(ends) and not unread_shards and all(_reaches(end, moment) for end in ends.values())


def _reaches(end: BatchEnd, moment: float) -> bool:
    if end.position == SHARD_END or (end.caught_up and end.read_at >= moment):
        return True
    return end.last_arrival is not None and end.last_arrival >= moment


def next_starts(
    shards: Iterable[Shard], ends: Mapping[str, Position], start: ReadablePosition, *, is_new_query: bool = True
) -> dict[str, Position]:
    """The positions at which the next batch starts, `start` for shards that were not read before.

    A child shard joins once all its parents are read to their end, or are no longer listed: so events of one partition
    key keep their order across a reshard. A finished shard stays until it is no longer listed.
    """
    listed = {shard.shard_id: shard for shard in shards}
    is_after_history = is_new_query and isinstance(start, AtTimestamp)
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
