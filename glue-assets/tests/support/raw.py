"""Rows of `raw` for the tests of stage 2."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from clickstream_lakehouse.refine.classify import RAW_COLUMNS, ClassifiedLines, classify
from clickstream_lakehouse.refine.enrichments import Enrichment
from clickstream_lakehouse.refine.event_rows import EVENT_SCHEMA, event_rows
from clickstream_lakehouse.refine.identity import identity_columns

ARRIVAL = datetime(2026, 5, 28, 20, 26, 41, tzinfo=UTC)


def raw_table(
    *records: bytes, first_sequence: int = 1, shard_id: str = "shardId-000000000000", batch: int = 1
) -> pa.Table:
    """The records of one shard, numbered on from first_sequence."""
    texts = [_utf8(record) for record in records]
    rows: list[dict[str, Any]] = [
        {
            "received_date": ARRIVAL.date(),
            "arrival_ts": ARRIVAL,
            "stream": "clicks",
            "shard_id": shard_id,
            "sequence_number": str(first_sequence + index),
            "partition_key": "key",
            "data": text,
            "data_base64": None if text is not None else base64.b64encode(record).decode(),
            "batch_id": batch,
        }
        for index, (record, text) in enumerate(zip(records, texts, strict=True))
    ]
    types = {"arrival_ts": pa.timestamp("us", tz="UTC"), "received_date": pa.date32(), "batch_id": pa.int64()}
    return pa.Table.from_pylist(rows, pa.schema([(name, types.get(name, pa.string())) for name in rows[0]]))


def classified(*records: bytes) -> ClassifiedLines:
    """The lines of records, as a worker classifies them."""
    (batch,) = raw_table(*records).select(RAW_COLUMNS).combine_chunks().to_batches()
    return classify(batch)


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def enriched(lines: ClassifiedLines, chosen: Sequence[Enrichment], schema: pa.Schema = EVENT_SCHEMA) -> pa.Table:
    """The events of lines as rows, as a worker makes them."""
    return event_rows(lines, pa.table(identity_columns(lines.events)), chosen, schema)
