"""Classifies the lines of raw records: valid events, reports of what the collector refused, and faulty lines.

This is all of stage 2 that looks at one line at a time. It is part of the streaming query's plan, so Spark analyses and
compiles it once, not for every batch. Filter its rows only after they are cached (or in a batch function): Spark would
push a filter down into the projections and parse each line again for every field that the filter depends on.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.bad_rows import faulty_row, refused_row
from clickstream_lakehouse.refine.dedup import LOCATOR
from clickstream_lakehouse.refine.enrich.url import clean_url
from clickstream_lakehouse.refine.event_rows import event_row
from clickstream_lakehouse.refine.identity import event_check, event_fingerprint, event_key, identity_hash
from clickstream_lakehouse.refine.lines import LineClass, parse_lines, split_lines


def classify_lines(raw: DataFrame) -> DataFrame:
    """One row per line of the rows of `raw`.

    line_class    a LineClass
    LOCATOR       where the line is
    event_key, event_check, event_fp, received_ms   identity of an event; null for the others
    event         struct, the row of `events` without processed_ts; null for the others
    bad           struct, the row of `bad_events` without processed_ts; null for events
    line          the text of an event, for the case of an id conflict
    """
    line_class, identity = F.col("line_class"), F.col("identity")
    is_event = line_class == LineClass.EVENT
    # Columns of their own, as several others are made of each.
    prepared = parse_lines(split_lines(raw)).select(
        "*",
        F.when(is_event, identity_hash()).alias("identity"),
        F.when(is_event, clean_url(F.col("page_url"))).alias("clean_page_url"),
    )
    identified = prepared.select(
        "*",
        F.when(is_event, event_key(identity)).alias("event_key"),
        F.when(is_event, event_check(identity)).alias("event_check"),
        F.when(is_event, event_fingerprint()).alias("event_fp"),
    )
    bad = F.when(line_class == LineClass.FAULTY, faulty_row()).when(line_class == LineClass.REFUSED, refused_row())
    return identified.select(
        "line_class",
        *LOCATOR,
        "event_key",
        "event_check",
        "event_fp",
        F.when(is_event, F.col("received_ts")).alias("received_ms"),
        F.when(is_event, event_row()).alias("event"),
        bad.alias("bad"),
        F.when(is_event, F.col("line")).alias("line"),
    )
