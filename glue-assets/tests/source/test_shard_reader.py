import base64
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from clickstream_lakehouse.source import shard_reader
from clickstream_lakehouse.source.kinesis_client import Stream
from clickstream_lakehouse.source.position_store import LocalStore
from clickstream_lakehouse.source.positions import (
    SHARD_END,
    TRIM_HORIZON,
    AfterSequenceNumber,
    BatchEnd,
    ReadablePosition,
)
from clickstream_lakehouse.source.records import Record
from clickstream_lakehouse.source.shard_reader import (
    LostShardError,
    ReadLimits,
    ReplayMismatchError,
    ShardRead,
    read_end,
)
from support.clock import Clock
from support.fake_kinesis import ARRIVAL, FakeKinesis, service_error

STREAM = Stream("clicks", "eu-west-1")


@pytest.fixture
def kinesis() -> FakeKinesis:
    return FakeKinesis()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(str(tmp_path))


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time stands still but for the reader's own pauses."""
    clock = Clock(1_000.0)
    monkeypatch.setattr(shard_reader, "time", clock)
    return clock


def read(
    kinesis: FakeKinesis, store: LocalStore, position: ReadablePosition = TRIM_HORIZON, **options: Any
) -> list[dict[str, Any]]:
    shard_read = ShardRead(kinesis, store, STREAM, 7, "shard-1", position, **options)
    return [row for batch in shard_read.rows() for row in batch.to_pylist()]


def recorded_end(store: LocalStore) -> BatchEnd:
    end = read_end(store, 7, "shard-1")
    assert end is not None
    return end


def ended_after(sequence_number: str, records: int) -> Record:
    position = AfterSequenceNumber(sequence_number)
    return BatchEnd(position, records, position, caught_up=True, last_arrival=None, read_at=1_000.0).to_record()


def data(rows: list[dict[str, Any]]) -> list[str]:
    return [row["data"] for row in rows]


def test_a_record_becomes_a_row_of_raw(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"hello")
    assert read(kinesis, store) == [
        {
            "arrival_ts": ARRIVAL,
            "stream": "clicks",
            "shard_id": "shard-1",
            "sequence_number": "1",
            "partition_key": "k",
            "data": "hello",
            "data_base64": None,
            "batch_id": 7,
        }
    ]


def test_bytes_that_are_not_utf8_are_kept_in_base64_beside_their_neighbours(
    kinesis: FakeKinesis, store: LocalStore
) -> None:
    kinesis.add_shard("shard-1", b"good", b"\xff\x00", "é".encode())
    rows = read(kinesis, store)
    assert data(rows) == ["good", None, "é"]
    assert [r["data_base64"] for r in rows] == [None, base64.b64encode(b"\xff\x00").decode(), None]


