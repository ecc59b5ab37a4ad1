import pickle
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from clickstream_lakehouse.epoch import SupersededError, claim_epoch
from clickstream_lakehouse.source import batch_planner, kinesis_client, shard_list, shard_reader
from clickstream_lakehouse.source.batch_planner import StalePositionsError
from clickstream_lakehouse.source.batch_store import LostPositionsError, caught_up_key
from clickstream_lakehouse.source.kinesis_source import KinesisStreamReader
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.position_store import LocalStore
from clickstream_lakehouse.source.positions import SHARD_END, TRIM_HORIZON, SourceOffset
from clickstream_lakehouse.source.shard_list import StreamNotFoundError
from support.clock import Clock
from support.fake_kinesis import ARRIVAL, FakeKinesis, service_error

THROTTLED = service_error("LimitExceededException")


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> FakeKinesis:
    fake = FakeKinesis()
    monkeypatch.setattr(kinesis_client, "client", lambda *_: fake)
    return fake


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(ARRIVAL.timestamp() + 60)
    for module in (batch_planner, shard_list, shard_reader):
        monkeypatch.setattr(module, "time", clock)
    return clock


@pytest.fixture
def pauses(clock: Clock) -> list[float]:
    return clock.pauses


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    return {"streamname": "clicks", "region": "eu-west-1", "positions": str(tmp_path / "positions")}


class Query:
    """Drives a reader as Spark does: plan, log, read, commit, one batch after the other."""

    def __init__(self, options: dict[str, str]) -> None:
        self.reader = KinesisStreamReader(parse_options(options))
        self.offset = self.reader.initialOffset()

    def restart(self, options: dict[str, str]) -> None:
        self.reader = KinesisStreamReader(parse_options(options))
        assert self.reader.partitions(self.offset, self.offset) == []

    def plan(self) -> dict[str, object]:
        return self.reader.latestOffset()

    def planned_batch(self) -> int:
        return SourceOffset.from_record(self.plan()).batch

    def batch(self) -> list[str]:
        """Run the next batch; the data it read, [] when there was none."""
        planned = self.plan()
        if planned == self.offset:
            return []
        rows = self.read(planned)
        self.reader.commit(planned)
        self.offset = planned
        return rows

    def read(self, planned: dict[str, object]) -> list[str]:
        partitions = self.reader.partitions(self.offset, planned)
        return [row["data"] for part in partitions for batch in self.reader.read(part) for row in batch.to_pylist()]


