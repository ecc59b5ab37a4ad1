"""Where the source is: positions in shards, where batches start and where they ended, and their form as records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from clickstream_lakehouse.source.records import Record, RecordReader, versioned


@dataclass(frozen=True)
class TrimHorizon:
    """Before the oldest record that the shard still has."""

    kind: ClassVar[str] = "trim_horizon"

    def to_record(self) -> dict[str, object]:
        return {"kind": self.kind}


@dataclass(frozen=True)
class AtTimestamp:
    """Before the first record that arrived at the time or later."""

    kind: ClassVar[str] = "at_timestamp"
    epoch_seconds: float

    def to_record(self) -> dict[str, object]:
        return {"kind": self.kind, "epoch_seconds": self.epoch_seconds}


@dataclass(frozen=True)
class AfterSequenceNumber:
    """Behind the record with the number."""

    kind: ClassVar[str] = "after_sequence_number"
    sequence_number: str

    def to_record(self) -> dict[str, object]:
        return {"kind": self.kind, "sequence_number": self.sequence_number}


@dataclass(frozen=True)
class ShardEnd:
    """Behind the last record of a closed shard."""

    kind: ClassVar[str] = "shard_end"

    def to_record(self) -> dict[str, object]:
        return {"kind": self.kind}


ReadablePosition = TrimHorizon | AtTimestamp | AfterSequenceNumber
"""A position behind which there may be records."""

Position = ReadablePosition | ShardEnd

TRIM_HORIZON = TrimHorizon()
SHARD_END = ShardEnd()


@dataclass(frozen=True)
class SourceOffset:
    """Spark's offset of the source: the batch that was planned last and where it starts in each shard."""

    batch: int
    starts: Mapping[str, Position]

    def to_record(self) -> dict[str, object]:
        """Sorted by shard: Spark compares offsets by their JSON."""
        starts = {shard_id: position.to_record() for shard_id, position in sorted(self.starts.items())}
        return versioned(batch=self.batch, starts=starts)

    @classmethod
    def from_record(cls, record: object) -> "SourceOffset":
        """:raises RecordFormatError: when it is not an offset of this version"""
        reader = RecordReader.versioned(record, "the offset in Spark's checkpoint")
        starts = {shard_id: _read_position(position) for shard_id, position in reader.children("starts").items()}
        return cls(reader.count("batch"), starts)


NO_OFFSET = SourceOffset(0, {})
"""Before the first batch."""


@dataclass(frozen=True)
class BatchEnd:
    """Where a batch ended in one shard."""

    position: Position
    """Where the next batch starts."""

    records: int
    """How many records the batch read."""

    last_read: ReadablePosition
    """Behind the last record that was read; unlike `position` never the shard's end."""

    caught_up: bool
    """Whether the shard had no more records."""

    last_arrival: float | None
    """When the last record arrived, in epoch seconds; None when the batch read no record."""

    read_at: float
    """When the read began, in epoch seconds."""

    def is_of_the_same_records_as(self, other: "BatchEnd") -> bool:
        """Whether both attempts at the batch read the same records."""
        return (self.records, self.last_read) == (other.records, other.last_read)

    def to_record(self) -> dict[str, object]:
        return versioned(
            position=self.position.to_record(),
            records=self.records,
            last_read=self.last_read.to_record(),
            caught_up=self.caught_up,
            last_arrival=self.last_arrival,
            read_at=self.read_at,
        )

    @classmethod
    def from_record(cls, record: Record, key: str) -> "BatchEnd":
        """:raises RecordFormatError: when it is not a batch end of this version"""
        reader = RecordReader.versioned(record, f"the batch end {key}")
        return cls(
            position=_read_position(reader.child("position")),
            records=reader.count("records"),
            last_read=_read_readable(reader.child("last_read")),
            caught_up=reader.flag("caught_up"),
            last_arrival=reader.optional_number("last_arrival"),
            read_at=reader.number("read_at"),
        )


def _read_position(reader: RecordReader) -> Position:
    return SHARD_END if reader.text("kind") == ShardEnd.kind else _read_readable(reader)


def _read_readable(reader: RecordReader) -> ReadablePosition:
    kind = reader.text("kind")
    if kind == TrimHorizon.kind:
        return TRIM_HORIZON
    if kind == AtTimestamp.kind:
        return AtTimestamp(reader.number("epoch_seconds"))
    if kind != AfterSequenceNumber.kind:
        reader.fail(f"{kind!r} is not a kind of position that can be here")
    return AfterSequenceNumber(reader.text("sequence_number"))
