"""Says how often each record and each event is in the tables, and whose it is, read through the emulator without Spark.

Usage: read_tables.py <endpoint>; each line of the input, [<raw uri>, <events uri>] as JSON, is answered with a line.
"""

import json
import sys
from collections import Counter
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder


def delta_table(endpoint: str, uri: str) -> DeltaTable:
    options = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "owner",
        "AWS_SECRET_ACCESS_KEY": "owner",
        "AWS_REGION": "us-east-1",
    }
    return DeltaTable(uri, storage_options=options)


def rows(table: DeltaTable, *columns: str) -> list[tuple[Any, ...]]:
    """The columns of every row of the table."""
    # Not by to_pyarrow_table: a thread of its file system in Python can outlive the interpreter, which then aborts.
    query = QueryBuilder().register("found", table)
    found = pa.table(query.execute(f"SELECT {', '.join(columns)} FROM found").read_all())
    return list(zip(*(found[name].to_pylist() for name in columns), strict=True))


def compactions(table: DeltaTable) -> int:
    return sum(commit["operation"] == "OPTIMIZE" for commit in table.history())


def tables(endpoint: str, raw_uri: str, events_uri: str) -> dict[str, object]:
    raw, events = (delta_table(endpoint, uri) for uri in (raw_uri, events_uri))
    records = rows(raw, "stream", "shard_id", "sequence_number", "data")
    found = rows(events, "event_id", "anonymous_id", "geo_country", "asn")
    lines = [line for *_, data in records for line in data.splitlines()]
    return {
        "recordCopies": len(records) - len({record[:-1] for record in records}),
        "raw": [json.loads(line)["event_id"] for line in lines],
        "events": Counter(event_id for event_id, *_ in found),
        "persons": {event_id: person for event_id, *person in found},
        "compactions": {"raw": compactions(raw), "events": compactions(events)},
    }


def main(endpoint: str) -> None:
    for question in sys.stdin:
        print(json.dumps(tables(endpoint, *json.loads(question))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
