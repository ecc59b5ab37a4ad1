"""Valid events, enriched, as rows of `events`."""

from collections.abc import Callable

import pyarrow as pa

from clickstream_lakehouse.arrow import pc, timestamps
from clickstream_lakehouse.contract import Field, table
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.enrich.bots import bot_reasons
from clickstream_lakehouse.refine.enrich.distinct import Columns
from clickstream_lakehouse.refine.enrich.times import event_times
from clickstream_lakehouse.refine.enrich.url import page_columns
from clickstream_lakehouse.refine.identity import fingerprints, identities

# Tells by which rules a row was made; a backfill with newer rules writes another.
PIPELINE_VERSION = "1"

_FIELDS = [f for f in table("events").fields if f.name != "processed_ts"]
EVENT_SCHEMA = pa.schema([(f.name, f.arrow_type) for f in _FIELDS])
"""The columns of `events` without processed_ts."""

_ENRICHMENTS: list[Callable[[pa.Table], Columns]] = [event_times, page_columns, bot_reasons]


def event_rows(classified: ClassifiedLines) -> pa.Table:
    """The events as rows of EVENT_SCHEMA."""
    events = classified.events
    columns = {f.name: _column(f, events) for f in _FIELDS if f.line}
    for enrich in _ENRICHMENTS:
        columns.update(enrich(events))
    columns["event_key"], columns["event_check"] = map(pa.array, identities(events))
    columns["event_fp"] = pa.array(fingerprints(events))
    columns["received_date"] = pc.cast(columns["received_ts"], pa.date32())
    columns["meta"] = _meta(classified)
    return pa.table([columns[name] for name in EVENT_SCHEMA.names], schema=EVENT_SCHEMA)


def _column(field: Field, events: pa.Table) -> pa.ChunkedArray:
    value = events[field.name]
    return timestamps(value) if field.type == "timestamp" else value


def _meta(classified: ClassifiedLines) -> pa.StructArray:
    places = classified.places(classified.event_positions)
    values = {
        "request_id": classified.events["request_id"].combine_chunks(),
        "batch_index": classified.events["batch_index"].combine_chunks(),
        **places,
        "pipeline_version": pa.repeat(PIPELINE_VERSION, len(classified.events)),
    }
    fields = list(EVENT_SCHEMA.field("meta").type)
    return pa.StructArray.from_arrays([values[field.name] for field in fields], fields=fields)
