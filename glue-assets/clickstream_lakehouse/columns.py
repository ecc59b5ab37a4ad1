"""Promoted columns: the columns of `events` that a user adds to those of the contract (processing.columns)."""

import json
import re
from dataclasses import dataclass
from typing import Any

COLUMN_TYPES = ("string", "bigint", "double", "boolean", "timestamp", "date")

SOURCES = {"property": "properties", "trait": "traits", "context": "contexts"}
"""The key that says where a value comes from -> the column of JSON that holds it."""

_NAME = re.compile("[a-z][a-z0-9_]{0,254}")
_EXAMPLE = '{"cart_value":{"type":"double","property":"cart.value"},"tier":{"type":"string"}}'


@dataclass(frozen=True)
class PromotedColumn:
    """A column whose value is at a path into a column of JSON, or, without a path, for the user's transform to fill."""

    name: str
    type: str
    source: str | None = None
    path: tuple[str, ...] = ()


def parse_columns(text: str) -> tuple[PromotedColumn, ...]:
    """The columns of a JSON object such as _EXAMPLE; a dot in a path leads into an object.

    :raises ValueError: naming the entry that is wrong, and what is expected
    """
    try:
        entries = json.loads(text)
    except json.JSONDecodeError:
        entries = None
    if not isinstance(entries, dict):
        raise ValueError(f"must be a JSON object like {_EXAMPLE}")  # noqa: TRY004 - ValueError, as the other parsers
    return tuple(_column(name, entry) for name, entry in entries.items())


def _column(name: str, entry: Any) -> PromotedColumn:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"must name columns in lower-case letters, digits and underscores, not {name!r}")
    sources = [key for key in SOURCES if isinstance(entry, dict) and key in entry]
    if (
        not isinstance(entry, dict)
        or entry.get("type") not in COLUMN_TYPES
        or len(sources) > 1
        or set(entry) - {"type", *sources}
    ):
        raise ValueError(
            f"must give {name} a type ({', '.join(COLUMN_TYPES)}) and at most one of {', '.join(SOURCES)}, "
            f"like {_EXAMPLE}"
        )
    if not sources:
        return PromotedColumn(name, entry["type"])
    path = entry[sources[0]]
    if not isinstance(path, str) or not all(path.split(".")):
        raise ValueError(f"must give {name} a path of names with dots between them, not {path!r}")
    return PromotedColumn(name, entry["type"], SOURCES[sources[0]], tuple(path.split(".")))