def test_large_reads_are_handed_over_in_small_batches(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", *[b"x" * 1000] * 4_100, b"y" * (3 << 20), b"z" * (3 << 20))
    shard_read = ShardRead(kinesis, store, STREAM, 7, "shard-1", TRIM_HORIZON)
    sizes = [batch.num_rows for batch in shard_read.rows()]
    assert sizes == [2_000, 2_000, 101, 1]


def test_a_live_read_ends_when_caught_up_and_records_where(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a", b"b")
    assert data(read(kinesis, store)) == ["a", "b"]
    assert recorded_end(store) == BatchEnd(
        position=AfterSequenceNumber("2"),
        records=2,
        last_read=AfterSequenceNumber("2"),
        caught_up=True,
        last_arrival=ARRIVAL.timestamp(),
        read_at=1_000.0,
    )
    assert store.list("") == ["000000000007"]
    assert store.list("000000000007") == ["shard-1"]


def test_an_empty_read_keeps_the_position(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a")
    assert read(kinesis, store, AfterSequenceNumber("1")) == []
    end = recorded_end(store)
    assert (end.position, end.records, end.caught_up) == (AfterSequenceNumber("1"), 0, True)


@pytest.mark.parametrize("limits", [ReadLimits(records=2, call_records=1), ReadLimits(bytes=2, call_records=1)])
def test_a_live_read_stops_at_its_limits_though_there_is_more(
    kinesis: FakeKinesis, store: LocalStore, limits: ReadLimits
) -> None:
    kinesis.add_shard("shard-1", b"a", b"b", b"c")
    assert data(read(kinesis, store, limits=limits)) == ["a", "b"]
    end = recorded_end(store)
    assert (end.position, end.caught_up) == (AfterSequenceNumber("2"), False)


def test_a_closed_shard_is_read_to_its_end(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a", closed=True)
    assert data(read(kinesis, store)) == ["a"]
    end = recorded_end(store)
    assert (end.position, end.last_read, end.caught_up) == (SHARD_END, AfterSequenceNumber("1"), True)


def test_a_replay_returns_the_same_rows_though_more_have_arrived(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a", b"b")
    first = read(kinesis, store)
    kinesis.put("shard-1", b"c")
    assert read(kinesis, store) == first
    assert kinesis.limits[-1] == 2


def test_a_replay_of_an_empty_batch_asks_for_nothing(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1")
    read(kinesis, store)
    kinesis.put("shard-1", b"late")
    calls = len(kinesis.calls)
    assert read(kinesis, store) == []
    assert len(kinesis.calls) == calls


def test_a_replay_that_finds_other_records_fails(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a", b"b")
    store.put_if_absent("000000000007/shard-1", ended_after("9", records=2))
    with pytest.raises(ReplayMismatchError, match=r"ended at .*'9'.* after 2 records, the stream now returns 2"):
        read(kinesis, store)


def test_a_replay_of_records_that_are_gone_gives_up(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a")
    store.put_if_absent("000000000007/shard-1", ended_after("2", records=2))
    with pytest.raises(ReplayMismatchError, match="read 1 of the batch's 2 records"):
        read(kinesis, store)


def test_an_attempt_fails_when_a_racing_one_ended_elsewhere(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a")
    kinesis.on_get = lambda: store.put_if_absent("000000000007/shard-1", ended_after("5", records=5))
    with pytest.raises(ReplayMismatchError, match="another attempt ended this batch"):
        read(kinesis, store)


@pytest.mark.parametrize(
    "fault",
    [
        service_error("ProvisionedThroughputExceededException"),
        service_error("KMSThrottlingException"),
        service_error("AnythingElse", status=503),
        ReadTimeoutError(endpoint_url="http://kinesis"),
        EndpointConnectionError(endpoint_url="http://kinesis"),
    ],
)
def test_throttling_server_faults_and_broken_connections_are_tried_again(
    kinesis: FakeKinesis, store: LocalStore, fault: Exception
) -> None:
    kinesis.add_shard("shard-1", b"a", b"b")
    kinesis.faults = {"get_records": [fault, fault], "get_shard_iterator": [fault]}
    assert data(read(kinesis, store)) == ["a", "b"]


def test_a_live_read_that_is_throttled_all_the_time_ends_at_its_deadline(
    kinesis: FakeKinesis, store: LocalStore, clock: Clock
) -> None:
    kinesis.add_shard("shard-1", b"a")
    kinesis.faults = {"get_records": [service_error("ProvisionedThroughputExceededException")] * 1_000}
    assert read(kinesis, store) == []
    assert 20 < clock.now - 1_000 < 25
    end = recorded_end(store)
    assert (end.position, end.caught_up) == (TRIM_HORIZON, False)


def test_an_expired_iterator_is_replaced_at_the_last_record(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a", b"b", b"c")
    kinesis.page_records = 1
    kinesis.on_get = lambda: kinesis.faults.update(get_records=[service_error("ExpiredIteratorException")])
    assert data(read(kinesis, store)) == ["a", "b", "c"]


def test_other_errors_stop_the_query(kinesis: FakeKinesis, store: LocalStore) -> None:
    kinesis.add_shard("shard-1", b"a")
    kinesis.faults = {"get_records": [service_error("AccessDeniedException")]}
    with pytest.raises(ClientError, match="AccessDeniedException"):
        read(kinesis, store)
    assert store.get("000000000007/shard-1") is None


@pytest.mark.parametrize("code", ["InvalidArgumentException", "ResourceNotFoundException"])
def test_a_position_that_is_lost_stops_the_query(kinesis: FakeKinesis, store: LocalStore, code: str) -> None:
    """The next start plans anew, and reports what is lost."""
    kinesis.add_shard("shard-1", b"a")
    kinesis.faults = {"get_shard_iterator": [service_error(code)]}
    with pytest.raises(LostShardError, match=r"^shard shard-1 of stream clicks cannot be read from .* The next start"):
        read(kinesis, store, AfterSequenceNumber("1"))
