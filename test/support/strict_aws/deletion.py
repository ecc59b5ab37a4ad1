"""Deletion of stacks as CloudFormation does it: everything at once that nothing depends on any more, with failures.

Also of a stack whose creation failed: what was created goes, and a custom resource whose creation failed gets a Delete.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import _exports, _stacks, engine, handlers, provisioners, stacks
from ministack.services.cloudformation import custom_resource as custom_resources

from strict_aws import glue_runs
from strict_aws.knobs import knob
from strict_aws.support import DependencyViolationError, physical_id, witness

# What a run still needs, so that deleting it under a run is a fault even where AWS lets it happen.
NEEDED_BY_A_RUN = (
    "AWS::EC2::",
    "AWS::S3::",
    "AWS::Kinesis::",
    "AWS::Glue::",
    "Custom::ClickstreamEmptying",
)
RETRY_PAUSE_SECONDS = 0.3

_stock_delete = stacks._delete_stack_async
_stock_roll_back = stacks._roll_back_operation
_stock_provision = provisioners._provision_resource
_stock_deliver = custom_resources.deliver_response

# (stack name, logical id) -> type and properties of a custom resource whose creation was begun.
_begun: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
# (stack id, logical id) -> physical id that a custom resource gave when it failed to create.
_refused: dict[tuple[str, str], str | None] = {}


def is_custom(resource_type: str) -> bool:
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


class Deletion:
    """The deletion of a stack's resources."""

    def __init__(
        self,
        stack_id: str,
        name: str,
        resources: dict[str, Any],
        template: dict[str, Any],
        is_kept: Callable[..., bool],
    ) -> None:
        self.failed: dict[str, str] = {}
        self.done: set[str] = set()
        self._stack_id, self._name, self._resources, self._is_kept = stack_id, name, resources, is_kept
        definitions = template.get("Resources", {})
        dependencies = {
            logical_id: {
                other
                for other in engine._extract_deps(definitions.get(logical_id) or {}, set(resources))
                if other != logical_id
            }
            for logical_id in resources
        }
        self._users = {one: {user for user in resources if one in dependencies[user]} for one in resources}

    async def run(self) -> None:
        waiting, blocked = set(self._resources), set[str]()
        running: dict[asyncio.Task[None], str] = {}
        while waiting or running:
            for logical_id in sorted(waiting):
                users = self._users[logical_id]
                if users & (self.failed.keys() | blocked):
                    blocked.add(logical_id)
                    waiting.discard(logical_id)
                elif users <= self.done:
                    waiting.discard(logical_id)
                    running[asyncio.ensure_future(self._delete(logical_id))] = logical_id
            if running:
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    task.result()
                    running.pop(task)

    async def _delete(self, logical_id: str) -> None:
        resource = self._resources[logical_id]
        if self._is_kept(logical_id):
            self._tell(logical_id, "DELETE_SKIPPED")
            self.done.add(logical_id)
            return
        self._tell(logical_id, "DELETE_IN_PROGRESS")
        resource_type = resource["ResourceType"]
        if is_custom(resource_type):
            await asyncio.sleep(knob("custom_resource_delay_seconds"))
        if resource_type.startswith(NEEDED_BY_A_RUN) and glue_runs.is_any_active():
            witness(f"deleted while a run was active: {resource_type} {logical_id}")
        try:
            await self._try_for_a_while(logical_id, resource)
        except Exception as error:
            self.failed[logical_id] = str(error)
            self._tell(logical_id, "DELETE_FAILED", str(error))
            return
        if resource_type == "Custom::ClickstreamEmptying":
            glue_runs.note_emptying(resource["Properties"]["BucketNames"].split(","))
        self._tell(logical_id, "DELETE_COMPLETE")
        self.done.add(logical_id)

    async def _try_for_a_while(self, logical_id: str, resource: dict[str, Any]) -> None:
        end = time.monotonic() + knob("retry_seconds")
        kind, physical = resource["ResourceType"], resource["PhysicalResourceId"]
        arguments = (kind, physical, resource.get("Properties", {}), self._name, logical_id)
        while True:
            try:
                if stacks._runs_on_worker_thread(kind):
                    await stacks.run_reentrant(provisioners._delete_resource, *arguments)
                else:
                    provisioners._delete_resource(*arguments)
                return
            except DependencyViolationError:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(RETRY_PAUSE_SECONDS)

    def _tell(self, logical_id: str, status: str, reason: str = "") -> None:
        resource = self._resources[logical_id]
        kind, physical = resource["ResourceType"], resource["PhysicalResourceId"]
        stacks._add_event(self._stack_id, self._name, logical_id, kind, status, reason, physical)

    def reason(self) -> str:
        if not self.failed:
            return ""
        return f"The following resource(s) failed to delete: [{', '.join(sorted(self.failed))}]. "


