"""The user's transform in stage 2, on real Delta tables: what it makes of events, and that it costs none."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.config import ConfigError, JobConfig
from clickstream_lakehouse.contract import events_table
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine import refiner
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.enrichments import enrichments
from clickstream_lakehouse.refine.event_rows import EVENT_SCHEMA
from clickstream_lakehouse.refine.passes import identify
from clickstream_lakehouse.refine.transform import Transform, TransformError
from clickstream_lakehouse.tables import ColumnTypeError, create_tables
from conftest import REPOSITORY
from support.lake import assert_every_reader_counts_the_same, assert_protocol_1_2, lake_config, rows
from support.lines import RECEIVED_MS, event_line, ndjson
from support.raw import classified, enriched
from support.refine import arrive, run_refine

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
            'def name(text):\n    if text == "poison":\n        raise ValueError(f"secret {text}")\n    return text\n\n'
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


@pytest.fixture
def with_hook(spark: SparkSession, tmp_path: Path) -> Callable[..., JobConfig]:
    """The configuration of a lake with such a transform."""

    def make(name: str, source: str, **changes: Any) -> JobConfig:
        config = lake_config(tmp_path, transform=hook(spark, tmp_path, name, source), **changes)
        create_tables(spark, config)
        return config

    return make


def identified(lines: ClassifiedLines) -> pa.Table:
    return pa.Table.from_batches(list(identify([lines.records])))


def holds_nothing(spark: SparkSession) -> bool:
    """Whether no DataFrame is kept in memory."""
    return spark._jsparkSession.sharedState().cacheManager().isEmpty()  # pyright: ignore


def names(config: JobConfig) -> Counter[Any]:
    return Counter(rows(config.events_path, "event_id, event_name"))


def failed(config: JobConfig) -> Counter[Any]:
    return Counter(rows(config.bad_events_path, "sequence_number, line_index", "stage = 'transform'"))


def measured(printed: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return [line for line in lines if line["type"] == "metrics" and line["BatchDuration"]]


def test_it_changes_fills_and_filters_rows_and_fills_promoted_columns(
    spark: SparkSession, with_hook: Callable[..., JobConfig], capsys: pytest.CaptureFixture[str]
) -> None:
    config = with_hook(
        "works",
        "shout = F.udf(lambda name: name.upper())\n\ndef transform(events):\n"
        '    kept = events.where("event_name <> \'internal\'").withColumn("event_name", shout("event_name"))\n'
        '    return kept.withColumn("tier", F.when(F.col("cart_value") > 10, "gold"))',
        columns=(
            PromotedColumn("cart_value", "double", "properties", ("cart", "value")),
            PromotedColumn("tier", "string"),
        ),
    )
    lines = [
        event_line(event_id="a", event_name="view", properties='{"cart":{"value":12.5}}'),
        event_line(event_id="b", event_name="internal"),
        event_line(event_id="c", event_name="buy", properties='{"cart":{"value":"12.5"}}'),
        event_line(event_id="a", event_name="view", properties='{"cart":{"value":12.5}}'),
    ]
    arrive(spark, config, 1, ndjson(*lines, "garbage"))
    run_refine(spark, config)
    arrive(spark, config, 2, ndjson(event_line(event_id="d", event_name="internal")))
    run_refine(spark, config)
    assert Counter(rows(config.events_path, "event_id, event_name, cart_value, tier")) == Counter(
        {("a", "VIEW", 12.5, "gold"): 1, ("c", "BUY", None, None): 1}
    )
    assert rows(config.bad_events_path, "error_code") == [("invalid_json",)]
    first, second = measured(capsys.readouterr().out)
    assert (first["Events"], first["BadEvents"], first["DuplicateEvents"], first["TransformFailures"]) == (2, 1, 1, 0)
    assert (second["Events"], second["TransformFailures"]) == (0, 0)
    assert_protocol_1_2(config.events_path)
    assert assert_every_reader_counts_the_same(spark, config.events_path) == 2
    assert holds_nothing(spark)


@pytest.mark.parametrize("case", FAILING)
def test_each_way_to_fail_has_its_code_and_a_message_without_data(
    spark: SparkSession, tmp_path: Path, case: str
) -> None:
    source, code, message = FAILING[case]
    lines = classified(ndjson(event_line(event_id="a"), event_line(event_id="b", event_name="poison")))
    rows_in = spark.createDataFrame(enriched(lines, enrichments(lake_config(tmp_path))))
    with pytest.raises(TransformError) as raised:
        Transform(hook(spark, tmp_path, case, source), EVENT_SCHEMA).apply(rows_in, identified(lines))
    fault = raised.value.fault
    assert fault.code == code
    assert re.fullmatch(message, fault.message), fault.message
    assert len(fault.message) <= 500
    assert "secret" not in fault.message
    assert holds_nothing(spark)


@pytest.mark.parametrize("page", ["README.md", "docs/processing.md"])
def test_the_transforms_of_the_docs_work(spark: SparkSession, tmp_path: Path, page: str) -> None:
    ((source),) = re.findall(r"```python\n(.*?)```", (REPOSITORY / page).read_text(), re.DOTALL)
    columns = (
        PromotedColumn("cart_value", "double", "properties", ("cart", "value")),
        PromotedColumn("tier", "string"),
    )
    schema = events_table(columns).row_schema
    lines = classified(ndjson(event_line(properties='{"cart":{"value":101}}')))
    rows_in = spark.createDataFrame(enriched(lines, enrichments(lake_config(tmp_path, columns=columns)), schema))
    module = hook(spark, tmp_path, page.partition(".")[0].replace("/", "_"), source)
    result, kept = Transform(module, schema).apply(rows_in, identified(lines))
    changed = {"README.md": ("product viewed", None), "docs/processing.md": ("Product Viewed", "gold")}[page]
    assert (kept, [(row.event_name, row.tier) for row in result.collect()]) == (1, [changed])
    result.unpersist()


@pytest.mark.parametrize("case", ["throws", "fails_on_a_row"])
def test_when_it_fails_the_batchs_events_are_bad_events_with_all_their_bytes(
    spark: SparkSession, with_hook: Callable[..., JobConfig], case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = with_hook(f"batch_{case}", FAILING[case][0])
    good, poison = event_line(event_id="a", batch_index=1), event_line(event_id="b", event_name="poison")
    arrive(spark, config, 1, ndjson("garbage", good), ndjson(poison))
    run_refine(spark, config)
    assert rows(config.events_path) == []
    columns = "batch_index, error_code, raw, raw_encoding, raw_bytes, request_id, line_index, epoch_ms(received_ts)"
    found = rows(config.bad_events_path, columns, "stage = 'transform'")
    rest = ("request-1", RECEIVED_MS)
    texts = [json.dumps(good), json.dumps(poison)]
    assert sorted(found) == [
        (0, "transform_failed", texts[1], "utf8", len(texts[1]), rest[0], 0, rest[1]),
        (1, "transform_failed", texts[0], "utf8", len(texts[0]), rest[0], 1, rest[1]),
    ]
    assert rows(config.bad_events_path, "error_code", "stage <> 'transform'") == [("invalid_json",)]
    (batch,) = measured(capsys.readouterr().out)
    assert (batch["Events"], batch["BadEvents"], batch["TransformFailures"]) == (0, 3, 2)
    assert holds_nothing(spark)
    assert_protocol_1_2(config.bad_events_path)


SWITCH = (
    "def transform(events):\n"
    "    if Path({switch!r}).exists():\n        raise ValueError('switched on')\n"
    "    return events.where(\"event_id <> 'filtered'\")"
)


@pytest.mark.parametrize(("first", "then"), [("fails", "works"), ("works", "fails")])
@pytest.mark.parametrize("crash", ["after the bad events", "after the last append"])
def test_a_replay_neither_loses_nor_doubles_whatever_it_does_then(
    spark: SparkSession,
    with_hook: Callable[..., JobConfig],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    crash: str,
    first: str,
    then: str,
) -> None:
    switch = tmp_path / "fails"
    name = f"switch_{first}_{then}_{crash.replace(' ', '_')}"
    config = with_hook(name, SWITCH.replace("{switch!r}", repr(str(switch))))
    twin = event_line(event_id="a")
    arrive(spark, config, 1, ndjson(twin, twin, {**twin, "event_name": "other"}, "garbage", event_line(event_id="b")))
    arrive(spark, config, 2, ndjson(event_line(event_id="filtered")))
    append, appends = refiner._append, []

    def append_once(*arguments: Any) -> None:
        if appends and crash == "after the bad events":
            raise RuntimeError("killed here")
        append(*arguments)
        appends.append(arguments)

    def killed(*_: Any) -> None:
        raise RuntimeError("killed here")

    def set_switch(state: str) -> None:
        switch.touch() if state == "fails" else switch.unlink(missing_ok=True)

    set_switch(first)
    with monkeypatch.context() as patch:
        patch.setattr(refiner, "_append", append_once)
        patch.setattr(Metrics, "batch", killed)
        with pytest.raises(StreamingQueryException, match="killed here"):
            run_refine(spark, config)
    set_switch(then)
    run_refine(spark, config)
    decided = first if crash == "after the last append" else then
    if decided == "fails":
        assert names(config) == Counter()
        assert failed(config) == Counter({("1", 0): 1, ("1", 4): 1, ("2", 0): 1})
    else:
        assert names(config) == Counter({("a", "Product Viewed"): 1, ("b", "Product Viewed"): 1})
        # The event that was filtered out is in no table, so a replay tries it again.
        assert failed(config) <= Counter({("2", 0): 1})
    others = Counter(rows(config.bad_events_path, "error_code, line_index", "stage <> 'transform'"))
    assert others == Counter({("id_conflict", 2): 1, ("invalid_json", 3): 1})


def test_a_copy_of_an_event_that_it_failed_on_is_tried_again(
    spark: SparkSession, with_hook: Callable[..., JobConfig], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    switch = tmp_path / "fails"
    config = with_hook("again", SWITCH.replace("{switch!r}", repr(str(switch))))
    switch.touch()
    arrive(spark, config, 1, ndjson(event_line(event_id="a")))
    run_refine(spark, config)
    switch.unlink()
    arrive(spark, config, 2, ndjson(event_line(event_id="a")))
    run_refine(spark, config)
    assert names(config) == Counter({("a", "Product Viewed"): 1})
    assert failed(config) == Counter({("1", 0): 1})
    assert [batch["TransformFailures"] for batch in measured(capsys.readouterr().out)] == [1, 0]


def test_an_error_of_the_storage_is_none_of_the_transforms(
    spark: SparkSession, with_hook: Callable[..., JobConfig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows cannot be read for the second pass; then they can."""
    config = with_hook("reads", "def transform(events):\n    return events")
    arrive(spark, config, 1, ndjson(event_line(event_id="a")))

    def unreadable(_batches: Any) -> Any:
        raise OSError("the storage is away")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(refiner, "make_event_rows", lambda *_: unreadable)
        with pytest.raises(StreamingQueryException, match="the storage is away"):
            run_refine(spark, config)
    assert (rows(config.events_path), rows(config.bad_events_path)) == ([], [])
    run_refine(spark, config)
    assert names(config) == Counter({("a", "Product Viewed"): 1})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import no_such_library",
            r"^--transform \w+ cannot be imported: ModuleNotFoundError: No module named 'no_s.*",
        ),
        (
            "1 / 0",
            r"^--transform \w+ cannot be imported: ZeroDivisionError: division by zero\. Deploy the module with .*",
        ),
        ("import sys\nsys.exit(3)", r"^--transform \w+ cannot be imported: SystemExit: 3\..*"),
        (
            "def transfrom(events):\n    return events",
            r"^--transform \w+ must define transform\(events\), got nothing of",
        ),
        ("transform = 3", r"^--transform \w+ must define transform\(events\), got a int in /.*\.py$"),
    ],
)
def test_a_module_that_cannot_be_used_ends_the_run_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, source: str, message: str
) -> None:
    name = f"unusable_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=message):
        Transform(name, EVENT_SCHEMA)


