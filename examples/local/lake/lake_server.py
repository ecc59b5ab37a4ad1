"""Answers questions about the lake for as long as its standard input is open.

A question is one JSON line {"id": 1, "sql": "select ..."}.
Its answer is {"id": 1, "rows": [...]} or {"id": 1, "error": "..."}.
Usage: lake_server.py <lake folder>
"""

import json
import sys
from pathlib import Path

from lake import Lake, LakeError, rows


def main(folder: str) -> None:
    lake = Lake(Path(folder))
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"rows": rows(lake.query(question["sql"]))}
        except LakeError as error:
            answer = {"error": str(error)}
        print(json.dumps({"id": question["id"], **answer}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
