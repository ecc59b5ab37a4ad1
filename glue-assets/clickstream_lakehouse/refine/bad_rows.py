"""Lines that could not become events as rows of `bad_events`: the reason, its place, and the bytes."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import now, pc, timestamps
from clickstream_lakehouse.contract import bad_line_fields, table
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.faults import ErrorCode, Fault, TransformFault

BAD_SCHEMA = table("bad_events").row_schema
"""The columns of `bad_events`."""

# Fields that can be read even from a faulty line.
_KNOWN = ("protocol", "app_id", "request_id", "batch_index")


def bad_rows(classified: ClassifiedLines, is_conflict: np.ndarray) -> pa.Table:
    """The lines that are no events, and the events that are in conflict, as rows of BAD_SCHEMA."""
    conflicts = event_faults(classified, is_conflict, Fault(ErrorCode.ID_CONFLICT, "event_id"), "dedup")
    return pa.concat_tables([_refused(classified), _faulty(classified), conflicts])


def bad_received_ms(classified: ClassifiedLines, positions: np.ndarray) -> np.ndarray:
    """When lines that are no events were received, as their rows have it; in whole milliseconds."""
    arrival = classified.of_record("arrival_ts", np.arange(len(classified.lines)))
    received = pc.cast(pc.cast(arrival, pa.timestamp("ms", tz="UTC"), safe=False), pa.int64()).to_numpy().copy()
    received[classified.refused_positions] = classified.refused["received_ts"].to_numpy()
    return received[positions]


def event_faults(
    classified: ClassifiedLines, selected: np.ndarray, fault: Fault | TransformFault, stage: str
) -> pa.Table:
    """The selected events, valid as lines, as rows of BAD_SCHEMA with the fault."""
    events = classified.events.filter(pa.array(selected))
    known = {name: events[name] for name in _KNOWN}
    content = _content(classified, classified.event_positions[selected])
    repeated = {name: pa.repeat(value, len(events)) for name, value in _reason(fault, stage).items()}
    return _rows({**known, **content, **repeated, "received_ts": timestamps(events["received_ts"])})


def _refused(classified: ClassifiedLines) -> pa.Table:
    """As the collector described what it refused."""
    described = {f.name: classified.refused[f.name] for f in bad_line_fields() if f.name in BAD_SCHEMA.names}
    described["received_ts"] = timestamps(described["received_ts"])
    return _rows({**described, **classified.places(classified.refused_positions)})


def _faulty(classified: ClassifiedLines) -> pa.Table:
    """Dated by their arrival, as their own times cannot be trusted."""
    positions = np.array([line.position for line in classified.faulty], np.int64)
    rows = [{**_known(line.values), **_reason(line.fault, "schema")} for line in classified.faulty]
    received = classified.of_record("arrival_ts", positions)
    return _rows({**_pivoted(rows), **_content(classified, positions), "received_ts": received})


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in _KNOWN}


def _reason(fault: Fault | TransformFault, stage: str) -> dict[str, str | None]:
    return {
        "stage": stage,
        "error_code": fault.code.value,
        "error_message": fault.message,
        "error_path": fault.path,
    }


def _content(classified: ClassifiedLines, positions: np.ndarray) -> dict[str, pa.Array]:
    """All of what was received, which may be an acknowledged event that is brought back later."""
    text = classified.lines.text.take(pa.array(positions))
    encoded = classified.of_record("data_base64", positions)
    sizes = [None if data is None else len(b64decode(data)) for data in encoded.to_pylist()]
    return {
        "raw": pc.coalesce(encoded, text),
        "raw_encoding": pc.if_else(pc.is_valid(encoded), "base64", "utf8"),
        "raw_bytes": pc.coalesce(pa.array(sizes, pa.int64()), pc.cast(pc.binary_length(text), pa.int64())),
        **classified.places(positions),
    }


def _pivoted(rows: list[dict[str, Any]]) -> dict[str, pa.Array]:
    names = [*_KNOWN, "stage", "error_code", "error_message", "error_path"]
    return {name: pa.array([row[name] for row in rows], BAD_SCHEMA.field(name).type) for name in names}


def _rows(columns: Mapping[str, pa.Array | pa.ChunkedArray]) -> pa.Table:
    received = columns["received_ts"]
    given = {**columns, "received_date": pc.cast(received, pa.date32()), "processed_ts": now(len(received))}
    absent = {name: pa.nulls(len(received), BAD_SCHEMA.field(name).type) for name in BAD_SCHEMA.names}
    return pa.table([{**absent, **given}[name] for name in BAD_SCHEMA.names], schema=BAD_SCHEMA)
