"""Small things that the other modules share."""

import contextvars
import random
import threading
from collections.abc import Callable
from typing import Any


class DependencyViolationError(Exception):
    """Something still depends on the resource; CloudFormation tries again."""


def physical_id(prefix: str) -> str:
    return prefix + "".join(random.choices("0123456789abcdef", k=17))


def later(seconds: float, call: Callable[[], object]) -> None:
    """Call after some time, in MiniStack's context of account and region."""
    timer = threading.Timer(seconds, contextvars.copy_context().run, (call,))
    timer.daemon = True
    timer.start()


def witness(text: str) -> None:
    """A line that a test looks for, or must not find."""
    print(f"[strict] {text}", flush=True)


Handler = dict[str, Callable[..., Any]]
