"""What the job uses: emulators, and before them proxies whose calls fail."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.polling import wait_for

_REPOSITORY = Path(__file__).resolve().parents[3]
_START_SECONDS = 60


@contextmanager
def failing(service: str, endpoint_url: str, seed: int) -> Iterator[str]:
    """The URL of a proxy that refuses, delays and loses calls; what it did is printed at its end.

    :param service: kinesis or s3
    """
    process = subprocess.Popen(
        ["node", "--import", "tsx", "test/soak/serve-faults.ts", service, endpoint_url, str(seed)],
        cwd=_REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        said, _ = process.communicate()  # it ends with its input
        sys.stdout.write(said)


@contextmanager
def s3_emulator(command: str, folder: Path) -> Iterator[str]:
    """The URL of MiniStack's S3.

    :param folder: where it may write
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "s3", "TMPDIR": str(folder)}
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen([command], cwd=folder, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        wait_for(lambda: _listens(port), "MiniStack to answer", _START_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
