"""Identity (128 bits of the id) and fingerprint (of the content) of an event, to tell copies from id conflicts."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import event_line_fields

# Not part of the client's content: the id itself, and everything that a retry of the same event may change, because the
# client's transport (sent_ts, ip_address, user_agent, geo_country), its cookie jar (network_user_id) or the collector's
# request (received_ts, request_id, batch_index, source_id) sets it.
NOT_IN_FINGERPRINT = frozenset(
    {
        "event_id",
        "sent_ts",
        "received_ts",
        "request_id",
        "batch_index",
        "source_id",
        "ip_address",
        "geo_country",
        "user_agent",
        "network_user_id",
    }
)


def event_key(event_id: Column) -> Column:
    """First half of the identity. Over sha2, because colliding xxhash64 inputs can be made at will."""
    return F.xxhash64(F.sha2(event_id, 256))


def event_check(event_id: Column) -> Column:
    """Second half of the identity."""
    return F.xxhash64(F.lit(1), F.sha2(event_id, 256))


def event_fingerprint() -> Column:
    """Fingerprint of the client's fields, read from columns of their names.

    A null field adds neither name nor value, so a field that the contract gains later leaves old fingerprints as they
    are. Any other field adds its name too, so a value cannot move to another field unnoticed.
    """
    names = sorted({f.name for f in event_line_fields()} - NOT_IN_FINGERPRINT)
    parts = [part for name in names for part in (F.when(F.col(name).isNotNull(), F.lit(name)), F.col(name))]
    return F.xxhash64(*parts)
