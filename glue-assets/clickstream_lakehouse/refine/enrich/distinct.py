"""Work that is done once for each distinct value of a column: most values come often."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

import pyarrow as pa

from clickstream_lakehouse.arrow import values

Columns = Mapping[str, pa.Array | pa.ChunkedArray]
"""Name of a column of `events` -> its values."""

Result = TypeVar("Result")

# A worker remembers the results of so many values. Longer texts are rare, and would take its memory.
_REMEMBERED_VALUES = 20_000
_REMEMBERED_LENGTH = 2_000


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """The function with a memory over batches. Its result must not be changed."""
    short = lru_cache(_REMEMBERED_VALUES)(function)
    return lambda text: short(text) if len(text) <= _REMEMBERED_LENGTH else function(text)


def per_distinct(
    column: pa.ChunkedArray, function: Callable[[str], tuple[str | None, ...]], width: int
) -> list[pa.Array]:
    """The columns of the tuples, so wide, that a function makes of each value; null where the column is null."""
    encoded = column.combine_chunks().dictionary_encode()
    results = [function(value) for value in values(encoded.dictionary)]
    columns = [pa.array([result[index] for result in results], pa.string()) for index in range(width)]
    return [column.take(encoded.indices) for column in columns]
