"""Logs of functions go to a log group that exists, or that the function's role may create.

MiniStack creates it whatever the role may do, so a deleted group would come back with a function's last line.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import cloudwatch_logs, iam, lambda_svc

CREATE = {"logs:CreateLogGroup", "logs:*", "*"}

_emit = lambda_svc._emit_lambda_logs


def emit(function: dict[str, Any], *arguments: Any, **options: Any) -> None:
    config = function.get("config") or function
    default = f"/aws/lambda/{config.get('FunctionName')}"
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or default
    if group in cloudwatch_logs._log_groups or _may_create(str(config.get("Role"))):
        _emit(function, *arguments, **options)


def _may_create(role_arn: str) -> bool:
    role = iam._roles.get(role_arn.rsplit("/", maxsplit=1)[-1])
    # A managed policy of AWS's for functions allows it.
    return role is not None and (bool(role.get("AttachedPolicies")) or bool(CREATE & set(_actions(role))))


def _actions(role: dict[str, Any]) -> Iterator[str]:
    for document in role.get("InlinePolicies", {}).values():
        policy = json.loads(document) if isinstance(document, str) else document
        for statement in policy["Statement"]:
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


def install() -> None:
    lambda_svc._emit_lambda_logs = emit
