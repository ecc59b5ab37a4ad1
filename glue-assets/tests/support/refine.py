"""Records that arrive in `raw`, and a run of stage 2 over them."""

from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import claim_epoch
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.refine.refiner import Refiner
from support.raw import raw_table


def arrive(spark: SparkSession, config: JobConfig, sequence: int, *records: bytes) -> None:
    spark.createDataFrame(raw_table(*records, first_sequence=sequence)).write.format("delta").mode("append").save(
        config.raw_path
    )


def run_refine(spark: SparkSession, config: JobConfig) -> None:
    epoch = claim_epoch(config.epoch_path, config.region)
    query = Refiner(spark, config, epoch, Metrics(config)).start(trigger_seconds=1)
    try:
        query.processAllAvailable()
    finally:
        query.stop()
