"""One driver at a time: Delta's log on S3 is safe for a single writer only, so every run claims the next epoch.

The run that started last wins. An older one that is still alive (a lost host, an overlapping start) finds the newer
epoch before its next commit and stops.
"""

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from clickstream_lakehouse.source.position_store import PositionStore, open_store
from clickstream_lakehouse.source.records import Record, RecordFormatError, RecordReader, versioned


class SupersededError(RuntimeError):
    """A newer run of the job has started, so this one must not commit again."""


@dataclass(frozen=True)
class EpochClaim:
    """Who started an epoch, and when (ISO 8601)."""

    host: str
    pid: int
    started: str

    @classmethod
    def of_this_process(cls) -> "EpochClaim":
        return cls(socket.gethostname(), os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))

    def to_record(self) -> Record:
        return versioned(host=self.host, pid=self.pid, started=self.started)

    @classmethod
    def from_record(cls, record: Record, key: str) -> "EpochClaim":
        """:raises RecordFormatError: when it is not a claim of this version"""
        reader = RecordReader.versioned(record, f"the driver epoch {key}")
        return cls(reader.text("host"), reader.count("pid"), reader.text("started"))


@dataclass(frozen=True)
class Epoch:
    """The right to commit, until a later run claims the next number. Any process of the run may check it.

    path  where the epochs are claimed
    """

    path: str
    region: str
    number: int

    def check(self) -> None:
        """:raises SupersededError: when a later run has started"""
        claimant = _claimant(open_store(self.path, self.region), _key(self.number + 1))
        if claimant is not None:
            raise SupersededError(
                f"driver epoch {self.number} is over: {claimant} started epoch {self.number + 1}. "
                "Only one run may write the tables."
            )


def claim_epoch(path: str, region: str, above: int = 0) -> Epoch:
    """Start the next epoch of the checkpoint, at least the one after `above`.

    Older claims stay: a driver of any age must find the one after its own. So where claims are lost, this run takes
    them as well.
    """
    store = open_store(path, region)
    taken = [int(name) for name in store.list("") if name.isdigit()]
    number = max(taken, default=0) + 1
    claim = EpochClaim.of_this_process().to_record()
    while not _is_claimed(store, number, claim) or number <= above:
        number += 1
    return Epoch(path, region, number)


def _is_claimed(store: PositionStore, number: int, claim: Record) -> bool:
    try:
        return store.put_if_absent(_key(number), claim) is None
    except RecordFormatError:  # taken, by a claim that cannot be read
        return False


def _claimant(store: PositionStore, key: str) -> str | None:
    """The claim in words. Whatever it looks like, the epoch is taken: a newer release may write another form."""
    try:
        record = store.get(key)
        if record is None:
            return None
        claim = EpochClaim.from_record(record, key)
    except RecordFormatError as error:
        return f"a run of another release ({error})"
    return f"process {claim.pid} on {claim.host} (at {claim.started})"


def _key(number: int) -> str:
    return f"{number:012d}"
