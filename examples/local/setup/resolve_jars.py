"""Downloads Delta's jars with Spark's own resolver and keeps the ones the job needs.

Usage: resolve_jars.py <ivy cache folder> <jars folder>
"""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from pyspark.sql import SparkSession

# Delta publishes one artifact per Spark line; Glue 6.0 pairs Spark 4.1 (Scala 2.13) with Delta 4.2.
PACKAGE = f"io.delta:delta-spark_4.1_2.13:{version('delta-spark')}"


def resolve(ivy: Path) -> list[Path]:
    """The io.delta jars in Spark's cache after it has resolved the package: Spark itself ships the rest."""
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.jars.packages", PACKAGE)
        .config("spark.jars.ivy", str(ivy))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.stop()
    return sorted((ivy / "jars").glob("io.delta_*.jar"))


def main(ivy: str, jars: str) -> None:
    target = Path(jars)
    found = resolve(Path(ivy))
    if not found:
        sys.exit(f"Spark resolved {PACKAGE} but left no io.delta jar in {ivy}/jars")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for jar in found:
        shutil.copy2(jar, target / jar.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
