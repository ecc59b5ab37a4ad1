"""A query of the run, which is started again when it fails or stalls: the tables say where to go on."""

import time
from collections.abc import Callable
from typing import NamedTuple

from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.failure import Failure, explain
from clickstream_lakehouse.metrics import Metrics, log

# So many starts of a query within that time, and the run gives up: whoever started it has to look.
MOST_STARTS = 4
_STARTS_SECONDS = 900.0

# A batch reads the stream for 20 seconds, or 8 MB of raw for each core.
LONGEST_BATCH_SECONDS = 900.0

# Another start changes nothing about these.
_FINAL = frozenset({"SupersededError", "StreamNotFoundError", "DataLossError"})


class QueryStart(NamedTuple):
    """How a query starts.

    checkpoint  a folder that no query had before: what it holds is of use only while the query runs
    """

    checkpoint: str
    trigger_seconds: int


class StageError(RuntimeError):
    """A query cannot go on. The message begins with the reason."""

    def __init__(self, name: str, failure: Failure, starts: int) -> None:
        super().__init__(f"{failure.message} [{failure.kind}, which ended {name} at start {starts} of {MOST_STARTS}]")
        self.failure = failure


class Stage:
    """A query by its name."""

    def __init__(
        self, name: str, begin: QueryStart, start: Callable[[QueryStart], StreamingQuery], metrics: Metrics
    ) -> None:
        """
        :param begin: how the query starts; each start has a folder of its own in that checkpoint
        """
        self.name = name
        self._begin = begin
        self._start = start
        self._metrics = metrics
        self._started_at: list[float] = []
        self._batch: int | None = None
        self._batch_since = 0.0
        self.query = self._started()

    def keep_running(self) -> None:
        """Start the query again if it ended, or hangs in a batch.

        :raises StageError: when that would be of no use, or was done too often
        """
        failure = self._failure()
        if failure is not None:
            self.restart(failure)

    def restart(self, failure: Failure) -> None:
        """Start the query again.

        :raises StageError: when that would be of no use, or was done too often
        """
        recent = [at for at in self._started_at if at > time.monotonic() - _STARTS_SECONDS]
        if failure.kind in _FINAL or len(recent) >= MOST_STARTS:
            raise StageError(self.name, failure, len(recent))
        log("error", f"{self.name} is started again after {failure}")
        self._metrics.report(self.name, {"QueryRestarts": 1})
        self.query.stop()
        self.query = self._started()

    def _started(self) -> StreamingQuery:
        self._started_at.append(time.monotonic())
        self._batch, self._batch_since = None, time.monotonic()
        checkpoint = f"{self._begin.checkpoint}/{self.name}-{len(self._started_at)}"
        return self._start(self._begin._replace(checkpoint=checkpoint))

    def _failure(self) -> Failure | None:
        error = self.query.exception()
        if error is not None:
            return explain(error)
        if not self.query.isActive:
            return Failure("QueryEndedError", f"{self.name} ended without an error")
        if self._hangs():
            return Failure("StalledError", f"{self.name} did not end its batch for {LONGEST_BATCH_SECONDS:.0f} s")
        return None

    def _hangs(self) -> bool:
        now = time.monotonic()
        if not self.query.status["isTriggerActive"]:
            self._batch_since = now
        elif now - self._batch_since > LONGEST_BATCH_SECONDS:
            # Batches that follow each other leave no pause to be seen.
            progress = self.query.lastProgress
            before, self._batch = self._batch, progress.batchId if progress else None
            if self._batch == before:
                return True
            self._batch_since = now
        return False
