"""Lines found again by where they are, from one pass over a batch in the next."""

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.lines import LOCATOR

_RECORD = LOCATOR[:2]


class Places:
    """A table of lines that is looked up by LOCATOR. It is sent with every task, so it is small: 12 bytes a line."""

    def __init__(self, located: pa.Table) -> None:
        """:param located: the lines' LOCATOR and whatever else is known of them"""
        self.table = located.sort_by([(name, "ascending") for name in LOCATOR])
        """The lines in the order of `rows_of`, without their LOCATOR."""
        records = [self.table[name].combine_chunks() for name in _RECORD]
        is_next = np.zeros(len(self.table), bool)
        for column in records if len(self.table) else ():
            is_next[1:] |= pc.not_equal(column[1:], column[:-1]).to_numpy(zero_copy_only=False)
        firsts = np.append(0, np.flatnonzero(is_next)) if len(self.table) else np.zeros(0, np.int64)
        named = zip(*(column.take(pa.array(firsts)).to_pylist() for column in records), strict=True)
        self._number_of = {record: number for number, record in enumerate(named)}
        self._keys = _keys(np.cumsum(is_next), self.table["line_index"].to_numpy())
        self.table = self.table.drop_columns(LOCATOR)

    def rows_of(self, classified: ClassifiedLines) -> np.ndarray:
        """The row of `table` for each event of a batch, -1 for one that is not there."""
        batch = (classified.records.column(name).to_pylist() for name in _RECORD)
        numbers = np.array([self._number_of.get(record, -1) for record in zip(*batch, strict=True)], np.int64)
        positions = classified.event_positions
        wanted = _keys(numbers[classified.lines.record[positions]], classified.lines.index[positions])
        rows = np.searchsorted(self._keys, wanted)
        is_there = np.append(self._keys, -1)[rows] == wanted
        return np.where(is_there & (wanted >= 0), rows, -1)

    def among(self, classified: ClassifiedLines) -> np.ndarray:
        """Whether each event of a batch is there."""
        return self.rows_of(classified) >= 0


def _keys(record: np.ndarray, line: np.ndarray) -> np.ndarray:
    return (record.astype(np.int64) << 32) + line
