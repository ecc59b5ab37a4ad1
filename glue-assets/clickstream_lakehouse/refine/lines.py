"""The lines of raw records: split, parsed by the contract, and checked against it.

A record is NDJSON. Every line becomes one row with all fields that a line may have.
"""

from enum import StrEnum
from functools import cache

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from clickstream_lakehouse.contract import line_fields
from clickstream_lakehouse.refine.faults import CORRUPT, LINE_END, line_fault


class LineClass(StrEnum):
    """How refine treats a line."""

    EVENT = "event"
    """A valid event."""
    REFUSED = "refused"
    """A valid line that reports what the collector refused."""
    FAULTY = "faulty"
    """A line that breaks the contract."""


_JSON_OPTIONS = {
    "mode": "PERMISSIVE",
    "columnNameOfCorruptRecord": CORRUPT,
    # A bare NaN and single quotes are not JSON.
    "allowNonNumericNumbers": "false",
    "allowSingleQuotes": "false",
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
    # btrim looks at every character; the collector's own lines need no trimming.
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
    """The rows of split_lines with the fields of the line (times in epoch milliseconds), `fault` and `line_class`.

    fault        struct<code, path> of a FAULTY line, else null
    line_class   a LineClass
    """
    parsed = lines.withColumn("parsed", F.from_json(_with_end_mark(F.col("line")), _parse_schema(), _JSON_OPTIONS))
    checked = parsed.withColumn("fault", line_fault())
    is_event = F.col("parsed.kind") == "event"
    return checked.select(
        *lines.columns,
        *[F.col(f"parsed.{f.name}").alias(f.name) for f in line_fields()],
        "fault",
        F.when(F.col("fault").isNotNull(), LineClass.FAULTY)
        .when(is_event, LineClass.EVENT)
        .otherwise(LineClass.REFUSED)
        .alias("line_class"),
    )


def _with_end_mark(line: Column) -> Column:
    """The object with one more field at its end, which is parsed only when the parser went through the whole line.

    from_json stops after the first value: without the mark `{…}{…}` or `{…} garbage` would silently lose its tail.
    A line that is not an object becomes null.
    """
    mark = f'"{LINE_END}":1}}'
    # As bytes: counting the characters of a string takes longer than parsing it.
    opened = line.cast("binary").substr(F.lit(1), F.octet_length(line) - 1)
    marked = F.concat(opened, F.lit(("," + mark).encode())).cast("string")
    is_object = line.startswith("{") & line.endswith("}")
    return F.when(line.rlike(r"^\{\s*\}$"), "{" + mark).when(is_object, marked)


@cache
def _parse_schema() -> StructType:
    fields = [StructField(f.name, f.line_type) for f in line_fields()]
    return StructType([*fields, StructField(LINE_END, StringType()), StructField(CORRUPT, StringType())])
