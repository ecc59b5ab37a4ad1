"""Why a line is rejected: the rules of the contract, and the fault that each one names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Any

from clickstream_lakehouse.contract import (
    LINE_VERSION,
    MAX_ID_LENGTH,
    MAX_TIMESTAMP_MS,
    Field,
    bad_line_fields,
    event_line_fields,
)


class ErrorCode(StrEnum):
    """The error codes that the job itself gives; contract.json lists and explains them beside the collector's."""

    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    TOO_DEEP = "too_deep"
    INVALID_SHAPE = "invalid_shape"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNKNOWN_KIND = "unknown_kind"
    MISSING_FIELD = "missing_field"
    INVALID_TYPE = "invalid_type"
    INVALID_VALUE = "invalid_value"
    INVALID_ID = "invalid_id"
    ID_CONFLICT = "id_conflict"
    TRANSFORM_FAILED = "transform_failed"
    TRANSFORM_INVALID = "transform_invalid"


@dataclass(frozen=True)
class Fault:
    """The first rule that a line breaks, and the field at fault; None when it is the whole line."""

    code: ErrorCode
    path: str | None = None

    @property
    def message(self) -> str:
        """In words, without any value of the line: people who read messages may not see personal data."""
        if self.code is ErrorCode.MISSING_FIELD:
            return f"{self.path} is missing or empty"
        if self.code is ErrorCode.INVALID_TYPE:
            return f"{self.path} has a value of another type than the contract's"
        if self.code is ErrorCode.INVALID_VALUE:
            listed = _listed_values().get(self.path or "")
            expected = f"is not one of {', '.join(listed)}" if listed else "is outside of what the column can hold"
            return f"{self.path} {expected}"
        return _MESSAGES[self.code]


TRANSFORM_STAGE = "transform"
"""The stage, in bad_events, of events that the user's transform failed on."""

TRANSFORM_CODES = (ErrorCode.TRANSFORM_FAILED, ErrorCode.TRANSFORM_INVALID)


@dataclass(frozen=True)
class TransformFault:
    """Why a batch's new events could not be stored: what went wrong in the user's transform, or with its result."""

    code: ErrorCode
    message: str
    path: str | None = None


_MESSAGES = {
    ErrorCode.INVALID_UTF8: "the record is not UTF-8 text",
    ErrorCode.INVALID_JSON: "the line is not exactly one JSON object",
    ErrorCode.TOO_DEEP: "the line is nested too deeply",
    ErrorCode.INVALID_SHAPE: "the line is JSON but not an object",
    ErrorCode.UNSUPPORTED_VERSION: f"the line's v is not {LINE_VERSION}, the version that this job reads",
    ErrorCode.UNKNOWN_KIND: "the line's kind is neither event nor bad",
    ErrorCode.INVALID_ID: f"event_id is longer than {MAX_ID_LENGTH} characters",
    ErrorCode.ID_CONFLICT: (
        "another event of this source has this event_id and other content; the first one received was kept"
    ),
}


def fault_of_values(fields: Sequence[Field], values: Mapping[str, Any]) -> Fault | None:
    """The first broken rule of a line whose values have the right types."""
    for field in fields:
        code = _broken_rule(field, values.get(field.name))
        if code is not None:
            return Fault(code, field.name)
    return None


def _broken_rule(field: Field, value: Any) -> ErrorCode | None:
    if value is None or value == "":
        if not field.nullable:
            return ErrorCode.MISSING_FIELD
        return ErrorCode.INVALID_VALUE if field.values and value is not None else None
    if field.name == "event_id" and len(value) > MAX_ID_LENGTH:
        return ErrorCode.INVALID_ID
    is_outside = (
        (bool(field.values) and value not in field.values)
        or (field.type == "timestamp" and not 0 <= value <= MAX_TIMESTAMP_MS)
        or (field.type == "double" and not isfinite(value))
    )
    return ErrorCode.INVALID_VALUE if is_outside else None


@cache
def _listed_values() -> dict[str, tuple[str, ...]]:
    return {f.name: f.values for f in (*event_line_fields(), *bad_line_fields()) if f.values}
