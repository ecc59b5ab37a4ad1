"""Identity (128 bits of source and id) and fingerprint (of the content), to tell copies from id conflicts."""

from functools import cache, lru_cache
from hashlib import blake2b, sha256

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc, values
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

_HASHED_NAMES = sorted({f.name for f in event_line_fields()} - NOT_IN_FINGERPRINT)

# Hardly any value has so many bytes.
_SHORT = 4_096

IDENTITY_COLUMNS = ["event_key", "event_check", "event_fp"]


def identity_columns(events: pa.Table) -> dict[str, pa.Array]:
    """IDENTITY_COLUMNS of valid lines."""
    hashes = (*identities(events), fingerprints(events))
    return {name: pa.array(column) for name, column in zip(IDENTITY_COLUMNS, hashes, strict=True)}


def identities(events: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """event_key and event_check: the first 16 bytes of a SHA-256 over the source and the id that it gave the event.

    Without the source a stranger with a page's public key could suppress a server's events by sending their ids first.
    """
    named = zip(*(values(events[name]) for name in ("source_id", "app_id", "event_id")), strict=True)
    hashes = [sha256(_source(source, app) + event_id.encode()).digest()[:16] for source, app, event_id in named]
    halves = np.frombuffer(b"".join(hashes), ">i8").reshape(-1, 2).astype(np.int64)
    return halves[:, 0].copy(), halves[:, 1].copy()


def fingerprints(events: pa.Table) -> np.ndarray:
    """event_fp: a hash of the client's fields.

    A null field adds neither name nor value, so a field that the contract gains later leaves old fingerprints as they
    are. Any other field adds its name and its length, so a value cannot move to another field unnoticed.
    """
    if not len(events):
        return np.zeros(0, np.int64)
    said = [name for name in _HASHED_NAMES if events[name].null_count < len(events)]
    parts = [part for name in said for part in _named(name, pc.cast(events[name].combine_chunks(), pa.string()))]
    texts = pc.binary_join_element_wise(*parts, "", null_handling="skip")
    # Each begins with a comma, which is not hashed.
    hashes = [blake2b(text[1:], digest_size=8).digest() for text in values(pc.cast(texts, pa.binary()))]
    return np.frombuffer(b"".join(hashes), np.int64)


@lru_cache(10_000)
def _source(source_id: str | None, app_id: str) -> bytes:
    """What stands before the id; the length keeps apart what a source's name and an id could otherwise exchange."""
    source = f"source/{source_id}" if source_id else f"app/{app_id}"
    return f"{len(source)}:{source}".encode()


def _named(name: str, texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    """The texts, and before each its name and length; null where there is none."""
    lengths = pc.binary_length(texts)
    if pc.max(lengths).as_py() < _SHORT:
        return _names(name).take(lengths), texts
    return pc.binary_join_element_wise(f",{name}", pc.cast(lengths, pa.string()), "", ":"), texts


@cache
def _names(name: str) -> pa.StringArray:
    """The name with each of the short lengths: to look one up is far cheaper than to write it."""
    return pa.array([f",{name}:{length}:" for length in range(_SHORT)])
