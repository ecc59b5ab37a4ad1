"""Counts the rows of the lake's tables with Spark and says which Delta protocol they need.

Usage: spark_counts.py <lake folder> <class path of jars> <table>...
Prints one JSON object: {"events": {"rows": 10, "minReaderVersion": 1, "minWriterVersion": 2}, ...}
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def main(lake: str, jars: str, *tables: str) -> None:
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.driver.extraClassPath", jars)
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    found = {}
    for name in tables:
        path = str(Path(lake) / name)
        detail = spark.sql(f"describe detail delta.`{path}`").first()
        rows = spark.read.format("delta").load(path).count()
        found[name] = {
            "rows": rows,
            "minReaderVersion": detail["minReaderVersion"],
            "minWriterVersion": detail["minWriterVersion"],
        }
    spark.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
