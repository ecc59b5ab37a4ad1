"""Classifies the lines of raw records: valid events, reports of what the collector refused, and faulty lines."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.block import LINE_SCHEMA, read_block
from clickstream_lakehouse.refine.faults import ErrorCode, Fault
from clickstream_lakehouse.refine.lines import Lines, split_lines
from clickstream_lakehouse.refine.strict import StrictLine, read_line

RAW_COLUMNS = ["shard_id", "sequence_number", "arrival_ts", "data", "data_base64"]
"""What stage 2 reads of raw."""


@dataclass(frozen=True)
class FaultyLine:
    """A line that breaks the contract: its position among the lines, and the fields that could be read."""

    position: int
    fault: Fault
    values: dict[str, Any]


@dataclass(frozen=True)
class ClassifiedLines:
    """The lines of a batch of records of `raw`.

    events, refused     rows of LINE_SCHEMA, times in epoch milliseconds
    event_positions, refused_positions   of these rows among the lines
    """

    records: pa.RecordBatch
    lines: Lines
    events: pa.Table
    event_positions: np.ndarray
    refused: pa.Table
    refused_positions: np.ndarray
    faulty: list[FaultyLine]

    def places(self, positions: np.ndarray) -> dict[str, pa.Array]:
        """The LOCATOR of lines."""
        record = pa.array(self.lines.record[positions])
        return {
            "shard_id": self.records.column("shard_id").take(record),
            "sequence_number": self.records.column("sequence_number").take(record),
            "line_index": pa.array(self.lines.index[positions]),
        }

    def only(self, chosen: np.ndarray) -> Self:
        """Only the chosen ones of the events, and all other lines."""
        if chosen.all():
            return self
        return replace(self, events=self.events.filter(pa.array(chosen)), event_positions=self.event_positions[chosen])

    def of_record(self, name: str, positions: np.ndarray) -> pa.Array:
        """A column of the records that lines are in."""
        return self.records.column(name).take(pa.array(self.lines.record[positions]))


def classify(records: pa.RecordBatch) -> ClassifiedLines:
    """Classify the lines of records, which have RAW_COLUMNS."""
    data = records.column("data")
    lines = split_lines(data)
    table, positions, faulty = read_block(data, lines.text), np.arange(len(lines)), []
    if table is None:
        table, positions, faulty = _read_each(lines)
    is_event = pc.equal(table["kind"], "event").to_numpy(zero_copy_only=False)
    if is_event.all():
        events, refused = table, table.slice(0, 0)
    else:
        events, refused = table.filter(pa.array(is_event)), table.filter(pa.array(~is_event))
    return ClassifiedLines(records, lines, events, positions[is_event], refused, positions[~is_event], faulty)


def _read_each(lines: Lines) -> tuple[pa.Table, np.ndarray, list[FaultyLine]]:
    """The valid lines, where they are, and the others."""
    read = [_not_utf8() if text is None else read_line(text) for text in lines.text.to_pylist()]
    valid = [position for position, line in enumerate(read) if line.fault is None]
    table = pa.Table.from_pylist([read[position].values for position in valid], LINE_SCHEMA)
    faulty = [FaultyLine(position, line.fault, line.values) for position, line in enumerate(read) if line.fault]
    return table, np.array(valid, np.int64), faulty


def _not_utf8() -> StrictLine:
    return StrictLine({}, Fault(ErrorCode.INVALID_UTF8))
