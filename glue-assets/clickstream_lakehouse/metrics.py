"""Reports of a run: JSON lines on stdout, and the batches' figures in CloudWatch when a namespace is given.

A line holds only counts, times and the job's own messages, never data of an event.
"""

import json
import queue
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config

from clickstream_lakehouse.config import JobConfig

_UNITS = {"Freshness": "Milliseconds", "BatchDuration": "Milliseconds"}
_WAITING_BATCHES = 100  # figures kept while CloudWatch does not answer; later batches are only in the log

_stdout = threading.Lock()


def emit(kind: str, **fields: Any) -> None:
    """Print one line {"type": kind, ...}."""
    line = json.dumps({"type": kind, "time": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields})
    # Both queries report, each on a thread of its own.
    with _stdout:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def log(level: str, message: str) -> None:
    """Print one line of type log; level: info, warning or error."""
    emit("log", level=level, message=message)


class Metrics:
    """Reports batches. CloudWatch is called on a thread of its own: a slow answer must not hold up a batch."""

    def __init__(self, config: JobConfig, client: Any = None) -> None:
        self._namespace = config.metrics_namespace
        self._job_name = config.job_name
        self._waiting: queue.Queue[Mapping[str, float]] = queue.Queue(_WAITING_BATCHES)
        if self._namespace is not None:
            self._client = client or boto3.client(
                "cloudwatch",
                region_name=config.region,
                config=Config(connect_timeout=2, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
            )
            threading.Thread(target=self._send_all, name="metrics", daemon=True).start()

    def batch(self, query: str, batch_id: int, measures: Mapping[str, float]) -> None:
        """Report one batch of the query: names as in CloudWatch, times in milliseconds."""
        self.report(query, measures, batch=batch_id)

    def report(self, query: str, measures: Mapping[str, float], **where: int) -> None:
        """Report figures of the query."""
        emit("metrics", query=query, **where, **measures)
        if self._namespace is None:
            return
        try:
            self._waiting.put_nowait(measures)
        except queue.Full:
            log("warning", f"CloudWatch is too slow: these figures of {query} are only in this log")

    def _send_all(self) -> None:
        while True:
            measures = self._waiting.get()
            try:
                self._client.put_metric_data(Namespace=self._namespace, MetricData=self._datums(measures))
            except Exception as error:
                log("warning", f"CloudWatch did not take a batch's figures: {error}")

    def _datums(self, measures: Mapping[str, float]) -> list[dict[str, Any]]:
        dimensions = [{"Name": "JobName", "Value": self._job_name}]
        return [
            {"MetricName": name, "Dimensions": dimensions, "Value": value, "Unit": _UNITS.get(name, "Count")}
            for name, value in measures.items()
        ]