def _policy(stack: dict[str, Any], template: dict[str, Any], name: str, stack_id: str) -> Callable[[str], str]:
    resources, parameters = stack["_resources"], stack.get("_resolved_params", {})
    conditions, mappings = stack.get("_conditions", {}), template.get("Mappings", {})

    def policy(logical_id: str) -> str:
        definition = template.get("Resources", {}).get(logical_id)
        return stacks._resource_policy(
            definition, "DeletionPolicy", resources, parameters, conditions, mappings, name, stack_id
        )

    return policy


def _set_status(stack: dict[str, Any], name: str, stack_id: str, status: str, reason: str = "") -> None:
    stack.update(StackStatus=status, StackStatusReason=reason)
    stacks._add_event(stack_id, name, name, "AWS::CloudFormation::Stack", status, reason, stack_id)


async def delete_stack(name: str, stack_id: str, retained: Any = (), force: bool = False) -> None:
    if force:
        await _stock_delete(name, stack_id, retained, force)
        return
    stack = _stacks.get(name)
    if not stack:
        return
    _set_status(stack, name, stack_id, "DELETE_IN_PROGRESS")
    template = stack.get("_template") or {}
    policy = _policy(stack, template, name, stack_id)
    resources = stack["_resources"]

    def is_kept(logical_id: str) -> bool:
        return logical_id in retained or policy(logical_id) in stacks._RETAINING_POLICIES

    deletion = Deletion(stack_id, name, dict(resources), template, is_kept)
    await deletion.run()
    for logical_id in deletion.done:
        resources.pop(logical_id, None)
    for logical_id, reason in deletion.failed.items():
        resources[logical_id].update(ResourceStatus="DELETE_FAILED", ResourceStatusReason=reason)
    if not deletion.failed:
        for output in stack.get("Outputs", []):
            _exports.pop(output.get("ExportName"), None)
    status = "DELETE_FAILED" if deletion.failed else "DELETE_COMPLETE"
    _set_status(stack, name, stack_id, status, deletion.reason())


async def roll_back(
    name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], reason_override: str = ""
) -> None:
    if operation.get("is_update"):
        await _stock_roll_back(name, stack_id, stack, operation, reason_override)
        return
    resources, failed = stack.setdefault("_resources", {}), operation.get("failed_logical_id") or ""
    reason = reason_override or f"The following resource(s) failed to create: [{failed}]. "
    _set_status(stack, name, stack_id, "ROLLBACK_IN_PROGRESS", reason)
    if (name, failed) in _begun:
        kind, properties = _begun[name, failed]
        resources[failed] = {
            "PhysicalResourceId": _refused.get((stack_id, failed)) or physical_id(f"{name}-{failed}-"),
            "ResourceType": kind,
            "Properties": properties,
            "LogicalResourceId": failed,
        }
    template = operation.get("template") or {}
    policy = _policy(stack, template, name, stack_id)
    # RetainExceptOnCreate does not hold here.
    deletion = Deletion(stack_id, name, dict(resources), template, lambda one: policy(one) == "Retain")
    await deletion.run()
    for logical_id in deletion.done:
        resources.pop(logical_id, None)
    _set_status(stack, name, stack_id, "ROLLBACK_FAILED" if deletion.failed else "ROLLBACK_COMPLETE", deletion.reason())


def provision(kind: str, logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
    beginning = knob("fail_create")
    if is_custom(kind):
        _begun[stack_name, logical_id] = (kind, properties)
    if beginning and logical_id.startswith(beginning):
        raise ValueError("the test lets this creation fail")
    return _stock_provision(kind, logical_id, properties, stack_name)


def deliver(token: str, response: dict[str, Any]) -> Any:
    if response.get("Status") == "FAILED":
        key = (response.get("StackId", ""), response.get("LogicalResourceId", ""))
        _refused[key] = response.get("PhysicalResourceId")
    return _stock_deliver(token, response)


def install() -> None:
    stacks._delete_stack_async = handlers._delete_stack_async = delete_stack
    stacks._roll_back_operation = handlers._roll_back_operation = roll_back
    stacks._provision_resource = provisioners._provision_resource = provision
    custom_resources.deliver_response = deliver
