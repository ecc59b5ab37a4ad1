"""What ended a query, in one sentence: Spark wraps an error of ours in some thousand characters of its own."""

import re
from typing import NamedTuple

# The last line of a traceback, as Spark quotes it.
_OWN_ERROR = re.compile(r"^clickstream_lakehouse(?:\.\w{1,60}){0,4}\.(\w{1,60}): (.{1,1000})", re.MULTILINE)
_TRACEBACK = "Traceback (most recent call last):\n"
# What a call of Java's threw is on the line after this one.
_JAVA_CALL = re.compile(r"^An error occurred while calling [\w.]{1,60}\.\n: ")
_LAKE_FORMATION = re.compile(r"Insufficient Lake Formation permission\(s\):?\s{0,9}([^(\n]{0,1000})")
_SAYS_NOTHING = ("", "null", "None")
_LENGTH = 1_000


class Failure(NamedTuple):
    """The class of the error, and what it says."""

    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


def explain(error: BaseException) -> Failure:
    """The innermost error of ours that the text quotes, else of Python's, else the first line of what there is."""
    text = str(error)
    denial = _LAKE_FORMATION.search(text)
    if denial is not None:
        return Failure("LakeFormationError", _what_to_grant(denial[1].strip()))
    own = _OWN_ERROR.findall(text)
    if own:
        return Failure(*own[-1])
    if type(error).__module__.startswith("clickstream_lakehouse"):
        return Failure(type(error).__name__, text[:_LENGTH])
    first_line = _last_of_traceback(text) or _JAVA_CALL.sub("", text.strip()).partition("\n")[0]
    if first_line.rpartition(" ")[2] in _SAYS_NOTHING:
        first_line = "a process of Spark's ended without a word; its log has more"
    return Failure(type(error).__name__, first_line[:_LENGTH])


def _what_to_grant(missing: str) -> str:
    """The tables are paths and need no catalog, but a session that was given Glue's asks it all the same."""
    return (
        f"Lake Formation denies the job's role the Glue catalog ({missing}), whatever IAM allows. Grant the role what "
        "is missing with aws lakeformation grant-permissions. docs/runbook.md has the commands under 'Lake Formation'."
    )


def _last_of_traceback(text: str) -> str:
    """The last line of the last Python traceback, which comes after lines that are indented."""
    lines = text.rpartition(_TRACEBACK)[2].splitlines() if _TRACEBACK in text else []
    return next((line for line in lines if not line.startswith(" ")), "")
