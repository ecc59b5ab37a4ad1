"""Answers questions about the lake for as long as its standard input is open.

Prints {"ready": true} once it can. A question is one JSON line {"sql": "select ..."}.
Its answer is {"rows": [...]} or {"error": "..."}.
Usage: lake_server.py <lake folder> <seconds after which a question ends the process>
"""

import faulthandler
import json
import sys
from pathlib import Path
from typing import Any

from lake import Lake, LakeError, rows


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def main(folder: str, seconds: str) -> None:
    lake = Lake(Path(folder))
    say({"ready": True})
    for line in sys.stdin:
        # By a thread in C: it works even when a library waits for ever and holds the interpreter's lock.
        faulthandler.dump_traceback_later(float(seconds), exit=True)
        try:
            answer = {"rows": rows(lake.query(json.loads(line)["sql"]))}
        except LakeError as error:
            answer = {"error": str(error)}
        faulthandler.cancel_dump_traceback_later()
        say(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
