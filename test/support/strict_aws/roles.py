"""Functions sign with the name of their role, by which the IAM gate knows whose rights to judge."""

from typing import Any

from ministack.core import lambda_runtime


def credentials(config: dict[str, Any]) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": str(config["Role"]).rsplit("/", maxsplit=1)[-1],
        "AWS_SECRET_ACCESS_KEY": "unchecked",
        "AWS_SESSION_TOKEN": "",
    }


def install() -> None:
    lambda_runtime.execution_credentials = credentials
