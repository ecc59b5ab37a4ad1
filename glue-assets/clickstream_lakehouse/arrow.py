"""What the job's Arrow code shares."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
"""pyarrow.compute as the type checker takes it: pyarrow makes its functions while it is imported."""


def timestamps(milliseconds: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Epoch milliseconds, as lines have them, as the tables' timestamps."""
    return pc.cast(pc.cast(milliseconds, pa.timestamp("ms", tz="UTC")), pa.timestamp("us", tz="UTC"))


def now(length: int) -> pa.Array:
    """The present time, so many times.

    Rows are stamped where they are made: Spark writes the time of a query into the code that it generates for it, and
    so has to compile that code again for each batch.
    """
    return pa.repeat(pa.scalar(datetime.now(UTC), pa.timestamp("us", tz="UTC")), length)


def values(column: Any) -> list[Any]:
    """The values of a column of texts or bytes: to_pylist takes many times as long."""
    return column.to_numpy(zero_copy_only=False).tolist()


def where(condition: Any, texts: Any) -> Any:
    """The texts where the condition holds, else null."""
    # Not a null scalar: beside a slice of texts pyarrow 23 makes wrong offsets of it.
    return pc.if_else(condition, texts, pa.nulls(len(texts), pa.string()))
