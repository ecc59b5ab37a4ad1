"""Lines are found again by where they are, whatever the order in which they come."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.refine.classify import RAW_COLUMNS, classify
from clickstream_lakehouse.refine.lines import LOCATOR
from clickstream_lakehouse.refine.places import Places
from support.lines import bad_line, event_line, ndjson
from support.raw import raw_table

SHARDS = ("shardId-000000000000", "shardId-000000000001")
Line = tuple[str, str, int]


def batch(shard: str, *records: bytes) -> pa.RecordBatch:
    (rows,) = raw_table(*records, shard_id=shard).select(RAW_COLUMNS).combine_chunks().to_batches()
    return rows


def table_of(lines: list[Line]) -> pa.Table:
    types = (pa.string(), pa.string(), pa.int32())
    columns = {name: pa.array([line[i] for line in lines], types[i]) for i, name in enumerate(LOCATOR)}
    return pa.table({**columns, "number": pa.array(range(len(lines)), pa.int64())})


lines_of_lake = st.tuples(st.sampled_from(SHARDS), st.sampled_from(["1", "2", "3", "10"]), st.integers(0, 4))


@given(st.lists(lines_of_lake, unique=True), st.sampled_from(SHARDS), st.lists(st.lists(st.booleans()), max_size=3))
def test_a_line_is_found_exactly_if_it_is_there(known: list[Line], shard: str, records: list[list[bool]]) -> None:
    """Records of events (True) and refused events between them, whose lines count too."""
    content = [ndjson(*[event_line() if is_event else bad_line() for is_event in record]) for record in records]
    places = Places(table_of(known))
    found = places.rows_of(classify(batch(shard, *content))) if records else []
    numbers = [places.table["number"][int(row)].as_py() if row >= 0 else None for row in found]
    expected = [
        known.index(line) if (line := (shard, str(sequence), index)) in known else None
        for sequence, record in enumerate(records, 1)
        for index, is_event in enumerate(record)
        if is_event
    ]
    assert numbers == expected
