"""The user's transform in stage 2, on real Delta tables: what it makes of events, and that it costs none."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from clickstream_lakehouse.appends import Appender
from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine import refiner
from clickstream_lakehouse.tables import ColumnTypeError, create_tables
from support.lake import assert_every_reader_counts_the_same, assert_protocol_1_2, lake_config, rows
from support.lines import RECEIVED_MS, event_line, ndjson
from support.refine import arrive, run_refine
from support.transforms import FAILING, holds_nothing, hook


@pytest.fixture
def with_hook(spark: SparkSession, tmp_path: Path) -> Callable[..., JobConfig]:
    """The configuration of a lake with such a transform."""

    def make(name: str, source: str, **changes: Any) -> JobConfig:
        config = lake_config(tmp_path, transform=hook(spark, tmp_path, name, source), **changes)
        create_tables(spark, config)
        return config

    return make


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


@pytest.mark.parametrize(
    ("crash", "first", "then"),
    [
        ("after the bad events", "fails", "works"),
        ("after the last append", "fails", "works"),
        ("after the last append", "works", "fails"),
    ],
)
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
    append, appends = Appender.append, []

    def append_once(appender: Appender, *arguments: Any) -> None:
        if appends and crash == "after the bad events":
            raise RuntimeError("killed here")
        append(appender, *arguments)
        appends.append(arguments)

    def killed(*_: Any) -> None:
        raise RuntimeError("killed here")

    def set_switch(state: str) -> None:
        switch.touch() if state == "fails" else switch.unlink(missing_ok=True)

    set_switch(first)
    with monkeypatch.context() as patch:
        patch.setattr(Appender, "append", append_once)
        patch.setattr(Metrics, "batch", killed)
        with pytest.raises(StreamingQueryException, match="killed here"):
            run_refine(spark, config)
    set_switch(then)
    run_refine(spark, config, new_run=True)
    decided = first if crash == "after the last append" else then
    if decided == "fails":
        # The twin of an event that it failed on is another line, which may be tried again.
        assert names(config) <= Counter({("a", "Product Viewed"): 1})
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
    run_refine(spark, config, new_run=True)
    assert names(config) == Counter({("a", "Product Viewed"): 1})


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
