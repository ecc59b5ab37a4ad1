"""Builders of canonical lines, as the collector writes them."""

import json
import uuid
from typing import Any

RECEIVED_MS = 1_780_000_000_000  # 2026-05-28T20:26:40Z


def event_line(**fields: Any) -> dict[str, Any]:
    """A valid event. A field given as None is left out."""
    line = {
        "v": 1,
        "kind": "event",
        "event_id": str(uuid.uuid4()),
        "event_name": "Product Viewed",
        "event_type": "track",
        "protocol": "segment",
        "app_id": "shop",
        "received_ts": RECEIVED_MS,
        "client_ts": RECEIVED_MS - 2_000,
        "sent_ts": RECEIVED_MS - 500,
        "request_id": "request-1",
        "batch_index": 0,
        "anonymous_id": "anon-1",
        "page_url": "https://shop.example/products/7?utm_source=news&utm_medium=email",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "properties": '{"price":12.5}',
    }
    line.update(fields)
    return {name: value for name, value in line.items() if value is not None}


def bad_line(**fields: Any) -> dict[str, Any]:
    """A report of an event that the collector refused."""
    line = {
        "v": 1,
        "kind": "bad",
        "received_ts": RECEIVED_MS,
        "stage": "decode",
        "error_code": "invalid_json",
        "error_message": "unexpected end",
        "raw": "{",
        "raw_encoding": "utf8",
        "raw_bytes": 1,
    }
    line.update(fields)
    return {name: value for name, value in line.items() if value is not None}


def ndjson(*lines: Any) -> bytes:
    """One record: objects are serialised, texts taken as they are."""
    return "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
