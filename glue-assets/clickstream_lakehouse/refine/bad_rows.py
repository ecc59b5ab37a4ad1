"""Lines that could not become events as rows of `bad_events`: the reason, its place, and the bytes."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import bad_line_fields, table
from clickstream_lakehouse.refine.faults import ErrorCode, fault_message


def faulty_row() -> Column:
    """A line with a `fault` as a struct: `bad_events` without processed_ts.

    It is dated by its arrival, as its own times cannot be trusted.
    """
    fault = F.col("fault")
    return _row(
        {
            **_known_fields(),
            **_bytes(F.col("line"), F.col("data_base64")),
            "received_ts": F.col("arrival_ts"),
            "stage": F.lit("schema"),
            "error_code": fault["code"],
            "error_message": fault_message(fault),
            "error_path": fault["path"],
        }
    )


def refused_row() -> Column:
    """A valid line of kind `bad` as a struct, as the collector described what it refused."""
    described = {f.name: F.col(f.name) for f in bad_line_fields()}
    return _row({**described, "received_ts": F.timestamp_millis(F.col("received_ts"))})


def conflict_row() -> Column:
    """An event (columns of `events`, and its `line`) whose id another event of its source has."""
    meta = {name: F.col(f"meta.{name}") for name in ("request_id", "batch_index", "shard_id", "sequence_number")}
    message = "another event of this source has this event_id and other content; the first one received was kept"
    return _row(
        {
            **meta,
            **{name: F.col(name) for name in ("protocol", "app_id", "received_ts")},
            **_bytes(F.col("line"), F.lit(None).cast("string")),
            "stage": F.lit("dedup"),
            "error_code": F.lit(ErrorCode.ID_CONFLICT.value),
            "error_message": F.lit(message),
            "error_path": F.lit("event_id"),
        }
    )


def _row(columns: dict[str, Column]) -> Column:
    found_at = {name: F.col(name) for name in ("shard_id", "sequence_number", "line_index")}
    given = {**found_at, **columns, "received_date": F.to_date(columns["received_ts"])}
    fields = [f for f in table("bad_events").fields if f.name != "processed_ts"]
    return F.struct(*[given.get(f.name, F.lit(None)).cast(f.type).alias(f.name) for f in fields])


def _known_fields() -> dict[str, Column]:
    """Fields that can be read even from a faulty line."""
    return {name: F.col(name) for name in ("protocol", "app_id", "request_id", "batch_index")}


def _bytes(line: Column, data_base64: Column) -> dict[str, Column]:
    """All of what was received, which may be an acknowledged event that is brought back later."""
    return {
        "raw": F.coalesce(data_base64, line),
        "raw_encoding": F.when(data_base64.isNotNull(), F.lit("base64")).otherwise(F.lit("utf8")),
        "raw_bytes": F.coalesce(F.octet_length(F.unbase64(data_base64)), F.octet_length(line)),
    }
