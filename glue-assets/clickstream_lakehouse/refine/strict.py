"""Reads one line as the contract demands: slowly, and with the reason when it is refused. What this says is the truth.

Most lines are read by block.py, which may only be faster.
"""

import json
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

from clickstream_lakehouse.contract import LINE_VERSION, bad_line_fields, event_line_fields, line_fields
from clickstream_lakehouse.refine.faults import ErrorCode, Fault, fault_of_values

_FIELDS_OF_KIND = {"event": event_line_fields(), "bad": bad_line_fields()}
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")

# Where Python's parser gives up depends on its version and on the stack above it; a verdict must not.
_MAX_DEPTH = 200
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?')
_NOT_BRACKETS = re.compile(r"[^\[\]{}]+")


class StrictLine(NamedTuple):
    """A line's fields as far as they have the contract's types, and why it is refused."""

    values: dict[str, Any]
    fault: Fault | None


def read_line(text: str) -> StrictLine:
    """Read a line. Its text has no blanks around it."""
    if _is_too_deep(text):
        return StrictLine({}, Fault(ErrorCode.TOO_DEEP))
    try:
        found = json.loads(text, parse_constant=_refuse)
    except ValueError:
        return StrictLine({}, Fault(ErrorCode.INVALID_JSON))
    if not isinstance(found, dict):
        return StrictLine({}, Fault(ErrorCode.INVALID_SHAPE))
    values, wrong = _values(found)
    return StrictLine(values, _fault(values, wrong))


def _is_too_deep(text: str) -> bool:
    if text.count("{") + text.count("[") <= _MAX_DEPTH:
        return False
    steps = (1 if bracket in "{[" else -1 for bracket in _NOT_BRACKETS.sub("", _STRING.sub("", text)))
    return any(depth > _MAX_DEPTH for depth in accumulate(steps))


def _fault(values: dict[str, Any], wrong: str | None) -> Fault | None:
    if values.get("v") != LINE_VERSION:
        return Fault(ErrorCode.UNSUPPORTED_VERSION, "v")
    if wrong is not None:
        return Fault(ErrorCode.INVALID_TYPE, wrong)
    fields = _FIELDS_OF_KIND.get(values.get("kind", ""))
    return Fault(ErrorCode.UNKNOWN_KIND, "kind") if fields is None else fault_of_values(fields, values)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _values(found: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The values of the right types, and the first field with a wrong one."""
    values: dict[str, Any] = {}
    wrong: str | None = None
    for name, read in _READERS.items():
        value = found.get(name)
        if value is None:
            continue
        values[name] = read(value)
        if values[name] is None:
            wrong = wrong or name
    return values, wrong


def _text(value: Any) -> str | None:
    # No reader of the tables could store half of a pair.
    return _HALF_OF_A_PAIR.sub("\ufffd", value) if isinstance(value, str) else None


def _integer(bits: int) -> Callable[[Any], int | None]:
    def read(value: Any) -> int | None:
        return value if type(value) is int and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None

    return read


def _double(value: Any) -> float | None:
    if type(value) not in (int, float):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf")


_TYPES: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "int": _integer(32),
    "bigint": _integer(64),
    "timestamp": _integer(64),
    "double": _double,
}
_READERS = {field.name: _TYPES[field.type] for field in line_fields()}
