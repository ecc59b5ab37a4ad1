"""The lines of raw records: a record is NDJSON."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc

LOCATOR = ["shard_id", "sequence_number", "line_index"]
"""Columns that say where a line is."""

# What may stand around a line's object. The collector writes none of it.
_BLANKS = " \t\r"


@dataclass(frozen=True)
class Lines:
    """The non-blank lines of a batch of records, and one without text for each record that is not UTF-8.

    text    strings
    record  position of the line's record in the batch
    index   position of the line in its record, from 0
    """

    text: pa.StringArray
    record: np.ndarray
    index: np.ndarray

    def __len__(self) -> int:
        return len(self.text)


def split_lines(data: pa.StringArray) -> Lines:
    """The lines of records; a null is a record that is not UTF-8."""
    texts = pc.split_pattern(pc.fill_null(data, ""), "\n")
    counts = pc.list_value_length(texts).to_numpy()
    text = texts.flatten()
    record = np.repeat(np.arange(len(data)), counts)
    index = np.arange(len(text)) - np.repeat(np.cumsum(counts) - counts, counts)
    if not is_bare(text):
        text = pc.utf8_trim(text, _BLANKS)
        text = pc.if_else(pc.is_null(data).take(pa.array(record)), pa.scalar(None, pa.string()), text)
        kept = pc.fill_null(pc.not_equal(text, ""), True)
        text, kept = text.filter(kept), kept.to_numpy(zero_copy_only=False)
        record, index = record[kept], index[kept]
    return Lines(text, record, index.astype(np.int32))


def is_bare(text: pa.StringArray) -> bool:
    """Whether each line looks like nothing but an object."""
    if text.null_count:
        return False
    return bool(pc.all(pc.and_(pc.starts_with(text, "{"), pc.ends_with(text, "}"))).as_py())
