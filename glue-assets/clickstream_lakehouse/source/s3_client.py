"""The S3 calls of the position store, typed."""

from collections.abc import Iterable
from functools import cache
from typing import NotRequired, Protocol, TypedDict, cast

import boto3
from botocore.config import Config


class S3Object(TypedDict):
    Key: str


class S3Folder(TypedDict):
    Prefix: str


class S3Page(TypedDict):
    """A page of ListObjectsV2."""

    CommonPrefixes: NotRequired[list[S3Folder]]
    Contents: NotRequired[list[S3Object]]


class S3Body(Protocol):
    def read(self) -> bytes: ...


class GetObjectAnswer(TypedDict):
    Body: S3Body


class S3Deletion(TypedDict):
    Objects: list[S3Object]
    Quiet: bool


class S3Paginator(Protocol):
    def paginate(self, *, Bucket: str, Prefix: str, Delimiter: str = ...) -> Iterable[S3Page]: ...


class S3Client(Protocol):
    """The calls of a boto3 S3 client that the store makes."""

    def get_object(self, *, Bucket: str, Key: str) -> GetObjectAnswer: ...

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str) -> object: ...

    def delete_objects(self, *, Bucket: str, Delete: S3Deletion) -> object: ...

    def get_paginator(self, name: str, /) -> S3Paginator: ...


@cache
def s3_client(region: str) -> S3Client:
    """The process's client: each further one would open connections of its own, and triggers open the store often."""
    retries = {"mode": "standard", "total_max_attempts": 5}
    config = Config(connect_timeout=5, read_timeout=30, retries=retries)
    return cast(S3Client, boto3.client("s3", region_name=region, config=config))
