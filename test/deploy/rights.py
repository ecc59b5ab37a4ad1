"""The rights of a stack's roles, as they are deployed, and those that its functions did not use."""

import json
import subprocess
from typing import Any

from emulator import ROOT, Emulator
from stacks import Resources

REPORT = "test/deploy/unused-rights.ts"

Rights = dict[str, list[str]]


class Granted:
    """The rights of all roles of a stack, read while the stack exists."""

    def __init__(self, emulator: Emulator, resources: Resources) -> None:
        self._emulator = emulator
        self._names = resources.logical_ids()
        self._roles = {role: _statements(emulator, role) for role in resources.all("AWS::IAM::Role")}

    def unused_and_explained(self) -> tuple[Rights, Rights]:
        """Rights that no call used so far, and those of test/deploy/rights.ts: role -> `Sid: action or resource`."""
        stack = {
            "names": self._names,
            "roles": self._roles,
            "calls": self._emulator.gate.calls(),
        }
        command = ["node", "--import", "tsx", REPORT]
        report = subprocess.run(
            command, cwd=ROOT, input=json.dumps(stack), stdout=subprocess.PIPE, text=True, check=True
        )
        found = json.loads(report.stdout)
        return found["unused"], found["explained"]


def _statements(emulator: Emulator, role: str) -> list[dict[str, Any]]:
    """Statements of the role's inline policies."""
    iam = emulator.client("iam")
    return [
        statement
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    ]


def allow(emulator: Emulator, role: str, action: str) -> None:
    """Add a right to the role's policy, as the owner of a deployed stack would."""
    iam = emulator.client("iam")
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": "*"})
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
