"""The times rule, as a table and against a reference on random clocks."""

from typing import NamedTuple

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.contract import EARLIEST_CLIENT_MS, MAX_TIMESTAMP_MS
from clickstream_lakehouse.refine.enrich.times import ClockReadings, clock_skew_ms, event_ms, ts_quality

R = 1_780_000_000_000
HOUR = 3_600_000
Y2K = EARLIEST_CLIENT_MS


class Times(NamedTuple):
    """true, client, sent, received, age"""

    true: int | None
    client: int | None
    sent: int | None
    received: int
    age: int | None = None


class EventTime(NamedTuple):
    event: int
    quality: str
    skew: int | None


TABLE = [
    ("no client time", Times(None, None, None, R), EventTime(R, "server", None)),
    ("sent time alone says nothing", Times(None, None, R - HOUR, R), EventTime(R, "server", None)),
    ("client time without sent time is trusted", Times(None, R - HOUR, None, R), EventTime(R - HOUR, "client", 0)),
    ("good clock", Times(None, R - 5_000, R - 1_000, R), EventTime(R - 5_000, "client", 0)),
    ("60 s may be delay", Times(None, R - 70_000, R - 60_000, R), EventTime(R - 70_000, "client", 0)),
    (
        "more than 60 s behind is corrected",
        Times(None, R - 70_000, R - 60_001, R),
        EventTime(R - 9_999, "corrected", 60_001),
    ),
    ("a clock an hour ahead", Times(None, R + HOUR - 500, R + HOUR, R), EventTime(R - 500, "corrected", -HOUR)),
    ("an old event of a good clock", Times(None, R - 24 * HOUR, R - 10, R), EventTime(R - 24 * HOUR, "client", 0)),
    ("never after it was received", Times(None, R + 30_000, R + 30_000, R), EventTime(R, "client", -30_000)),
    (
        "corrected into the future is clamped",
        Times(None, R + 9 * HOUR, R + HOUR, R),
        EventTime(R, "corrected", -9 * HOUR),
    ),
    ("a correction to before 1970 is not used", Times(None, 0, MAX_TIMESTAMP_MS, R), EventTime(R, "server", None)),
    ("a vouched time wins", Times(R - 9, R - HOUR, R + HOUR, R), EventTime(R - 9, "explicit", None)),
    ("a vouched time is clamped too", Times(R + 9, None, None, R), EventTime(R, "explicit", None)),
    ("a future time without sent time", Times(None, R + HOUR, None, R), EventTime(R, "clamped", -HOUR)),
    ("a millisecond ahead", Times(None, R + 1, None, R), EventTime(R, "clamped", -1)),
    ("as late as can be", Times(None, R, None, R), EventTime(R, "client", 0)),
    ("an hour ahead of a good clock", Times(None, R + HOUR, R, R), EventTime(R, "clamped", -HOUR)),
    ("a minute ahead of a good clock", Times(None, R + 60_000, R, R), EventTime(R, "client", -60_000)),
    ("a clock that was never set", Times(None, 5_000, None, R), EventTime(R, "server", None)),
    ("never set, but sent by another clock", Times(None, 5_000, R - 1, R), EventTime(R, "server", None)),
    (
        "never set, and sent by the same clock",
        Times(None, 5_000, 8_000, R),
        EventTime(R - 3_000, "corrected", R - 8_000),
    ),
    ("the first plausible time", Times(None, Y2K, None, R), EventTime(Y2K, "client", 0)),
    ("the last implausible time", Times(None, Y2K - 1, None, R), EventTime(R, "server", None)),
    ("a correction to before 2000 is not used", Times(None, 0, Y2K - 1, R - 1), EventTime(R - 1, "server", None)),
    ("a sent time of an unset clock says nothing", Times(None, R - HOUR, 9, R), EventTime(R - HOUR, "client", 0)),
    ("such a sent time does not save a future one", Times(None, R + HOUR, 9, R), EventTime(R, "clamped", -HOUR)),
    ("an age instead of a time", Times(None, None, None, R, HOUR), EventTime(R - HOUR, "client", None)),
    ("an age of zero", Times(None, None, None, R, 0), EventTime(R, "client", None)),
    ("an age beside a sent time", Times(None, None, R - 8 * HOUR, R, HOUR), EventTime(R - HOUR, "client", None)),
    ("a time counts before an age", Times(None, R - 5, None, R, HOUR), EventTime(R - 5, "client", 0)),
    ("an age instead of an implausible time", Times(None, 5_000, None, R, HOUR), EventTime(R - HOUR, "client", None)),
    ("a vouched time counts before an age", Times(R - 9, None, None, R, HOUR), EventTime(R - 9, "explicit", None)),
    ("a negative age", Times(None, None, None, R, -1), EventTime(R, "server", None)),
    ("the oldest plausible age", Times(None, None, None, R, R - Y2K), EventTime(Y2K, "client", None)),
    ("an age to before 2000", Times(None, None, None, R, R - Y2K + 1), EventTime(R, "server", None)),
    ("the largest age", Times(None, None, None, R, 2**63 - 1), EventTime(R, "server", None)),
    ("the most negative age", Times(None, None, None, R, -(2**63)), EventTime(R, "server", None)),
]


