"""Puts records at a steady rate, in a process of its own so that it does not delay what is measured.

steady_producer.py <endpoint> <stream> <records> <seconds>: puts the file's records once a second, each with new ids and
the time, and prints {"events", "started_ms"}.
"""

import json
import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from clickstream_lakehouse.source import kinesis_client
from support.kinesis_emulator import REGION

_EVENT_ID = re.compile(rb'"event_id":"[^"]*"')
_RECEIVED = re.compile(rb'"received_ts":\d+')


def main(endpoint: str, stream: str, path: str, seconds: str) -> None:
    client: Any = kinesis_client.client(REGION, endpoint)
    records = Path(path).read_bytes().split(b"\n\n")
    started, events = time.time(), 0
    pause = 1 / len(records)
    for number in range(int(seconds) * len(records)):
        time.sleep(max(0, started + number * pause - time.time()))
        now = b'"received_ts":%d' % (time.time() * 1000)
        data = _RECEIVED.sub(now, _EVENT_ID.sub(_new_id, records[number % len(records)]))
        client.put_record(StreamName=stream, Data=data, PartitionKey=str(uuid.uuid4()))
        events += data.count(b"\n") + 1
    sys.stdout.write(json.dumps({"events": events, "started_ms": round(started * 1000)}))


def _new_id(_: re.Match[bytes]) -> bytes:
    return b'"event_id":"%s"' % str(uuid.uuid4()).encode()


main(*sys.argv[1:])
