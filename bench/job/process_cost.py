"""CPU time and memory of Spark's processes, from /proc: the figures of a busy machine that can be compared."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_RESET_PEAK = "5"  # proc_pid_clear_refs(5)


@dataclass
class Cost:
    """What a piece of work took.

    core_seconds    user and system time of the driver, the JVM and the Python workers, ended ones too
    python_seconds  the workers' part of it
    bytes_read      by the JVM, from files and pipes
    """

    wall_seconds: float = 0
    core_seconds: float = 0
    python_seconds: float = 0
    bytes_read: int = 0


class SparkProcesses:
    """This process, the JVM that it has started, and the JVM's children. Other children of ours do not count."""

    def __init__(self, jvm: int) -> None:
        self._jvm = jvm

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """with processes.measured() as cost: the fields of cost are set at the end of the block."""
        cost, started = Cost(), time.monotonic()
        driver, jvm, workers = self._spent()
        read = self._bytes_read()
        yield cost
        cost.wall_seconds = time.monotonic() - started
        cost.bytes_read = self._bytes_read() - read
        driver_end, jvm_end, workers_end = self._spent()
        cost.python_seconds = workers_end - workers
        cost.core_seconds = driver_end - driver + jvm_end - jvm + cost.python_seconds

    def reset_peaks(self) -> None:
        for pid in (self._jvm, *_descendants(self._jvm)):
            with suppress(FileNotFoundError):
                Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK)

    def peaks_mib(self) -> tuple[int, int]:
        """Resident memory at its peak: of the JVM, and of the worker with the most."""
        workers = [_peak_kib(pid) for pid in _descendants(self._jvm)]
        return _peak_kib(self._jvm) // 1024, max(workers, default=0) // 1024

    def _bytes_read(self) -> int:
        first, *_ = Path(f"/proc/{self._jvm}/io").read_text().splitlines()
        return int(first.removeprefix("rchar:"))

    def _spent(self) -> tuple[float, float, float]:
        ended = _times(self._jvm)[1]
        return sum(os.times()[:2]), _times(self._jvm)[0], ended + sum(sum(_times(p)) for p in _descendants(self._jvm))


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        fields = _stat(int(name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found, todo = [], [root]
    while todo:
        next_generation = children.get(todo.pop(), [])
        found += next_generation
        todo += next_generation
    return found


def _times(pid: int) -> tuple[float, float]:
    """Seconds of CPU time: of the process, and of those of its children that have ended."""
    fields = _stat(pid)
    if not fields:
        return 0, 0
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own / _TICKS, ended / _TICKS


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the third on, behind the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _peak_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines.get("VmHWM", "0 kB").split()[0])
