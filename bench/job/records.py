"""The load: records that the collector has written, with lines of real clients' requests."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path


@dataclass(frozen=True)
class Taken:
    """Records in a row, the first of which has this number."""

    data: list[bytes]
    first_number: int
    events: int


class Records:
    """The records of a file, each taken once: an id that comes again would be a copy."""

    def __init__(self, path: Path) -> None:
        self._left = _records(path)
        self._taken = 0

    def take(self, events: int) -> Taken:
        """The next records, until they hold so many events.

        :raises EOFError: when the file has fewer
        """
        data: list[bytes] = []
        count, first = 0, self._taken
        while count < events:
            record = next(self._left, None)
            if record is None:
                raise EOFError(f"the load ends after {self._taken} records: make it with more events than {events}")
            data.append(record)
            count += record.count(b"\n") + 1
            self._taken += 1
        return Taken(data, first + 1, count)


def _records(path: Path) -> Iterator[bytes]:
    """A blank line is between two. The file has gigabytes."""
    with path.open("rb") as file:
        for is_blank, lines in groupby(file, b"\n".__eq__):
            if not is_blank:
                yield b"".join(lines).removesuffix(b"\n")
