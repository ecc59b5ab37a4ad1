"""Lines that could not become events as rows of `bad_events`: the reason, its place, and the bytes."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import LINE_VERSION, bad_line_fields, table
from clickstream_lakehouse.refine.lines import MAX_EVENT_ID_CHARS, NUMBER_OF_WRONG_TYPE, STRING_OF_WRONG_TYPE

MAX_RAW_BYTES = 64 << 10  # of a bad event; `raw` has the whole record

_BASE64_CHARS = MAX_RAW_BYTES // 3 * 4


def faulty_row() -> Column:
    """A line with a `fault` as a struct: `bad_events` without processed_ts. It is dated by its arrival: who trusts its times?"""
    return _row(
        {
            **_known_fields(),
            **_bytes(F.col("line"), F.col("data_base64")),
            "received_ts": F.col("arrival_ts"),
            "stage": F.lit("schema"),
            "error_code": _code(),
            "error_message": _message(),
            "error_path": _path(),
        }
    )


def collector_row() -> Column:
    """A good line of kind `bad`, which the collector refused, as it described it."""
    described = {f.name: F.col(f.name) for f in bad_line_fields()}
    return _row({**described, "received_ts": F.timestamp_millis(F.col("received_ts"))})


def conflict_row() -> Column:
    """An event (columns of `events`, and its `line`) whose id another event has."""
    meta = {name: F.col(f"meta.{name}") for name in ("request_id", "batch_index", "shard_id", "sequence_number")}
    return _row(
        {
            **meta,
            **{name: F.col(name) for name in ("protocol", "app_id", "received_ts")},
            **_bytes(F.col("line"), F.lit(None).cast("string")),
            "stage": F.lit("dedup"),
            "error_code": F.lit("id_conflict"),
            "error_message": F.lit(
                "another event has this event_id and other content; the first one received was kept"
            ),
            "error_path": F.lit("event_id"),
        }
    )


def _row(columns: dict[str, Column]) -> Column:
    found_at = {name: F.col(name) for name in ("shard_id", "sequence_number", "line_index")}
    given = {**found_at, **columns, "retry_count": F.lit(0), "received_date": F.to_date(columns["received_ts"])}
    fields = [f for f in table("bad_events").fields if f.name != "processed_ts"]
    return F.struct(*[given.get(f.name, F.lit(None)).cast(f.type).alias(f.name) for f in fields])


def _known_fields() -> dict[str, Column]:
    """What a broken line may still say about itself."""
    return {name: F.col(name) for name in ("protocol", "app_id", "request_id", "batch_index")}


def _bytes(line: Column, data_base64: Column) -> dict[str, Column]:
    """At most MAX_RAW_BYTES of what was received; a character that the cut splits becomes U+FFFD."""
    cut = F.make_valid_utf8(F.substring(F.encode(line, "UTF-8"), 1, MAX_RAW_BYTES).cast("string"))
    return {
        "raw": F.coalesce(
            F.when(data_base64.isNotNull(), F.substring(data_base64, 1, _BASE64_CHARS)),
            F.when(F.octet_length(line) > MAX_RAW_BYTES, cut).otherwise(line),
        ),
        "raw_encoding": F.when(data_base64.isNotNull(), F.lit("base64")).otherwise(F.lit("utf8")),
        "raw_bytes": F.coalesce(F.octet_length(F.unbase64(data_base64)), F.octet_length(line)),
    }


def _code() -> Column:
    """invalid_json is what the parser can say; a line that is JSON all the same is no object."""
    is_json = F.try_parse_json(F.col("line")).isNotNull() & ~F.col("line").startswith("{")
    return F.when((F.col("fault") == "invalid_json") & is_json, F.lit("not_an_object")).otherwise(F.col("fault"))


def _path() -> Column:
    """The field that the code is about, null when it is about the line."""
    code, line = F.col("fault"), F.col("line")
    wrong = _first(F.regexp_extract(line, STRING_OF_WRONG_TYPE, 1), F.regexp_extract(line, NUMBER_OF_WRONG_TYPE, 1))
    return (
        F.when(code == "wrong_type", wrong)
        .when(code == "event_id_too_long", "event_id")
        .when(code == "unsupported_version", "v")
        .when(code == "unknown_kind", "kind")
        .when(code != "invalid_json", _first(F.regexp_extract(code, "^(?:missing|invalid)_(.+)$|^(.+)_out_of_range$", 1),
                                              F.regexp_extract(code, "^(.+)_out_of_range$", 1)))
    )  # fmt: skip


def _message() -> Column:
    code, path = F.col("fault"), F.coalesce(_path(), F.lit("a field"))
    return (
        F.when(code == "not_utf8", "the record is not UTF-8 text")
        .when(code == "invalid_json", "the line is not exactly one JSON object")
        .when(code == "unsupported_version", f"the line's v is not {LINE_VERSION}, the format that this job reads")
        .when(code == "unknown_kind", "the line's kind is neither event nor bad")
        .when(code == "wrong_type", F.concat(path, F.lit(" has a value of another type than the contract's")))
        .when(code == "event_id_too_long", f"event_id is longer than {MAX_EVENT_ID_CHARS} characters")
        .when(code.startswith("missing_"), F.concat(path, F.lit(" is missing or empty")))
        .when(code.startswith("invalid_"), F.concat(path, F.lit(" has a value that the contract does not list")))
        .otherwise(F.concat(path, F.lit(" is outside of what the column can hold")))
    )


def _first(*texts: Column) -> Column:
    return F.coalesce(*[F.when(text != "", text) for text in texts])
