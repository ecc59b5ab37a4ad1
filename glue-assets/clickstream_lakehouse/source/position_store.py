"""Small JSON records that are written once: the ends of the source's batches, the drivers' epochs.

`put_if_absent` is the only write. Two tasks that race for a key agree on the winner's record, whatever crashes when.
"""

import os
import random
import shutil
import threading
import time
from pathlib import Path
from typing import Protocol

from botocore.exceptions import ClientError

from clickstream_lakehouse.source.records import Record, parse_record, record_json
from clickstream_lakehouse.source.s3_client import S3Client, S3Object, S3Paginator, s3_client

# S3 answers 409 while another conditional write to the key is in flight; it asks to try again.
_CONFLICT_ATTEMPTS = 8
_DELETE_BATCH = 1000  # DeleteObjects takes at most 1,000 keys


class PositionStore(Protocol):
    """Keys are relative, with "/" between folders; records are JSON objects."""

    def read(self, key: str) -> bytes | None:
        """What was written under the key, in whatever form, or None."""
        ...

    def get(self, key: str) -> Record | None:
        """The record, or None when nothing was written under the key."""
        ...

    def put_if_absent(self, key: str, record: Record) -> Record | None:
        """Write the record; when the key is taken, write nothing and return what is there."""
        ...

    def list(self, folder: str) -> list[str]:
        """Names directly under the folder ("" is the root), sorted."""
        ...

    def delete(self, folder: str) -> None:
        """Remove the key or everything under the folder."""
        ...


def open_store(path: str, region: str) -> PositionStore:
    """The store at s3://bucket/prefix, file:///path or an absolute path."""
    scheme, separator, rest = path.partition("://")
    if not separator:
        return LocalStore(path)
    if scheme == "file":
        return LocalStore(rest)
    bucket, _, prefix = rest.partition("/")
    return S3Store(bucket, prefix, s3_client(region))


class LocalStore:
    """Records as files; os.link makes a complete file appear at once, or not at all."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def read(self, key: str) -> bytes | None:
        try:
            return (self._root / key).read_bytes()
        except FileNotFoundError:
            return None

    def get(self, key: str) -> Record | None:
        text = self.read(key)
        return None if text is None else parse_record(text, f"the record {key}")

    def put_if_absent(self, key: str, record: Record) -> Record | None:
        target = self._root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            _write_through(draft, record_json(record))
            os.link(draft, target)
        except FileExistsError:
            return self.get(key)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(target.parent)
        return None

    def list(self, folder: str) -> list[str]:
        try:
            names = os.listdir(self._root / folder)
        except FileNotFoundError:
            return []
        return sorted(name for name in names if not name.startswith("."))

    def delete(self, folder: str) -> None:
        target = self._root / folder
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)


def _write_through(path: Path, text: str) -> None:
    """Write the file to the disk itself: else a power cut can leave its name without its text."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class S3Store:
    """Records as objects; PutObject with IfNoneMatch="*" refuses to overwrite."""

    def __init__(self, bucket: str, prefix: str, s3: S3Client) -> None:
        self._bucket = bucket
        self._prefix = prefix.rstrip("/") + "/" if prefix else ""
        self._s3 = s3

    def read(self, key: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=self._prefix + key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise

    def get(self, key: str) -> Record | None:
        text = self.read(key)
        return None if text is None else parse_record(text, f"the record s3://{self._bucket}/{self._prefix}{key}")

    def put_if_absent(self, key: str, record: Record) -> Record | None:
        body = record_json(record).encode()
        for attempt in range(1, _CONFLICT_ATTEMPTS + 1):
            try:
                self._s3.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=body, IfNoneMatch="*")
                return None
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in ("PreconditionFailed", "412"):
                    # Also our own write, when its answer was lost and the SDK tried again: then it equals the record.
                    return self._other(key, record)
                if code not in ("ConditionalRequestConflict", "409") or attempt == _CONFLICT_ATTEMPTS:
                    raise
            time.sleep(random.uniform(0, 0.1 * 2**attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _other(self, key: str, record: Record) -> Record | None:
        existing = self.get(key)
        return None if existing == record else existing

    def list(self, folder: str) -> list[str]:
        prefix = self._prefix + (folder.rstrip("/") + "/" if folder else "")
        names: set[str] = set()
        for page in self._paginator().paginate(Bucket=self._bucket, Prefix=prefix, Delimiter="/"):
            names.update(item["Prefix"][len(prefix) :].rstrip("/") for item in page.get("CommonPrefixes", ()))
            names.update(item["Key"][len(prefix) :] for item in page.get("Contents", ()))
        return sorted(names - {""})

    def delete(self, folder: str) -> None:
        target = self._prefix + folder
        for page in self._paginator().paginate(Bucket=self._bucket, Prefix=target):
            keys = [
                i["Key"] for i in page.get("Contents", ()) if i["Key"] == target or i["Key"].startswith(target + "/")
            ]
            for start in range(0, len(keys), _DELETE_BATCH):
                batch: list[S3Object] = [{"Key": key} for key in keys[start : start + _DELETE_BATCH]]
                self._s3.delete_objects(Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True})

    def _paginator(self) -> S3Paginator:
        return self._s3.get_paginator("list_objects_v2")
