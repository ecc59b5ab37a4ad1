"""Reads many lines at once, when all of them keep the contract; strict.py looks at the lines of any other block.

What is accepted here must be what strict.py accepts, with the same values: test_block.py compares them.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.json as pj

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.contract import (
    LINE_VERSION,
    MAX_ID_LENGTH,
    MAX_TIMESTAMP_MS,
    Field,
    bad_line_fields,
    event_line_fields,
    line_fields,
)
from clickstream_lakehouse.refine.lines import is_bare

LINE_SCHEMA = pa.schema([(field.name, field.line_type) for field in line_fields()])
"""Every field that a line of either kind may have."""

# The fields that lines of this process had so far. Each field that a reader has to look for, and that a line does not
# have, costs as much as a short one that it has, and most traffic has only half of the fields.
_seen: set[str] = set()


def read_block(records: pa.StringArray, lines: pa.StringArray) -> pa.Table | None:
    """A row of LINE_SCHEMA for each line of the records; None when a line may break a rule."""
    if not len(lines) or not is_bare(lines):
        return None
    # Of the records, as these are fewer. Blanks around a line do not matter here.
    all_records = pa.ListArray.from_arrays(pa.array([0, len(records)], pa.int32()), records)
    table = _read(pc.binary_join(all_records, "\n")[0].as_buffer())
    # Two objects on one line are two rows.
    return table if table is not None and table.num_rows == len(lines) and _keeps_rules(table) else None


def _read(block: pa.Buffer) -> pa.Table | None:
    """A row of LINE_SCHEMA for each object; None when one has an unknown field, or a value of another type."""
    table = _parsed(block, pa.schema([field for field in LINE_SCHEMA if field.name in _seen]))
    if table is None and (table := _parsed(block, LINE_SCHEMA)) is not None:
        _seen.update(name for name in LINE_SCHEMA.names if table[name].null_count < len(table))
    if table is None:
        return None
    columns = [table[f.name] if f.name in _seen else pa.nulls(len(table), f.type) for f in LINE_SCHEMA]
    return pa.table(columns, LINE_SCHEMA)


def _parsed(block: pa.Buffer, schema: pa.Schema) -> pa.Table | None:
    # An unknown field may hold anything, for example nesting too deep for the strict parser.
    parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    read = pj.ReadOptions(use_threads=False, block_size=block.size + 1)
    try:
        return pj.read_json(pa.BufferReader(block), read, parse).combine_chunks()
    except pa.ArrowInvalid:
        return None


def _keeps_rules(table: pa.Table) -> bool:
    if table["v"].null_count or not _all(pc.equal(table["v"], LINE_VERSION)) or table["kind"].null_count:
        return False
    is_event = pc.equal(table["kind"], "event")
    events, others = table, table.slice(0, 0)
    if not _all(is_event):
        events, others = table.filter(is_event), table.filter(pc.invert(is_event))
    return (
        _all(pc.equal(others["kind"], "bad"))
        and _keep(events, event_line_fields())
        and _keep(others, bad_line_fields())
    )


def _keep(table: pa.Table, fields: Sequence[Field]) -> bool:
    return table.num_rows == 0 or all(_keeps(table[field.name], field) for field in fields)


def _keeps(column: pa.ChunkedArray, field: Field) -> bool:
    if not field.nullable:
        if column.null_count or (field.type == "string" and not _all(pc.not_equal(column, ""))):
            return False
    elif column.null_count == len(column):
        return True
    if field.name == "event_id" and not _all(pc.less_equal(pc.utf8_length(column), MAX_ID_LENGTH)):
        return False
    if field.values:
        return _all(pc.is_in(column, pa.array([*field.values, None], pa.string())))
    if field.type == "timestamp":
        bounds = pc.min_max(column).as_py()
        return bounds["min"] >= 0 and bounds["max"] <= MAX_TIMESTAMP_MS
    return field.type != "double" or _all(pc.is_finite(column))


def _all(condition: pa.ChunkedArray) -> bool:
    """Whether it holds wherever it is known."""
    return bool(pc.all(condition, min_count=0).as_py())
