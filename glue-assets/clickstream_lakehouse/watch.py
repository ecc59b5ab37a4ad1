"""Looks after the ingest query: a stream with records that nobody reads loses them in the end."""

import time
from collections.abc import Mapping

from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.failure import Failure
from clickstream_lakehouse.metrics import log
from clickstream_lakehouse.source.batch_planner import BatchPlanner
from clickstream_lakehouse.source.batch_store import LostPositionsError
from clickstream_lakehouse.source.options import parse_options

_IDLE_SECONDS = 300.0
_TRIGGERS = 3


class UnreadWatch:
    """Finds out by itself whether an idle query has something to read."""

    def __init__(self, options: Mapping[str, str], trigger_seconds: int) -> None:
        """:param options: of kinesis_source"""
        self._planner = BatchPlanner(parse_options(options))
        self._longest_idle = max(_IDLE_SECONDS, _TRIGGERS * trigger_seconds)
        self._batch: int | None = None
        self._since = time.monotonic()
        self._had_unread = False

    def look(self, query: StreamingQuery) -> Failure | None:
        """Why the query has to be started again, None if it has not. It is called all the time, and rarely asks."""
        if time.monotonic() - self._since < self._longest_idle:
            return None
        self._since = time.monotonic()
        had_unread, self._had_unread = self._had_unread, False
        return self._ask(had_unread) if self._is_idle(query) else None

    def _is_idle(self, query: StreamingQuery) -> bool:
        """Whether no batch ran since the last time, or runs now."""
        progress = query.lastProgress
        before, self._batch = self._batch, progress.batchId if progress else None
        return self._batch == before and not query.status["isTriggerActive"]

    def _ask(self, had_unread: bool) -> Failure | None:
        try:
            unread = self._planner.has_unread()
        except LostPositionsError as error:
            return Failure("StalledError", str(error))
        except Exception as error:
            log("warning", f"Kinesis does not say whether there is something to read: {type(error).__name__}: {error}")
            return None
        # A record that came just now is not late yet.
        self._had_unread = bool(unread)
        if unread is None:
            log("warning", f"Kinesis gave no answer, and nothing was read, for {self._longest_idle:.0f} s")
        elif unread and had_unread:
            return Failure("StalledError", f"records wait for {self._longest_idle:.0f} s, and none is read")
        return None
