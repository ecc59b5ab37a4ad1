"""What a Python worker of Spark does once, whatever its tasks are."""

import gc
import sys
from functools import cache


def leave_modules_to_themselves() -> None:
    """Let no later garbage collection look at what this process has loaded so far.

    Spark's worker collects after each task (pyspark/daemon.py), among 100,000 objects of modules, for 55 ms. They stay
    anyway.
    """
    _freeze(len(sys.modules))


@cache
def _freeze(modules: int) -> None:  # noqa: ARG001
    """Once for each number of modules, as another kind of task loads more; never for what tasks leave."""
    gc.freeze()
