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


def arrive(spark: SparkSession, config: JobConfig, sequence: int, *records: bytes) -> None:
    spark.createDataFrame(raw_table(*records, first_sequence=sequence)).write.format("delta").mode("append").save(
        config.raw_path
    )


def start_refine(spark: SparkSession, config: JobConfig) -> StreamingQuery:
    refiner = Refiner(spark, config, own_tables(spark, config), Metrics(config))
    return refiner.start(QueryStart(f"{config.runs_path}/{uuid4()}", trigger_seconds=1))


def run_refine(spark: SparkSession, config: JobConfig) -> None:
    query = start_refine(spark, config)
    try:
        query.processAllAvailable()
    finally:
        query.stop()
