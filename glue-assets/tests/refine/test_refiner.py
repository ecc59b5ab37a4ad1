"""Stage 2 on real Delta tables: the rows that a batch becomes, also when it is run twice."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import SupersededError, claim_epoch
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine import refiner
from clickstream_lakehouse.refine.refiner import start_refine
from clickstream_lakehouse.tables import create_tables
from support.lake import assert_every_reader_counts_the_same, assert_protocol_1_2, lake_config, rows
from support.lines import RECEIVED_MS, bad_line, event_line, ndjson
from support.raw import raw_table

HOUR = 3_600_000


@pytest.fixture
def config(spark: SparkSession, tmp_path: Path) -> JobConfig:
    config = lake_config(tmp_path)
    create_tables(spark, config)
    return config


def arrive(spark: SparkSession, config: JobConfig, sequence: int, *records: bytes) -> None:
    spark.createDataFrame(raw_table(*records, first_sequence=sequence)).write.format("delta").mode("append").save(
        config.raw_path
    )


def run_refine(spark: SparkSession, config: JobConfig) -> None:
    query = start_refine(
        spark, config, claim_epoch(config.epoch_path, config.region), Metrics(config), trigger_seconds=1
    )
    try:
        query.processAllAvailable()
    finally:
        query.stop()


def events(config: JobConfig) -> Counter[tuple[Any, ...]]:
    return Counter(rows(config.events_path, "event_id, event_name, meta.sequence_number"))


def counted(printed: str) -> list[tuple[int, int, int]]:
    """Events, bad events and copies of every batch that had any."""
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    batches = [(m["Events"], m["BadEvents"], m["DuplicateEvents"]) for m in lines if m["type"] == "metrics"]
    return [counts for counts in batches if any(counts)]


def bad_events(config: JobConfig) -> Counter[tuple[Any, ...]]:
    return Counter(rows(config.bad_events_path, "stage, error_code, sequence_number, line_index"))


def test_a_line_becomes_an_event_a_bad_event_or_a_counted_copy(
    spark: SparkSession, config: JobConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    first = event_line(event_id="a", event_name="first")
    arrive(
        spark,
        config,
        1,
        ndjson(first, event_line(event_id="b"), "garbage", bad_line(), {**first, "sent_ts": RECEIVED_MS + 900}),
        ndjson(event_line(event_id="b", event_name="other content", received_ts=RECEIVED_MS + 5)),
    )
    run_refine(spark, config)
    arrive(
        spark,
        config,
        3,
        ndjson({**first, "received_ts": RECEIVED_MS + 24 * HOUR}, event_line(event_id="c"), "[]"),
        ndjson({**first, "event_name": "other content", "received_ts": RECEIVED_MS + HOUR}),
        ndjson({**first, "received_ts": RECEIVED_MS + 24 * HOUR + 1}),
    )
    run_refine(spark, config)
    assert events(config) == Counter(
        {
            ("a", "first", "1"): 1,
            ("b", "Product Viewed", "1"): 1,
            ("c", "Product Viewed", "3"): 1,
            ("a", "first", "5"): 1,
        }
    )
    assert bad_events(config) == Counter(
        {
            ("schema", "invalid_json", "1", 2): 1,
            ("decode", "invalid_json", "1", 3): 1,
            ("dedup", "id_conflict", "2", 0): 1,
            ("schema", "invalid_shape", "3", 2): 1,
            ("dedup", "id_conflict", "4", 0): 1,
        }
    )
    ((raw, path),) = rows(config.bad_events_path, "raw, error_path", "sequence_number = '4'")
    assert (json.loads(raw)["event_name"], path) == ("other content", "event_id")
    assert counted(capsys.readouterr().out) == [(2, 3, 1), (2, 2, 1)]
    for path in (config.events_path, config.bad_events_path):
        assert_protocol_1_2(path)
    assert assert_every_reader_counts_the_same(spark, config.events_path) == 4
    assert assert_every_reader_counts_the_same(spark, config.bad_events_path) == 5


def test_every_column_of_an_event_has_the_contracts_meaning(spark: SparkSession, config: JobConfig) -> None:
    line = event_line(
        event_id="a", page_url="https://Shop.example/p?utm_source=mail&gclid=G", user_agent="curl/8", value=2.5
    )
    arrive(spark, config, 1, ndjson(line))
    run_refine(spark, config)
    row = spark.read.format("delta").load(config.events_path).collect()[0]
    sent = {name: row[name] for name in line if name in row and name not in ("received_ts", "client_ts", "sent_ts")}
    assert sent == {name: value for name, value in line.items() if name in sent}
    assert {name: row[name].timestamp() * 1000 for name in ("received_ts", "client_ts", "sent_ts", "event_ts")} == {
        "received_ts": RECEIVED_MS,
        "client_ts": RECEIVED_MS - 2_000,
        "sent_ts": RECEIVED_MS - 500,
        "event_ts": RECEIVED_MS - 2_000,
    }
    assert (row.ts_quality, row.clock_skew_ms, str(row.received_date), str(row.event_date)) == (
        "client",
        0,
        "2026-05-28",
        "2026-05-28",
    )
    assert (row.page_host, row.page_path, row.utm_source, row.click_id, row.click_network) == (
        "shop.example",
        "/p",
        "mail",
        "G",
        "google",
    )
    assert (row.is_bot, row.bot_reason) == (True, "ua:curl/")
    assert row.meta.asDict() == {
        "request_id": "request-1",
        "batch_index": 0,
        "shard_id": "shardId-000000000000",
        "sequence_number": "1",
        "pipeline_version": "1",
    }


@pytest.mark.parametrize("crash", ["between the appends", "after the appends"])
def test_a_batch_that_is_cut_off_is_completed_by_the_next_run(
    spark: SparkSession, config: JobConfig, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    twin = event_line(event_id="a")
    records = ndjson(twin, twin, {**twin, "event_name": "other"}, "garbage", event_line(event_id="b"))
    arrive(spark, config, 1, records)
    with monkeypatch.context() as patch:
        if crash == "after the appends":
            patch.setattr(Metrics, "batch", lambda *_: fail())
        else:
            append = refiner._append
            patch.setattr(
                refiner,
                "_append",
                lambda rows, target, *rest: append(rows, target, *rest) if target.name == "bad_events" else fail(),
            )
        with pytest.raises(StreamingQueryException, match="killed here"):
            run_refine(spark, config)
    assert len(rows(config.bad_events_path)) == 2
    assert len(rows(config.events_path)) == (2 if crash == "after the appends" else 0)
    run_refine(spark, config)
    assert events(config) == Counter({("a", "Product Viewed", "1"): 1, ("b", "Product Viewed", "1"): 1})
    assert bad_events(config) == Counter({("dedup", "id_conflict", "1", 2): 1, ("schema", "invalid_json", "1", 3): 1})


def test_a_superseded_run_commits_nothing(spark: SparkSession, config: JobConfig) -> None:
    arrive(spark, config, 1, ndjson(event_line()))
    old = claim_epoch(config.epoch_path, config.region)
    claim_epoch(config.epoch_path, config.region)
    query = start_refine(spark, config, old, Metrics(config), trigger_seconds=1)
    with pytest.raises(StreamingQueryException, match=SupersededError.__name__):
        query.processAllAvailable()
    assert rows(config.events_path) == []


def fail() -> None:
    raise RuntimeError("killed here")
