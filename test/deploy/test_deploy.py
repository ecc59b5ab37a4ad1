"""The examples' stacks are created and deleted for real, on an emulator that refuses what AWS refuses."""

import json
import time
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from emulator import Emulator
from inventory import inventory
from life import live, post_event
from rights import Granted, allow
from rows import read_rows, write_rows
from stacks import EXAMPLES, App, Resources, adopting_app, cdk, example, give_up_after, without, without_teardown

# API Gateway's account-wide role stays on purpose: README says so.
ACCOUNT_WIDE_ROLE = "AccessLogRole"

# Of the examples' collectors. The one of `minimal` takes any.
DEV_KEY, PROD_KEY = "demo", "9nQe5LfJxW3u"

# Beginning of a role's logical id -> a right that it cannot do without.
NEEDED_RIGHTS = {
    "LakehouseCollectorFunctionRole": "kinesis:PutRecords",
    "LakehouseTeardownDrainIsCompleteRole": "glue:BatchStopJobRun",
    "LakehouseTeardownEniSweepIsCompleteRole": "ec2:DeleteNetworkInterface",
    "LakehouseEmptyingIsCompleteRole": "s3:ListBucketVersions",
}


def left_over(before: set[str], after: set[str]) -> list[str]:
    return sorted(one for one in after - before if ACCOUNT_WIDE_ROLE not in one)


def interfaces(emulator: Emulator) -> list[str]:
    """Interfaces of runs."""
    found = emulator.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    return [one["NetworkInterfaceId"] for one in found if one["Description"].startswith("Attached to Glue")]


def wait_for_interfaces(emulator: Emulator, number: int) -> None:
    deadline = time.monotonic() + 30
    while len(interfaces(emulator)) != number:
        assert time.monotonic() < deadline, f"{len(interfaces(emulator))} interfaces instead of {number}"
        time.sleep(0.1)


@contextmanager
def using_every_right(emulator: Emulator, resources: Resources) -> Iterator[None]:
    """Check that the stack's functions use every right in the block, but for those that have a reason."""
    granted = Granted(emulator, resources)
    yield
    unused, explained = granted.unused_and_explained()
    assert unused == explained


def test_the_cdk_cli_deploys_dev_and_destroys_it_to_the_last_resource(emulator: Emulator) -> None:
    dev = EXAMPLES / "dev"
    cdk(emulator, dev, "bootstrap", "aws://000000000000/us-east-1")
    before = inventory(emulator)
    cdk(emulator, dev, "deploy", "ClickstreamDev", "--require-approval", "never")
    resources = Resources(emulator, "ClickstreamDev")
    with using_every_right(emulator, resources):
        live(emulator, resources, DEV_KEY)
        assert interfaces(emulator) != []
        cdk(emulator, dev, "destroy", "ClickstreamDev", "--force")
    assert left_over(before, inventory(emulator)) == []
    assert emulator.witnesses() == []


def test_a_stack_without_a_network_is_created_and_deleted_twice(emulator: Emulator, minimal: App) -> None:
    before = inventory(emulator)
    assert minimal.create() == "CREATE_COMPLETE", minimal.reasons()
    with using_every_right(emulator, minimal.resources()):
        live(emulator, minimal.resources(), "a1b2c3")
        assert interfaces(emulator) == []
        assert minimal.delete() == "DELETE_COMPLETE", minimal.reasons()
    assert left_over(before, inventory(emulator)) == []

    assert minimal.create(name=minimal.name) == "CREATE_COMPLETE", minimal.reasons()
    assert minimal.delete() == "DELETE_COMPLETE", minimal.reasons()
    assert emulator.witnesses() == []


