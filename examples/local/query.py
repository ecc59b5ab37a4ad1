"""Prints the answer to one SQL question about the local lake as a table.

Usage: query.py <lake folder> duckdb|athena <sql>
"""

import sys
from pathlib import Path

from lake import Lake, LakeError, from_athena, rows

MAX_WIDTH = 60


def render(names: list[str], lines: list[list[str]]) -> str:
    """A table in plain text; long values are cut, so that a row stays a line."""
    widths = [min(MAX_WIDTH, max(len(text) for text in column)) for column in zip(names, *lines, strict=True)]
    rule = "-+-".join("-" * width for width in widths)

    def row(values: list[str]) -> str:
        cut = (text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + "…" for text in values)
        return " | ".join(text.ljust(width) for text, width in zip(cut, widths, strict=True)).rstrip()

    return "\n".join([row(names), rule, *map(row, lines)])


def main(folder: str, dialect: str, sql: str) -> None:
    try:
        answer = Lake(Path(folder)).query(from_athena(sql) if dialect == "athena" else sql)
    except LakeError as error:
        sys.exit(str(error))
    lines = [["" if value is None else str(value) for value in row.values()] for row in rows(answer)]
    print(render(answer.column_names, lines))
    print(f"({len(lines)} row{'' if len(lines) == 1 else 's'})")


if __name__ == "__main__":
    main(*sys.argv[1:])
