"""What ended a query, in one sentence: Spark wraps an error of ours in some thousand characters of its own."""

import re
from typing import NamedTuple

# The last line of a traceback, as Spark quotes it.
_OWN_ERROR = re.compile(r"^clickstream_lakehouse(?:\.\w{1,60}){0,4}\.(\w{1,60}): (.{1,1000})", re.MULTILINE)
_LENGTH = 1_000


class Failure(NamedTuple):
    """The class of the error, and what it says."""

    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def explain(error: BaseException) -> Failure:
    """The innermost error of ours that the text quotes, else the first line of what there is."""
    text = str(error)
    own = _OWN_ERROR.findall(text)
    if own:
        return Failure(*own[-1])
    if type(error).__module__.startswith("clickstream_lakehouse"):
        return Failure(type(error).__name__, text[:_LENGTH])
    first_line = text.strip().partition("\n")[0]
    if first_line in ("", "null", "None") or first_line.endswith((" null", " None")):
        first_line = "a process of Spark's ended without a word; its log has more"
    return Failure(type(error).__name__, first_line[:_LENGTH])
