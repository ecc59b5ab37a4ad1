"""Rows of a Delta table in the emulator's S3, written and read without Spark."""

from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, write_deltalake
from emulator import REGION, Emulator

Row = dict[str, Any]


def write_rows(emulator: Emulator, location: str, rows: list[Row]) -> None:
    write_deltalake(location, pa.Table.from_pylist(rows), storage_options=_options(emulator))


def read_rows(emulator: Emulator, location: str) -> list[Row]:
    # Not by to_pyarrow_table: a thread of its file system in Python can outlive the interpreter, which then aborts.
    table = DeltaTable(location, storage_options=_options(emulator))
    rows = QueryBuilder().register("found", table).execute("SELECT * FROM found")
    return pa.table(rows.read_all()).to_pylist()


def _options(emulator: Emulator) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "owner",
        "AWS_SECRET_ACCESS_KEY": "owner",
        "AWS_REGION": REGION,
    }
