"""Where a run begins to read: behind what is stored, whatever the position store has lost or made up."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.source import batch_planner, first_batch, kinesis_client, shard_list, shard_reader
from clickstream_lakehouse.source.batch_store import LostPositionsError
from clickstream_lakehouse.source.expired import Expired
from clickstream_lakehouse.source.first_batch import DataLossError, FirstBatch, StoredPositions
from clickstream_lakehouse.source.kinesis_source import KinesisStreamReader
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import AfterSequenceNumber, SourceOffset
from support.clock import Clock
from support.fake_kinesis import ARRIVAL, FakeKinesis, service_error


class Raw:
    """Stored records, as stage 1 appends them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.expired: list[Expired] = []
        self.looked_at = 0

    @property
    def last_batch(self) -> int:
        return max((row["batch_id"] for row in self.rows), default=0)

    def positions(self) -> StoredPositions:
        self.looked_at += 1
        last: dict[str, int] = {}
        for row in self.rows:
            last[row["shard_id"]] = max(last.get(row["shard_id"], 0), int(row["sequence_number"]))
        arrivals = [(row["shard_id"], row["arrival_ts"].timestamp()) for row in self.rows]
        until = sorted([*arrivals, *((loss.shard_id, loss.until) for loss in self.expired)], key=itemgetter(1))
        return StoredPositions(
            {shard: AfterSequenceNumber(str(number)) for shard, number in last.items()},
            dict(until),
            min((arrival for _, arrival in arrivals), default=0.0),
        )

    def report(self, expired: Sequence[Expired], batch: int) -> None:
        assert batch == self.last_batch
        self.expired += expired


class Run:
    """A run of stage 1: it stores each batch that it reads, until it is cut off."""

    def __init__(self, options: dict[str, str], raw: Raw) -> None:
        self._raw = raw
        first = FirstBatch(parse_options(options), raw).plan(raw.report)
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


class KinesisClock(Clock):
    """A minute later than what arrives."""

    def __init__(self, kinesis: FakeKinesis) -> None:
        super().__init__(0.0)
        self._kinesis = kinesis

    def time(self) -> float:
        return self._kinesis.now.timestamp() + 60


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKinesis]:
    fake = FakeKinesis()
    with monkeypatch.context() as patch:
        patch.setattr(kinesis_client, "client", lambda *_: fake)
        for module in (batch_planner, first_batch, shard_list, shard_reader):
            patch.setattr(module, "time", KinesisClock(fake))
        patch.setattr(shard_list, "_LIST_SECONDS", 0)
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
