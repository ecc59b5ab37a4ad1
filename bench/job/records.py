"""The load: records that the collector has written, with lines of real clients' requests."""

from dataclasses import dataclass
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
        self._records = [record for record in path.read_bytes().split(b"\n\n") if record]
        self._next = 0

    def take(self, events: int) -> Taken:
        """The next records, until they hold so many events.

        :raises EOFError: when the file has fewer
        """
        data: list[bytes] = []
        count, first = 0, self._next
        while count < events:
            if self._next == len(self._records):
                raise EOFError(f"the load ends after {first} records: make it with more events than {events}")
            data.append(self._records[self._next])
            count += data[-1].count(b"\n") + 1
            self._next += 1
        return Taken(data, first + 1, count)
