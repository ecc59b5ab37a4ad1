"""Kinesis as the source sees it, in memory: shards, iterators, limits, and the errors that a test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from botocore.exceptions import ClientError

from clickstream_lakehouse.source.kinesis_client import (
    GetRecordsAnswer,
    ListShardsAnswer,
    RecordAnswer,
    ShardAnswer,
    ShardIteratorAnswer,
    StreamSummaryAnswer,
)

ARRIVAL = datetime(2026, 5, 28, 20, 0, tzinfo=UTC)


def service_error(code: str, status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Call"
    )


@dataclass
class FakeShard:
    shard_id: str
    records: list[RecordAnswer] = field(default_factory=list)
    closed: bool = False
    parents: tuple[str, ...] = ()
    trimmed: int = 0
    """How many of the records are gone."""
    is_gone: bool = False
    """A closed shard is, when its last record is."""


class FakeKinesis:
    """`faults`: exceptions that the next calls raise, per call name. `calls`: the names of all calls made."""

    def __init__(self) -> None:
        self.shards: dict[str, FakeShard] = {}
        self.faults: dict[str, list[Exception]] = {}
        self.calls: list[str] = []
        self.limits: list[int] = []
        self.on_get: Callable[[], object] = lambda: None
        self.page_records = 10_000
        self.now = ARRIVAL
        self.retention_hours = 24

    def add_shard(self, shard_id: str, *data: bytes, parents: tuple[str, ...] = (), closed: bool = False) -> FakeShard:
        self.shards[shard_id] = FakeShard(shard_id, parents=parents, closed=closed)
        self.put(shard_id, *data)
        return self.shards[shard_id]

    def put(self, shard_id: str, *data: bytes) -> None:
        records = self.shards[shard_id].records
        for item in data:
            records.append(
                {
                    "SequenceNumber": str(len(records) + 1),
                    "PartitionKey": "k",
                    "Data": item,
                    "ApproximateArrivalTimestamp": self.now,
                }
            )

    def let_time_pass(self, hours: float) -> None:
        """Kinesis trims a shard without a word: reads from before that begin with what is left."""
        self.now += timedelta(hours=hours)
        horizon = self.now - timedelta(hours=self.retention_hours)
        for shard in self.shards.values():
            shard.trimmed = sum(record["ApproximateArrivalTimestamp"] < horizon for record in shard.records)
            shard.is_gone = shard.closed and shard.trimmed == len(shard.records) and hours >= self.retention_hours

    def describe_stream_summary(self, StreamName: str) -> StreamSummaryAnswer:
        self._call("describe_stream_summary")
        assert StreamName == "clicks"
        return {"StreamDescriptionSummary": {"RetentionPeriodHours": self.retention_hours}}

    def list_shards(self, StreamName: str | None = None, NextToken: str | None = None) -> ListShardsAnswer:
        """Two shards a page."""
        self._call("list_shards")
        assert (StreamName is None) != (NextToken is None)
        start = int(NextToken or 0)
        listed = [shard for shard in self.shards.values() if not shard.is_gone]
        page = listed[start : start + 2]
        answer: ListShardsAnswer = {"Shards": [_described(s) for s in page]}
        if start + 2 < len(listed):
            answer["NextToken"] = str(start + 2)
        return answer

    def get_shard_iterator(
        self,
        StreamName: str,
        ShardId: str,
        ShardIteratorType: str,
        StartingSequenceNumber: str | None = None,
        Timestamp: float | None = None,
    ) -> ShardIteratorAnswer:
        self._call("get_shard_iterator")
        assert StreamName == "clicks"
        if ShardId not in self.shards or self.shards[ShardId].is_gone:
            raise service_error("ResourceNotFoundException")
        if int(StartingSequenceNumber or 0) > len(self.shards[ShardId].records):
            raise service_error("InvalidArgumentException")  # of another stream of this name
        arrivals = [r["ApproximateArrivalTimestamp"].timestamp() for r in self.shards[ShardId].records]
        start = {
            "TRIM_HORIZON": 0,
            "AFTER_SEQUENCE_NUMBER": int(StartingSequenceNumber or 0),
            "AT_TIMESTAMP": sum(arrival < (Timestamp or 0) for arrival in arrivals),
        }[ShardIteratorType]
        return {"ShardIterator": f"{ShardId}/{start}"}

    def get_records(self, ShardIterator: str, Limit: int) -> GetRecordsAnswer:
        self._call("get_records")
        self.limits.append(Limit)
        self.on_get()
        shard_id, start = ShardIterator.rsplit("/", 1)
        shard = self.shards[shard_id]
        first = max(int(start), shard.trimmed)
        records = shard.records[first : first + min(Limit, self.page_records)]
        after = first + len(records)
        behind = 0 if after >= len(shard.records) else 5_000
        following = None if shard.closed and not behind else f"{shard_id}/{after}"
        return {"Records": records, "MillisBehindLatest": behind, "NextShardIterator": following}

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.faults.get(name):
            raise self.faults[name].pop(0)


def _described(shard: FakeShard) -> ShardAnswer:
    described: ShardAnswer = {"ShardId": shard.shard_id, "SequenceNumberRange": {"StartingSequenceNumber": "0"}}
    if shard.closed:
        described["SequenceNumberRange"]["EndingSequenceNumber"] = "99"
    if shard.parents:
        described["ParentShardId"] = shard.parents[0]
    if len(shard.parents) > 1:
        described["AdjacentParentShardId"] = shard.parents[1]
    return described
