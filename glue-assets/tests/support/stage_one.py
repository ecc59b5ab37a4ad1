"""Runs of stage 1 without Spark: what they read and store, and how their positions are damaged."""

import shutil
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from clickstream_lakehouse.source.expired import Expired
from clickstream_lakehouse.source.first_batch import FirstBatch, StoredPositions
from clickstream_lakehouse.source.kinesis_source import KinesisStreamReader
from clickstream_lakehouse.source.options import parse_options
from clickstream_lakehouse.source.positions import AfterSequenceNumber
from support.clock import Clock
from support.fake_kinesis import FakeKinesis


class Raw:
    """Stored records, as stage 1 appends them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.expired: list[Expired] = []
        self.looked_at = 0

    @property
    def last_batch(self) -> int:
        return max((row["batch_id"] for row in self.rows), default=0)

    def positions(self) -> StoredPositions:
        self.looked_at += 1
        last: dict[str, int] = {}
        for row in self.rows:
            last[row["shard_id"]] = max(last.get(row["shard_id"], 0), int(row["sequence_number"]))
        arrivals = [(row["shard_id"], row["arrival_ts"].timestamp()) for row in self.rows]
        until = sorted([*arrivals, *((loss.shard_id, loss.until) for loss in self.expired)], key=itemgetter(1))
        return StoredPositions(
            {shard: AfterSequenceNumber(str(number)) for shard, number in last.items()},
            dict(until),
            min((arrival for _, arrival in arrivals), default=0.0),
        )

    def report(self, expired: Sequence[Expired], batch: int) -> None:
        assert batch == self.last_batch
        self.expired += expired


class Run:
    """A run of stage 1: it stores each batch that it reads, until it is cut off."""

    def __init__(self, options: dict[str, str], raw: Raw) -> None:
        self._raw = raw
        first = FirstBatch(parse_options(options), raw).plan(raw.report)
        self._reader = KinesisStreamReader(parse_options({**options, "firstbatch": str(first)}))
        self._offset = self._reader.initialOffset()

    def batch(self, *, cut_off: str = "") -> bool:
        """Whether there was a batch. It may be cut off before its rows are stored, or right after that."""
        planned = self._reader.latestOffset()
        if planned == self._offset or cut_off == "planned":
            return False
        partitions = self._reader.partitions(self._offset, planned)
        rows = [row for part in partitions for block in self._reader.read(part) for row in block.to_pylist()]
        if cut_off == "read":
            return False
        self._raw.rows += rows
        if cut_off == "stored":
            return False
        self._reader.commit(planned)
        self._offset = planned
        return True

    def catch_up(self) -> None:
        while self.batch():
            pass


class KinesisClock(Clock):
    """A minute later than what arrives."""

    def __init__(self, kinesis: FakeKinesis) -> None:
        super().__init__(0.0)
        self._kinesis = kinesis

    def time(self) -> float:
        return self._kinesis.now.timestamp() + 60


def stored(raw: Raw) -> list[tuple[str, str]]:
    return sorted((row["shard_id"], row["data"]) for row in raw.rows)


def lose_an_end(positions: Path) -> None:
    newest = max(positions.iterdir())
    (newest / "s1").unlink(missing_ok=True)


def lose_a_plan(positions: Path) -> None:
    (max(positions.iterdir()) / "starts").unlink()


def lose_the_newest_batch(positions: Path) -> None:
    shutil.rmtree(max(positions.iterdir()))


def empty_the_newest_files(positions: Path) -> None:
    for file in max(positions.iterdir()).iterdir():
        file.write_text("")


def lose_everything(positions: Path) -> None:
    shutil.rmtree(positions)


DAMAGES = [lose_an_end, lose_a_plan, lose_the_newest_batch, empty_the_newest_files, lose_everything]
