"""Valid events, enriched, as rows of `events`."""

from collections.abc import Sequence

import pyarrow as pa

from clickstream_lakehouse.arrow import now, pc, timestamps
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.enrichments import Enrichment

# Tells by which rules a row was made; a backfill with newer rules writes another.
PIPELINE_VERSION = "1"

_LINE_TIMES = [f.name for f in table("events").fields if f.line and f.type == "timestamp"]

EVENT_SCHEMA = table("events").row_schema
"""The columns of `events` that every lakehouse has."""


def event_rows(
    classified: ClassifiedLines, identified: pa.Table, enrichments: Sequence[Enrichment], schema: pa.Schema
) -> pa.Table:
    """The events as rows of the schema.

    :param identified: IDENTITY_COLUMNS of the events
    """
    columns = {name: known[name] for known in (classified.events, identified) for name in known.column_names}
    for enrich in enrichments:
        columns.update(enrich(pa.table(columns)))
    columns.update({name: timestamps(columns[name]) for name in _LINE_TIMES})
    columns["received_date"] = pc.cast(columns["received_ts"], pa.date32())
    columns["processed_ts"] = now(len(classified.events))
    columns["meta"] = _meta(classified)
    return pa.table([columns[name] for name in schema.names], schema=schema)


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
