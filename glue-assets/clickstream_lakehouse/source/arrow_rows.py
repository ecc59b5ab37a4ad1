"""Kinesis records as Arrow rows of `raw`, without its partition column."""

import base64
from collections.abc import Iterator, Sequence

import pyarrow as pa

from clickstream_lakehouse.source.kinesis_client import KinesisRecord

ARROW_SCHEMA = pa.schema(
    [
        ("arrival_ts", pa.timestamp("us", tz="UTC")),
        ("stream", pa.string()),
        ("shard_id", pa.string()),
        ("sequence_number", pa.string()),
        ("partition_key", pa.string()),
        ("data", pa.string()),
        ("data_base64", pa.string()),
        ("batch_id", pa.int64()),
    ]
)

_ARROW_ROWS = 2_000  # rows of one Arrow batch: bounds the Python worker's memory and what the JVM copies at once
_ARROW_BYTES = 4 << 20


def arrow_batches(records: Sequence[KinesisRecord], stream: str, shard_id: str, batch: int) -> Iterator[pa.RecordBatch]:
    """The records as rows, a bounded number at a time."""
    start = size = 0
    for index, record in enumerate(records):
        if index > start and (index - start >= _ARROW_ROWS or size + len(record.data) > _ARROW_BYTES):
            yield _arrow_batch(records[start:index], stream, shard_id, batch)
            start, size = index, 0
        size += len(record.data)
    yield _arrow_batch(records[start:], stream, shard_id, batch)


def _arrow_batch(records: Sequence[KinesisRecord], stream: str, shard_id: str, batch: int) -> pa.RecordBatch:
    text, binary = _texts([r.data for r in records])
    columns = [
        pa.array([r.arrival for r in records], ARROW_SCHEMA.field("arrival_ts").type),
        pa.repeat(pa.scalar(stream), len(records)),
        pa.repeat(pa.scalar(shard_id), len(records)),
        pa.array([r.sequence_number for r in records], pa.string()),
        pa.array([r.partition_key for r in records], pa.string()),
        text,
        binary,
        pa.repeat(pa.scalar(batch, pa.int64()), len(records)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ARROW_SCHEMA)


def _texts(data: list[bytes]) -> tuple[pa.Array, pa.Array]:
    """(data, data_base64): text where the bytes are UTF-8, base64 where not."""
    try:
        # One validation of the whole buffer; only a batch with foreign bytes is looked at record by record.
        return pa.array(data, pa.binary()).cast(pa.string()), pa.nulls(len(data), pa.string())
    except pa.ArrowInvalid:
        texts = [_utf8(d) for d in data]
        encoded = [None if t is not None else base64.b64encode(d).decode() for t, d in zip(texts, data, strict=True)]
        return pa.array(texts, pa.string()), pa.array(encoded, pa.string())


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
