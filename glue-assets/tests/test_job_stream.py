"""The real job on a real shard: started by spark-submit with the zip, killed with kill -9, started again, drained.

One story (the fixture), one promise per test.
"""

import hmac
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.tables import table_paths
from support.geo import COUNTRIES, SYSTEMS
from support.job import Job, zip_package
from support.kinesis_emulator import REGION, KinesisEmulator
from support.lake import assert_every_reader_counts_the_same, assert_protocol_1_2, lake_config, rows
from support.lines import bad_line, event_line, ndjson
from support.secrets_manager import SecretsManager

STREAM = "clicks"
PSEUDONYM_KEY = "k" * 32
LATER_STREAM = "later-clicks"
# Deadlines, not expectations: a machine may be busy with other things.
START_SECONDS = 300
SETTLE_SECONDS = 180


@dataclass
class Sent:
    """The records that were put on the stream."""

    ids: list[str] = field(default_factory=list)
    bad: int = 0
    copies: int = 0
    records: int = 0


@dataclass
class Story:
    config: JobConfig
    sent: Sent
    killed_with: dict[str, int]
    stopped: list[dict[str, Any]]
    exits: list[int]


class Producer:
    """Puts packed records: 20 events each, a copy of one, a line that is not JSON, and a report of a refused event."""

    def __init__(self, emulator: KinesisEmulator) -> None:
        self._emulator = emulator
        self.stream = STREAM
        self.sent = Sent()

    def send(self, records: int) -> None:
        packed = []
        for _ in range(records):
            events = [event_line(batch_index=index, ip_address="193.0.6.0", user_id="u-1") for index in range(20)]
            packed.append(ndjson(*events, {**events[0], "request_id": "retry"}, "not JSON", bad_line()))
            self.sent.ids += [event["event_id"] for event in events]
        self.sent.bad += 2 * records
        self.sent.copies += records
        self.sent.records += records
        self._emulator.put(self.stream, packed)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, jars: str) -> Iterator[Story]:
    root = tmp_path_factory.mktemp("job")
    package = zip_package(root / "package.zip")
    with KinesisEmulator() as emulator, SecretsManager() as secrets, pytest.MonkeyPatch.context() as patch:
        secrets.answer = (200, {"SecretString": PSEUDONYM_KEY})
        for name, value in secrets.environment.items():
            patch.setenv(name, value)
        for name in (STREAM, LATER_STREAM):
            emulator.create_stream(name, shards=2)
        config = lake_config(
            root / "lake",
            region=REGION,
            stream_name=STREAM,
            endpoint_url=emulator.endpoint_url,
            geo_databases=(str(COUNTRIES), str(SYSTEMS)),
            pseudonym_key_arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:clicks",
        )
        producer = Producer(emulator)
        jobs: list[Job] = []

        def start(name: str, config: JobConfig, master: str) -> Job:
            jobs.append(Job(config, package, jars, root / name, master))
            return jobs[-1]

        try:
            yield play(config, producer, start)
        finally:
            for job in jobs:
                job.kill()


def play(config: JobConfig, producer: Producer, start: Any) -> Story:
    producer.send(50)
    first = start("first", config, "local[2]")
    first.wait_for_count(config.events_path, 1, START_SECONDS)
    producer.send(200)
    first.wait_for_count(config.raw_path, 51, SETTLE_SECONDS)
    first.kill()
    killed_with = {name: len(rows(path, "1")) for name, path in table_paths(config).items()}
    # The next driver has one executor in a process of its own, as on Glue.
    second = start("second", config, "local-cluster[1,2,2048]")
    second.wait_for_count(config.events_path, len(producer.sent.ids), START_SECONDS)
    producer.send(50)
    second.wait_for_count(config.events_path, len(producer.sent.ids), SETTLE_SECONDS)
    second.stop()
    exits = [second.wait(60)]
    producer.send(50)
    drain = start("drain", replace(config, mode="drain"), "local[2]")
    exits.append(drain.wait(START_SECONDS))
    # A new stack over the tables of an earlier one has a new stream, whose shards have the same ids.
    producer.stream = LATER_STREAM
    producer.send(10)
    later = start("later", replace(config, mode="drain", stream_name=LATER_STREAM), "local[2]")
    exits.append(later.wait(START_SECONDS))
    return Story(config, producer.sent, killed_with, [job.said[-1] for job in (second, drain, later)], exits)


def test_the_job_was_killed_in_the_middle_of_its_work(story: Story) -> None:
    assert story.killed_with["raw"] > 50
    assert story.killed_with["events"] < 250 * 20


def test_every_event_sent_is_in_events_exactly_once(story: Story) -> None:
    stored = Counter(event_id for (event_id,) in rows(story.config.events_path, "event_id"))
    assert stored == Counter(story.sent.ids)


def test_every_bad_line_is_in_bad_events_exactly_once(story: Story) -> None:
    places = Counter(rows(story.config.bad_events_path, "shard_id, sequence_number, line_index"))
    assert len(places) == story.sent.bad
    assert set(places.values()) == {1}
    reasons = Counter(rows(story.config.bad_events_path, "stage, error_code"))
    assert reasons == {("schema", "invalid_json"): story.sent.bad // 2, ("decode", "invalid_json"): story.sent.bad // 2}


def test_every_record_is_in_raw_exactly_once(story: Story) -> None:
    records = Counter(rows(story.config.raw_path, "shard_id, sequence_number"))
    assert len(records) == story.sent.records
    assert set(records.values()) == {1}


def test_every_event_has_the_location_of_its_address_and_the_pseudonym_of_its_user(story: Story) -> None:
    pseudonym = hmac.new(PSEUDONYM_KEY.encode(), b"u-1", "sha256").hexdigest()
    found = Counter(rows(story.config.events_path, "geo_country, asn, user_id"))
    assert found == {("NL", None, pseudonym): len(story.sent.ids)}


def test_a_sigterm_and_a_drain_end_cleanly(story: Story) -> None:
    assert story.exits == [0, 0, 0]
    assert [line["type"] for line in story.stopped] == ["stopped", "drained", "drained"]


def test_the_tables_stay_readable_by_every_engine(story: Story, spark: SparkSession) -> None:
    for path in table_paths(story.config).values():
        assert_protocol_1_2(path)
        assert assert_every_reader_counts_the_same(spark, path) > 0
