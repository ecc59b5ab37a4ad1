"""Where a run begins to read: behind what is stored, whatever the position store has lost or made up."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.source import batch_planner, kinesis_client, shard_reader
from clickstream_lakehouse.source.batch_planner import BatchPlanner, LostPositionsError, StoredPositions
from clickstream_lakehouse.source.kinesis_source import KinesisStreamReader
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import AfterSequenceNumber, SourceOffset
from support.clock import Clock
from support.fake_kinesis import ARRIVAL, FakeKinesis


class Raw:
    """Stored records, as stage 1 appends them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.looked_at = 0

    @property
    def last_batch(self) -> int:
        return max((row["batch_id"] for row in self.rows), default=0)

    def positions(self) -> StoredPositions:
        self.looked_at += 1
        last: dict[str, int] = {}
        for row in self.rows:
            last[row["shard_id"]] = max(last.get(row["shard_id"], 0), int(row["sequence_number"]))
        first = min((row["arrival_ts"].timestamp() for row in self.rows), default=0.0)
        return StoredPositions({shard: AfterSequenceNumber(str(number)) for shard, number in last.items()}, first)


class Run:
    """A run of stage 1: it stores each batch that it reads, until it is cut off."""

    def __init__(self, options: dict[str, str], raw: Raw) -> None:
        self._raw = raw
        first = BatchPlanner(parse_options(options)).plan_first_batch(raw)
        self._reader = KinesisStreamReader(parse_options({**options, "firstbatch": str(first)}))
        self._offset = self._reader.initialOffset()

    def batch(self, *, cut_off: str = "") -> bool:
        """Whether there was a batch. It may be cut off before its rows are stored, or right after that."""
        planned = self._reader.latestOffset()
        if planned == self._offset or cut_off == "planned":
            return False
        partitions = self._reader.partitions(self._offset, planned)
        rows = [row for part in partitions for block in self._reader.read(part) for row in block.to_pylist()]
        if cut_off == "read":
            return False
        self._raw.rows += rows
        if cut_off == "stored":
            return False
        self._reader.commit(planned)
        self._offset = planned
        return True

    def catch_up(self) -> None:
        while self.batch():
            pass


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKinesis]:
    fake = FakeKinesis()
    with monkeypatch.context() as patch:
        patch.setattr(kinesis_client, "client", lambda *_: fake)
        clock = Clock(ARRIVAL.timestamp() + 60)
        for module in (batch_planner, shard_reader):
            patch.setattr(module, "time", clock)
        patch.setattr(batch_planner, "_LIST_SECONDS", 0)
        yield fake


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    return {"streamname": "clicks", "region": "eu-west-1", "positions": str(tmp_path / "positions")}


def stored(raw: Raw) -> list[tuple[str, str]]:
    return sorted((row["shard_id"], row["data"]) for row in raw.rows)


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


def lose_an_end(positions: Path) -> None:
    newest = max(positions.iterdir())
    (newest / "s1").unlink(missing_ok=True)


def lose_a_plan(positions: Path) -> None:
    (max(positions.iterdir()) / "starts").unlink()


def lose_the_newest_batch(positions: Path) -> None:
    shutil.rmtree(max(positions.iterdir()))


def empty_the_newest_files(positions: Path) -> None:
    for file in max(positions.iterdir()).iterdir():
        file.write_text("")


def lose_everything(positions: Path) -> None:
    shutil.rmtree(positions)


DAMAGES = [lose_an_end, lose_a_plan, lose_the_newest_batch, empty_the_newest_files, lose_everything]


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
    ),
    max_size=14,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_mixture_of_crashes_damage_and_reshards_stores_each_record_once(
    kinesis: FakeKinesis, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    options = {"streamname": "clicks", "region": "eu-west-1", "positions": str(folder), "maxrecordspershard": "2"}
    kinesis.shards.clear()
    kinesis.page_records = 2
    kinesis.add_shard("s0")
    raw, sent = Raw(), 0
    for step, argument in steps:
        if step == "put":
            newest = list(kinesis.shards)[-1]
            for _ in range(argument):
                kinesis.put(newest, str(sent).encode())
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
    Run(options, raw).catch_up()
    assert sorted(int(row["data"]) for row in raw.rows) == list(range(sent))
