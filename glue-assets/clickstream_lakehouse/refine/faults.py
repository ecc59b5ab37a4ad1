"""Why a line is rejected: the rules of the contract, in the order in which they are checked.

A fault is a struct of an error code and the path of the field at fault (null when it is the whole line). A valid line
has a null instead.
"""

from enum import StrEnum
from functools import cache

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from clickstream_lakehouse.contract import (
    LINE_VERSION,
    MAX_ID_LENGTH,
    MAX_TIMESTAMP_MS,
    Field,
    bad_line_fields,
    event_line_fields,
    line_fields,
)


class ErrorCode(StrEnum):
    """The error codes that the job itself gives; contract.json lists and explains them beside the collector's."""

    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    INVALID_SHAPE = "invalid_shape"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNKNOWN_KIND = "unknown_kind"
    MISSING_FIELD = "missing_field"
    INVALID_TYPE = "invalid_type"
    INVALID_VALUE = "invalid_value"
    INVALID_ID = "invalid_id"
    ID_CONFLICT = "id_conflict"


CORRUPT = "_corrupt"
"""Field of a parsed line: the text of a line in which a number has another type than the contract's."""

LINE_END = "_end"
"""Field of a parsed line: set only when the parser went through the whole line."""

_STRINGS = "|".join(f.name for f in line_fields() if isinstance(f.line_type, StringType))
_NUMBERS = "|".join(f.name for f in line_fields() if not isinstance(f.line_type, StringType))

# A quote inside a JSON string is escaped, so `"name":` is always a key. The first group is the name.
_STRING_OF_WRONG_TYPE = rf'"({_STRINGS})"\s*:\s*(?!["\sn])'
_NUMBER_OF_WRONG_TYPE = rf'"({_NUMBERS})"\s*:\s*(?!-?\d|[\sn])'

# Whether any key but those of the numbers has a value that is not a string: a tenth of the cost of looking for all the
# names, because it starts with a literal, and rarely true. (The quote is not escaped: it ends a key, not a part of a
# string.)
_MAYBE_WRONG_TYPE = rf'"(?=\s*:\s*[^"\sn])(?<!\\")(?<!"(?:{_NUMBERS})")'

_MESSAGES = {
    ErrorCode.INVALID_UTF8: "the record is not UTF-8 text",
    ErrorCode.INVALID_JSON: "the line is not exactly one JSON object",
    ErrorCode.INVALID_SHAPE: "the line is JSON but not an object",
    ErrorCode.UNSUPPORTED_VERSION: f"the line's v is not {LINE_VERSION}, the version that this job reads",
    ErrorCode.UNKNOWN_KIND: "the line's kind is neither event nor bad",
    ErrorCode.INVALID_ID: f"event_id is longer than {MAX_ID_LENGTH} characters",
}


@cache
def line_fault() -> Column:
    """The first rule that a parsed line (columns `line`, `data_base64`, `parsed`) breaks."""
    kind, line = F.col("parsed.kind"), F.col("line")
    # The parser says only that the line is not an object that it can read.
    is_other_json = F.try_parse_json(line).isNotNull() & ~line.startswith("{")
    not_an_object = F.when(is_other_json, _fault(ErrorCode.INVALID_SHAPE)).otherwise(_fault(ErrorCode.INVALID_JSON))
    return (
        F.when(F.col("data_base64").isNotNull(), _fault(ErrorCode.INVALID_UTF8))
        .when(F.col(f"parsed.{LINE_END}").isNull(), not_an_object)
        .when(~F.col("parsed.v").eqNullSafe(LINE_VERSION), _fault(ErrorCode.UNSUPPORTED_VERSION, "v"))
        .when(_has_wrong_type(), _fault(ErrorCode.INVALID_TYPE, _field_of_wrong_type()))
        .when(kind == "event", _field_fault(event_line_fields()))
        .when(kind == "bad", _field_fault(bad_line_fields()))
        .otherwise(_fault(ErrorCode.UNKNOWN_KIND, "kind"))
    )


def fault_message(fault: Column) -> Column:
    """The fault in words, without any value of the line: people who read messages may not see personal data."""
    field = F.coalesce(fault["path"], F.lit("a field"))
    fixed = _lookup({code.value: text for code, text in _MESSAGES.items()}, fault["code"])
    expected = F.coalesce(_lookup(_listed_values(), fault["path"]), F.lit("is outside of what the column can hold"))
    by_field = (
        F.when(fault["code"] == ErrorCode.MISSING_FIELD, F.lit("is missing or empty"))
        .when(fault["code"] == ErrorCode.INVALID_TYPE, F.lit("has a value of another type than the contract's"))
        .when(fault["code"] == ErrorCode.INVALID_VALUE, expected)
    )
    return F.coalesce(fixed, F.concat_ws(" ", field, by_field))


def _fault(code: ErrorCode, path: str | Column | None = None) -> Column:
    field = path if isinstance(path, Column) else F.lit(path).cast("string")
    return F.struct(F.lit(code.value).alias("code"), field.alias("path"))


def _has_wrong_type() -> Column:
    """Whether a field has a value of another type than the contract's.

    from_json nulls a wrong number and keeps the line in the corrupt column, but makes a string of anything, so the line
    is searched for a string field with another value.
    """
    line = F.col("line")
    return F.col(f"parsed.{CORRUPT}").isNotNull() | (line.rlike(_MAYBE_WRONG_TYPE) & line.rlike(_STRING_OF_WRONG_TYPE))


def _field_of_wrong_type() -> Column:
    """The field's name; null when it is a number that is too large or has a fraction."""
    found = [F.regexp_extract("line", pattern, 1) for pattern in (_STRING_OF_WRONG_TYPE, _NUMBER_OF_WRONG_TYPE)]
    return F.coalesce(*[F.when(name != "", name) for name in found])


def _field_fault(fields: tuple[Field, ...]) -> Column:
    """The first broken rule of a line whose fields have the right types."""
    (code, path, is_broken), *others = [rule for f in fields for rule in _rules(f)]
    chain = F.when(is_broken, _fault(code, path))
    for code, path, is_broken in others:
        chain = chain.when(is_broken, _fault(code, path))
    return chain


def _rules(field: Field) -> list[tuple[ErrorCode, str, Column]]:
    value = F.col(f"parsed.{field.name}")
    rules: list[tuple[ErrorCode, Column]] = []
    if not field.nullable:
        is_missing = value.isNull() | (value == "") if field.type == "string" else value.isNull()
        rules.append((ErrorCode.MISSING_FIELD, is_missing))
    if field.name == "event_id":
        rules.append((ErrorCode.INVALID_ID, F.length(value) > MAX_ID_LENGTH))
    if field.values:
        rules.append((ErrorCode.INVALID_VALUE, value.isNotNull() & ~value.isin(*field.values)))
    if field.type == "timestamp":
        rules.append((ErrorCode.INVALID_VALUE, ~F.coalesce(value.between(0, MAX_TIMESTAMP_MS), F.lit(True))))
    if field.type == "double":
        rules.append((ErrorCode.INVALID_VALUE, F.abs(value) == float("inf")))
    return [(code, field.name, is_broken) for code, is_broken in rules]


def _listed_values() -> dict[str, str]:
    listed = {f.name: f.values for f in (*event_line_fields(), *bad_line_fields()) if f.values}
    return {name: f"is not one of {', '.join(values)}" for name, values in listed.items()}


def _lookup(texts: dict[str, str], key: Column) -> Column:
    """The text of the key, null when there is no such key."""
    return F.create_map(*[F.lit(text) for pair in texts.items() for text in pair])[key]
