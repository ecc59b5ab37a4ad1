"""The Spark session of the measurements: with the job's settings, on two cores, with a G.1X driver's smaller half."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from process_cost import SparkProcesses
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.session import REQUIRED_AT_START, prepare_session

MASTER = "local[2]"
DRIVER_MEMORY = "4g"


def start_session(
    jars: Sequence[Path], folder: Path, config: JobConfig, jvm_options: str
) -> tuple[SparkSession, SparkProcesses]:
    """The session, and the processes that it consists of."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        **REQUIRED_AT_START,
        "spark.driver.extraClassPath": ":".join(map(str, jars)),
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.driver.extraJavaOptions": jvm_options,
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder / "spark"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master(MASTER).appName("bench")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    prepare_session(spark, config)
    spark.sparkContext.setLogLevel("ERROR")
    gateway = spark.sparkContext._gateway
    assert gateway is not None
    return spark, SparkProcesses(gateway.proc.pid)  # type: ignore[attr-defined]
