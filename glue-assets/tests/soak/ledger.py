"""What was sent to the stream, and whether the tables hold each of it once. It knows nothing of Spark."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from clickstream_lakehouse.config import JobConfig
from support.kinesis_emulator import KinesisEmulator
from support.lake import rows
from support.lines import bad_line, event_line, ndjson

EVENTS_A_RECORD = 20
# A record has these events, a copy of one, another event under the id of one, a line that is no JSON, and a report.
LINES_A_RECORD = EVENTS_A_RECORD + 4
BAD_A_RECORD = 3
_RECORDS_A_PUT = 20


@dataclass(frozen=True)
class Found:
    """Of each table: what it lacks, and what it has too often."""

    lost: dict[str, int]
    doubled: dict[str, int]

    @property
    def is_exact(self) -> bool:
        return not any((*self.lost.values(), *self.doubled.values()))


class Ledger(threading.Thread):
    """Sends lines at a steady rate until there are so many."""

    def __init__(self, emulator: KinesisEmulator, stream: str, lines: int, lines_a_second: float, seed: int) -> None:
        super().__init__(daemon=True)
        self._emulator = emulator
        self._stream = stream
        self._pause = _RECORDS_A_PUT * LINES_A_RECORD / lines_a_second
        self._wanted = -(-lines // LINES_A_RECORD)
        self._random = random.Random(seed)
        self.records = 0
        self.events: set[str] = set()

    @property
    def lines(self) -> int:
        return self.records * LINES_A_RECORD

    def run(self) -> None:
        while self.records < self._wanted:
            started = time.monotonic()
            self._put([self._record() for _ in range(_RECORDS_A_PUT)])
            time.sleep(max(0.0, self._pause - (time.monotonic() - started)))

    def _record(self) -> bytes:
        ids = [str(uuid.UUID(int=self._random.getrandbits(128), version=4)) for _ in range(EVENTS_A_RECORD)]
        self.events.update(ids)
        events = [event_line(event_id=name, batch_index=index) for index, name in enumerate(ids)]
        conflict = {**events[1], "event_name": "other content"}
        return ndjson(*events, {**events[0], "request_id": "retry"}, conflict, "not JSON", bad_line())

    def _put(self, records: list[bytes]) -> None:
        while True:
            try:
                self._emulator.put(self._stream, records)
                self.records += len(records)
                return
            except ClientError:  # the stream is being resharded: nothing of the call was stored
                time.sleep(0.2)

    def compare(self, config: JobConfig, storage_options: Mapping[str, str]) -> Found:
        """The tables against what was sent."""
        raw = Counter(rows(config.raw_path, "shard_id, sequence_number", storage_options=storage_options))
        events = Counter(name for (name,) in rows(config.events_path, "event_id", storage_options=storage_options))
        bad = Counter(
            rows(config.bad_events_path, "shard_id, sequence_number, line_index", storage_options=storage_options)
        )
        return Found(
            lost={
                "raw": self.records - len(raw),
                "events": len(self.events - events.keys()),
                "bad_events": BAD_A_RECORD * self.records - len(bad),
            },
            doubled={
                name: sum(found.values()) - len(found)
                for name, found in (("raw", raw), ("events", events), ("bad_events", bad))
            },
        )
