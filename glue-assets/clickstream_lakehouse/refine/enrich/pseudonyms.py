"""Pseudonyms for the ids of persons: HMAC-SHA-256 with a key that only the user holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

import pyarrow as pa

from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered

PERSON_IDS = ("user_id", "anonymous_id", "device_id", "network_user_id", "previous_id")
"""The columns whose values identify a person, a browser or a device. previous_id repeats those of the others."""

_BLOCK_BYTES = 64  # of SHA-256


@dataclass(frozen=True)
class Pseudonyms:
    """Replaces PERSON_IDS: an id has the same pseudonym in each column, so that they can be joined as before."""

    key: bytes = field(repr=False)

    def __call__(self, events: pa.Table) -> Columns:
        pseudonym = _pseudonym_with(self.key)
        return {name: per_distinct(events[name], pseudonym, 1)[0] for name in PERSON_IDS}


@cache
def _pseudonym_with(key: bytes) -> Callable[[str], tuple[str]]:
    """HMAC as RFC 2104 defines it, with the key prepared once: the module hmac takes four times as long for each id."""
    block = (sha256(key).digest() if len(key) > _BLOCK_BYTES else key).ljust(_BLOCK_BYTES, b"\0")
    inner, outer = sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))

    def pseudonym(text: str) -> tuple[str]:
        within = inner.copy()
        within.update(text.encode())
        around = outer.copy()
        around.update(within.digest())
        return (around.hexdigest(),)

    return remembered(pseudonym)
