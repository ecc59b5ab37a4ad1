"""A Kinesis emulator (kinesalite) for the tests, in a process of its own."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from clickstream_lakehouse.source import kinesis_client
from support.polling import wait_for

_REPOSITORY = Path(__file__).resolve().parents[3]
REGION = "eu-west-1"
# A call takes 5 MiB, and the largest of our records have 120 KiB.
_RECORDS_A_CALL = 40


class KinesisEmulator:
    """with KinesisEmulator() as emulator: emulator.client, emulator.endpoint_url"""

    def __enter__(self) -> "KinesisEmulator":
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("kinesalite.cjs"))],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.endpoint_url = f"http://127.0.0.1:{json.loads(self._process.stdout.readline())['port']}"
        self.client: Any = kinesis_client.client(REGION, self.endpoint_url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def create_stream(self, name: str, shards: int = 1) -> None:
        self.client.create_stream(StreamName=name, ShardCount=shards)
        self.wait_until_active(name)

    def wait_until_active(self, name: str) -> None:
        def status() -> bool:
            return self.client.describe_stream(StreamName=name)["StreamDescription"]["StreamStatus"] == "ACTIVE"

        wait_for(status, f"stream {name} to become active", seconds=10)

    def put(self, name: str, records: list[bytes]) -> None:
        """Store records, spread over the shards by their number."""
        for start in range(0, len(records), _RECORDS_A_CALL):
            entries = [
                {"Data": data, "PartitionKey": f"key-{start + offset}"}
                for offset, data in enumerate(records[start : start + _RECORDS_A_CALL])
            ]
            answer = self.client.put_records(StreamName=name, Records=entries)
            assert answer["FailedRecordCount"] == 0, answer
