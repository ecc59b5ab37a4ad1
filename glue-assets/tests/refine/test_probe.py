"""The probe on a real table, with the decision: batches one after another, some replayed, against the rule on all rows.

The reference keeps every row in a list and compares each with each. Keys collide often, as an attacker could make them.
"""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse.arrow import timestamps
from clickstream_lakehouse.refine import known_keys
from clickstream_lakehouse.refine.dedup import HOUR_MS, Verdict, decide
from clickstream_lakehouse.refine.known_keys import KnownKeys, StoredKeys

WINDOW = 24 * HOUR_MS
# Two hours before midnight, so that a batch and its window lie in several partitions.
NOW = int(datetime(2026, 5, 28, 22, tzinfo=UTC).timestamp() * 1000)


class Event(NamedTuple):
    key: int
    check: int
    fp: int
    at: int
    place: int


def any_batch(rng: random.Random, first_place: int) -> list[Event]:
    """Rows whose times are apart by about the window, often by exactly as much."""
    steps = [-WINDOW - 1, -WINDOW, -1, 0, 0, 0, 1, 4 * HOUR_MS, WINDOW, WINDOW + 1]
    return [
        Event(rng.randint(-4, 4), rng.randint(0, 1), rng.randint(0, 1), NOW + rng.choice(steps), first_place + number)
        for number in range(rng.randint(1, 20))
    ]


def literal(batch: list[Event], stored: list[Event]) -> dict[int, Verdict]:
    """The rule, word for word: verdicts by place."""
    kept, verdicts = list(stored), {}
    for event in sorted(batch, key=lambda e: (e.at, e.place)):
        same = [k for k in kept if k.key == event.key and k.check == event.check and abs(k.at - event.at) <= WINDOW]
        if not same:
            verdicts[event.place] = Verdict.NEW
            kept.append(event)
        elif any(k.fp == event.fp for k in same):
            verdicts[event.place] = Verdict.DUPLICATE
        else:
            verdicts[event.place] = Verdict.CONFLICT
    return verdicts


def as_batch(events: list[Event]) -> pa.Table:
    return pa.table(
        {
            "event_key": pa.array([e.key for e in events], pa.int64()),
            "event_check": pa.array([e.check for e in events], pa.int64()),
            "event_fp": pa.array([e.fp for e in events], pa.int64()),
            "received_ms": pa.array([e.at for e in events], pa.int64()),
            "shard_id": pa.repeat("shardId-000000000000", len(events)),
            "sequence_number": pa.array([str(e.place) for e in events]),
            "line_index": pa.repeat(pa.scalar(0, pa.int32()), len(events)),
        }
    )


def decided(spark: SparkSession, path: str, batch: pa.Table, known: KnownKeys) -> list[Verdict]:
    return [Verdict(verdict) for verdict in decide(batch, known.lookup(batch).stored(spark, path), WINDOW)]


def append(spark: SparkSession, path: str, events: list[Event]) -> None:
    received = timestamps(pa.array([e.at for e in events], pa.int64()))
    rows = as_batch(events).select(["event_key", "event_check", "event_fp"])
    dated = rows.append_column("received_ts", received).append_column("received_date", received.cast(pa.date32()))
    spark.createDataFrame(dated).write.format("delta").mode("append").partitionBy("received_date").save(path)


@pytest.mark.parametrize("seed", [1, 2])
def test_batches_on_a_real_table_are_decided_as_by_comparing_each_row_with_each(
    spark: SparkSession, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "_KEYS_A_LOAD", 4)  # so that it loads more than once
    known = KnownKeys(WINDOW)
    rng = random.Random(seed)
    path = str(tmp_path / "events")
    stored = [Event(0, 0, 0, NOW, 0)]
    append(spark, path, stored)
    sent: list[list[Event]] = []
    place = 1
    for number in range(6):
        if number == 2:
            known.load(StoredKeys(spark, path), NOW // HOUR_MS - 60)
        # A client's retry: content and time of an earlier batch at a new place of the stream.
        again = rng.random() < 0.5 and sent
        events = (
            [e._replace(place=place + n) for n, e in enumerate(rng.choice(sent))] if again else any_batch(rng, place)
        )
        place += len(events)
        sent.append(events)
        batch = as_batch(events)
        expected = literal(events, stored)
        assert decided(spark, path, batch, known) == [expected[e.place] for e in events]
        # Before the append a replayed batch finds the same table: the same verdicts, whatever the order of its rows.
        shuffled = batch.take(pa.array(rng.sample(range(len(events)), len(events))))
        places = map(int, shuffled["sequence_number"].to_pylist())
        assert dict(zip(places, decided(spark, path, shuffled, known), strict=True)) == expected
        new = [e for e in events if expected[e.place] is Verdict.NEW]
        if new:
            known.add(as_batch(new))
            append(spark, path, new)
            stored += new
