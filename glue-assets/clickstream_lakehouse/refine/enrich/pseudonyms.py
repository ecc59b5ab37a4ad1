"""Pseudonyms for the ids of persons: HMAC-SHA-256 with a key that only the user holds."""

import hmac
from dataclasses import dataclass, field

import pyarrow as pa

from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct

PERSON_IDS = ("user_id", "anonymous_id", "device_id", "network_user_id", "previous_id")
"""The columns whose values identify a person, a browser or a device. previous_id repeats those of the others."""


@dataclass(frozen=True)
class Pseudonyms:
    """Replaces PERSON_IDS: an id has the same pseudonym in each column, so that they can be joined as before."""

    key: bytes = field(repr=False)

    def __call__(self, events: pa.Table) -> Columns:
        return {name: per_distinct(events[name], self._pseudonym, 1)[0] for name in PERSON_IDS}

    def _pseudonym(self, text: str) -> tuple[str]:
        return (hmac.digest(self.key, text.encode(), "sha256").hex(),)
