from typing import NamedTuple

import duckdb
import pytest

from clickstream_lakehouse import contract
from clickstream_lakehouse.refine import identity
from clickstream_lakehouse.refine.identity import NOT_IN_FINGERPRINT
from clickstream_lakehouse.refine.passes import identify
from support.lines import RECEIVED_MS, bad_line, event_line, ndjson
from support.raw import classified


class Identified(NamedTuple):
    event_key: int
    event_check: int
    event_fp: int


def identities(*lines: object) -> list[Identified]:
    events = classified(ndjson(*lines)).events
    assert len(events) == len(lines)
    columns = (*identity.identities(events), identity.fingerprints(events))
    return [Identified(*map(int, row)) for row in zip(*columns, strict=True)]


SOURCES = [(None, "shop"), (None, "web"), ("shop", "x"), ("web", "x"), ("", "x"), ("1:a", "x"), (None, "1:a")]


def test_the_identity_is_of_the_source_and_the_id() -> None:
    ids = ["order-1", "1:order-1", "shop", "web", "app/shop", "source/shop", "8:app/shop"]
    lines = [event_line(event_id=i, source_id=source, app_id=app) for source, app in SOURCES for i in ids]
    rows = identities(*lines)
    assert len({row.event_key for row in rows}) == len({row.event_check for row in rows}) == len(lines)


def test_a_source_is_its_key_whatever_app_it_names() -> None:
    one, other = identities(
        event_line(event_id="a", source_id="web", app_id="shop"),
        event_line(event_id="a", source_id="web", app_id="other"),
    )
    assert (one.event_key, one.event_check) == (other.event_key, other.event_check)


def test_an_empty_source_is_no_source() -> None:
    one, other = identities(event_line(event_id="a", source_id=""), event_line(event_id="a"))
    assert (one.event_key, one.event_check) == (other.event_key, other.event_check)


def test_the_identity_does_not_depend_on_the_content() -> None:
    first, same, other = identities(
        event_line(event_id="a"), event_line(event_id="a", event_name="x"), event_line(event_id="b")
    )
    assert (first.event_key, first.event_check) == (same.event_key, same.event_check)
    assert first.event_key != other.event_key
    assert first.event_check != other.event_check
    assert first.event_key != first.event_check


def test_the_fingerprint_ignores_what_a_retry_may_change() -> None:
    line = event_line(event_id="a")
    retried = event_line(
        event_id="b",
        sent_ts=RECEIVED_MS + 5_000,
        received_ts=RECEIVED_MS + 6_000,
        request_id="request-2",
        batch_index=7,
        ip_address="198.51.100.0",
        geo_country="NZ",
        user_agent="another",
        network_user_id="cookie",
        source_id="other",
        user_agent_source="request",
        client_age_ms=7_000,
        geo_region="Auckland",
        geo_city="Auckland",
        asn=9500,
        privacy_mode="anonymous",
    )
    first, second = identities(line, retried)
    assert first.event_fp == second.event_fp
    assert set(retried) >= NOT_IN_FINGERPRINT


def test_the_fingerprint_changes_with_every_field_of_the_client() -> None:
    fields = {f.name: f for f in contract.event_line_fields() if f.name not in NOT_IN_FINGERPRINT}
    changes = {
        name: f.values[-1] if f.values else ("changed" if f.type == "string" else 1_779_000_123)
        for name, f in fields.items()
    }
    changes["session_index"], changes["event_type"], changes["protocol"] = 5, "page", "ga4"
    lines = [event_line(event_id="a"), *[event_line(event_id="a", **{name: value}) for name, value in changes.items()]]
    rows = identities(*lines)
    assert len({row.event_fp for row in rows}) == len(lines)


def test_fingerprints_are_those_that_are_stored() -> None:
    texts = {"page_title": "é" * 10, "properties": "x" * 5_000, "device_id": ""}
    rows = identities(event_line(event_id="a"), event_line(event_id="b", value=1.5, session_index=3, **texts))
    assert [row.event_fp for row in rows] == [-874473238370203742, 5310129060714525735]


def test_a_value_in_another_field_is_another_event() -> None:
    rows = identities(event_line(user_id="x"), event_line(device_id="x"), event_line(user_id="x", device_id=""))
    assert len({row.event_fp for row in rows}) == 3


@pytest.mark.parametrize("line", ["garbage", bad_line()], ids=["faulty", "refused"])
def test_only_events_have_an_identity(line: object) -> None:
    (row,) = [row for batch in identify(iter([classified(ndjson(line)).records])) for row in batch.to_pylist()]
    assert (row["is_event"], row["event_key"], row["event_check"], row["event_fp"]) == (False, None, None, None)


def test_another_engine_makes_the_identity_by_the_columns_description() -> None:
    (row,) = identities(event_line(event_id="é-1", source_id=None, app_id="café"))
    halves = duckdb.connect().sql(
        """select ('0x' || h[1:16])::ubigint::bit::bigint, ('0x' || h[17:32])::ubigint::bit::bigint
        from (select sha256('8:app/café' || 'é-1') as h)"""
    )
    assert halves.fetchall() == [(row.event_key, row.event_check)]
