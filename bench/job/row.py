"""A line of the table."""

import json
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """What a measurement found. Figures of one batch, where there are several: of the median.

    baseline    name of the row that this one is compared with
    """

    name: str
    note: str
    events: int | None = None
    wall_seconds: float | None = None
    core_seconds: float | None = None
    baseline: str | None = None

    def emit(self) -> None:
        """Print the row as JSON, in the line format of the job's own output."""
        sys.stdout.write(json.dumps({"type": "row", **asdict(self)}) + "\n")
        sys.stdout.flush()
