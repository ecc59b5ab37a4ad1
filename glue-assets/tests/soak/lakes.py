"""Where the job's lake is: in a folder or in a bucket. What damages a lake needs no more of either."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import boto3

from soak.surroundings import Service

_DISK_BYTES = 3 << 30
_BUCKET = "lake"


class Lake(Protocol):
    """Files by their whole paths.

    root             of the tables and the checkpoint
    can_be_full      whether full() may be called
    spark_settings   what a run needs to reach it
    storage_options  what deltalake needs to reach it
    """

    root: str
    can_be_full: bool
    spark_settings: Mapping[str, str]
    storage_options: Mapping[str, str]

    def files(self, folder: str) -> list[str]:
        """Every file under the folder, sorted."""
        ...

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, content: bytes) -> None: ...

    def remove(self, path: str) -> None:
        """A file, or a folder with everything under it."""
        ...

    def full(self) -> AbstractContextManager[None]:
        """While it lasts, nothing more can be written."""
        ...


class FolderLake:
    """A new folder; with mounts of our own (soak.mjs) it is a disk by itself, which can be filled."""

    spark_settings: Mapping[str, str] = {}
    storage_options: Mapping[str, str] = {}

    def __init__(self, folder: Path, has_own_mounts: bool) -> None:
        self._folder = folder
        self.root = str(folder)
        self.can_be_full = has_own_mounts
        folder.mkdir()
        if has_own_mounts:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", self.root], check=True)

    def files(self, folder: str) -> list[str]:
        return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def write(self, path: str, content: bytes) -> None:
        Path(path).write_bytes(content)

    def remove(self, path: str) -> None:
        if Path(path).is_dir():
            shutil.rmtree(path)
        else:
            Path(path).unlink()

    @contextmanager
    def full(self) -> Iterator[None]:
        filler = self._folder / "filler"
        with filler.open("wb") as file:
            # Writers take what was free a moment ago, and leave it free for others.
            while (free := shutil.disk_usage(self._folder).free) > 0:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free)
                except OSError:  # already less than that
                    break
        try:
            yield
        finally:
            filler.unlink()


class BucketLake:
    """A bucket of the emulator. The job reaches it by another URL, where calls fail."""

    root = f"s3://{_BUCKET}"
    can_be_full = False

    def __init__(self, service: Service, region: str) -> None:
        self._s3: Any = boto3.client("s3", region_name=region, endpoint_url=service.url)
        configuration = {"LocationConstraint": region}
        self._s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration=configuration)
        # boto3 in the job takes it from there.
        os.environ["AWS_ENDPOINT_URL_S3"] = service.failing_url
        self.spark_settings: Mapping[str, str] = {
            "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
            "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
            "spark.hadoop.fs.s3a.endpoint": service.failing_url,
            "spark.hadoop.fs.s3a.endpoint.region": region,
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
        }
        self.storage_options: Mapping[str, str] = {
            "AWS_ENDPOINT_URL": service.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    def files(self, folder: str) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=_BUCKET, Prefix=self._key(folder) + "/")
        return sorted(f"{self.root}/{item['Key']}" for page in pages for item in page.get("Contents", ()))

    def read(self, path: str) -> bytes:
        return self._s3.get_object(Bucket=_BUCKET, Key=self._key(path))["Body"].read()

    def write(self, path: str, content: bytes) -> None:
        self._s3.put_object(Bucket=_BUCKET, Key=self._key(path), Body=content)

    def remove(self, path: str) -> None:
        for file in [path, *self.files(path)]:
            self._s3.delete_object(Bucket=_BUCKET, Key=self._key(file))

    def full(self) -> AbstractContextManager[None]:
        raise NotImplementedError("nobody fills S3")

    def _key(self, path: str) -> str:
        return path.removeprefix(self.root + "/")