def test_a_new_query_reads_every_shard_from_its_beginning(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    for shard in ("s1", "s2", "s3"):
        kinesis.add_shard(shard, shard.encode())
    query = Query(options)
    starts = {"s1": TRIM_HORIZON, "s2": TRIM_HORIZON, "s3": TRIM_HORIZON}
    assert SourceOffset.from_record(query.plan()) == SourceOffset(1, starts)
    assert query.batch() == ["s1", "s2", "s3"]


def test_a_new_query_at_latest_skips_history_and_closed_shards(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"old", closed=True)
    kinesis.add_shard("s2", b"old", parents=("s1",))
    query = Query({**options, "startposition": "latest"})
    assert query.batch() == []
    kinesis.now = ARRIVAL + timedelta(minutes=2)
    kinesis.put("s2", b"new")
    assert query.batch() == ["new"]
    assert SourceOffset.from_record(query.offset).starts["s1"] == SHARD_END


def test_the_offset_stays_when_nothing_is_new(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    assert query.batch() == ["a"]
    assert query.plan() == query.offset
    kinesis.put("s1", b"b")
    assert query.batch() == ["b"]


def test_an_idle_shard_costs_one_small_read_a_trigger(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    query.plan()
    kinesis.calls.clear()
    for _ in range(3):
        query.plan()
    assert kinesis.calls == ["get_records"] * 3
    assert kinesis.limits[-1] == 1


def test_a_peek_that_fails_starts_a_batch_which_handles_the_error(
    kinesis: FakeKinesis, options: dict[str, str]
) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    kinesis.faults = {"get_records": [service_error("ProvisionedThroughputExceededException")]}
    assert query.planned_batch() == 2


@pytest.mark.parametrize(
    "fault", [EndpointConnectionError(endpoint_url="http://kinesis"), service_error("Any", status=503)]
)
def test_while_kinesis_does_not_answer_no_batch_is_planned(
    kinesis: FakeKinesis, options: dict[str, str], fault: Exception
) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    kinesis.put("s1", b"b")
    kinesis.faults = {"get_records": [fault]}
    assert query.plan() == query.offset
    assert query.batch() == ["b"]


def test_a_batch_whose_end_is_lost_stops_the_query(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    LocalStore(options["positions"]).delete("000000000001/s1")
    with pytest.raises(LostPositionsError, match=r"positions has lost where a batch ended: 000000000001/s1"):
        query.plan()


def test_an_uncommitted_batch_is_read_alike_after_a_restart(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    kinesis.put("s1", b"b")
    planned = query.plan()
    assert query.read(planned) == ["b"]
    kinesis.put("s1", b"c")
    query.restart(options)
    assert query.read(planned) == ["b"]
    query.offset = planned
    assert query.batch() == ["c"]


def test_children_of_a_split_wait_until_their_parent_is_read(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", *[b"parent"] * 3, closed=True)
    kinesis.add_shard("s2", b"child", parents=("s1",))
    query = Query({**options, "maxrecordspershard": "2"})
    kinesis.page_records = 2
    assert query.batch() == ["parent", "parent"]
    assert query.batch() == ["parent"]
    assert query.batch() == ["child"]


def test_the_last_list_serves_while_list_shards_is_throttled(
    kinesis: FakeKinesis, options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kinesis.add_shard("s1", b"a")
    monkeypatch.setattr(shard_list, "_LIST_SECONDS", 0)
    query = Query(options)
    query.batch()
    kinesis.put("s1", b"b")
    kinesis.faults = {"list_shards": [THROTTLED]}
    assert query.batch() == ["b"]


def test_the_first_list_is_tried_again_with_growing_pauses(
    kinesis: FakeKinesis, options: dict[str, str], pauses: list[float]
) -> None:
    kinesis.add_shard("s1", b"a")
    kinesis.faults = {"list_shards": [THROTTLED, THROTTLED]}
    assert Query(options).batch() == ["a"]
    assert pauses == [0.4, 0.8]


def test_a_stream_that_does_not_exist_is_named(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.faults = {"list_shards": [service_error("ResourceNotFoundException")]}
    with pytest.raises(StreamNotFoundError, match="no stream clicks in eu-west-1"):
        Query(options).plan()


def test_missing_rights_stop_the_query(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.faults = {"list_shards": [service_error("AccessDeniedException")]}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        Query(options).plan()


def test_positions_without_sparks_offsets_are_refused(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1", b"a")
    Query(options).batch()
    with pytest.raises(StalePositionsError, match=r"ends up to batch 1.*remove .*positions too"):
        Query(options).plan()


def test_old_ends_are_removed_and_recent_ones_kept(kinesis: FakeKinesis, options: dict[str, str]) -> None:
    kinesis.add_shard("s1")
    query = Query(options)
    for number in range(30):
        kinesis.put("s1", str(number).encode())
        query.batch()
    kept = [int(name) for name in LocalStore(options["positions"]).list("")]
    assert kept == list(range(11, 31))


def with_epoch(options: dict[str, str], tmp_path: Path) -> tuple[Query, Callable[[], object]]:
    """A query of a driver that has claimed an epoch, and the claim of the driver after it."""

    def claim() -> int:
        return claim_epoch(str(tmp_path / "epoch"), "eu-west-1").number

    return Query({**options, "epochpath": str(tmp_path / "epoch"), "epoch": str(claim())}), claim


def test_a_superseded_driver_plans_no_batch(kinesis: FakeKinesis, options: dict[str, str], tmp_path: Path) -> None:
    kinesis.add_shard("s1", b"a")
    query, supersede = with_epoch(options, tmp_path)
    query.batch()
    supersede()
    with pytest.raises(SupersededError):
        query.plan()


def test_a_driver_that_is_superseded_while_it_reads_ends_no_batch(
    kinesis: FakeKinesis, options: dict[str, str], tmp_path: Path
) -> None:
    kinesis.add_shard("s1", b"a")
    query, supersede = with_epoch(options, tmp_path)
    planned = query.plan()
    kinesis.on_get = supersede
    with pytest.raises(SupersededError):
        query.read(planned)
    assert LocalStore(options["positions"]).list("000000000001") == ["starts"]


def test_a_superseded_driver_replays_no_batch_either(
    kinesis: FakeKinesis, options: dict[str, str], tmp_path: Path
) -> None:
    kinesis.add_shard("s1", b"a")
    query, supersede = with_epoch(options, tmp_path)
    planned = query.plan()
    query.read(planned)
    kinesis.on_get = supersede
    with pytest.raises(SupersededError):
        query.read(planned)


def test_a_drain_reads_until_a_read_begun_after_its_moment_is_caught_up(
    kinesis: FakeKinesis, options: dict[str, str], clock: Clock
) -> None:
    clock.now = ARRIVAL.timestamp() + 100
    moment = f"{ARRIVAL.timestamp() + 105:.3f}"
    kinesis.add_shard("s1", b"a")
    query = Query({**options, "drainuntil": moment})
    store = LocalStore(options["positions"])
    assert query.batch() == ["a"]
    assert query.planned_batch() == 2  # caught up, but by a read that began too early
    clock.now = ARRIVAL.timestamp() + 106
    kinesis.put("s1", b"b")
    assert query.batch() == ["b"]
    assert store.get(caught_up_key(moment)) is None
    assert query.plan() == query.offset
    assert store.get(caught_up_key(moment)) == {"version": 1}


def after_a_read(kinesis: FakeKinesis, options: dict[str, str], clock: Clock) -> tuple[Query, str]:
    """A query whose shard was read to its end, then begun again as a drain."""
    kinesis.add_shard("s1", b"a")
    query = Query(options)
    query.batch()
    moment = f"{clock.now + 10:.3f}"
    query.restart({**options, "drainuntil": moment})
    return query, moment


def test_a_drain_that_finds_nothing_makes_no_batch(kinesis: FakeKinesis, options: dict[str, str], clock: Clock) -> None:
    query, moment = after_a_read(kinesis, options, clock)
    clock.now = float(moment)
    assert query.plan() == query.offset
    assert LocalStore(options["positions"]).get(caught_up_key(moment)) == {"version": 1}


def test_a_drain_does_not_end_before_its_moment(kinesis: FakeKinesis, options: dict[str, str], clock: Clock) -> None:
    query, moment = after_a_read(kinesis, options, clock)
    clock.now = float(moment) - 1
    assert query.planned_batch() == 2
    assert LocalStore(options["positions"]).get(caught_up_key(moment)) is None


def test_a_drain_reads_what_came_since_the_last_run(
    kinesis: FakeKinesis, options: dict[str, str], clock: Clock
) -> None:
    query, moment = after_a_read(kinesis, options, clock)
    clock.now = float(moment)
    kinesis.put("s1", b"b")
    assert query.batch() == ["b"]
    assert LocalStore(options["positions"]).get(caught_up_key(moment)) is None


def test_a_drain_does_not_take_silence_for_the_end(kinesis: FakeKinesis, options: dict[str, str], clock: Clock) -> None:
    query, moment = after_a_read(kinesis, options, clock)
    clock.now = float(moment)
    kinesis.faults = {"get_records": [EndpointConnectionError(endpoint_url="http://kinesis")]}
    assert query.planned_batch() == 2
    assert LocalStore(options["positions"]).get(caught_up_key(moment)) is None


def test_spark_can_send_the_reader_to_its_workers(options: dict[str, str]) -> None:
    reader = KinesisStreamReader(parse_options({**options, "positions": "s3://bucket/positions"}))
    assert pickle.dumps(reader)


@pytest.mark.parametrize("name", ["streamname", "region", "positions"])
def test_a_missing_option_is_named(options: dict[str, str], name: str) -> None:
    del options[name]
    with pytest.raises(ValueError, match=f"kinesis_shards needs the option {name}"):
        parse_options(options)
