"""What a test can turn while the emulator runs: a JSON file whose path is in STRICT_KNOBS, read at each use."""

import json
import os
from pathlib import Path
from typing import Any

DEFAULTS: dict[str, Any] = {
    # Seconds from BatchStopJobRun to STOPPED.
    "stop_seconds": 2.0,
    # Seconds that a run in drain mode takes.
    "drain_seconds": 3.0,
    # Seconds from a run's end until its network interfaces are `available`; they stay until somebody deletes them.
    "linger_seconds": 3.0,
    # Glue never releases the interfaces.
    "never_release": False,
    # Seconds that CloudFormation retries a dependency violation; on AWS about 15 minutes.
    "retry_seconds": 6.0,
    # Deletions of custom resources start so much later than others: what must not go before them goes first.
    "custom_resource_delay_seconds": 0.5,
    # Beginning of the logical id of a resource whose creation fails.
    "fail_create": "",
}


def knob(name: str) -> Any:
    """The knob's value now."""
    path = Path(os.environ["STRICT_KNOBS"])
    turned = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return turned.get(name, DEFAULTS[name])
