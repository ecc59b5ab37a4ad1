"""Downloads Delta's jars with Spark's own resolver and keeps the ones the job needs.

Usage: resolve_jars.py <ivy cache folder> <jars folder>

Every jar must have the SHA-256 that jars.sha256 lists. After a change of Delta's version, compare the new jars with the
checksums that Maven Central publishes, then write the list: `cd <ivy cache folder>/jars && sha256sum io.delta_*.jar`.
"""

import hashlib
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from pyspark.sql import SparkSession

# Delta publishes one artifact per Spark line; Glue 6.0 pairs Spark 4.1 (Scala 2.13) with Delta 4.2.
PACKAGE = f"io.delta:delta-spark_4.1_2.13:{version('delta-spark')}"

HASHES = Path(__file__).with_name("jars.sha256")


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


def listed_hashes(listing: str) -> dict[str, str]:
    """Names of jars -> their SHA-256, from the lines of sha256sum."""
    return {name: digest for digest, name in (line.split() for line in listing.splitlines())}


def differences(jars: list[Path], expected: dict[str, str]) -> list[str]:
    """Jars that are missing, unknown or other than the list says."""
    actual = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars}
    return [
        f"{name}: SHA-256 is {actual.get(name, 'missing')}, {HASHES.name} says {expected.get(name, 'nothing')}"
        for name in sorted(actual.keys() | expected.keys())
        if actual.get(name) != expected.get(name)
    ]


def main(ivy: str, jars: str) -> None:
    target = Path(jars)
    found = resolve(Path(ivy))
    if not found:
        sys.exit(f"Spark resolved {PACKAGE} but left no io.delta jar in {ivy}/jars")
    wrong = differences(found, listed_hashes(HASHES.read_text(encoding="utf-8")))
    if wrong:
        sys.exit("The jars are not those that this project was tested with:\n" + "\n".join(wrong))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for jar in found:
        shutil.copy2(jar, target / jar.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
