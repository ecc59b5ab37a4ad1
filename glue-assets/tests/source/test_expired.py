"""What a run says of records that expired before they were read."""

from pathlib import Path

import pytest

from clickstream_lakehouse.source.expired import Expired
from clickstream_lakehouse.source.first_batch import DataLossError, FirstBatch
from clickstream_lakehouse.source.options import parse_options
from support.fake_kinesis import ARRIVAL, FakeKinesis, service_error
from support.stage_one import Raw, Run, lose_everything, stored

HOUR = 3600.0
READ = ARRIVAL.timestamp() + 60
"""When the first batch is read."""


def after_a_pause(kinesis: FakeKinesis, options: dict[str, str], hours: float) -> Raw:
    """What a run has stored, and a record that arrived an hour later, while no run was active."""
    kinesis.add_shard("s1", b"a")
    kinesis.add_shard("s2", b"x")
    raw = Raw()
    Run(options, raw).catch_up()
    kinesis.let_time_pass(1)
    kinesis.put("s1", b"unread")
    kinesis.let_time_pass(hours - 1)
    kinesis.put("s1", b"new")
    return raw


def test_what_expired_unread_is_reported_once_and_the_rest_is_read(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    raw = after_a_pause(kinesis, options, 30)
    for _ in range(2):
        Run(options, raw)  # cut off before its first batch
    horizon = READ + 6 * HOUR
    assert raw.expired == [Expired("s1", READ, horizon), Expired("s2", READ, horizon)]
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s1", "new"), ("s2", "x")]
    kinesis.let_time_pass(20)
    Run(options, raw).catch_up()
    assert len(raw.expired) == 2


def test_the_words_for_a_loss() -> None:
    assert str(Expired("s1", READ, READ + HOUR)) == (
        "shard s1: what arrived between 2026-05-28T20:01:00+00:00 and 2026-05-28T21:01:00+00:00, if anything did, was "
        "not read in time: the stream no longer has it"
    )


def test_a_pause_within_the_retention_loses_nothing(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.retention_hours = 48
    raw = after_a_pause(kinesis, options, 30)
    Run(options, raw).catch_up()
    assert raw.expired == []
    assert stored(raw) == [("s1", "a"), ("s1", "new"), ("s1", "unread"), ("s2", "x")]


def test_a_stream_on_which_nothing_arrived_for_long_lost_nothing_while_a_run_looked(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    kinesis.add_shard("s1", b"a")
    raw = Raw()
    run = Run(options, raw)
    for _ in range(30):
        run.catch_up()
        kinesis.let_time_pass(1)
    Run(options, raw)
    assert raw.expired == []


def test_nor_while_drains_looked(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    raw = Raw()
    Run(options, raw).catch_up()
    for _ in range(4):
        kinesis.let_time_pass(20)
        assert FirstBatch(parse_options(options), raw).is_empty(f"{kinesis.now.timestamp():.3f}")
    Run(options, raw)
    assert raw.expired == []


def test_whoever_starts_a_run_may_know_that_nothing_arrived(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    """As the keeper does, which skips drains of a stream that got no record."""
    raw = after_a_pause(kinesis, options, 30)
    FirstBatch(parse_options(options), raw, READ + 5 * HOUR).plan(raw.report)
    assert {(loss.since, loss.until) for loss in raw.expired} == {(READ + 5 * HOUR, READ + 6 * HOUR)}
    raw.expired.clear()
    FirstBatch(parse_options(options), raw, READ + 29 * HOUR).plan(raw.report)
    assert raw.expired == []


def test_records_that_expire_before_any_was_stored(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1")
    raw = Raw()
    kinesis.let_time_pass(100)
    assert Run(options, raw).batch()  # it finds nothing
    assert (raw.rows, raw.expired) == ([], [])
    kinesis.put("s1", b"unread")
    kinesis.let_time_pass(30)
    Run(options, raw)
    assert raw.expired == [Expired("s1", READ + 100 * HOUR, READ + 106 * HOUR)]


def test_a_store_that_lost_everything_leaves_the_last_record_as_the_witness(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    raw = after_a_pause(kinesis, options, 30)
    lose_everything(Path(options["positions"]))
    Run(options, raw)
    arrival = ARRIVAL.timestamp()
    assert [(loss.shard_id, loss.since) for loss in raw.expired] == [("s1", arrival), ("s2", arrival)]


def test_a_job_that_must_not_lose_stops_before_it_plans(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    raw = after_a_pause(kinesis, options, 30)
    planned = sorted(Path(options["positions"]).iterdir())
    with pytest.raises(DataLossError, match=r"^shard s1: what arrived between .*\(shards with a loss: 2\)"):
        Run({**options, "failondataloss": "true"}, raw)
    assert (raw.expired, sorted(Path(options["positions"]).iterdir())) == ([], planned)


def test_a_stream_that_was_made_again_is_read_from_its_beginning(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    """Its shards have the old names, and the old numbers are none of theirs."""
    kinesis.add_shard("s1", b"a", b"b")
    kinesis.add_shard("s2", b"x")
    raw = Raw()
    Run(options, raw).catch_up()
    kinesis.let_time_pass(1)
    kinesis.shards.clear()
    kinesis.add_shard("s1", b"c")
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s1", "b"), ("s1", "c"), ("s2", "x")]
    assert raw.expired == [Expired("s1", READ, READ + HOUR), Expired("s2", READ, READ + HOUR)]


def test_shards_of_the_past_that_were_read_to_their_end_are_no_loss(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    kinesis.add_shard("s1", b"a", closed=True)
    kinesis.add_shard("s2", b"b", parents=("s1",), closed=True)
    kinesis.add_shard("s3", b"c", parents=("s2",))
    raw = Raw()
    Run(options, raw).catch_up()
    kinesis.let_time_pass(30)
    FirstBatch(parse_options(options), raw).is_empty(f"{kinesis.now.timestamp():.3f}")
    kinesis.put("s3", b"d")
    Run(options, raw).catch_up()
    lose_everything(Path(options["positions"]))
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s2", "b"), ("s3", "c"), ("s3", "d")]
    assert raw.expired == []


def test_a_shard_that_was_not_read_to_its_end_before_it_was_gone(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    raw = Raw()
    Run(options, raw).catch_up()
    kinesis.let_time_pass(1)
    kinesis.put("s1", b"unread")
    kinesis.shards["s1"].closed = True
    kinesis.add_shard("s2", parents=("s1",))
    kinesis.let_time_pass(60)
    lose_everything(Path(options["positions"]))
    Run(options, raw).catch_up()
    horizon = READ + 37 * HOUR
    arrival = ARRIVAL.timestamp()
    assert raw.expired == [Expired("s1", arrival, horizon), Expired("s2", arrival, horizon)]


def test_an_error_of_another_kind_is_for_the_read_to_handle(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    raw = Raw()
    Run(options, raw).catch_up()
    kinesis.faults = {"get_shard_iterator": [service_error("LimitExceededException")]}
    Run(options, raw).catch_up()
    assert (raw.expired, stored(raw)) == ([], [("s1", "a")])
