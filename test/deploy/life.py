"""A stack's life between its creation and its deletion: an event arrives, the keeper runs the job, buckets fill."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from emulator import Emulator
from stacks import Resources

DEADLINE_SECONDS = 60
ACTIVE = ("STARTING", "RUNNING", "STOPPING")

# Runs end when they are stopped, and not by themselves.
ENDLESS = 3600


def live(emulator: Emulator, resources: Resources, write_key: str) -> None:
    """Make every function of the stack do all that it does before the deletion, and leave a run of the job active."""
    emulator.turn(drain_seconds=ENDLESS)
    stream = resources.only("AWS::Kinesis::Stream")
    post_event(emulator, resources.only("AWS::ApiGateway::RestApi"), write_key)
    assert names_on(emulator, stream) == ["deployed"]
    fill(emulator)
    job = Job(emulator, resources)
    job.call_keeper("check")
    job.wait_for(lambda: job.states() == ["RUNNING"])
    job.change()
    job.call_keeper("check")
    job.wait_for(lambda: job.states() == ["STOPPED"])
    if job.is_scheduled():
        emulator.turn(drain_seconds=0)
        job.call_keeper("check")
        job.wait_for(lambda: job.states() == ["SUCCEEDED", "STOPPED"])
        emulator.turn(drain_seconds=ENDLESS)
    note_record(emulator, stream)
    job.call_keeper("schedule" if job.is_scheduled() else "check")
    job.wait_for(lambda: job.states()[0] == "RUNNING")
    emulator.turn()


class Job:
    """The job of a stack, and its keeper."""

    def __init__(self, emulator: Emulator, resources: Resources) -> None:
        self._emulator = emulator
        self._glue = emulator.client("glue")
        self._name = resources.only("AWS::Glue::Job")
        self._keeper = resources.only("AWS::Lambda::Function", "LakehouseKeeper")

    def is_scheduled(self) -> bool:
        return self._job()["DefaultArguments"]["--mode"] == "drain"

    def _job(self) -> dict[str, Any]:
        return self._glue.get_job(JobName=self._name)["Job"]

    def _runs(self) -> list[dict[str, Any]]:
        return self._glue.get_job_runs(JobName=self._name)["JobRuns"]

    def states(self) -> list[str]:
        """Of the newest run first."""
        return [run["JobRunState"] for run in self._runs()]

    def call_keeper(self, trigger: str) -> None:
        """As the keeper's rules do."""
        answer = self._emulator.client("lambda").invoke(
            FunctionName=self._keeper, Payload=json.dumps({"trigger": trigger})
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def change(self) -> None:
        """Deploy another version of the job, after which the run that is active is outdated."""
        started = self._runs()[0]["StartedOn"]

        def is_later() -> bool:
            self._glue.update_job(JobName=self._name, JobUpdate={"Description": "another version"})
            return self._job()["LastModifiedOn"] > started

        self.wait_for(is_later)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.states()
            time.sleep(0.1)


def post_event(emulator: Emulator, api: str, write_key: str) -> None:
    """Send an event to the deployed API, at the emulator's path for it."""
    request = urllib.request.Request(
        f"{emulator.endpoint}/restapis/{api}/v1/_user_request_/events",
        data=json.dumps({"event_name": "deployed"}).encode(),
        headers={"content-type": "application/json", "x-write-key": write_key},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer) == {"success": True}


def names_on(emulator: Emulator, stream: str) -> list[str]:
    """Names of the events on the stream."""
    kinesis = emulator.client("kinesis")
    lines: list[str] = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = kinesis.get_records(ShardIterator=iterator)["Records"]
        lines += [line for record in records for line in record["Data"].decode().splitlines()]
    return [json.loads(line)["event_name"] for line in lines]


def note_record(emulator: Emulator, stream: str) -> None:
    """Publish the metric that Kinesis publishes of a record, which the emulator of Kinesis does not."""
    data = {
        "MetricName": "IncomingRecords",
        "Dimensions": [{"Name": "StreamName", "Value": stream}],
        "Timestamp": emulator.now(),
        "Value": 1.0,
    }
    emulator.client("cloudwatch").put_metric_data(Namespace="AWS/Kinesis", MetricData=[data])


def fill(emulator: Emulator) -> None:
    """Put an object into each bucket of the stack, as the job, queries and log delivery do."""
    s3 = emulator.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        if bucket["Name"].startswith("clickstream"):
            s3.put_object(Bucket=bucket["Name"], Key="events/part-0", Body=b"rows")