def event_times(times: list[Times]) -> list[EventTime]:
    readings = ClockReadings(*[pa.array(values, pa.int64()) for values in zip(*times, strict=True)])
    columns = [event_ms(readings), ts_quality(readings), clock_skew_ms(readings)]
    return [EventTime(*row) for row in zip(*(column.to_pylist() for column in columns), strict=True)]


@pytest.fixture(scope="module")
def decided() -> dict[str, EventTime]:
    return dict(zip([name for name, _, _ in TABLE], event_times([times for _, times, _ in TABLE]), strict=True))


@pytest.mark.parametrize(("name", "expected"), [(name, expected) for name, _, expected in TABLE])
def test_the_rule_for_the_time_of_an_event(decided: dict[str, EventTime], name: str, expected: EventTime) -> None:
    assert decided[name] == expected


def reference(t: Times) -> EventTime:
    """The rule in the words of the design."""
    if t.true is not None:
        return EventTime(min(t.true, t.received), "explicit", None)
    by_clock = None if t.client is None else reference_by_clock(t, t.client)
    if by_clock is not None:
        return by_clock
    if t.age is not None and t.age >= 0 and t.received - t.age >= Y2K:
        return EventTime(t.received - t.age, "client", None)
    return EventTime(t.received, "server", None)


def reference_by_clock(t: Times, client: int) -> EventTime | None:
    """By the client's clock; None when it says no plausible time."""
    sent = None if t.sent is not None and t.sent < Y2K <= client else t.sent
    if sent is None or abs(t.received - sent) <= 60_000:
        event, quality = client, "client"
        if event - t.received > (0 if sent is None else 60_000):
            quality = "clamped"
    else:
        event, quality = t.received - (sent - client), "corrected"
    if event < Y2K:
        return None
    event = min(event, t.received)
    return EventTime(event, quality, event - client)


moments = st.one_of(
    st.integers(0, MAX_TIMESTAMP_MS), st.integers(R - 130_000, R + 130_000), st.sampled_from([0, R, Y2K - 1])
)
ages = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-HOUR, 24 * HOUR), st.just(0))
clocks = st.builds(Times, st.none() | moments, st.none() | moments, st.none() | moments, moments, st.none() | ages)


@given(st.lists(clocks, min_size=100, max_size=200))
@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example, HealthCheck.data_too_large],
)
def test_any_clocks_give_what_the_rule_says_and_no_time_that_a_table_cannot_hold(
    times: list[Times],
) -> None:
    found = event_times(times)
    assert found == [reference(t) for t in times]
    assert all(0 <= found_time.event <= t.received for found_time, t in zip(found, times, strict=True))
