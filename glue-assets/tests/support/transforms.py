"""Transforms as users write them."""

from pathlib import Path

from pyspark.sql import SparkSession

HEADER = "from pathlib import Path\n\nfrom pyspark.sql import functions as F\n"

# Each fails the whole batch. The code, and the message that bad_events must have.
FAILING = {
    "throws": (
        'def transform(events):\n    raise ValueError("no rates" + "!" * 900)',
        "transform_failed",
        r"transform threw ValueError at hook_throws\.py:6: no rates!{400,}",
    ),
    "ends": (
        "import sys\n\ndef transform(events):\n    sys.exit('over')",
        "transform_failed",
        r"transform threw SystemExit at hook_ends\.py:8: over",
    ),
    "names_no_column": (
        'def transform(events):\n    return events.withColumn("value", F.col("price"))',
        "transform_failed",
        r"transform threw AnalysisException at hook_names_no_column\.py:6: \[UNRESOLVED_COLUMN.*`price`.*",
    ),
    "fails_on_a_row": (
        (
            'def rate(text):\n    if text == "poison":\n        raise ValueError(f"secret {text}")\n    return text\n\n'
            "def name(text):\n    return rate(text)\n\n"
            'def transform(events):\n    return events.withColumn("event_name", F.udf(name)("event_name"))'
        ),
        "transform_failed",
        r"transform threw ValueError at hook_fails_on_a_row\.py:7, while it worked on the batch's rows",
    ),
    "fails_on_a_row_itself": (
        (
            'def fail(text):\n    raise KeyError(f"secret {text}")\n\n'
            'def transform(events):\n    events.select(F.udf(fail)("event_name")).collect()\n    return events'
        ),
        "transform_failed",
        r"transform threw KeyError at hook_fails_on_a_row_itself\.py:6, while it worked on the batch's rows",
    ),
    "divides": (
        (
            'def transform(events):\n    zero = F.raise_error(F.col("event_name"))\n'
            '    return events.withColumn("value", zero.cast("double"))'
        ),
        "transform_failed",
        r"transform threw USER_RAISED_EXCEPTION, while it worked on the batch's rows",
    ),
    "returns_nothing": (
        "def transform(events):\n    events.count()",
        "transform_invalid",
        "transform must return a DataFrame, got NoneType",
    ),
    "drops_a_column": (
        'def transform(events):\n    return events.drop("event_fp")',
        "transform_invalid",
        "transform must keep the column event_fp, which its result lacks",
    ),
    "adds_a_column": (
        'def transform(events):\n    return events.withColumn("mine", F.lit(1))',
        "transform_invalid",
        r"transform added the column mine: declare it in processing\.columns, or drop it",
    ),
    "has_a_column_twice": (
        'def transform(events):\n    return events.select("*", "value")',
        "transform_invalid",
        "transform must have the column value once, got it twice",
    ),
    "changes_a_type": (
        'def transform(events):\n    return events.withColumn("value", F.col("value").cast("string"))',
        "transform_invalid",
        "transform must keep the type double of the column value, got string",
    ),
    "nulls_a_required_value": (
        'def transform(events):\n    return events.withColumn("event_name", F.lit(None).cast("string"))',
        "transform_invalid",
        "transform must give every event a value of event_name, which was null",
    ),
    "changes_the_id": (
        'def transform(events):\n    return events.withColumn("event_id", F.concat("event_id", F.lit("x")))',
        "transform_invalid",
        r"transform must not change event_id, or what belongs to it \(source and id\)",
    ),
    "changes_the_key": (
        'def transform(events):\n    return events.withColumn("event_key", F.col("event_key") + 1)',
        "transform_invalid",
        r"transform must not change event_id, or what belongs to it \(source and id\)",
    ),
    "changes_the_fingerprint": (
        'def transform(events):\n    return events.withColumn("event_fp", F.lit(1).cast("bigint"))',
        "transform_invalid",
        r"transform must not change the identity of an event \(event_id, .*",
    ),
    "changes_the_time": (
        (
            'def transform(events):\n    later = F.col("received_ts") + F.expr("interval 1 second")\n'
            '    return events.withColumn("received_ts", later)'
        ),
        "transform_invalid",
        r"transform must not change the identity of an event \(event_id, .*",
    ),
    "changes_the_date": (
        'def transform(events):\n    return events.withColumn("received_date", F.date_add("received_date", 1))',
        "transform_invalid",
        r"transform must not change received_date, or what belongs to it \(received_ts\)",
    ),
    "doubles_rows": (
        "def transform(events):\n    return events.union(events)",
        "transform_invalid",
        "transform must return an event at most once, got one twice",
    ),
}


def hook(spark: SparkSession, folder: Path, name: str, source: str) -> str:
    """A module of that source, which driver and workers can import."""
    file = folder / f"hook_{name}.py"
    file.write_text(f"{HEADER}\n{source}\n")
    spark.sparkContext.addPyFile(str(file))
    return file.stem


def holds_nothing(spark: SparkSession) -> bool:
    """Whether no DataFrame is kept in memory."""
    return spark._jsparkSession.sharedState().cacheManager().isEmpty()  # pyright: ignore
