"""Answers Athena's SQL over rows of the tables, in DuckDB.

Reads {"tables": {name: {"columns": {name: DuckDB type}, "rows": [{...}]}}, "queries": {name: sql}} from standard input
and prints {name of the query: [row]}.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

sys.path.append(str(Path(__file__).resolve().parents[2] / "examples" / "local" / "lake"))

from lake import from_athena


def main() -> None:
    asked = json.load(sys.stdin)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in asked["tables"].items():
        columns = ", ".join(f'"{column}" {of_type}' for column, of_type in table["columns"].items())
        connection.execute(f"create table {name} ({columns})")
        for row in table["rows"]:
            connection.table(name).insert([row.get(column) for column in table["columns"]])
    queries = {name: connection.sql(from_athena(sql)) for name, sql in asked["queries"].items()}
    answers = {name: query.to_arrow_table().to_pylist() for name, query in queries.items()}
    print(json.dumps(answers, default=plain))


def plain(value: Any) -> Any:
    """Sums of integers are decimals in DuckDB."""
    return int(value) if isinstance(value, Decimal) else str(value)


if __name__ == "__main__":
    main()
