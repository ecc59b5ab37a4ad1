"""Where a run begins to read: behind what is stored, whatever the position store has lost or made up."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.source.batch_store import LostPositionsError
from clickstream_lakehouse.source.kinesis_source import KinesisStreamReader
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import SourceOffset
from support.fake_kinesis import ARRIVAL, FakeKinesis
from support.stage_one import DAMAGES, Raw, Run, lose_everything, stored


def cut_off_run(kinesis: FakeKinesis, options: dict[str, str], cut_off: str) -> Raw:
    """What a run has stored that was cut off in its second batch."""
    kinesis.add_shard("s1", b"a")
    kinesis.add_shard("s2", b"x")
    raw = Raw()
    run = Run(options, raw)
    run.batch()
    kinesis.put("s1", b"b")
    run.batch(cut_off=cut_off)
    return raw


@pytest.mark.parametrize("cut_off", ["planned", "read", "stored", "committed"])
def test_a_run_goes_on_where_the_last_one_was_cut_off(
    kinesis: FakeKinesis, options: dict[str, str], cut_off: str
) -> None:
    raw = cut_off_run(kinesis, options, cut_off)
    kinesis.put("s1", b"c")
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s1", "b"), ("s1", "c"), ("s2", "x")]
    assert raw.looked_at == 1  # only by the first run of all: a store that has everything makes it needless


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("cut_off", ["planned", "read", "stored", "committed"])
def test_no_damage_of_the_store_loses_or_doubles_a_record(
    kinesis: FakeKinesis, options: dict[str, str], damage: Callable[[Path], None], cut_off: str
) -> None:
    raw = cut_off_run(kinesis, options, cut_off)
    damage(Path(options["positions"]))
    kinesis.put("s1", b"c")
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s1", "b"), ("s1", "c"), ("s2", "x")]


def test_a_table_that_was_set_back_gets_again_what_it_lacks(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    raw = Raw()
    run = Run(options, raw)
    for data in (b"b", b"c", b"d"):
        run.batch()
        kinesis.put("s1", data)
    run.catch_up()
    raw.rows = [row for row in raw.rows if row["data"] < "c"]
    Run(options, raw).catch_up()
    assert stored(raw) == [("s1", "a"), ("s1", "b"), ("s1", "c"), ("s1", "d")]


def test_a_lost_position_of_a_query_that_starts_at_latest_brings_no_history(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    options["startposition"] = "latest"
    kinesis.add_shard("s1", b"history", closed=True)
    kinesis.add_shard("s2", b"history", parents=("s1",))
    raw = Raw()
    run = Run(options, raw)
    kinesis.now = ARRIVAL + timedelta(minutes=2)
    kinesis.put("s2", b"new")
    run.catch_up()
    lose_everything(Path(options["positions"]))
    kinesis.shards["s2"].closed = True
    kinesis.add_shard("s3", b"newer", parents=("s2",), closed=True)
    kinesis.add_shard("s4", b"newest", parents=("s3",))
    Run(options, raw).catch_up()
    assert stored(raw) == [("s2", "new"), ("s3", "newer"), ("s4", "newest")]


def test_a_run_that_was_never_told_its_first_batch_says_so(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    reader = KinesisStreamReader(parse_options({**options, "firstbatch": "4"}))
    assert SourceOffset.from_record(reader.initialOffset()).batch == 3
    with pytest.raises(LostPositionsError, match="has lost the plan of batch 4"):
        reader.latestOffset()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3)),
        st.tuples(st.just("run"), st.sampled_from(["planned", "read", "stored", "committed"])),
        st.tuples(st.just("damage"), st.integers(0, len(DAMAGES) - 1)),
        st.tuples(st.just("split"), st.just(0)),
        st.tuples(st.just("wait"), st.sampled_from([1, 10, 23, 25, 60])),
    ),
    max_size=14,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_mixture_of_crashes_damage_reshards_and_pauses_stores_each_record_once_or_says_that_it_expired(
    kinesis: FakeKinesis, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    options = {"streamname": "clicks", "region": "eu-west-1", "positions": str(folder), "maxrecordspershard": "2"}
    kinesis.shards.clear()
    kinesis.page_records = 2
    kinesis.add_shard("s0", b"0")
    raw, sent = Raw(), 1
    Run(options, raw).catch_up()  # of a job that never ran nobody can say what it has missed
    arrivals = [kinesis.now.timestamp()]
    for step, argument in steps:
        kinesis.let_time_pass(0.1)
        if step == "put":
            newest = list(kinesis.shards)[-1]
            for _ in range(argument):
                kinesis.put(newest, str(sent).encode())
                arrivals.append(kinesis.now.timestamp())
                sent += 1
        elif step == "run":
            run = Run(options, raw)
            run.batch()
            run.batch(cut_off=argument)
        elif step == "damage" and any(folder.iterdir()):
            try:
                DAMAGES[argument](folder)
            except FileNotFoundError:
                continue
            folder.mkdir(exist_ok=True)
        elif step == "split":
            newest = list(kinesis.shards)[-1]
            kinesis.shards[newest].closed = True
            kinesis.add_shard(f"s{len(kinesis.shards)}", parents=(newest,))
        elif step == "wait":
            kinesis.let_time_pass(argument)
    Run(options, raw).catch_up()
    found = [int(row["data"]) for row in raw.rows]
    assert len(set(found)) == len(found)
    for number in set(range(sent)) - set(found):
        # Of a shard that came and went while nobody looked, its descendants tell.
        assert any(loss.since <= arrivals[number] <= loss.until for loss in raw.expired)
