"""What the job uses, behind proxies whose calls fail."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_REPOSITORY = Path(__file__).resolve().parents[3]


class Service(NamedTuple):
    """An emulator's URL, and the one at which calls to it fail."""

    url: str
    failing_url: str


@contextmanager
def failing(service: str, where: str, seed: int) -> Iterator[Service]:
    """A service whose calls are refused, delayed and lost; what was done to them is printed at its end.

    :param service: kinesis or s3
    :param where: the URL of the emulator of Kinesis, or the folder in which that of S3 starts
    """
    process = subprocess.Popen(
        ["node", "--import", "tsx", "test/soak/serve-faults.ts", service, where, str(seed)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Service(**json.loads(process.stdout.readline()))
    finally:
        said, _ = process.communicate()  # it ends with its input
        sys.stdout.write(said)
