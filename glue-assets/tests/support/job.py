"""The real job as Glue runs it: spark-submit, the package as a zip, nothing on PYTHONPATH."""

import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.session import REQUIRED_AT_START
from support.lake import rows
from support.polling import wait_for

# The optimising compiler costs a short run more than it saves. Without it the JVM leaves too little room for code.
SHORT_RUN_JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"

_ASSETS = Path(__file__).resolve().parents[2]


def zip_package(target: Path) -> Path:
    """The zip that the construct ships with --extra-py-files."""
    with zipfile.ZipFile(target, "w") as archive:
        for folder in (_ASSETS / "clickstream_lakehouse", *_ASSETS.glob("ua_parser*")):
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".py", ".json", ".txt"):
                    archive.write(path, path.relative_to(_ASSETS))
    return target


class Job:
    """A started job. Its standard output is in `said`, as parsed JSON lines; its log in `log_path`."""

    def __init__(
        self,
        config: JobConfig,
        package: Path,
        jars: str,
        folder: Path,
        master: str,
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """:param settings: of Spark, in place of those that suit a short test"""
        folder.mkdir()
        self.log_path = folder / "stderr.log"
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with self.log_path.open("w") as log:
            self._process = subprocess.Popen(
                self._command(config, package, jars, master, settings),
                cwd=folder,
                env={**environment, "PYSPARK_PYTHON": sys.executable},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.said: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @staticmethod
    def _command(config: JobConfig, package: Path, jars: str, master: str, given: Mapping[str, str]) -> list[str]:
        settings = {
            **REQUIRED_AT_START,
            "spark.driver.extraClassPath": jars,
            "spark.executor.extraClassPath": jars,
            "spark.ui.enabled": "false",
            "spark.driver.memory": "1g",
            "spark.driver.extraJavaOptions": SHORT_RUN_JVM,
            "spark.executor.extraJavaOptions": SHORT_RUN_JVM,
            "spark.executor.memory": "1g",
            **given,
        }
        arguments = {
            name: value for name, value in vars(config).items() if value not in (None, ()) and name != "job_name"
        }
        arguments["fail_on_data_loss"] = str(config.fail_on_data_loss).lower()
        if config.geo_databases:
            arguments["geo_databases"] = ",".join(config.geo_databases)
        if config.columns:
            columns = {c.name: {"type": c.type, "property": ".".join(c.path)} for c in config.columns}
            arguments["columns"] = json.dumps(columns)
        submit = str(Path(sys.executable).with_name("spark-submit"))
        return [
            *[submit, "--master", master, "--py-files", str(package)],
            *[word for name, value in settings.items() for word in ("--conf", f"{name}={value}")],
            str(_ASSETS / "clickstream_job.py"),
            *[word for name, value in arguments.items() for word in (f"--{name}", str(value))],
        ]

    @property
    def group(self) -> int:
        """The process group of all its processes."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_for_line(self, kind: str, seconds: float) -> dict[str, Any]:
        """The first line of the type."""
        self.wait_for(lambda: any(line["type"] == kind for line in self.said), f"the job to say {kind}", seconds)
        return next(line for line in self.said if line["type"] == kind)

    def wait_for_count(self, path: str, count: int, seconds: float) -> None:
        """Until the table holds so many rows."""
        self.wait_for(lambda: len(rows(path, "1")) >= count, f"{count} rows in {path}", seconds)

    def stop(self) -> None:
        """The clean stop: SIGTERM to the Python driver."""
        os.kill(self.wait_for_line("started", 1)["pid"], signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        code = self._process.wait(seconds)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """kill -9 of the JVM, the Python driver and the workers at once; returns when all have ended."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait(10)
        wait_for(lambda: not _group_exists(self._process.pid), "the job's processes to end", seconds=10)

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Until the condition holds; an error when the job ends before."""

        def met() -> bool:
            ended = self._process.poll() is not None
            if condition():
                return True
            assert not ended, f"the job ended while waiting for {what}: {self.said[-3:]}; log: {self.log_path}"
            return False

        wait_for(met, what, seconds)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                self.said.append(json.loads(line))


def _group_exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
