"""Identity (128 bits of source and id) and fingerprint (of the content), to tell copies from id conflicts."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.contract import event_line_fields

# Not part of the client's content: what is the identity (event_id, source_id), and everything that a retry of the same
# event may change, because the client's transport (sent_ts, client_age_ms, ip_address and the place that it tells,
# user_agent), its cookie jar (network_user_id), its headers (privacy_mode) or the collector's request (received_ts,
# request_id, batch_index, user_agent_source) sets it.
NOT_IN_FINGERPRINT = frozenset(
    {
        "event_id",
        "source_id",
        "sent_ts",
        "client_age_ms",
        "received_ts",
        "request_id",
        "batch_index",
        "ip_address",
        "asn",
        "geo_country",
        "geo_region",
        "geo_city",
        "user_agent",
        "user_agent_source",
        "network_user_id",
        "privacy_mode",
    }
)


def identity_hash() -> Column:
    """Hash of the source and the id that it gave the event, read from columns of their names.

    Without the source a stranger with a page's public key could suppress a server's events by sending their ids first.
    The length keeps apart what a source's name and an id could otherwise exchange.
    """
    key_or_app = F.when(F.col("source_id") != "", F.concat(F.lit("source/"), "source_id")).otherwise(
        F.concat(F.lit("app/"), "app_id")
    )
    return F.sha2(F.concat(F.length(key_or_app).cast("string"), F.lit(":"), key_or_app, "event_id"), 256)


def event_key(identity: Column) -> Column:
    """First half of the identity. Over identity_hash, because colliding xxhash64 inputs can be made at will."""
    return F.xxhash64(identity)


def event_check(identity: Column) -> Column:
    """Second half of the identity."""
    return F.xxhash64(F.lit(1), identity)


def event_fingerprint() -> Column:
    """Fingerprint of the client's fields, read from columns of their names.

    A null field adds neither name nor value, so a field that the contract gains later leaves old fingerprints as they
    are. Any other field adds its name too, so a value cannot move to another field unnoticed.
    """
    names = sorted({f.name for f in event_line_fields()} - NOT_IN_FINGERPRINT)
    parts = [part for name in names for part in (F.when(F.col(name).isNotNull(), F.lit(name)), F.col(name))]
    return F.xxhash64(*parts)
