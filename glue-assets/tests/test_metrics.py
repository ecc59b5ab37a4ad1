import json
import threading
from pathlib import Path
from typing import Any

import pytest

from clickstream_lakehouse.metrics import Metrics, log
from support.lake import lake_config
from support.polling import wait_for


class FakeCloudWatch:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.faults: list[Exception] = []

    def put_metric_data(self, **call: Any) -> None:
        self.calls.append(call)
        if self.faults:
            raise self.faults.pop(0)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_batch_is_one_json_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Metrics(lake_config(tmp_path)).batch("refine", 12, {"Events": 3, "Freshness": 900})
    (line,) = printed(capsys)
    assert line.pop("time")
    assert line == {"type": "metrics", "query": "refine", "batch": 12, "Events": 3, "Freshness": 900}


def test_a_message_is_one_json_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    log("error", 'two\nlines and "quotes"')
    (line,) = printed(capsys)
    assert (line["type"], line["level"], line["message"]) == ("log", "error", 'two\nlines and "quotes"')


def test_cloudwatch_gets_a_batch_in_one_call_with_units_and_the_jobs_name(tmp_path: Path) -> None:
    cloudwatch = FakeCloudWatch()
    config = lake_config(tmp_path, metrics_namespace="ClickstreamLakehouse", job_name="clicks")
    Metrics(config, cloudwatch).batch("refine", 1, {"Events": 3, "Freshness": 900})
    wait_for(lambda: cloudwatch.calls, "the call", seconds=5)
    job = [{"Name": "JobName", "Value": "clicks"}]
    assert cloudwatch.calls == [
        {
            "Namespace": "ClickstreamLakehouse",
            "MetricData": [
                {"MetricName": "Events", "Dimensions": job, "Value": 3, "Unit": "Count"},
                {"MetricName": "Freshness", "Dimensions": job, "Value": 900, "Unit": "Milliseconds"},
            ],
        }
    ]


def test_a_failing_cloudwatch_is_logged_and_does_not_end_the_reports(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    cloudwatch = FakeCloudWatch()
    cloudwatch.faults = [RuntimeError("timed out")]
    metrics = Metrics(lake_config(tmp_path, metrics_namespace="N"), cloudwatch)
    metrics.batch("refine", 1, {"Events": 1})
    metrics.batch("refine", 2, {"Events": 2})
    wait_for(lambda: len(cloudwatch.calls) == 2, "both calls", seconds=5)
    warnings = [line["message"] for line in printed(capsys) if line["type"] == "log"]
    assert warnings == ["CloudWatch did not take a batch's figures: timed out"]


def test_a_cloudwatch_that_hangs_does_not_hold_up_a_batch(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    cloudwatch, answered = FakeCloudWatch(), threading.Event()
    cloudwatch.put_metric_data = lambda **_: answered.wait(30)  # type: ignore[method-assign]
    metrics = Metrics(lake_config(tmp_path, metrics_namespace="N"), cloudwatch)
    for batch in range(110):
        metrics.batch("refine", batch, {"Events": 1})
    answered.set()
    assert any("only in this log" in line.get("message", "") for line in printed(capsys))
