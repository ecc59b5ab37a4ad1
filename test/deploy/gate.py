"""The IAM gate in a process of its own: what the functions ask of the emulator, and with whose rights."""

import json
import subprocess
from pathlib import Path
from typing import Any, TypedDict

SERVER = "test/support/iam-gate/serve.ts"


class Call(TypedDict):
    """A right that a call needed."""

    role: str
    action: str
    resource: str
    allowed: bool
    request: str


class Gate:
    """The running gate, which ends at the end of the block, or with this process."""

    def __init__(self, root: Path, emulator: str, log: Path) -> None:
        self._command = ["node", "--import", "tsx", SERVER, emulator, str(log)]
        self._root, self._log = root, log

    def __enter__(self) -> "Gate":
        self._log.touch()
        self._process = subprocess.Popen(
            self._command, cwd=self._root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.endpoint = self._process.stdout.readline().strip()
        if not self.endpoint:
            raise RuntimeError(f"the gate ended with {self._process.wait()} while it was starting")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its standard input, at whose end it ends

    def _entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]

    def calls(self) -> list[Call]:
        return [Call(**entry) for entry in self._entries() if "action" in entry]

    def faults(self) -> list[str]:
        """Calls that were denied, and requests that the gate could not judge."""
        return [
            entry.get("failure") or f"{entry['role']}: {entry['action']} {entry['resource']}"
            for entry in self._entries()
            if not entry.get("allowed")
        ]
