"""What fails around the job: the calls to Kinesis, and the disk."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[3]
_DISK_BYTES = 3 << 30


@contextmanager
def failing_kinesis(endpoint_url: str, seed: int) -> Iterator[str]:
    """The URL of a proxy that refuses, delays and loses calls; what it did is printed at its end."""
    process = subprocess.Popen(
        ["node", "--import", "tsx", "test/soak/kinesis-faults.ts", endpoint_url, str(seed)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield json.loads(_said(process))["url"]
    finally:
        said, _ = process.communicate()  # it ends with its input
        sys.stdout.write(said)


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


class Disk:
    """A new folder; with mounts of our own (soak.mjs) it is a disk by itself, which can be filled."""

    def __init__(self, folder: Path, has_own_mounts: bool) -> None:
        self.folder = folder
        self.is_own = has_own_mounts
        folder.mkdir()
        if has_own_mounts:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(folder)], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """While it lasts, nothing more can be written."""
        filler = self.folder / "filler"
        with filler.open("wb") as file:
            # Writers take what was free a moment ago, and leave it free for others.
            while (free := shutil.disk_usage(self.folder).free) > 0:
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free)
                except OSError:  # already less than that
                    break
        try:
            yield
        finally:
            filler.unlink()
