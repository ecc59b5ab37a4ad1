"""The rules by which the next batch is planned, as pure functions."""

import json
from dataclasses import replace

from clickstream_lakehouse.source.kinesis_client import Shard
from clickstream_lakehouse.source.positions import (
    SHARD_END,
    TRIM_HORIZON,
    AfterSequenceNumber,
    BatchEnd,
    Position,
    SourceOffset,
)
from clickstream_lakehouse.source.starts import caught_up_since, next_starts


def shard(shard_id: str, *parents: str) -> Shard:
    return Shard(shard_id, parents)


def test_a_merged_shard_waits_for_both_parents() -> None:
    shards = [shard("s1"), shard("s2"), shard("s3", "s1", "s2")]
    assert next_starts(shards, {"s1": SHARD_END, "s2": AfterSequenceNumber("5")}, TRIM_HORIZON) == {
        "s1": SHARD_END,
        "s2": AfterSequenceNumber("5"),
    }
    both = {"s1": SHARD_END, "s2": SHARD_END}
    assert next_starts(shards, both, TRIM_HORIZON) == {**both, "s3": TRIM_HORIZON}


def test_a_finished_shard_is_forgotten_once_it_is_not_listed_but_an_unread_one_is_kept() -> None:
    ends: dict[str, Position] = {"s1": SHARD_END, "s2": AfterSequenceNumber("5")}
    assert next_starts([shard("s3", "s1")], ends, TRIM_HORIZON) == {"s2": AfterSequenceNumber("5"), "s3": TRIM_HORIZON}


def test_offsets_serialise_alike_whatever_the_order_of_the_list() -> None:
    shards = [shard("s2"), shard("s1")]
    offsets = [
        json.dumps(SourceOffset(1, next_starts(order, {}, TRIM_HORIZON)).to_record())
        for order in (shards, shards[::-1])
    ]
    assert offsets[0] == offsets[1]


def test_a_drain_of_a_busy_shard_ends_with_the_first_record_after_its_moment() -> None:
    position = AfterSequenceNumber("9")
    busy = BatchEnd(position, 5, position, caught_up=False, last_arrival=101.0, read_at=90.0)
    assert caught_up_since({"s1": busy}, 100.0, set())
    assert not caught_up_since({"s1": replace(busy, last_arrival=99.0)}, 100.0, set())
    assert not caught_up_since({"s1": busy}, 100.0, {"s2"})
