"""The Kinesis calls of the source, typed: one client per process, and which errors mean "try again"."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NotRequired, Protocol, TypedDict, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from clickstream_lakehouse.source.positions import AtTimestamp, ReadablePosition, TrimHorizon

_RETRYABLE_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServiceError",
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
    }
)


class ShardAnswer(TypedDict):
    """A shard as ListShards describes it."""

    ShardId: str
    SequenceNumberRange: dict[str, str]
    ParentShardId: NotRequired[str]
    AdjacentParentShardId: NotRequired[str]


class ListShardsAnswer(TypedDict):
    Shards: list[ShardAnswer]
    NextToken: NotRequired[str]


class ShardIteratorAnswer(TypedDict):
    ShardIterator: str


class RecordAnswer(TypedDict):
    """A record as GetRecords returns it."""

    SequenceNumber: str
    PartitionKey: str
    Data: bytes
    ApproximateArrivalTimestamp: datetime


class StreamSummary(TypedDict):
    RetentionPeriodHours: int


class StreamSummaryAnswer(TypedDict):
    StreamDescriptionSummary: StreamSummary


class GetRecordsAnswer(TypedDict):
    Records: list[RecordAnswer]
    MillisBehindLatest: NotRequired[int]
    NextShardIterator: NotRequired[str | None]


class KinesisClient(Protocol):
    """The calls of a boto3 Kinesis client that the source makes."""

    def list_shards(self, *, StreamName: str = ..., NextToken: str = ...) -> ListShardsAnswer: ...

    def describe_stream_summary(self, *, StreamName: str) -> StreamSummaryAnswer: ...

    def get_shard_iterator(
        self,
        *,
        StreamName: str,
        ShardId: str,
        ShardIteratorType: str,
        StartingSequenceNumber: str = ...,
        Timestamp: float = ...,
    ) -> ShardIteratorAnswer: ...

    def get_records(self, *, ShardIterator: str, Limit: int) -> GetRecordsAnswer: ...


@dataclass(frozen=True)
class Shard:
    """A shard of the stream. It has two parents after a merge, one after a split."""

    shard_id: str
    parents: tuple[str, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class KinesisRecord:
    """A record of a shard."""

    sequence_number: str
    partition_key: str
    data: bytes
    arrival: datetime


@dataclass(frozen=True)
class RecordPage:
    """The answer of one GetRecords call."""

    records: Sequence[KinesisRecord]
    is_at_tip: bool
    """Whether the shard has no records behind these."""

    next_iterator: str | None
    """None at the end of a closed shard."""


@dataclass(frozen=True)
class Stream:
    """Where the records are."""

    name: str
    region: str
    endpoint_url: str | None = None

    def connect(self) -> KinesisClient:
        """The process's client: it cannot be pickled, the stream can."""
        return client(self.region, self.endpoint_url)


@cache
def client(region: str, endpoint_url: str | None) -> KinesisClient:
    """The process's Kinesis client. An emulator (an endpoint URL) needs no credentials, but signing does."""
    credentials: dict[str, str] = {}
    if endpoint_url and "AWS_ACCESS_KEY_ID" not in os.environ:
        credentials = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    kinesis = boto3.client(
        "kinesis",
        region_name=region,
        endpoint_url=endpoint_url,
        # The source backs off itself: it knows its deadline.
        config=Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2}),
        **credentials,
    )
    return cast(KinesisClient, kinesis)


def error_code(error: Exception) -> str:
    """The service's code of the error, "" for anything else."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def is_retryable(error: Exception) -> bool:
    """Throttling, server faults and broken connections."""
    if isinstance(error, ClientError):
        return error_code(error) in _RETRYABLE_CODES or _status(error) >= 500
    return isinstance(error, HTTPClientError | BotoConnectionError)


def is_lost(error: Exception) -> bool:
    """A shard that is gone, or a sequence number that is not of this shard: asked for an iterator."""
    return error_code(error) in ("ResourceNotFoundException", "InvalidArgumentException")


def is_unreachable(error: Exception) -> bool:
    """Kinesis did not answer or failed itself (5xx): another call would fare no better now."""
    return _status(error) >= 500 if isinstance(error, ClientError) else is_retryable(error)


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def list_shards(kinesis: KinesisClient, stream: Stream) -> list[Shard]:
    """Every shard that ListShards knows, closed ones within retention included."""
    answer = kinesis.list_shards(StreamName=stream.name)
    shards = [_shard(described) for described in answer["Shards"]]
    while token := answer.get("NextToken"):
        answer = kinesis.list_shards(NextToken=token)
        shards += [_shard(described) for described in answer["Shards"]]
    return shards


def retention_seconds(kinesis: KinesisClient, stream: Stream) -> float:
    """How long the stream keeps a record."""
    answer = kinesis.describe_stream_summary(StreamName=stream.name)
    return answer["StreamDescriptionSummary"]["RetentionPeriodHours"] * 3600.0


def shard_iterator(kinesis: KinesisClient, stream: Stream, shard_id: str, position: ReadablePosition) -> str:
    """An iterator at the position."""
    name = stream.name
    if isinstance(position, TrimHorizon):
        answer = kinesis.get_shard_iterator(StreamName=name, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    elif isinstance(position, AtTimestamp):
        answer = kinesis.get_shard_iterator(
            StreamName=name, ShardId=shard_id, ShardIteratorType="AT_TIMESTAMP", Timestamp=position.epoch_seconds
        )
    else:
        answer = kinesis.get_shard_iterator(
            StreamName=name,
            ShardId=shard_id,
            ShardIteratorType="AFTER_SEQUENCE_NUMBER",
            StartingSequenceNumber=position.sequence_number,
        )
    return answer["ShardIterator"]


def get_records(kinesis: KinesisClient, iterator: str, limit: int) -> RecordPage:
    """The next records of the shard, at most `limit`."""
    answer = kinesis.get_records(ShardIterator=iterator, Limit=limit)
    records = [
        KinesisRecord(r["SequenceNumber"], r["PartitionKey"], r["Data"], r["ApproximateArrivalTimestamp"])
        for r in answer["Records"]
    ]
    return RecordPage(
        records=records,
        is_at_tip=answer.get("MillisBehindLatest", 0) == 0,
        next_iterator=answer.get("NextShardIterator"),
    )


def _shard(described: ShardAnswer) -> Shard:
    parents = [described.get("ParentShardId"), described.get("AdjacentParentShardId")]
    return Shard(
        shard_id=described["ShardId"],
        parents=tuple(parent for parent in parents if parent),
        is_closed="EndingSequenceNumber" in described["SequenceNumberRange"],
    )
