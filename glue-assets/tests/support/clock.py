"""A clock that a test sets."""


class Clock:
    """Stands in for the module `time` in the modules under test.

    Patching `time` itself would stop it for Spark's threads too.
    """

    def __init__(self, now: float) -> None:
        self.now = now
        self.pauses: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
