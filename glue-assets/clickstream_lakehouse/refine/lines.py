"""The lines of raw records: split, parsed by the contract, and the reason why a line is none of ours.

A record is NDJSON. Every line becomes one row with all fields a line may have; `fault` is null when it obeys the contract.
"""

from functools import cache

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from clickstream_lakehouse.contract import LINE_VERSION, Field, bad_line_fields, event_line_fields, line_fields

MAX_EVENT_ID_CHARS = 256
LAST_MILLISECOND = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z: the last that a timestamp of every reader can hold

_STRINGS = "|".join(f.name for f in line_fields() if isinstance(f.line_type, StringType))
_NUMBERS = "|".join(f.name for f in line_fields() if not isinstance(f.line_type, StringType))

# A quote inside a JSON string is escaped, so `"name":` is always a key. The first group is the name.
STRING_OF_WRONG_TYPE = rf'"({_STRINGS})"\s*:\s*(?!["\sn])'
NUMBER_OF_WRONG_TYPE = rf'"({_NUMBERS})"\s*:\s*(?!-?\d|[\sn])'

# Whether any key but those of the numbers has a value that is no string: a tenth of the cost of looking for all the names,
# because it starts with a literal, and rarely true. (The quote is not escaped: it ends a key, not a part of a string.)
_MAYBE_WRONG_TYPE = rf'"(?=\s*:\s*[^"\sn])(?<!\\")(?<!"(?:{_NUMBERS})")'

_CORRUPT = "_corrupt"
_END = "_end"
_JSON_OPTIONS = {
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": _CORRUPT,
    "allowNonNumericNumbers": "false",  # neither a bare NaN
    "allowSingleQuotes": "false",  # nor these are JSON
}


def split_lines(raw: DataFrame) -> DataFrame:
    """One row per non-blank line, or one for a record that is not UTF-8 (data_base64 instead of line).

    Columns: shard_id, sequence_number, arrival_ts, line_index (from 0), line, data_base64.
    """
    rows = raw.select(
        "shard_id",
        "sequence_number",
        "arrival_ts",
        "data_base64",
        F.posexplode(F.coalesce(F.split("data", "\n"), F.array(F.lit("")))).alias("line_index", "text"),
    )
    # btrim looks at every character; the collector's own lines need none of it.
    is_bare = F.col("text").startswith("{") & F.col("text").endswith("}")
    return rows.select(
        "shard_id",
        "sequence_number",
        "arrival_ts",
        "line_index",
        F.when(is_bare, F.col("text")).otherwise(F.btrim("text", F.lit(" \t\r"))).alias("line"),
        "data_base64",
    ).where("data_base64 is not null or line != ''")


def parse_lines(lines: DataFrame) -> DataFrame:
    """The rows of split_lines with the fields of the line (times in epoch milliseconds), `fault` and `outcome`.

    outcome: `event` or `bad` (good lines, by their kind) or `fault`.
    """
    parsed = lines.withColumn("parsed", F.from_json(_with_end_mark(F.col("line")), _parse_schema(), _JSON_OPTIONS))
    judged = parsed.withColumn("fault", fault())
    return judged.select(
        *lines.columns,
        *[F.col(f"parsed.{f.name}").alias(f.name) for f in line_fields()],
        "fault",
        F.when(F.col("fault").isNotNull(), "fault").otherwise(F.col("parsed.kind")).alias("outcome"),
    )


@cache
def fault() -> Column:
    """Error code of a parsed line, null for a good one; the first rule that is broken names it."""
    kind = F.col("parsed.kind")
    return (
        F.when(F.col("data_base64").isNotNull(), "not_utf8")
        .when(F.col(f"parsed.{_END}").isNull(), "invalid_json")
        .when(~F.col("parsed.v").eqNullSafe(LINE_VERSION), "unsupported_version")
        .when(_has_wrong_type(), "wrong_type")
        .when(kind == "event", _fault_of(event_line_fields()))
        .when(kind == "bad", _fault_of(bad_line_fields()))
        .otherwise("unknown_kind")
    )


def _with_end_mark(line: Column) -> Column:
    """The object with one more field at its end, which is parsed only when the parser went through the whole line.

    from_json stops after the first value: without the mark `{…}{…}` or `{…} garbage` would silently lose its tail.
    A line that is no object becomes null.
    """
    mark = f'"{_END}":1}}'
    # As bytes: counting the characters of a string takes longer than parsing it.
    opened = line.cast("binary").substr(F.lit(1), F.octet_length(line) - 1)
    marked = F.concat(opened, F.lit(("," + mark).encode())).cast("string")
    is_object = line.startswith("{") & line.endswith("}")
    return F.when(line.rlike(r"^\{\s*\}$"), "{" + mark).when(is_object, marked)


@cache
def _parse_schema() -> StructType:
    fields = [StructField(f.name, f.line_type) for f in line_fields()]
    return StructType([*fields, StructField(_END, StringType()), StructField(_CORRUPT, StringType())])


def _has_wrong_type() -> Column:
    """Whether a field has a value of another type than the contract's.

    from_json nulls a wrong number and keeps the line in the corrupt column, but makes a string of anything, so the line is
    searched for a string field with another value.
    """
    line = F.col("line")
    return F.col(f"parsed.{_CORRUPT}").isNotNull() | (line.rlike(_MAYBE_WRONG_TYPE) & line.rlike(STRING_OF_WRONG_TYPE))


def _fault_of(fields: tuple[Field, ...]) -> Column:
    """The first broken rule of a line whose fields have the right types, null when there is none."""
    rules = [rule for f in fields for rule in _rules(f)]
    code, broken = rules[0]
    chain = F.when(broken, code)
    for code, broken in rules[1:]:
        chain = chain.when(broken, code)
    return chain


def _rules(field: Field) -> list[tuple[str, Column]]:
    value = F.col(f"parsed.{field.name}")
    rules: list[tuple[str, Column]] = []
    if not field.nullable:
        missing = value.isNull() | (value == "") if field.type == "string" else value.isNull()
        rules.append((f"missing_{field.name}", missing))
    if field.name == "event_id":
        rules.append(("event_id_too_long", F.length(value) > MAX_EVENT_ID_CHARS))
    if field.values:
        rules.append((f"invalid_{field.name}", value.isNotNull() & ~value.isin(*field.values)))
    if field.type == "timestamp":
        rules.append((f"{field.name}_out_of_range", ~F.coalesce(value.between(0, LAST_MILLISECOND), F.lit(True))))
    if field.type == "double":
        rules.append((f"{field.name}_out_of_range", F.abs(value) == float("inf")))
    return rules
