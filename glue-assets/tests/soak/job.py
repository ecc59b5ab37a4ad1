"""Chaos for the whole job: `npm run soak -- job`. It prints what happens, and fails when a row is lost or doubled."""

import argparse
import json
import random
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from soak.chaos import damage, kill_process, redeploy, reshard
from soak.lakes import BucketLake, FolderLake, Lake
from soak.ledger import Found, Ledger
from soak.surroundings import failing
from support.job import Job, zip_package
from support.kinesis_emulator import REGION, KinesisEmulator
from support.lake import lake_config
from support.polling import wait_for

STREAM = "clicks"
LINES_A_SECOND = 800.0
MOST_RESHARDS = 6  # the emulator keeps every shard
DRAIN_SECONDS = 600
SUPERSEDED = 3
REDEPLOYS = 0.3  # of the runs
FULL_DISK = "a full disk"
# What happens to a run, by how often.
FATES = {
    "kill of the tree": 4,
    "kill of the JVM": 1,
    "kill of the driver": 1,
    "kill of a planner": 2,
    "kill of a worker": 2,
    "SIGTERM": 3,
    "a run beside it": 2,
    "damage": 4,
    FULL_DISK: 2,  # where there is a disk that can be filled
}


class World(NamedTuple):
    """What the job runs in: its stream is sent to at `emulator`, and read at `failing_url`."""

    folder: Path
    lake: Lake
    emulator: KinesisEmulator
    failing_url: str


class Soak:
    """One job after the other on one lake, until the time is over."""

    def __init__(self, world: World, jars: str, ledger: Ledger, seed: int) -> None:
        self._world = world
        self._jars = jars
        self._package = zip_package(world.folder / "package.zip")
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._starts = 0
        self._reshards = 0
        self.first_commits: list[float] = []
        self.stops: list[float] = []
        self.config = lake_config(world.lake.root, region=REGION, stream_name=STREAM, endpoint_url=world.failing_url)

    def run(self, until: float) -> None:
        while time.monotonic() < until or self._ledger.is_alive():
            self._life(self._start())
        self._drain()

    def _start(self, **changes: Any) -> Job:
        self._starts += 1
        config = replace(self.config, **changes)
        folder = self._world.folder / f"run-{self._starts}"
        settings = self._world.lake.spark_settings
        return Job(config, self._package, self._jars, folder, "local[2]", settings=settings)

    def _life(self, job: Job) -> None:
        """A run until its end, whatever that is."""
        started = time.monotonic()
        try:
            self._wait_for_commit(job)
            if _has_committed(job):
                self.first_commits.append(time.monotonic() - started)
            time.sleep(self._chance.uniform(0, 12))
            while self._goes_on_after(job):
                time.sleep(self._chance.uniform(2, 10))
        finally:
            job.kill()
        if self._chance.random() < REDEPLOYS:
            self.config = redeploy(self.config, self._chance)
            say("deployment", trigger=self.config.trigger_seconds, columns=len(self.config.columns))
        if self._chance.random() < 0.5:
            say("after its end", what=damage(self._world.lake, self.config, self._chance))

    def _goes_on_after(self, job: Job) -> bool:
        """Let something happen to the run; whether it has to survive that."""
        if self._reshards < MOST_RESHARDS and self._chance.random() < 0.4:
            self._reshards += 1
            say("reshard", what=reshard(self._world.emulator.client, STREAM, self._chance))
            self._world.emulator.wait_until_active(STREAM)
        fates = {name: weight for name, weight in FATES.items() if name != FULL_DISK or self._world.lake.can_be_full}
        fate = self._chance.choices(list(fates), list(fates.values()))[0]
        say(fate, line=self._ledger.lines)
        if fate in ("kill of a planner", "kill of a worker"):
            kill_process(job.group, fate.split()[-1], self._chance)
            return job.is_alive
        if fate == "damage":
            say("while it runs", what=damage(self._world.lake, self.config, self._chance))
            return job.is_alive
        if fate == FULL_DISK:
            self._fill_disk(job)
            return job.is_alive
        if fate == "SIGTERM":
            started = time.monotonic()
            job.stop()
            assert job.wait(60) == 0, f"a stop ended with an error: {job.said[-3:]}, {job.log_path}"
            self.stops.append(time.monotonic() - started)
        elif fate == "a run beside it":
            self._overlap(job)
        elif fate != "kill of the tree":
            kill_process(job.group, fate.split()[-1], self._chance)
            job.wait(120)
        return False

    def _fill_disk(self, job: Job) -> None:
        """Until it is full, and then until the run has ended of it or goes on."""
        with self._world.lake.full():
            time.sleep(self._chance.uniform(2, 10))
        before = len(job.said)

        def goes_on() -> bool:
            return not job.is_alive or len(job.said) > before or not self._ledger.is_alive()

        wait_for(goes_on, "the run to go on or to end after the disk was full", 300)

    def _overlap(self, job: Job) -> None:
        other = self._start()
        try:
            self._wait_for_commit(other)
            code = job.wait(120)
            assert code == SUPERSEDED, f"a run that was superseded ended with {code}: {job.said[-3:]}, {job.log_path}"
        finally:
            other.kill()

    def _wait_for_commit(self, job: Job) -> None:
        """Until the run has added rows to a table; once nothing is sent any more, until it works."""
        job.wait_for(lambda: _has_committed(job) or not self._ledger.is_alive(), "the job to commit rows", 300)
        job.wait_for_line("metrics", 300)

    def _drain(self) -> None:
        drain = self._start(mode="drain")
        try:
            assert drain.wait(DRAIN_SECONDS) == 0, f"the drain ended with an error: {drain.said[-3:]}, {drain.log_path}"
        finally:
            drain.kill()


