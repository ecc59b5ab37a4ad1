"""What a Python worker of Spark does once, whatever its tasks are."""

import gc
from functools import cache


@cache
def leave_modules_to_themselves() -> None:
    """Let no later garbage collection look at what this process has loaded.

    Spark's worker collects after each task (pyspark/daemon.py), among 100,000 objects of modules, for 55 ms. They stay
    anyway.
    """
    gc.freeze()
