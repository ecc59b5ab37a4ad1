"""When an event happened: the client's clock, corrected only where it is provably wrong (docs: the times of an event).

Times are epoch milliseconds between 0 and 9999-12-31, so no sum overflows; an age may be any number.
"""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import EARLIEST_CLIENT_MS

# One sample cannot tell a clock's offset from the network's delay: up to a minute it may be delay.
TOLERANCE_MS = 60_000


@dataclass(frozen=True)
class ClockReadings:
    """The times of a line.

    true: vouched for by the sender. client, sent: by the client's clock. received: by the collector's clock.
    age: how long before it was sent the event happened, from clients that say no time.
    """

    true: Column
    client: Column
    sent: Column
    received: Column
    age: Column


def event_ms(t: ClockReadings) -> Column:
    """When it happened, never after it was received."""
    return F.least(F.coalesce(t.true, _by_clock(t), _by_age(t), t.received), t.received)


def ts_quality(t: ClockReadings) -> Column:
    """Where event_ms comes from: explicit, client, corrected, clamped or server."""
    by_clock = _by_clock(t).isNotNull()
    return (
        F.when(t.true.isNotNull(), "explicit")
        .when(by_clock & _clock_is_wrong(t), "corrected")
        .when(by_clock & _is_ahead(t), "clamped")
        .when(by_clock | _by_age(t).isNotNull(), "client")
        .otherwise("server")
    )


def clock_skew_ms(t: ClockReadings) -> Column:
    """Correction that was added to the client's time; null when event_ms does not come from it."""
    return F.when(t.true.isNull() & _by_clock(t).isNotNull(), event_ms(t) - t.client)


def _by_clock(t: ClockReadings) -> Column:
    """The client's time on the collector's clock, null when the client sent no plausible time."""
    corrected = t.received - (_sent(t) - t.client)
    by_clock = F.when(_clock_is_wrong(t), corrected).otherwise(t.client)
    return F.when(by_clock >= EARLIEST_CLIENT_MS, by_clock)


def _by_age(t: ClockReadings) -> Column:
    return F.when(t.age.between(0, t.received - EARLIEST_CLIENT_MS), t.received - t.age)


def _sent(t: ClockReadings) -> Column:
    """The sent time, null when only it comes from a clock that was never set: it is not the clock of the event."""
    return F.when((t.sent >= EARLIEST_CLIENT_MS) | (t.client < EARLIEST_CLIENT_MS), t.sent)


def _clock_is_wrong(t: ClockReadings) -> Column:
    return F.coalesce(F.abs(t.received - _sent(t)) > TOLERANCE_MS, F.lit(False)) & t.client.isNotNull()


def _is_ahead(t: ClockReadings) -> Column:
    """Whether the client's time was cut off; without a sent time the clock may be wrong by any amount."""
    return t.client - t.received > F.when(_sent(t).isNull(), 0).otherwise(TOLERANCE_MS)
