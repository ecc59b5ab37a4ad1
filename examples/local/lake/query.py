"""Answers one SQL question about the local lake, for query.mjs to print.

Usage: query.py <lake folder> duckdb|athena <sql>
Prints one JSON object, {"columns": ["n"], "rows": [["1"]]} with every value as text, or {"error": "..."}.
"""

import json
import sys
from pathlib import Path

from lake import Lake, LakeError, from_athena, rows


def main(folder: str, dialect: str, sql: str) -> None:
    try:
        answer = Lake(Path(folder)).query(from_athena(sql) if dialect == "athena" else sql)
    except LakeError as error:
        print(json.dumps({"error": str(error)}))
        return
    lines = [["" if value is None else str(value) for value in row.values()] for row in rows(answer)]
    print(json.dumps({"columns": answer.column_names, "rows": lines}))


if __name__ == "__main__":
    main(*sys.argv[1:])
