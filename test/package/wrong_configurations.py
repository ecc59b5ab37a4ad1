"""Builds each lakehouse of test/wrong-configurations.json and prints the errors, in order, as JSON."""

import json
import re
import sys
from pathlib import Path

import aws_cdk
import cdk_clickstream_lakehouse as lakehouse


def snake(name: str) -> str:
    """`memory_size` of `memorySize`; keys of maps, such as paths and settings, stay as they are."""
    if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name):
        return name
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def named(path: str):
    """The function or value of aws-cdk-lib or of our package that has this path."""
    first, *rest = path.split(".")
    found = getattr(lakehouse, first) if hasattr(lakehouse, first) else getattr(aws_cdk, first)
    for name in rest:
        found = getattr(found, snake(name))
    return found


def evaluate(expression, stack: aws_cdk.Stack):
    if isinstance(expression, list):
        return [evaluate(item, stack) for item in expression]
    if not isinstance(expression, dict):
        return expression
    if "stack" in expression and expression["stack"] is True:
        return stack
    if "value" in expression:
        return named(expression["value"])
    if "call" in expression:
        return named(expression["call"])(*evaluate(expression["args"], stack))
    return {snake(name): structs(name, evaluate(value, stack)) for name, value in expression.items()}


def structs(name: str, value):
    """jsii makes a struct of a dict, but not of the dicts in a map."""
    if name != "writeKeys" or not isinstance(value, dict):
        return value
    return {source: lakehouse.WriteKeySource(**options) for source, options in value.items()}


def error_of(props: dict) -> str | None:
    stack = aws_cdk.Stack()
    try:
        lakehouse.ClickstreamLakehouse(stack, "Lakehouse", **evaluate(props, stack))
    except RuntimeError as error:
        # jsii names the class of an error only where a static method throws it.
        return str(error).removeprefix("InvalidPropertyError: ")
    return None


cases = json.loads(Path(sys.argv[1]).read_text())
print(json.dumps([error_of(case["props"]) for case in cases]))
