import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.source.positions import (
    NO_OFFSET,
    SHARD_END,
    TRIM_HORIZON,
    AfterSequenceNumber,
    AtTimestamp,
    BatchEnd,
    ReadablePosition,
    SourceOffset,
)
from clickstream_lakehouse.source.records import RecordFormatError, parse_record, record_json

moments = st.floats(0, 4e9)
readable = st.one_of(
    st.just(TRIM_HORIZON), st.builds(AtTimestamp, moments), st.builds(AfterSequenceNumber, st.text(max_size=56))
)
positions = readable | st.just(SHARD_END)
offsets = st.builds(SourceOffset, st.integers(0, 10**12), st.dictionaries(st.text(max_size=20), positions))
ends = st.builds(BatchEnd, positions, st.integers(0, 10**9), readable, st.booleans(), st.none() | moments, moments)

END = BatchEnd(SHARD_END, 3, AfterSequenceNumber("7"), caught_up=True, last_arrival=99.5, read_at=100.0)


@given(offsets)
def test_an_offset_survives_sparks_log_and_keeps_its_json(offset: SourceOffset) -> None:
    logged = record_json(offset.to_record())
    read = SourceOffset.from_record(json.loads(logged))
    assert read == offset
    assert record_json(read.to_record()) == logged


@given(offsets)
def test_the_json_of_an_offset_does_not_depend_on_the_order_of_its_shards(offset: SourceOffset) -> None:
    turned = SourceOffset(offset.batch, dict(reversed(list(offset.starts.items()))))
    assert record_json(turned.to_record()) == record_json(offset.to_record())


@given(ends)
def test_a_batch_end_survives_the_store(end: BatchEnd) -> None:
    assert BatchEnd.from_record(parse_record(record_json(end.to_record()), "k"), "k") == end


def test_offsets_and_batch_ends_have_this_json() -> None:
    starts = {"s2": SHARD_END, "s1": TRIM_HORIZON, "s3": AtTimestamp(5.0), "s4": AfterSequenceNumber("7")}
    assert json.dumps(SourceOffset(2, starts).to_record()) == (
        '{"version": 1, "batch": 2, "starts": {"s1": {"kind": "trim_horizon"}, "s2": {"kind": "shard_end"}, '
        '"s3": {"kind": "at_timestamp", "epoch_seconds": 5.0}, '
        '"s4": {"kind": "after_sequence_number", "sequence_number": "7"}}}'
    )
    assert json.dumps(END.to_record()) == (
        '{"version": 1, "position": {"kind": "shard_end"}, "records": 3, '
        '"last_read": {"kind": "after_sequence_number", "sequence_number": "7"}, '
        '"caught_up": true, "last_arrival": 99.5, "read_at": 100.0}'
    )


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"b": 1, "s": {}}, "this release reads version 1, the record has version None"),
        ({**NO_OFFSET.to_record(), "version": 2}, "this release reads version 1, the record has version 2"),
        ({**NO_OFFSET.to_record(), "batch": "1"}, "batch must be a whole number from 0"),
        ({**NO_OFFSET.to_record(), "batch": -1}, "batch must be a whole number from 0"),
        ({"version": 1, "batch": 1}, "it is not a JSON object"),
        ({"version": 1, "batch": 1, "starts": {"s1": ["T"]}}, "it is not a JSON object"),
        ({"version": 1, "batch": 1, "starts": {"s1": {}}}, "kind must be a text"),
        ({"version": 1, "batch": 1, "starts": {"s1": {"kind": "now"}}}, "'now' is not a kind of position"),
        ({"version": 1, "batch": 1, "starts": {"s1": {"kind": "at_timestamp"}}}, "epoch_seconds must be a number"),
        ([], "it is not a JSON object"),
    ],
)
def test_an_offset_that_cannot_be_understood_is_refused_with_what_came_and_what_to_do(
    record: object, reason: str
) -> None:
    with pytest.raises(RecordFormatError, match=rf"cannot read .*the offset in Spark's checkpoint: {reason}") as error:
        SourceOffset.from_record(record)
    assert "Received " in str(error.value)
    assert "delete what is at --checkpoint_path: the next run goes on where the tables end" in str(error.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": "1"}, "this release reads version 1, the record has version '1'"),
        ({"version": True}, "this release reads version 1, the record has version True"),
        ({"records": True}, "records must be a whole number from 0"),
        ({"caught_up": 1}, "caught_up must be true or false"),
        ({"last_arrival": "late"}, "last_arrival must be a number"),
        ({"read_at": None}, "read_at must be a number"),
        ({"last_read": {"kind": "shard_end"}}, "'shard_end' is not a kind of position that can be here"),
    ],
)
def test_a_batch_end_that_cannot_be_understood_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(RecordFormatError, match=f"cannot read .*the batch end 7/s1: {reason}"):
        BatchEnd.from_record({**END.to_record(), **change}, "7/s1")


@pytest.mark.parametrize(
    "field", ["version", "position", "records", "last_read", "caught_up", "last_arrival", "read_at"]
)
def test_a_batch_end_without_one_of_its_fields_is_refused(field: str) -> None:
    record = {name: value for name, value in END.to_record().items() if name != field}
    with pytest.raises(RecordFormatError, match="the batch end 7/s1"):
        BatchEnd.from_record(record, "7/s1")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (AfterSequenceNumber("7"), True),
        (AfterSequenceNumber("8"), False),
        (TRIM_HORIZON, False),
    ],
)
def test_two_attempts_agree_when_they_read_the_same_records(other: ReadablePosition, is_same: bool) -> None:
    attempt = BatchEnd(other, 3, other, caught_up=False, last_arrival=None, read_at=200.0)
    assert attempt.is_of_the_same_records_as(END) == is_same
