"""One driver at a time: Delta's log on S3 is safe for a single writer only, so every run claims the next epoch.

The run that started last wins. An older one that is still alive (a lost host, an overlapping start) finds the newer epoch
before its next commit and stops.
"""

import os
import socket
from datetime import UTC, datetime

from clickstream_lakehouse.source.position_store import PositionStore, open_store


class SupersededError(RuntimeError):
    """A newer run of the job has started; this one must not commit any more."""


class Epoch:
    """The right to commit, until a later run claims the next number."""

    def __init__(self, store: PositionStore, number: int) -> None:
        self._store = store
        self.number = number

    def check(self) -> None:
        """:raises SupersededError: when a later run has started"""
        newer = self._store.get(_key(self.number + 1))
        if newer is not None:
            raise SupersededError(
                f"driver epoch {self.number} is over: {newer.get('host')} started epoch {self.number + 1} "
                f"at {newer.get('started')}. Only one run may write the tables."
            )


def claim_epoch(path: str, region: str) -> Epoch:
    """Start the next epoch of the checkpoint. Older claims stay: a driver of any age must find the one after its own."""
    store = open_store(path, region)
    taken = [int(name) for name in store.list("") if name.isdigit()]
    number = max(taken, default=0) + 1
    claim = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    while store.put_if_absent(_key(number), claim) is not None:
        number += 1
    return Epoch(store, number)


def open_epoch(path: str, region: str, number: int) -> Epoch:
    """The epoch as another process of the same run sees it (the source's driver side)."""
    return Epoch(open_store(path, region), number)


def _key(number: int) -> str:
    return f"{number:012d}"
