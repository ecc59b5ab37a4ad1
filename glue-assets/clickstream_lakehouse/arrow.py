"""What the job's Arrow code shares."""

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
"""pyarrow.compute as the type checker takes it: pyarrow makes its functions while it is imported."""


def timestamps(milliseconds: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Epoch milliseconds, as lines have them, as the tables' timestamps."""
    return pc.cast(pc.cast(milliseconds, pa.timestamp("ms", tz="UTC")), pa.timestamp("us", tz="UTC"))