def _has_committed(job: Job) -> bool:
    return any(line.get(count) for line in job.said for count in ("RawRecords", "Events", "BadEvents"))


def say(did: str, **fields: Any) -> None:
    write({"at": time.strftime("%H:%M:%S"), "did": did, **fields})


def write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def report(soak: Soak, ledger: Ledger, found: Found, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "lines": ledger.lines,
        "starts with rows to read": len(soak.first_commits),
        "lost": found.lost,
        "doubled": found.doubled,
        "first commit, s": _median_and_worst(soak.first_commits),
        "SIGTERM to exit, s": _median_and_worst(soak.stops),
    }


def _median_and_worst(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.1f}, worst {max(seconds):.1f}" if seconds else "none"


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="npm run soak -- job", description=__doc__)
    parser.add_argument("--jars", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--own-mounts", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=300, help="how long something happens (default 300)")
    parser.add_argument("--lines", type=int, default=200_000, help="how many lines are sent at least (default 200000)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31), help="repeats what happened with it")
    parser.add_argument("--s3", action="store_true", help="tables and checkpoint are in S3, whose calls fail as well")
    return parser.parse_args()


def start_lake(options: argparse.Namespace, folder: Path, resources: ExitStack) -> Lake:
    if not options.s3:
        return FolderLake(folder / "lake", options.own_mounts)
    s3 = resources.enter_context(failing("s3", str(folder), options.seed + 2))
    return BucketLake(s3, REGION)


def _end(*_: object) -> None:
    """End as with Ctrl-C, once: the runs are in sessions of their own, and must not go on alone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    signal.signal(signal.SIGTERM, _end)
    options = parse_options()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with ExitStack() as resources:
        lake = start_lake(options, folder, resources)
        say("begins", seed=options.seed, folder=str(folder), lake=lake.root, can_be_full=lake.can_be_full)
        emulator = resources.enter_context(KinesisEmulator())
        emulator.create_stream(STREAM, shards=2)
        ledger = Ledger(emulator, STREAM, options.lines, LINES_A_SECOND, options.seed)
        kinesis = resources.enter_context(failing("kinesis", emulator.endpoint_url, options.seed + 1))
        soak = Soak(World(folder, lake, emulator, kinesis.failing_url), options.jars, ledger, options.seed)
        ledger.start()
        soak.run(time.monotonic() + options.seconds)
        found = ledger.compare(soak.config, lake.storage_options)
    write(report(soak, ledger, found, options.seed))
    return 0 if found.is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
