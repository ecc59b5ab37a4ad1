"""The local lake, read without Spark: Delta tables through Arrow into DuckDB."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.fs
import sqlglot
from deltalake import DeltaTable

TABLES = ("raw", "events", "bad_events")


class LakeError(Exception):
    """A question that the lake cannot answer: the message says why and what to do."""


class Lake:
    """The tables in one folder, always at their newest version."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[str, DeltaTable] = {}
        self._versions: dict[str, int] = {}
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")

    def query(self, sql: str) -> pa.Table:
        """Answers SQL in DuckDB's dialect over the tables raw, events and bad_events."""
        self._refresh()
        try:
            statements = self._connection.extract_statements(sql)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise LakeError("ask one question with select: the tables are only read here")
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise LakeError(str(error)) from error

    def version(self, table: str) -> int:
        """The Delta version that the last query saw, -1 before the table exists."""
        return self._versions.get(table, -1)

    def _refresh(self) -> None:
        for name in TABLES:
            table = self._open(name)
            if table is not None and self._versions.get(name) != table.version():
                # Arrow's own file system: deltalake's is Python, and its lock and a scan of DuckDB can wait for each
                # other.
                files = pyarrow.fs.SubTreeFileSystem(str(self._folder / name), pyarrow.fs.LocalFileSystem())
                self._connection.register(name, table.to_pyarrow_dataset(filesystem=files))
                self._versions[name] = table.version()
        if not self._versions:
            fix = "start one with `npm run demo` or `npm run demo -- --once`"
            raise LakeError(f"there is no lake in {self._folder} yet: {fix}")

    def _open(self, name: str) -> DeltaTable | None:
        table = self._tables.get(name)
        if table is not None:
            table.update_incremental()
        elif DeltaTable.is_deltatable(str(self._folder / name)):
            table = self._tables[name] = DeltaTable(str(self._folder / name))
        return table


def from_athena(sql: str) -> str:
    """The same question in DuckDB's dialect, without the database's name before the tables."""
    try:
        statements = sqlglot.parse(sql, read="athena")
    except sqlglot.errors.SqlglotError as error:
        raise LakeError(f"this is not Athena SQL: {error}") from error
    if len(statements) != 1 or statements[0] is None:
        raise LakeError(f"one statement is needed, got {len(statements)}")
    statement = statements[0]
    for table in statement.find_all(sqlglot.exp.Table):
        if table.name in TABLES:
            table.set("db", None)
            table.set("catalog", None)
    return statement.sql(dialect="duckdb")


def rows(answer: pa.Table) -> list[dict[str, Any]]:
    """Rows as plain values: times in ISO 8601 with a Z, everything else as JSON knows it."""
    return [{name: _plain(value) for name, value in row.items()} for row in answer.to_pylist()]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
