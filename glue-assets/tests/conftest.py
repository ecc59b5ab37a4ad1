"""One Spark session for all tests of a run, started as the job is: from local jars, with the settings of session.py."""

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.session import REQUIRED_AT_START, RUNTIME_SETTINGS
from clickstream_lakehouse.tables import create_tables
from support.job import SHORT_RUN_JVM
from support.lake import lake_config

REPOSITORY = Path(__file__).resolve().parents[2]

# Properties are about results. The first example of a fresh clone pays for the tables of Unicode, which take seconds.
settings.register_profile("results", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("results")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "jars" in getattr(item, "fixturenames", ()):
            item.add_marker("jvm")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyspark", "delta-spark", "pyarrow", "numpy", "pandas"))
    terminalreporter.write_line(f"Python {platform.python_version()}, {versions}")


@pytest.fixture(scope="session")
def jars() -> str:
    """Delta's jars as a class path, where Glue has them too: Spark looks for a class of spark.jars elsewhere first."""
    found = sorted(str(path) for path in (REPOSITORY / ".local" / "jars").glob("*.jar"))
    assert found, "no jars in .local/jars: run `npm test`, it sets them up"
    return ":".join(found)


@pytest.fixture(scope="session")
def spark(jars: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[2]").appName("tests")
    os.environ["PYSPARK_PYTHON"] = sys.executable  # of the workers
    settings = {
        **REQUIRED_AT_START,
        **RUNTIME_SETTINGS,
        "spark.driver.extraClassPath": jars,
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": SHORT_RUN_JVM,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.ui.enabled": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def config(spark: SparkSession, tmp_path: Path) -> JobConfig:
    """The configuration of a lake with empty tables."""
    config = lake_config(tmp_path)
    create_tables(spark, config)
    return config
