"""The strict emulator in a process of its own, and clients of it."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from gate import Gate

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".local" / "ministack" / "bin" / "python"
REGION = "us-east-1"
ACCOUNT = "000000000000"
START_SECONDS = 60

# The teardown waits for minutes: a minute takes two seconds in its functions.
CLOCK_RATE = 30


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class Emulator:
    """MiniStack with `test/support/strict_aws`, whose functions only reach it through the IAM gate.

    Both are stopped by the end of the block.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._knobs = folder / "knobs.json"
        self._log = folder / "emulator.log"
        self._begin = self._first_fault = 0
        self._clock_start = time.time()
        self.gate = Gate(ROOT, self.endpoint, folder / "calls.jsonl")

    def __enter__(self) -> "Emulator":
        self.gate.__enter__()
        environment = {
            **os.environ,
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "PERSIST_STATE": "0",
            "S3_DATA_DIR": str(self.folder / "s3"),
            "STATE_DIR": str(self.folder / "state"),
            "AWS_ENDPOINT_URL": self.gate.endpoint,  # inherited by the functions
            "NODE_PATH": str(ROOT / "node_modules"),
            "PYTHONPATH": str(ROOT / "test" / "support"),
            "STRICT_KNOBS": str(self._knobs),
            "NODE_OPTIONS": f"--require={ROOT / 'test/support/strict_aws/fast_clock.cjs'}",
            "FAST_CLOCK_START": str(self._clock_start),
            "FAST_CLOCK_RATE": str(CLOCK_RATE),
        }
        with self._log.open("wb") as log:
            command = [str(PYTHON), "-m", "strict_aws"]
            self._process = subprocess.Popen(
                command, env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, 9)
        self._process.wait()
        self.gate.__exit__()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the emulator ended while it was starting:\n{self.log()[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/health"):
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("the emulator does not answer")

    def now(self) -> float:
        """Seconds since the epoch on the clock of runs and functions."""
        return self._clock_start + (time.time() - self._clock_start) * CLOCK_RATE

    def turn(self, **knobs: Any) -> None:
        """Set knobs of strict_aws; all others have their defaults again."""
        self._knobs.write_text(json.dumps(knobs), encoding="utf-8")

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def begin(self) -> None:
        """A test begins: usual knobs, and no witnesses of the tests before it."""
        self.turn()
        self._begin = len(self.log())
        self._first_fault = len(self.gate.faults())

    def witnesses(self) -> list[str]:
        """What the emulator saw in this test that should not be."""
        return [line for line in self.log()[self._begin :].splitlines() if line.startswith("[strict]")]

    def faults(self) -> list[str]:
        """Calls in this test that were denied or could not be judged, each told once."""
        found = self.gate.faults()[self._first_fault :]
        self._first_fault += len(found)
        return found

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def environment(self) -> dict[str, str]:
        """For the CDK CLI."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "CDK_VALIDATION": "false",  # cfn-lint's rules are checked by deletion-order.test.ts
        }
