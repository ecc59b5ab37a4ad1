"""What runs in Spark's Python workers: functions of Arrow batches of `raw`, for mapInArrow.

Spark sends batches of a few megabytes (session.py), whose lines are worked on as one block.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.refine.bad_rows import bad_received_ms, bad_rows, event_faults
from clickstream_lakehouse.refine.classify import ClassifiedLines, classify
from clickstream_lakehouse.refine.enrichments import Enrichment
from clickstream_lakehouse.refine.event_rows import event_rows
from clickstream_lakehouse.refine.faults import TRANSFORM_STAGE, TransformFault
from clickstream_lakehouse.refine.identity import IDENTITY_COLUMNS, identity_columns
from clickstream_lakehouse.refine.lines import LOCATOR
from clickstream_lakehouse.refine.places import Places
from clickstream_lakehouse.workers import leave_modules_to_themselves

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
"""Identity of an event, null for any other line, when the line was received, and where it is."""


def identify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """A row of IDENTIFIED_SCHEMA for each line."""
    leave_modules_to_themselves()
    for records in batches:
        classified = classify(records)
        yield from _identified_events(classified).to_batches()
        others = np.setdiff1d(np.arange(len(classified.lines)), classified.event_positions, assume_unique=True)
        if len(others):
            not_events = {
                "is_event": pa.repeat(False, len(others)),
                **{name: pa.nulls(len(others), pa.int64()) for name in IDENTITY_COLUMNS},
                "received_ms": bad_received_ms(classified, others),
                **classified.places(others),
            }
            yield from pa.table(not_events, schema=IDENTIFIED_SCHEMA).to_batches()


def make_event_rows(new: pa.Table, enrichments: Sequence[Enrichment], schema: pa.Schema) -> Pass:
    """The given events as rows of the schema.

    :param new: rows of IDENTIFIED_SCHEMA; hashing a line again takes as long as reading it
    """
    places = Places(new.select([*IDENTITY_COLUMNS, *LOCATOR]))

    def rows(classified: ClassifiedLines) -> pa.Table:
        found = places.rows_of(classified)
        known = places.table.take(pa.array(found[found >= 0]))
        return event_rows(classified.only(found >= 0), known, enrichments, schema)

    return _pass(rows)


def make_bad_rows(conflicts: pa.Table) -> Pass:
    """The lines that are no events, and the events at the given places, as rows of BAD_SCHEMA."""
    places = Places(conflicts)
    return _pass(lambda classified: bad_rows(classified, places.among(classified)))


def make_failed_rows(failed: pa.Table, fault: TransformFault) -> Pass:
    """The events at the given places, as rows of BAD_SCHEMA that say why the transform failed."""
    places = Places(failed)
    return _pass(lambda classified: event_faults(classified, places.among(classified), fault, TRANSFORM_STAGE))


def _pass(rows: Callable[[ClassifiedLines], pa.Table]) -> Pass:
    """Rows of the lines of each batch."""

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        leave_modules_to_themselves()
        for records in batches:
            yield from rows(classify(records)).to_batches()

    return make


def _identified_events(classified: ClassifiedLines) -> pa.Table:
    columns = {
        "is_event": pa.repeat(True, len(classified.events)),
        **identity_columns(classified.events),
        "received_ms": classified.events["received_ts"],
        **classified.places(classified.event_positions),
    }
    return pa.table(columns, schema=IDENTIFIED_SCHEMA)
