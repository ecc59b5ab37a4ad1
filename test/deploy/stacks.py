"""Stacks of the examples: synthesized by the CDK CLI, created and deleted as the CLI's own calls do it, but faster."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from emulator import ACCOUNT, REGION, ROOT, Emulator

Template = dict[str, Any]

ASSETS_BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
DEADLINE_SECONDS = 240

EXAMPLES = ROOT / "examples"


def cdk(emulator: Emulator, folder: Path, *arguments: str) -> str:
    """Run the CDK CLI in an app's folder."""
    command = ["npx", "cdk", *arguments]
    environment = emulator.environment()
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(
            f"cdk {' '.join(arguments)} ended with {run.returncode}:\n{(run.stdout + run.stderr)[-3000:]}"
        )
    return run.stdout + run.stderr


class Resources:
    """The resources of a stack, by type and logical id."""

    def __init__(self, emulator: Emulator, stack: str) -> None:
        answer = emulator.client("cloudformation").describe_stack_resources(StackName=stack)
        self._all: list[dict[str, Any]] = answer["StackResources"]

    def all(self, resource_type: str) -> list[str]:
        """Physical ids of a type."""
        return [one["PhysicalResourceId"] for one in self._all if one["ResourceType"] == resource_type]

    def only(self, resource_type: str, logical_id: str = "") -> str:
        """Physical id of the only resource of a type whose logical id begins so."""
        (found,) = [
            one["PhysicalResourceId"]
            for one in self._all
            if one["ResourceType"] == resource_type and one["LogicalResourceId"].startswith(logical_id)
        ]
        return found

    def logical_ids(self) -> dict[str, str]:
        """Physical id -> logical id."""
        return {one["PhysicalResourceId"]: one["LogicalResourceId"] for one in self._all}


class App:
    """A synthesized app, whose assets are in the emulator's bucket."""

    def __init__(self, emulator: Emulator, folder: Path, stack: str, *options: str) -> None:
        self._emulator = emulator
        self._cloudformation = emulator.client("cloudformation")
        self.stack = stack
        self._created = 0
        out = Path(tempfile.mkdtemp(dir=emulator.folder))
        cdk(emulator, folder, "synth", "--quiet", "--output", str(out), *options)
        self.template: Template = json.loads((out / f"{stack}.template.json").read_text(encoding="utf-8"))
        make_quick(self.template)
        self._publish(out)

    def _publish(self, out: Path) -> None:
        s3 = self._emulator.client("s3")
        s3.create_bucket(Bucket=ASSETS_BUCKET)
        assets = json.loads((out / f"{self.stack}.assets.json").read_text(encoding="utf-8"))
        for asset in assets["files"].values():
            source = asset["source"]
            path = out / source["path"]
            if source["packaging"] == "zip":
                path = Path(shutil.make_archive(str(path), "zip", path))
            for destination in asset["destinations"].values():
                s3.upload_file(str(path), ASSETS_BUCKET, destination["objectKey"])

    def create(self, change: Callable[[Template], None] = lambda _: None, *, name: str = "") -> str:
        """Create a stack and return its final status.

        change: edits the template first. name: that of a stack which is deleted, instead of a new one.
        """
        self._created += 1
        self.name = name or f"{self.stack}{self._created}"
        template = json.loads(json.dumps(self.template))
        change(template)
        key = f"{self.stack}.json"
        self._emulator.client("s3").put_object(Bucket=ASSETS_BUCKET, Key=key, Body=json.dumps(template).encode())
        self.id = self._cloudformation.create_stack(
            StackName=self.name,
            TemplateURL=f"{self._emulator.endpoint}/{ASSETS_BUCKET}/{key}",
            Capabilities=["CAPABILITY_IAM"],
        )["StackId"]
        return self._final("CREATE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")

    def delete(self) -> str:
        """Delete the stack and return its final status."""
        before = len(self._history())
        self._cloudformation.delete_stack(StackName=self.id)
        return self._final("DELETE_COMPLETE", "DELETE_FAILED", after=before)

    def _final(self, *final: str, after: int = 0) -> str:
        """The first of these statuses after so many others."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            history = self._history()
            if len(history) > after and history[0] in final:
                return history[0]
            time.sleep(0.2)
        raise TimeoutError(f"{self.stack} is {self._history()[:1]} for too long:\n{self._emulator.log()[-2000:]}")

    def _history(self) -> list[str]:
        """Statuses of the stack itself, newest first."""
        return [one["ResourceStatus"] for one in self.events() if one["ResourceType"] == "AWS::CloudFormation::Stack"]

    def events(self) -> list[dict[str, Any]]:
        """Newest first."""
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.id)
        return [event for page in pages for event in page["StackEvents"]]

    def reasons(self) -> str:
        return "\n".join(event.get("ResourceStatusReason", "") for event in self.events())

    def resources(self) -> Resources:
        return Resources(self._emulator, self.id)

    def start_run(self) -> None:
        self._emulator.client("glue").start_job_run(JobName=self.resources().only("AWS::Glue::Job"))


def example(emulator: Emulator, name: str) -> App:
    return App(emulator, EXAMPLES / name, f"Clickstream{name.capitalize()}")


def adopting_app(emulator: Emulator, **context: str) -> App:
    """The app over kept data: test/deploy/adopting-app.ts says which context it needs."""
    options = [option for key, value in context.items() for option in ("--context", f"{key}={value}")]
    return App(emulator, ROOT, "ClickstreamProd", "--app", "npx tsx test/deploy/adopting-app.ts", *options)


def make_quick(template: Template) -> None:
    """Need no bootstrapped account, and poll every second in CDK's provider framework instead of every 15."""
    template.pop("Parameters")
    template.pop("Rules")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            text = json.dumps(resource["Properties"])
            assert '\\"IntervalSeconds\\":15' in text
            resource["Properties"] = json.loads(text.replace('\\"IntervalSeconds\\":15', '\\"IntervalSeconds\\":1'))


def give_up_after(minutes: int) -> Callable[[Template], None]:
    """Shorten the teardown's time limit."""

    def change(template: Template) -> None:
        for resource in template["Resources"].values():
            if "TimeoutSeconds" in resource.get("Properties", {}):
                resource["Properties"]["TimeoutSeconds"] = str(minutes * 60)

    return change


def without_teardown(template: Template) -> None:
    """Take the custom resources of the teardown out, and every dependency on them."""
    gone = {key for key, one in template["Resources"].items() if one["Type"].startswith("Custom::Clickstream")}
    for key in gone:
        del template["Resources"][key]
    for resource in template["Resources"].values():
        depends = resource.get("DependsOn", [])
        names = [depends] if isinstance(depends, str) else depends
        resource["DependsOn"] = [name for name in names if name not in gone]


def without(rights: dict[str, str]) -> Callable[[Template], None]:
    """Take actions out of policies: beginning of the role's logical id -> the action that it lacks."""

    def change(template: Template) -> None:
        for role, action in rights.items():
            (policy,) = [
                one["Properties"]["PolicyDocument"]
                for key, one in template["Resources"].items()
                if one["Type"] == "AWS::IAM::Policy" and key.startswith(role)
            ]
            (statement,) = [one for one in policy["Statement"] if action in _listed(one["Action"])]
            statement["Action"] = [one for one in _listed(statement["Action"]) if one != action]
            policy["Statement"] = [one for one in policy["Statement"] if one["Action"]]

    return change


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
