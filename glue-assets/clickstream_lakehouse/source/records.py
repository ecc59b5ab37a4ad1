"""The form of everything that the job writes down about its progress: JSON objects with a version.

Spark's log, the position store and the epochs outlive a run, and the next run may be of another release. So every
record says which version it is of, and a record that cannot be understood is an error, never a guess.
"""

import json
from collections.abc import Mapping
from typing import NoReturn

FORMAT_VERSION = 1

Record = Mapping[str, object]
"""A JSON object."""


class RecordFormatError(ValueError):
    """A stored record is of another version or malformed."""


def versioned(**fields: object) -> dict[str, object]:
    """A record of the current version; the fields keep their order, so equal values have equal JSON."""
    return {"version": FORMAT_VERSION, **fields}


def record_json(record: Record) -> str:
    """The record as it is stored."""
    return json.dumps(record)


def parse_record(text: str | bytes, where: str) -> Record:
    """A stored record.

    :raises RecordFormatError: when the text is not a JSON object
    """
    try:
        record = json.loads(text)
    except ValueError as error:
        raise _cannot_read(where, f"it is not JSON ({error})", text) from error
    if not isinstance(record, dict):
        raise _cannot_read(where, "it is not a JSON object", text)
    return record


class RecordReader:
    """Reads the fields of a record. `where` names the record in errors."""

    def __init__(self, record: object, where: str) -> None:
        self._where = where
        self._received = record
        if not isinstance(record, dict):
            self.fail("it is not a JSON object")
        self._record: Record = record

    @classmethod
    def versioned(cls, record: object, where: str) -> "RecordReader":
        """:raises RecordFormatError: also when the record is not of FORMAT_VERSION"""
        reader = cls(record, where)
        version = reader._record.get("version")
        if version != FORMAT_VERSION or isinstance(version, bool):  # True == 1
            reader.fail(f"this release reads version {FORMAT_VERSION}, the record has version {version!r}")
        return reader

    def text(self, name: str) -> str:
        value = self._record.get(name)
        if not isinstance(value, str):
            self._reject(name, "a text")
        return value

    def count(self, name: str) -> int:
        value = self._record.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self._reject(name, "a whole number from 0")
        return value

    def number(self, name: str) -> float:
        value = self._record.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._reject(name, "a number")
        return float(value)

    def optional_number(self, name: str) -> float | None:
        return None if name in self._record and self._record[name] is None else self.number(name)

    def flag(self, name: str) -> bool:
        value = self._record.get(name)
        if not isinstance(value, bool):
            self._reject(name, "true or false")
        return value

    def child(self, name: str) -> "RecordReader":
        """The value of a field that is an object."""
        return RecordReader(self._record.get(name), f"{name} of {self._where}")

    def children(self, name: str) -> "dict[str, RecordReader]":
        """The values of a field that is an object of objects."""
        parent = self.child(name)
        return {key: parent.child(key) for key in parent._record}

    def fail(self, reason: str) -> NoReturn:
        """:raises RecordFormatError: always"""
        raise _cannot_read(self._where, reason, self._received)

    def _reject(self, name: str, expected: str) -> NoReturn:
        self.fail(f"{name} must be {expected}")


def _cannot_read(where: str, reason: str, received: object) -> RecordFormatError:
    return RecordFormatError(
        f"cannot read {where}: {reason}. Received {repr(received)[:500]}. Run the release that wrote it, or "
        "delete what is at --checkpoint_path: the next run goes on where the tables end"
    )
