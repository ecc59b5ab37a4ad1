"""Records that arrive in `raw`, and a run of stage 2 over them."""

from uuid import uuid4

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from clickstream_lakehouse.appends import own_tables
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.refiner import Refiner
from clickstream_lakehouse.stage import QueryStart
from support.raw import raw_table

_last_run: dict[JobConfig, Refiner] = {}


def arrive(spark: SparkSession, config: JobConfig, sequence: int, *records: bytes) -> None:
    spark.createDataFrame(raw_table(*records, first_sequence=sequence)).write.format("delta").mode("append").save(
        config.raw_path
    )


def start_refine(spark: SparkSession, config: JobConfig) -> StreamingQuery:
    """The query of a new run."""
    _last_run.clear()
    _last_run[config] = Refiner(spark, config, own_tables(spark, config), Metrics(config))
    return _last_run[config].start(_begin(config))


def run_refine(spark: SparkSession, config: JobConfig, *, new_run: bool = False) -> None:
    """Refine all that is in raw: in the run of the last call, if it was for this lake, else in a new one."""
    is_new = new_run or config not in _last_run
    query = start_refine(spark, config) if is_new else _last_run[config].start(_begin(config))
    try:
        query.processAllAvailable()
    finally:
        query.stop()


def _begin(config: JobConfig) -> QueryStart:
    return QueryStart(f"{config.runs_path}/{uuid4()}", trigger_seconds=1)
