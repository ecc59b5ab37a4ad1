"""The Kinesis calls of the source: one client per process, and which errors mean "try again"."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

# Position of a shard: ["T"] its oldest record | ["A", epoch seconds] records from then | ["Q", sequence number] after that
# record | ["E"] read to its end.
Position = list[Any]
TRIM_HORIZON: Position = ["T"]
SHARD_END: Position = ["E"]

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


@dataclass(frozen=True)
class Stream:
    """Where the records are."""

    name: str
    region: str
    endpoint_url: str | None = None


class DataLossError(RuntimeError):
    """Records that were not read yet are gone from the stream."""


@cache
def client(region: str, endpoint_url: str | None) -> Any:
    """The process's Kinesis client. An emulator (an endpoint URL) needs no credentials, but signing does."""
    credentials: dict[str, str] = {}
    if endpoint_url and "AWS_ACCESS_KEY_ID" not in os.environ:
        credentials = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    return boto3.client(
        "kinesis",
        region_name=region,
        endpoint_url=endpoint_url,
        # The source backs off itself: it knows its deadline.
        config=Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2}),
        **credentials,
    )


def error_code(error: Exception) -> str:
    """The service's code of the error, "" for anything else."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def is_retryable(error: Exception) -> bool:
    """Throttling, server faults and broken connections."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _RETRYABLE_CODES or status >= 500
    return isinstance(error, HTTPClientError | BotoConnectionError)


def is_unreachable(error: Exception) -> bool:
    """No answer, or one that is no answer (5xx): another call would fare no better now."""
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return is_retryable(error)


def list_shards(kinesis: Any, stream: Stream) -> list[dict[str, Any]]:
    """Every shard that ListShards knows, closed ones within retention included."""
    shards: list[dict[str, Any]] = []
    query: dict[str, Any] = {"StreamName": stream.name}
    while True:
        answer = kinesis.list_shards(**query)
        shards += answer["Shards"]
        if not answer.get("NextToken"):
            return shards
        query = {"NextToken": answer["NextToken"]}


def shard_iterator(kinesis: Any, stream: Stream, shard_id: str, position: Position) -> str:
    """An iterator at the position (which must not be the shard's end)."""
    where: dict[str, Any]
    if position == TRIM_HORIZON:
        where = {"ShardIteratorType": "TRIM_HORIZON"}
    elif position[0] == "A":
        where = {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": position[1]}
    else:
        where = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": position[1]}
    return kinesis.get_shard_iterator(StreamName=stream.name, ShardId=shard_id, **where)["ShardIterator"]
