"""Settings of the Spark session: checked when it had to start with them, set here when it did not."""

from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

import clickstream_lakehouse
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import spark_settings

# They come with --conf: on AWS from the job's own --conf argument.
REQUIRED_AT_START = spark_settings(fixed_at_start=True)

# Of values that never come again, and of long ones that seldom do, a dictionary is built in vain.
_WITHOUT_DICTIONARY = ("event_id", "event_key", "event_check", "event_fp", "properties", "traits", "contexts")

RUNTIME_SETTINGS = {
    **spark_settings(fixed_at_start=False),
    # INT96, the default, has no min/max statistics: the de-duplication probe could skip no file.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # What Spark hands to a Python worker at once. Without a limit in bytes it is 10,000 records of up to a megabyte.
    "spark.sql.execution.arrow.maxBytesPerBatch": "4m",
    # Rows that Spark reads of Parquet at once, and has memory for at once. The default of 4,096 is for short rows: a
    # record of raw has up to a megabyte.
    "spark.sql.parquet.columnarReaderBatchSize": "32",
    **{f"parquet.enable.dictionary#{column}": "false" for column in _WITHOUT_DICTIONARY},
    # Days that a task writes at once; with more days it sorts the rest. By default Spark sorts all rows by day first,
    # in arrays of up to 64 MB, which keep G1 marking.
    "spark.sql.maxConcurrentOutputFileWriters": "8",
    # A batch is a few short jobs of two or three tasks: to plan them anew between stages takes longer than it saves.
    "spark.sql.adaptive.enabled": "false",
    # The default of 50 dominates the first snapshot of a small table.
    "spark.databricks.delta.snapshotPartitions": "2",
    # VACUUM otherwise lists with up to 10,000 tasks.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "8",
    # A trigger without records makes no progress report every ten seconds either.
    "spark.sql.streaming.noDataProgressEventInterval": "3600000",
}


class SessionError(RuntimeError):
    """The session was started without a setting that cannot be changed later."""


def prepare_session(spark: SparkSession, config: JobConfig) -> None:
    """Check what must have been set at the start, set the rest, make the source importable.

    :raises SessionError: naming the setting and how to pass it
    """
    required = dict(REQUIRED_AT_START)
    if config.raw_path.startswith(("s3://", "s3a://")):
        required["spark.hadoop.fs.s3a.endpoint.region"] = config.region
    spark.sparkContext.setLogLevel("WARN")  # at INFO Spark reports every task
    check_settings(dict(spark.sparkContext.getConf().getAll()), required)
    for name, value in RUNTIME_SETTINGS.items():
        spark.conf.set(name, value)
    spark.conf.set("spark.sql.shuffle.partitions", str(spark.sparkContext.defaultParallelism))
    _let_workers_import_the_package(spark)


def check_settings(started: Mapping[str, str], required: Mapping[str, str]) -> None:
    """Compare what the session was started with. A list may have more items: Glue adds extensions of its own.

    :raises SessionError: naming the setting and how to pass it
    """
    for name, value in required.items():
        given = started.get(name)
        items = [] if given is None else [item.strip() for item in given.split(",")]
        if value not in items:
            raise SessionError(f"the session needs --conf {name}={value}, it was started with {given}")


def _let_workers_import_the_package(spark: SparkSession) -> None:
    """Give Spark's driver-side data source process the zip (or folder) that this package was imported from.

    Spark starts that process with neither --py-files nor the driver's sys.path, so it could not unpickle the source.
    """
    spark.sparkContext.environment["PYTHONPATH"] = str(Path(clickstream_lakehouse.__file__).parent.parent)
