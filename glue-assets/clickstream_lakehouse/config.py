"""Job arguments as one frozen, validated JobConfig. The names are shared with src/processing/job-arguments.ts."""

import json
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from clickstream_lakehouse.columns import PromotedColumn, parse_columns


class ConfigError(ValueError):
    """An argument is missing or wrong; the message says which and what to pass."""


# Folder of the positions and checkpoints; another form of the positions takes another folder.
_CHECKPOINT_FORMAT = "v3"

# Arguments that Glue itself adds to the command line (AWS Glue, "Using job parameters").
_GLUE_ARGUMENTS = frozenset(
    {
        "JOB_ID",
        "JOB_NAME",
        "JOB_RUN_ID",
        "RedirectUrl",
        "RedshiftTempDir",
        "SECURITY_CONFIGURATION",
        "TempDir",
        "WORKFLOW_NAME",
        "WORKFLOW_RUN_ID",
        "class",
        "conf",
        "continuation-option",
        "datalake-formats",
        "disable-proxy-v2",
        "encryption-type",
        "python-modules-installer-option",
        "scriptLocation",
        "spark-event-logs-path",
        "use-postgres-driver",
        "user-jars-first",
    }
)
_GLUE_PREFIXES = (
    "additional-",
    "continuous-log-",
    "custom-",
    "customer-",
    "enable-",
    "extra-",
    "job-",
    "write-shuffle-",
)


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def _path(value: str) -> str:
    if not value.startswith(("s3://", "s3a://", "file:///", "/")):
        raise ValueError("must be s3://bucket/prefix/, file:///path or an absolute path")
    return value.rstrip("/")


def _paths(value: str) -> tuple[str, ...]:
    return tuple(map(_path, value.split(",")))


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return parse


def _whole_number(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not minimum <= int(value) <= maximum:
            raise ValueError(f"must be a whole number from {minimum} to {maximum}")
        return int(value)

    return parse


def _number_above_0(of: str) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number < float("inf"):
            raise ValueError(f"must be a number of {of} above 0")
        return number

    return parse


def _flag(value: str) -> bool:
    return _one_of("true", "false")(value) == "true"


def _lower_texts(value: str) -> tuple[str, ...]:
    try:
        texts = json.loads(value)
    except ValueError:
        texts = None
    if not isinstance(texts, list) or not all(isinstance(text, str) and len(text.strip()) > 2 for text in texts):
        raise ValueError('must be a JSON list of texts of 3 characters or more, like ["acme-monitor"]')
    return tuple(text.lower() for text in texts)


def _argument(parse: Callable[[str], Any], default: Any = MISSING) -> Any:
    return field(default=default, metadata={"parse": parse})


@dataclass(frozen=True, kw_only=True)
class JobConfig:
    """The configuration of one run. Every field is the job argument of the same name."""

    region: str = _argument(_text)
    stream_name: str = _argument(_text)
    raw_path: str = _argument(_path)
    events_path: str = _argument(_path)
    bad_events_path: str = _argument(_path)
    checkpoint_path: str = _argument(_path)
    mode: str = _argument(_one_of("continuous", "drain"), "continuous")
    trigger_seconds: int = _argument(_whole_number(1, 3600), 10)
    dedup_window_hours: int = _argument(_whole_number(1, 8760), 24)
    start_position: str = _argument(_one_of("trim_horizon", "latest"), "trim_horizon")
    metrics_namespace: str | None = _argument(_text, None)
    max_run_hours: float = _argument(_number_above_0("hours"), 144.0)
    endpoint_url: str | None = _argument(_text, None)
    read_until: float | None = _argument(_number_above_0("seconds since 1970"), None)
    """Whoever starts the run knows that everything that arrived before was read."""
    fail_on_data_loss: bool = _argument(_flag, False)
    geo_databases: tuple[str, ...] = _argument(_paths, ())
    pseudonym_key_arn: str | None = _argument(_text, None)
    robot_user_agents: tuple[str, ...] = _argument(_lower_texts, ())
    transform: str | None = _argument(_text, None)
    columns: tuple[PromotedColumn, ...] = _argument(parse_columns, ())
    job_name: str = "clickstream_lakehouse"

    @property
    def runs_path(self) -> str:
        """Where each run has a folder with Spark's checkpoints, which are of no use to any other run."""
        return f"{self.checkpoint_path}/{_CHECKPOINT_FORMAT}/runs"

    @property
    def positions_path(self) -> str:
        """A stream's own: shards of two streams have the same ids, and a new stack over kept data has a new stream."""
        return f"{self.checkpoint_path}/{_CHECKPOINT_FORMAT}/positions/{self.stream_name}"

    @property
    def epoch_path(self) -> str:
        """The same for every checkpoint format, so that a run of any release ends the one before it."""
        return f"{self.checkpoint_path}/epoch"


def parse_arguments(argv: Sequence[str]) -> JobConfig:
    """The configuration of a command line (without the program's name), whatever else stands there.

    :raises ConfigError: naming the argument, what was received and what is expected
    """
    given = dict(_pairs(argv))
    values: dict[str, Any] = {}
    for parameter in fields(JobConfig):
        if "parse" not in parameter.metadata:
            continue
        if parameter.name in given:
            values[parameter.name] = _parsed(parameter.name, given.pop(parameter.name), parameter.metadata["parse"])
        elif parameter.default is MISSING:
            raise ConfigError(f"--{parameter.name} is missing")
    if given.get("JOB_NAME"):
        values["job_name"] = given["JOB_NAME"]
    return JobConfig(**values)


def argument_names() -> list[str]:
    """Names of the arguments that the job reads."""
    return [parameter.name for parameter in fields(JobConfig) if "parse" in parameter.metadata]


def unknown_arguments(argv: Sequence[str]) -> list[str]:
    """Names that neither the job nor this list of Glue's arguments knows: a mistake, or a novelty of Glue."""
    known = argument_names()
    return [name for name, _ in _pairs(argv) if name not in known and not _is_glue_argument(name)]


def _pairs(argv: Sequence[str]) -> list[tuple[str, str]]:
    """--name value, --name=value and bare --name (an empty value)."""
    pairs: list[tuple[str, str]] = []
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or word == "--":
            raise ConfigError(f"expected --name value, got {word!r}")
        name, equals, value = word[2:].partition("=")
        if not equals and rest and not rest[0].startswith("--"):
            value = rest.pop(0)
        pairs.append((name, value))
    return pairs


def _parsed(name: str, value: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise ConfigError(f"--{name} {error}, got {value!r}") from None


def _is_glue_argument(name: str) -> bool:
    return name in _GLUE_ARGUMENTS or name.startswith(_GLUE_PREFIXES)
