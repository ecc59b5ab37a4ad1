"""Records that arrive in `raw`, and a run of stage 2 over them."""

import threading
from uuid import uuid4

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.appends import Appender, OwnTables, own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import claim_epoch
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.processing import load_processing
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.stage import QueryStart
from clickstream_lakehouse.tables import table_paths
from support.raw import raw_table

_last_run: dict[JobConfig, Refiner] = {}


def arrive(spark: SparkSession, config: JobConfig, sequence: int, *records: bytes) -> None:
    spark.createDataFrame(raw_table(*records, first_sequence=sequence)).write.format("delta").mode("append").save(
        config.raw_path
    )


def start_refine(spark: SparkSession, config: JobConfig) -> StreamingQuery:
    """The query of a new run, without the fence against older ones: that takes as long as a batch."""
    return _start(spark, config, _unfenced(config))


def _start(spark: SparkSession, config: JobConfig, tables: OwnTables) -> StreamingQuery:
    _last_run.clear()
    _last_run[config] = Refiner(spark, config, load_processing(spark, config), tables, Metrics(config))
    return _last_run[config].start(fresh_start(config))


def run_refine(spark: SparkSession, config: JobConfig, *, new_run: bool = False) -> None:
    """Refine all that is in raw: in the run of the last call, if it was for this lake, else in a new one."""
    if new_run:
        query = _start(spark, config, own_tables(spark, config))
    else:
        query = _last_run[config].start(fresh_start(config)) if config in _last_run else start_refine(spark, config)
    try:
        query.processAllAvailable()
    finally:
        query.stop()


def _unfenced(config: JobConfig) -> OwnTables:
    epoch = claim_epoch(config.epoch_path, config.region)
    appenders = {name: Appender(path, epoch) for name, path in table_paths(config).items()}
    return OwnTables(epoch, **appenders, refined=None, stopping=threading.Event())


def fresh_start(config: JobConfig, trigger_seconds: int = 0) -> QueryStart:
    """A start in a folder that no query had before."""
    return QueryStart(f"{config.runs_path}/{uuid4()}", trigger_seconds)
