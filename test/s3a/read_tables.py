"""Prints how often each record and each event is in the tables, read through the emulator without Spark.

Usage: read_tables.py <endpoint> <raw uri> <events uri>
"""

import json
import sys
from collections import Counter

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder


def counts(endpoint: str, uri: str, *columns: str) -> Counter[tuple[str, ...]]:
    """Rows of the table, by the values of the columns."""
    options = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "owner",
        "AWS_SECRET_ACCESS_KEY": "owner",
        "AWS_REGION": "us-east-1",
    }
    # Not by to_pyarrow_table: a thread of its file system in Python can outlive the interpreter, which then aborts.
    query = QueryBuilder().register("found", DeltaTable(uri, storage_options=options))
    table = pa.table(query.execute(f"SELECT {', '.join(columns)} FROM found").read_all())
    return Counter(zip(*(table[name].to_pylist() for name in columns), strict=True))


def main(endpoint: str, raw: str, events: str) -> None:
    records = counts(endpoint, raw, "shard_id", "sequence_number")
    ids = counts(endpoint, events, "event_id")
    found = {
        "records": records.total(),
        "recordCopies": records.total() - len(records),
        "events": {event_id: count for (event_id,), count in ids.items()},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
