"""What may happen to a running job, and to what it remembers."""

import os
import random
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.config import JobConfig
from soak.lakes import Lake

# By a part of the command line. Spark forks its workers, and the planner of the source is a process of its own.
PROCESSES = {
    "JVM": "org.apache.spark.deploy.SparkSubmit",
    "driver": "clickstream_job.py",
    "planner": "python_streaming_source_runner",
    "worker": "pyspark.daemon",
}


def kill_process(group: int, name: str, chance: random.Random) -> bool:
    """kill -9 of one process of that kind; whether there was one."""
    found = [pid for pid, command in _commands(group) if _kind(command) == name]
    if found:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(sorted(found)), signal.SIGKILL)
    return bool(found)


def damage(lake: Lake, config: JobConfig, chance: random.Random) -> str:
    """Damage something of the checkpoint; returns what, and why it could not be."""
    name = chance.choice(sorted(DAMAGES))
    try:
        DAMAGES[name](lake, config, chance)
    except (OSError, LookupError, ClientError) as error:  # the job removes files, too
        return f"{name}: not done, {type(error).__name__}: {error}"
    return name


def reshard(client: Any, stream: str, chance: random.Random) -> str:
    """Split an open shard in the middle, or merge two that are neighbours."""
    shards = client.describe_stream(StreamName=stream)["StreamDescription"]["Shards"]
    is_open = [shard for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"]]
    is_open.sort(key=lambda shard: int(shard["HashKeyRange"]["StartingHashKey"]))
    if len(is_open) > 2 or (len(is_open) > 1 and chance.random() < 0.5):
        left = chance.randrange(len(is_open) - 1)
        first, second = (shard["ShardId"] for shard in is_open[left : left + 2])
        client.merge_shards(StreamName=stream, ShardToMerge=first, AdjacentShardToMerge=second)
        return f"merge of {first[-2:]} and {second[-2:]}"
    shard = chance.choice(is_open)
    keys = shard["HashKeyRange"]
    middle = (int(keys["StartingHashKey"]) + int(keys["EndingHashKey"])) // 2
    client.split_shard(StreamName=stream, ShardToSplit=shard["ShardId"], NewStartingHashKey=str(middle))
    return f"split of {shard['ShardId'][-2:]}"


def _commands(group: int) -> Iterable[tuple[int, str]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if os.getpgid(int(folder.name)) == group:
                    yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def _kind(command: str) -> str | None:
    return next((kind for kind, part in PROCESSES.items() if part in command), None)


def redeploy(config: JobConfig, chance: random.Random) -> JobConfig:
    """The configuration with another option, as a deployment changes it between two runs."""
    column = PromotedColumn(f"added_{len(config.columns)}", chance.choice(["bigint", "string"]), "properties", ("n",))
    changes: list[dict[str, Any]] = [
        {"trigger_seconds": chance.randint(1, 10)},
        {"dedup_window_hours": chance.choice([24, 48])},
        {"columns": (*config.columns, column)},
    ]
    return replace(config, **chance.choice(changes))


def _some_file(lake: Lake, folder: str, chance: random.Random) -> str:
    """A file of the newest batch or run."""
    paths = [path for path in lake.files(folder) if _number(path, folder).isdigit()]
    newest = max((_number(path, folder) for path in paths), default=None)
    return chance.choice([path for path in paths if _number(path, folder) == newest])


def _number(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/").partition("/")[0]


def _truncate(lake: Lake, folder: str, chance: random.Random) -> None:
    path = _some_file(lake, folder, chance)
    text = lake.read(path)
    lake.write(path, text[: chance.choice([0, len(text) // 2])])


DAMAGES: dict[str, Callable[[Lake, JobConfig, random.Random], None]] = {
    "a position lost": lambda lake, of, chance: lake.remove(_some_file(lake, of.positions_path, chance)),
    "a position truncated": lambda lake, of, chance: _truncate(lake, of.positions_path, chance),
    "all positions lost": lambda lake, of, _: lake.remove(of.positions_path),
    "a file of Spark's lost": lambda lake, of, chance: lake.remove(_some_file(lake, of.runs_path, chance)),
    "a file of Spark's truncated": lambda lake, of, chance: _truncate(lake, of.runs_path, chance),
    "Spark's checkpoints lost": lambda lake, of, _: lake.remove(of.runs_path),
    "epochs lost": lambda lake, of, _: lake.remove(of.epoch_path),
    "everything lost": lambda lake, of, _: lake.remove(of.checkpoint_path),
}
