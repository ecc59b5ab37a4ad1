"""The clock of runs, the same as in the functions (fast_clock.cjs)."""

import os
import time


def now() -> int:
    """Seconds since the epoch, on a clock that runs faster than the real one since the emulator has started."""
    start, rate = float(os.environ["FAST_CLOCK_START"]), float(os.environ["FAST_CLOCK_RATE"])
    return int(start + (time.time() - start) * rate)
