"""Stage 2 on real Delta tables: the rows that a batch becomes, also when it is run twice."""

import base64
import gzip
import json
import random
from collections import Counter
from typing import Any

import duckdb
import pytest
from deltalake import DeltaTable
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from clickstream_lakehouse.appends import own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.epoch import SupersededError
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine import known_keys, refiner
from clickstream_lakehouse.refine.known_keys import KnownKeys
from clickstream_lakehouse.refine.refiner import Refiner, batch_bytes
from clickstream_lakehouse.tables import create_tables, table_paths
from support.lake import assert_every_reader_counts_the_same, assert_protocol_1_2, lake_config, rows
from support.lines import RECEIVED_MS, bad_line, event_line, ndjson
from support.refine import arrive, run_refine, start_refine

HOUR = 3_600_000


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


def test_an_id_that_another_source_has_used_neither_suppresses_nor_conflicts(
    spark: SparkSession, config: JobConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = event_line(event_id="order-1", event_name="Forged", source_id="page", app_id="shop")
    real = event_line(event_id="order-1", event_name="Order Completed", source_id="server", app_id="shop")
    arrive(spark, config, 1, ndjson(forged))
    run_refine(spark, config)
    arrive(spark, config, 2, ndjson({**forged, "event_name": "Forged again"}, real, real))
    arrive(spark, config, 3, ndjson({**real, "event_name": "Order Refunded"}))
    run_refine(spark, config)
    assert events(config) == Counter({("order-1", "Forged", "1"): 1, ("order-1", "Order Completed", "2"): 1})
    assert bad_events(config) == Counter({("dedup", "id_conflict", "2", 0): 1, ("dedup", "id_conflict", "3", 0): 1})
    assert sum(copies for _, _, copies in counted(capsys.readouterr().out)) == 1


AGENTS = [("curl/8", "request"), ("curl/8", "event"), ("curl/8", None), ("Googlebot/2.1", "request")]
SHOP_URL = "https://shop.example/p?utm_source=mail&gclid=G"
SAID = [{"click_network": "own"}, {"click_id": "C"}, {"click_id": "C", "click_network": "own"}, {"utm_source": "x"}]


@pytest.fixture(scope="module")
def refined(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> JobConfig:
    """A lake with the events of several tests, each of which finds its own by the request's id."""
    config = lake_config(tmp_path_factory.mktemp("refined"))
    create_tables(spark, config)
    agents = [event_line(user_agent=agent, user_agent_source=source) for agent, source in AGENTS]
    requests = {
        "agents": agents,
        "age": [event_line(client_ts=None, sent_ts=None, client_age_ms=HOUR)],
        "sources": [event_line(event_id="a", source_id=source) for source in ("one", "two", None)],
        "said": [event_line(page_url=SHOP_URL, **fields) for fields in SAID],
    }
    records = [
        ndjson(*[{**line, "request_id": name, "batch_index": index} for index, line in enumerate(lines)])
        for name, lines in requests.items()
    ]
    arrive(spark, config, 1, *records)
    run_refine(spark, config)
    return config


def of_request(config: JobConfig, name: str, columns: str) -> list[tuple[Any, ...]]:
    assert rows(config.bad_events_path) == []
    return rows(config.events_path, columns, f"meta.request_id = '{name}'")


def test_a_server_that_sends_for_its_visitors_is_no_robot(refined: JobConfig) -> None:
    assert sorted(of_request(refined, "agents", "meta.batch_index, is_bot, bot_reason")) == [
        (0, False, None),
        (1, True, "ua:curl/"),
        (2, False, None),
        (3, True, "ua:bot"),
    ]


def test_an_event_with_an_age_happened_so_long_before_it_was_received(refined: JobConfig) -> None:
    found = of_request(refined, "age", "epoch_ms(event_ts), ts_quality, clock_skew_ms, client_ts")
    assert found == [(RECEIVED_MS - HOUR, "client", None, None)]


def test_the_same_event_through_two_sources_is_two_rows(refined: JobConfig) -> None:
    assert len(of_request(refined, "sources", "1")) == 3


def test_what_the_client_says_counts_before_what_is_derived(refined: JobConfig) -> None:
    found = of_request(refined, "said", "click_id, click_network, utm_source")
    assert Counter(found) == Counter(
        {("G", "own", "mail"): 1, ("C", None, "mail"): 1, ("C", "own", "mail"): 1, ("G", "google", "x"): 1}
    )


def test_every_field_of_a_line_that_has_a_column_is_written_as_sent(spark: SparkSession, config: JobConfig) -> None:
    url = "https://shop.example/p?utm_source=u&utm_medium=u&utm_campaign=u&utm_term=u&utm_content=u&gclid=G"
    numbers = {"int": 7, "bigint": 2**40, "double": 2.5, "timestamp": RECEIVED_MS - 7}
    for name, build in {"events": event_line, "bad_events": bad_line}.items():
        fields = [f for f in table(name).fields if f.line]
        said = {f.name: f.values[-1] if f.values else numbers.get(f.type, f"said {f.name}") for f in fields}
        line = build(**{**said, **({"page_url": url} if name == "events" else {})})
        arrive(spark, config, len(name), ndjson(line))
        run_refine(spark, config)
        row = spark.read.format("delta").load(table_paths(config)[name]).collect()[0]
        times = {f.name for f in fields if f.type == "timestamp"}
        written = {f.name: row[f.name].timestamp() * 1000 if f.name in times else row[f.name] for f in fields}
        assert written == {f.name: line[f.name] for f in fields}


def test_the_parts_of_a_bad_events_content_can_be_joined_and_decoded(spark: SparkSession, config: JobConfig) -> None:
    """The query that the column raw_part describes, on parts in two records as the collector cuts them."""
    content = json.dumps({"batch": [random.Random(1).randbytes(8_000).hex(), "café 𝄞 \u2028"]}, ensure_ascii=False)
    encoded = base64.b64encode(gzip.compress(content.encode(), 1)).decode()
    size = len(encoded) // 2 + 1
    common = {
        "protocol": "segment",
        "request_id": "r-1",
        "stage": "size",
        "error_code": "event_too_large",
        "raw_encoding": "gzip",
        "raw_bytes": len(content.encode()),
        "raw_parts": 2,
    }
    lines = [
        bad_line(**common, batch_index=index, raw_part=part, raw=encoded[part * size : (part + 1) * size])
        for index in (0, 1)
        for part in (0, 1)
    ]
    arrive(spark, config, 1, ndjson(lines[3], lines[0], bad_line(request_id="r-1")), ndjson(lines[2]), ndjson(lines[1]))
    run_refine(spark, config)
    parts = duckdb.connect().register("bad", DeltaTable(config.bad_events_path).to_pyarrow_dataset())
    joined = parts.sql(
        """select batch_index, string_agg(raw, '' order by raw_part) from bad where raw_encoding = 'gzip'
        group by request_id, batch_index having count(*) = max(raw_parts)"""
    )
    decoded = {index: gzip.decompress(base64.b64decode(raw)).decode() for index, raw in joined.fetchall()}
    assert decoded == {0: content, 1: content}
    assert set(rows(config.bad_events_path, "raw_bytes", "raw_parts = 2")) == {(len(content.encode()),)}
    assert len(rows(config.bad_events_path, "*", "raw_part = 0")) == 2
    assert len(rows(config.bad_events_path, "*", "coalesce(raw_part, 0) = 0")) == 3


def test_every_column_of_an_event_has_the_contracts_meaning(spark: SparkSession, config: JobConfig) -> None:
    line = event_line(
        event_id="a",
        page_url="https://Shop.example/p?utm_source=mail&gclid=G",
        user_agent="curl/8",
        user_agent_source="event",
        value=2.5,
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
            patch.setattr(Refiner, "_rows", lambda *_: fail())
        with pytest.raises(StreamingQueryException, match="killed here"):
            run_refine(spark, config)
    assert len(rows(config.bad_events_path)) == 2
    assert len(rows(config.events_path)) == (2 if crash == "after the appends" else 0)
    run_refine(spark, config, new_run=True)
    assert events(config) == Counter({("a", "Product Viewed", "1"): 1, ("b", "Product Viewed", "1"): 1})
    assert bad_events(config) == Counter({("dedup", "id_conflict", "1", 2): 1, ("schema", "invalid_json", "1", 3): 1})


def test_once_the_keys_are_loaded_only_a_batch_that_may_have_copies_is_probed(
    spark: SparkSession, config: JobConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    probed, loading = [], []
    probe, load = known_keys.probe, KnownKeys.load_in_background
    monkeypatch.setattr(known_keys, "probe", lambda *given: probed.append(len(given[1])) or probe(*given))
    monkeypatch.setattr(KnownKeys, "load_in_background", lambda *given: loading.append(load(*given)))
    monkeypatch.setattr(refiner, "_BATCHES_BEFORE_KEYS", 2)
    batches = [["a"], ["b"], ["c", "d"], ["d", "a", "e"], ["f"]]
    query = start_refine(spark, config)
    try:
        for number, names in enumerate(batches):
            arrive(spark, config, number + 1, ndjson(*[event_line(event_id=name) for name in names]))
            query.processAllAvailable()
            for thread in loading:
                thread.join()
    finally:
        query.stop()
    assert len(loading) == 1
    assert probed == [1, 1, 2]
    assert counted(capsys.readouterr().out) == [(1, 0, 0), (1, 0, 0), (2, 0, 0), (1, 0, 2), (1, 0, 0)]
    assert sorted(name for name, *_ in events(config)) == ["a", "b", "c", "d", "e", "f"]


def test_a_backlog_is_refined_in_batches_of_so_many_bytes_for_each_core(
    spark: SparkSession, config: JobConfig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refined(*ids: str) -> list[tuple[int, int, int]]:
        for number, event_id in enumerate(ids):
            arrive(spark, config, number, ndjson(event_line(event_id=event_id)))
        run_refine(spark, config)
        return counted(capsys.readouterr().out)

    assert refined("a", "b", "c") == [(3, 0, 0)]
    monkeypatch.setattr(refiner, "_BATCH_BYTES_PER_CORE", 1)
    assert refined("d", "e", "f") == [(1, 0, 0)] * 3


def test_more_cores_take_larger_batches_as_long_as_the_driver_can_hold_them() -> None:
    assert batch_bytes(4) == 2 * batch_bytes(2)
    assert batch_bytes(1_000) == batch_bytes(100)


def test_a_superseded_run_commits_nothing(spark: SparkSession, config: JobConfig) -> None:
    query = start_refine(spark, config)
    query.processAllAvailable()
    own_tables(spark, config)
    arrive(spark, config, 1, ndjson(event_line()))
    with pytest.raises(StreamingQueryException, match=SupersededError.__name__):
        query.processAllAvailable()
    assert rows(config.events_path) == []


def fail() -> None:
    raise RuntimeError("killed here")