def test_a_stack_that_retains_its_data_leaves_them_and_the_next_one_reads_them(emulator: Emulator, prod: App) -> None:
    before = inventory(emulator)
    assert prod.create() == "CREATE_COMPLETE", prod.reasons()
    resources = prod.resources()
    rows = [{"event_id": "a", "event_name": "page_view"}, {"event_id": "b", "event_name": "click"}]
    with using_every_right(emulator, resources):
        live(emulator, resources, PROD_KEY)
        assert interfaces(emulator) != []
        write_rows(emulator, events_location(emulator, resources), rows)
        assert prod.delete() == "DELETE_COMPLETE", prod.reasons()
    kept = [one.split()[0] for one in left_over(before, inventory(emulator))]
    assert kept == ["bucket", "bucket", "bucket", "database", "key"]

    secrets = emulator.client("secretsmanager")
    secrets.create_secret(Name="clickstream/write-keys", SecretString=json.dumps({"web": {"keys": ["fresh"]}}))
    adopting = adopting_app(
        emulator,
        keyArn=f"arn:aws:kms:us-east-1:000000000000:key/{resources.only('AWS::KMS::Key')}",
        writeKeysSecret="clickstream/write-keys",
        rawBucket=resources.only("AWS::S3::Bucket", "LakehouseStorageRawBucket"),
        lakehouseBucket=resources.only("AWS::S3::Bucket", "LakehouseStorageLakehouseBucket"),
    )
    assert adopting.create(name=prod.name) == "CREATE_COMPLETE", adopting.reasons()
    with using_every_right(emulator, adopting.resources()):
        live(emulator, adopting.resources(), "fresh")
        assert read_rows(emulator, events_location(emulator, adopting.resources())) == rows
        assert adopting.delete() == "DELETE_COMPLETE", adopting.reasons()
    assert emulator.witnesses() == []


def events_location(emulator: Emulator, resources: Resources) -> str:
    """As a query engine finds it."""
    database = resources.only("AWS::Glue::Database")
    table = emulator.client("glue").get_table(DatabaseName=database, Name="events")["Table"]
    return table["StorageDescriptor"]["Location"]


def test_a_right_that_is_missing_fails_what_needs_it_by_name_and_its_owner_can_add_it(
    emulator: Emulator, dev: App
) -> None:
    assert dev.create(without(NEEDED_RIGHTS)) == "CREATE_COMPLETE", dev.reasons()
    resources = dev.resources()
    collector, drain, sweep, emptying = (resources.only("AWS::IAM::Role", role) for role in NEEDED_RIGHTS)
    records, stop, detach, versions = NEEDED_RIGHTS.values()
    api = resources.only("AWS::ApiGateway::RestApi")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        post_event(emulator, api, DEV_KEY)
    assert refusal.value.code == 503
    allow(emulator, collector, records)
    post_event(emulator, api, DEV_KEY)

    dev.start_run()
    wait_for_interfaces(emulator, 2)
    assert dev.delete() == "DELETE_FAILED"
    assert f"{drain} is not authorized to perform: {stop}" in dev.reasons()
    allow(emulator, drain, stop)
    assert dev.delete() == "DELETE_FAILED"
    assert f"{sweep} is not authorized to perform: {detach}" in dev.reasons()
    assert f"{emptying} is not authorized to perform: {versions}" in dev.reasons()
    allow(emulator, sweep, detach)
    allow(emulator, emptying, versions)
    assert dev.delete() == "DELETE_COMPLETE", dev.reasons()
    assert {fault.split()[1] for fault in emulator.faults()} == set(NEEDED_RIGHTS.values())


def test_without_the_teardown_the_same_stack_cannot_be_deleted(tmp_path: Path) -> None:
    # In an emulator of its own, where the run goes on for ever.
    with Emulator(tmp_path) as emulator:
        dev = example(emulator, "dev")
        assert dev.create(without_teardown) == "CREATE_COMPLETE", dev.reasons()
        dev.start_run()
        wait_for_interfaces(emulator, 2)
        emulator.turn(retry_seconds=1)
        assert dev.delete() == "DELETE_FAILED"
        assert "DependencyViolation" in dev.reasons()
        assert any("deleted while a run was active" in line for line in emulator.witnesses())


def test_interfaces_that_glue_never_releases_fail_the_deletion_by_name_and_a_second_one_succeeds(
    emulator: Emulator, dev: App
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
    emulator: Emulator, minimal: App, failing: str
) -> None:
    before = inventory(emulator)
    emulator.turn(fail_create=failing)
    assert minimal.create() == "ROLLBACK_COMPLETE", minimal.reasons()
    assert left_over(before, inventory(emulator)) == []
    assert minimal.delete() == "DELETE_COMPLETE"