def test_promoted_columns_are_added_to_a_living_table_and_stay_when_they_are_no_longer_asked_for(
    spark: SparkSession, tmp_path: Path
) -> None:
    columns = tuple(
        PromotedColumn(f"my_{of_type}", of_type, "properties", ("v",))
        for of_type in ("string", "bigint", "double", "boolean", "timestamp", "date")
    )
    configs = [lake_config(tmp_path), lake_config(tmp_path, columns=columns), lake_config(tmp_path)]
    values = ["1", "1", '"2026-01-02"']
    for number, (config, value) in enumerate(zip(configs, values, strict=True), start=1):
        create_tables(spark, config)
        arrive(spark, config, number, ndjson(event_line(event_id=str(number), properties=f'{{"v":{value}}}')))
        run_refine(spark, config)
    path = configs[0].events_path
    expected = {("1", None, None), ("2", 1, 1.0), ("3", None, None)}
    assert set(rows(path, "event_id, my_bigint, my_double")) == expected
    by_spark = spark.read.format("delta").load(path).select("event_id", "my_bigint", "my_double").collect()
    assert {tuple(row) for row in by_spark} == expected
    assert assert_every_reader_counts_the_same(spark, path) == 3
    assert_protocol_1_2(path)
    with pytest.raises(ColumnTypeError, match=r"^the column my_date of events has the type date, and string was asked"):
        create_tables(spark, lake_config(tmp_path, columns=(PromotedColumn("my_date", "string"),)))
