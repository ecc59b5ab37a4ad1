"""The examples' stacks are created and deleted for real, on an emulator that refuses what AWS refuses."""

import json
import time
import urllib.request
from pathlib import Path

import pytest
from emulator import Emulator
from inventory import inventory
from stacks import Example, cdk, give_up_after, without_teardown

# API Gateway's account-wide role stays on purpose: README says so.
ACCOUNT_WIDE_ROLE = "AccessLogRole"


def left_over(before: set[str], after: set[str]) -> list[str]:
    return sorted(one for one in after - before if ACCOUNT_WIDE_ROLE not in one)


def post_event(emulator: Emulator, api: str) -> None:
    """Send an event to the deployed API, at the emulator's path for it."""
    request = urllib.request.Request(
        f"{emulator.endpoint}/restapis/{api}/v1/_user_request_/events",
        data=json.dumps({"event_name": "deployed"}).encode(),
        headers={"content-type": "application/json", "x-write-key": "demo"},
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


def fill(emulator: Emulator) -> None:
    """Put an object into each bucket of the stack, as the job, queries and log delivery do."""
    s3 = emulator.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        if bucket["Name"].startswith("clickstream"):
            s3.put_object(Bucket=bucket["Name"], Key="events/part-0", Body=b"rows")


def interfaces(emulator: Emulator) -> list[str]:
    """Interfaces of runs."""
    found = emulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return [one["NetworkInterfaceId"] for one in found if one["Description"].startswith("Attached to Glue")]


def wait_for_interfaces(emulator: Emulator, number: int) -> None:
    deadline = time.monotonic() + 30
    while len(interfaces(emulator)) != number:
        assert time.monotonic() < deadline, f"{len(interfaces(emulator))} interfaces instead of {number}"
        time.sleep(0.1)


def test_the_cdk_cli_deploys_dev_and_destroys_it_to_the_last_resource(emulator: Emulator) -> None:
    cdk(emulator, "dev", "bootstrap", "aws://000000000000/us-east-1")
    before = inventory(emulator)
    cdk(emulator, "dev", "deploy", "ClickstreamDev", "--require-approval", "never")
    resources = emulator.client("cloudformation").describe_stack_resources(StackName="ClickstreamDev")["StackResources"]
    physical = {one["ResourceType"]: one["PhysicalResourceId"] for one in resources}
    post_event(emulator, physical["AWS::ApiGateway::RestApi"])
    assert names_on(emulator, physical["AWS::Kinesis::Stream"]) == ["deployed"]
    emulator.client("glue").start_job_run(JobName=physical["AWS::Glue::Job"])
    wait_for_interfaces(emulator, 2)
    fill(emulator)

    cdk(emulator, "dev", "destroy", "ClickstreamDev", "--force")

    assert left_over(before, inventory(emulator)) == []
    assert emulator.witnesses() == []


@pytest.mark.parametrize("name", ["prod", "minimal"])
def test_a_stack_that_retains_its_data_leaves_them_and_nothing_else(
    emulator: Emulator, request: pytest.FixtureRequest, name: str
) -> None:
    example: Example = request.getfixturevalue(name)
    before = inventory(emulator)
    assert example.create() == "CREATE_COMPLETE", example.reasons()
    example.start_run()
    wait_for_interfaces(emulator, 3 if name == "prod" else 0)
    fill(emulator)
    assert example.delete() == "DELETE_COMPLETE", example.reasons()
    kept = [one.split()[0] for one in left_over(before, inventory(emulator))]
    assert kept == (["bucket", "bucket", "bucket", "database", "key"] if name == "prod" else [])

    # Over what is kept, a stack of the same name can be created again.
    assert example.create(again=True) == "CREATE_COMPLETE", example.reasons()
    assert example.delete() == "DELETE_COMPLETE", example.reasons()
    assert emulator.witnesses() == []


def test_without_the_teardown_the_same_stack_cannot_be_deleted(tmp_path: Path) -> None:
    # In an emulator of its own, where the run goes on for ever.
    with Emulator(tmp_path) as emulator:
        dev = Example(emulator, "dev", "ClickstreamDev")
        assert dev.create(without_teardown) == "CREATE_COMPLETE", dev.reasons()
        dev.start_run()
        wait_for_interfaces(emulator, 2)
        emulator.turn(retry_seconds=1)
        assert dev.delete() == "DELETE_FAILED"
        assert "DependencyViolation" in dev.reasons()
        assert any("deleted while a run was active" in line for line in emulator.witnesses())


def test_interfaces_that_glue_never_releases_fail_the_deletion_by_name_and_a_second_one_succeeds(
    emulator: Emulator, dev: Example
) -> None:
    before = inventory(emulator)
    assert dev.create(give_up_after(minutes=12)) == "CREATE_COMPLETE", dev.reasons()
    dev.start_run()
    wait_for_interfaces(emulator, 2)
    left = interfaces(emulator)
    emulator.turn(never_release=True)
    began = time.monotonic()
    assert dev.delete() == "DELETE_FAILED"
    assert time.monotonic() - began < 120
    for interface in left:
        assert interface in dev.reasons()
        emulator.client("ec2").detach_network_interface(AttachmentId=attachment_of(emulator, interface))
    assert dev.delete() == "DELETE_COMPLETE", dev.reasons()
    assert left_over(before, inventory(emulator)) == []


def attachment_of(emulator: Emulator, interface: str) -> str:
    found = emulator.client("ec2").describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["Attached to Glue*"]}]
    )["NetworkInterfaces"]
    return next(one["Attachment"]["AttachmentId"] for one in found if one["NetworkInterfaceId"] == interface)


@pytest.mark.parametrize("failing", ["LakehouseStorageDatabase", "LakehouseTeardownDrain", "LakehouseKeeperSchedule"])
def test_a_creation_that_fails_leaves_nothing_that_stops_the_next_one(
    emulator: Emulator, minimal: Example, failing: str
) -> None:
    before = inventory(emulator)
    emulator.turn(fail_create=failing)
    assert minimal.create() == "ROLLBACK_COMPLETE", minimal.reasons()
    assert left_over(before, inventory(emulator)) == []
    assert minimal.delete() == "DELETE_COMPLETE"
