"""When an event happened: the client's clock, corrected only where it is provably wrong (docs: the times of an event).

Times are epoch milliseconds between 0 and 9999-12-31, so no sum overflows; an age may be any number.
"""

from dataclasses import dataclass

import pyarrow as pa

from clickstream_lakehouse.arrow import pc, timestamps
from clickstream_lakehouse.contract import EARLIEST_CLIENT_MS
from clickstream_lakehouse.refine.enrich.distinct import Columns

# One sample cannot tell a clock's offset from the network's delay: up to a minute it may be delay.
TOLERANCE_MS = 60_000

_NO_TIME = pa.scalar(None, pa.int64())


def event_times(events: pa.Table) -> Columns:
    """event_ts, event_date, ts_quality and clock_skew_ms."""
    names = ("true_ts", "client_ts", "sent_ts", "received_ts", "client_age_ms")
    readings = ClockReadings(*[events[name].combine_chunks() for name in names])
    happened = event_ms(readings)
    timestamp = timestamps(happened)
    return {
        "event_ts": timestamp,
        "event_date": pc.cast(timestamp, pa.date32()),
        "ts_quality": ts_quality(readings),
        "clock_skew_ms": clock_skew_ms(readings),
    }


@dataclass(frozen=True)
class ClockReadings:
    """The times of events.

    true: vouched for by the sender. client, sent: by the client's clock. received: by the collector's clock.
    age: how long before it was sent the event happened, from clients that say no time.
    """

    true: pa.Int64Array
    client: pa.Int64Array
    sent: pa.Int64Array
    received: pa.Int64Array
    age: pa.Int64Array


def event_ms(t: ClockReadings) -> pa.Int64Array:
    """When it happened, never after it was received."""
    return pc.min_element_wise(pc.coalesce(t.true, _by_clock(t), _by_age(t), t.received), t.received)


def ts_quality(t: ClockReadings) -> pa.StringArray:
    """Where event_ms comes from: explicit, client, corrected, clamped or server."""
    by_clock = pc.is_valid(_by_clock(t))
    says_when = pc.or_(by_clock, pc.is_valid(_by_age(t)))
    cases = {
        "explicit": pc.is_valid(t.true),
        "corrected": pc.and_(by_clock, _clock_is_wrong(t)),
        "clamped": pc.and_(by_clock, _known(_is_ahead(t))),
        "client": says_when,
    }
    conditions = pa.StructArray.from_arrays(list(cases.values()), names=list(cases))
    return pc.case_when(conditions, *cases, "server")


def clock_skew_ms(t: ClockReadings) -> pa.Int64Array:
    """Correction that was added to the client's time; null when event_ms does not come from it."""
    of_clock = pc.and_(pc.is_null(t.true), pc.is_valid(_by_clock(t)))
    return pc.if_else(of_clock, pc.subtract(event_ms(t), t.client), _NO_TIME)


def _by_clock(t: ClockReadings) -> pa.Int64Array:
    """The client's time on the collector's clock, null when the client sent no plausible time."""
    corrected = pc.subtract(t.received, pc.subtract(_sent(t), t.client))
    by_clock = pc.if_else(_clock_is_wrong(t), corrected, t.client)
    return pc.if_else(_known(pc.greater_equal(by_clock, EARLIEST_CLIENT_MS)), by_clock, _NO_TIME)


def _by_age(t: ClockReadings) -> pa.Int64Array:
    plausible = pc.and_(pc.greater_equal(t.age, 0), pc.less_equal(t.age, pc.subtract(t.received, EARLIEST_CLIENT_MS)))
    age = pc.if_else(_known(plausible), t.age, _NO_TIME)
    return pc.subtract(t.received, age)


def _sent(t: ClockReadings) -> pa.Int64Array:
    """The sent time, null when only it comes from a clock that was never set: it is not the clock of the event."""
    same_clock = pc.or_kleene(pc.greater_equal(t.sent, EARLIEST_CLIENT_MS), pc.less(t.client, EARLIEST_CLIENT_MS))
    return pc.if_else(_known(same_clock), t.sent, _NO_TIME)


def _clock_is_wrong(t: ClockReadings) -> pa.BooleanArray:
    is_off = pc.greater(pc.abs(pc.subtract(t.received, _sent(t))), TOLERANCE_MS)
    return pc.and_(_known(is_off), pc.is_valid(t.client))


def _is_ahead(t: ClockReadings) -> pa.BooleanArray:
    """Whether the client's time was cut off; without a sent time the clock may be wrong by any amount."""
    return pc.greater(pc.subtract(t.client, t.received), pc.if_else(pc.is_null(_sent(t)), 0, TOLERANCE_MS))


def _known(condition: pa.BooleanArray) -> pa.BooleanArray:
    """A condition that is unknown does not hold."""
    return pc.fill_null(condition, False)
