"""What runs in Spark's Python workers: functions of Arrow batches of `raw`, for mapInArrow.

Spark sends batches of a few megabytes (session.py), whose lines are worked on as one block.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.refine.bad_rows import bad_rows, event_faults
from clickstream_lakehouse.refine.classify import ClassifiedLines, classify
from clickstream_lakehouse.refine.enrichments import Enrichment
from clickstream_lakehouse.refine.event_rows import event_rows
from clickstream_lakehouse.refine.faults import TRANSFORM_STAGE, TransformFault
from clickstream_lakehouse.refine.identity import fingerprints, identities

Pass = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

IDENTIFIED_SCHEMA = pa.schema(
    [
        ("is_event", pa.bool_()),
        ("event_key", pa.int64()),
        ("event_check", pa.int64()),
        ("event_fp", pa.int64()),
        ("received_ms", pa.int64()),
        ("shard_id", pa.string()),
        ("sequence_number", pa.string()),
        ("line_index", pa.int32()),
    ]
)
"""Identity of an event, null for any other line, and where the line is."""


def identify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row of IDENTIFIED_SCHEMA for each line."""
    for records in batches:
        classified = classify(records)
        yield from _identified_events(classified).to_batches()
        others = np.setdiff1d(np.arange(len(classified.lines)), classified.event_positions, assume_unique=True)
        if len(others):
            nothing = {name: pa.nulls(len(others), pa.int64()) for name in IDENTIFIED_SCHEMA.names[1:5]}
            not_events = {"is_event": pa.repeat(False, len(others)), **nothing, **classified.places(others)}
            yield from pa.table(not_events, schema=IDENTIFIED_SCHEMA).to_batches()


def make_event_rows(old: pa.Table, enrichments: Sequence[Enrichment], schema: pa.Schema) -> Pass:
    """The events but those at the given places, as rows of the schema."""
    places = _Places(old)

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in batches:
            classified = classify(records)
            rows = event_rows(classified, enrichments, schema)
            yield from (rows.filter(pa.array(~places.among(classified))) if places else rows).to_batches()

    return make


def make_bad_rows(conflicts: pa.Table) -> Pass:
    """The lines that are no events, and the events at the given places, as rows of BAD_SCHEMA."""
    places = _Places(conflicts)

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in batches:
            classified = classify(records)
            yield from bad_rows(classified, places.among(classified)).to_batches()

    return make


def make_failed_rows(places: pa.Table, fault: TransformFault) -> Pass:
    """The events at the given places, as rows of BAD_SCHEMA that say why the transform failed."""
    failed = _Places(places)

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for records in batches:
            classified = classify(records)
            yield from event_faults(classified, failed.among(classified), fault, TRANSFORM_STAGE).to_batches()

    return make


class _Places:
    """Lines by their place, small enough to be sent with every task."""

    def __init__(self, located: pa.Table) -> None:
        self._lines: dict[tuple[str, str], set[int]] = defaultdict(set)
        for shard, sequence, index in zip(*(column.to_pylist() for column in located.columns), strict=True):
            self._lines[shard, sequence].add(index)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def among(self, classified: ClassifiedLines) -> np.ndarray:
        """Whether each event of the batch is at one of the places."""
        shards = classified.records.column("shard_id").to_pylist()
        sequences = classified.records.column("sequence_number").to_pylist()
        of_record = [self._lines.get(record) for record in zip(shards, sequences, strict=True)]
        result = np.zeros(len(classified.events), bool)
        positions = classified.event_positions
        for number, (record, index) in enumerate(
            zip(classified.lines.record[positions], classified.lines.index[positions], strict=True)
        ):
            lines = of_record[record]
            result[number] = lines is not None and int(index) in lines
        return result


def _identified_events(classified: ClassifiedLines) -> pa.Table:
    key, check = identities(classified.events)
    columns = {
        "is_event": pa.repeat(True, len(key)),
        "event_key": key,
        "event_check": check,
        "event_fp": fingerprints(classified.events),
        "received_ms": classified.events["received_ts"],
        **classified.places(classified.event_positions),
    }
    return pa.table(columns, schema=IDENTIFIED_SCHEMA)
