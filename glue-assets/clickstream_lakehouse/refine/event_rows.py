"""Valid events, enriched, as rows of `events`."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import Field, table
from clickstream_lakehouse.refine.enrich.bots import bot_reason
from clickstream_lakehouse.refine.enrich.campaign import click_id, click_network, url_parameter
from clickstream_lakehouse.refine.enrich.page import page_host, page_path
from clickstream_lakehouse.refine.enrich.times import ClockReadings, clock_skew_ms, event_ms, ts_quality

# Tells by which rules a row was made; a backfill with newer rules writes another.
PIPELINE_VERSION = "1"


def event_row() -> Column:
    """A valid event (columns of parse_lines and its identity) as a struct: `events` without processed_ts."""
    computed = _computed_columns()
    fields = [f for f in table("events").fields if f.name != "processed_ts"]
    return F.struct(*[_event_column(f, computed).cast(f.type).alias(f.name) for f in fields])


def _event_column(field: Field, computed: dict[str, Column]) -> Column:
    if field.name in computed:
        return computed[field.name]
    if field.line:
        return _typed(field)
    return F.lit(None)


def _typed(field: Field) -> Column:
    value = F.col(field.name)
    return F.timestamp_millis(value) if field.type == "timestamp" else value


def _computed_columns() -> dict[str, Column]:
    url, received = F.col("page_url"), F.col("received_ts")
    readings = ClockReadings(F.col("true_ts"), F.col("client_ts"), F.col("sent_ts"), received)
    happened = F.timestamp_millis(event_ms(readings))
    sent_click_id = F.col("click_id").isNotNull()
    robot = bot_reason(F.col("user_agent"), F.col("user_agent_source"))
    columns = {
        "event_key": F.col("event_key"),
        "event_check": F.col("event_check"),
        "event_fp": F.col("event_fp"),
        "event_ts": happened,
        "event_date": F.to_date(happened),
        "ts_quality": ts_quality(readings),
        "clock_skew_ms": clock_skew_ms(readings),
        "received_date": F.to_date(F.timestamp_millis(received)),
        "page_host": F.coalesce("page_host", page_host(url)),
        "page_path": F.coalesce("page_path", page_path(url)),
        "click_id": F.coalesce("click_id", click_id(url)),
        "click_network": F.when(sent_click_id, F.col("click_network")).otherwise(click_network(url)),
        "is_bot": robot.isNotNull(),
        "bot_reason": robot,
        "meta": _meta(),
    }
    for name in ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"):
        columns[name] = F.coalesce(name, url_parameter(url, name))
    return columns


def _meta() -> Column:
    return F.struct(
        "request_id",
        "batch_index",
        "shard_id",
        "sequence_number",
        F.lit(PIPELINE_VERSION).alias("pipeline_version"),
    )
