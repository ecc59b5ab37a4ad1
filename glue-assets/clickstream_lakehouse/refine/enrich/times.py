"""When an event happened: the client's clock, corrected only where it is provably wrong (docs: the times of an event).

All arguments and results are epoch milliseconds between 0 and 9999-12-31, so no sum overflows.
"""

from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

# One sample cannot tell a clock's offset from the network's delay: up to a minute it may be delay.
TOLERANCE_MS = 60_000


@dataclass(frozen=True)
class ClockReadings:
    """The times of a line.

    true: vouched for by the sender. client, sent: by the client's clock. received: by the collector's clock.
    """

    true: Column
    client: Column
    sent: Column
    received: Column


def event_ms(t: ClockReadings) -> Column:
    """When it happened, never after it was received."""
    return F.least(F.coalesce(t.true, _client_ms(t), t.received), t.received)


def ts_quality(t: ClockReadings) -> Column:
    """Where event_ms comes from: explicit, client, corrected or server."""
    return (
        F.when(t.true.isNotNull(), "explicit")
        .when(_client_ms(t).isNull(), "server")
        .when(_clock_is_wrong(t), "corrected")
        .otherwise("client")
    )


def clock_skew_ms(t: ClockReadings) -> Column:
    """Correction that was added to the client's time; null when event_ms does not come from it."""
    return F.when(t.true.isNull() & _client_ms(t).isNotNull(), event_ms(t) - t.client)


def _client_ms(t: ClockReadings) -> Column:
    """The client's time on the collector's clock, null when the client sent no usable time."""
    corrected = t.received - (t.sent - t.client)
    return F.when(_clock_is_wrong(t), F.when(corrected >= 0, corrected)).otherwise(t.client)


def _clock_is_wrong(t: ClockReadings) -> Column:
    return F.coalesce(F.abs(t.received - t.sent) > TOLERANCE_MS, F.lit(False)) & t.client.isNotNull()
