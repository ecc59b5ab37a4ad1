"""Downloads jars with Spark's own resolver and keeps the ones that Spark itself does not ship.

Usage: resolve_jars.py <delta|s3a> <ivy cache folder> <jars folder>

Every jar must have the SHA-256 that its list beside this file has. After a change of a version, compare the new jars
with the checksums that Maven Central publishes, then write the list:
`cd <ivy cache folder>/jars && sha256sum io.delta_*.jar` (for s3a: `*.jar`).
"""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pyspark.sql import SparkSession

_HERE = Path(__file__).parent

# The release of the SDK that hadoop-aws 3.4.2 is built with.
_AWS_SDK = "2.29.52"


@dataclass(frozen=True)
class JarSet:
    """Maven packages, the jars among their dependencies that are kept, and the list of those."""

    packages: tuple[str, ...]
    pattern: str
    hashes: Path
    excludes: tuple[str, ...] = ()


# Delta publishes one artifact per Spark line; Glue 6.0 pairs Spark 4.1 (Scala 2.13) with Delta 4.2. Spark ships the
# rest of what Delta depends on.
DELTA = JarSet((f"io.delta:delta-spark_4.1_2.13:{version('delta-spark')}",), "io.delta_*.jar", _HERE / "jars.sha256")

# Spark 4.1 ships Hadoop's client of this release, without S3A, and newer versions of the libraries that are excluded
# here. These modules of the SDK are enough for S3A. The bundle that hadoop-aws asks for has 640 MB.
S3A = JarSet(
    (
        "org.apache.hadoop:hadoop-aws:3.4.2",
        *(f"software.amazon.awssdk:{module}:{_AWS_SDK}" for module in ("s3", "s3-transfer-manager", "sts", "kms")),
        "org.wildfly.openssl:wildfly-openssl:2.1.4.Final",
    ),
    "*.jar",
    _HERE / "s3a-jars.sha256",
    excludes=(
        "software.amazon.awssdk:bundle",
        "commons-codec:commons-codec",
        "commons-logging:commons-logging",
        "io.netty:*",
        "org.apache.httpcomponents:*",
        "org.slf4j:slf4j-api",
    ),
)

JAR_SETS = {"delta": DELTA, "s3a": S3A}


def resolve(wanted: JarSet, ivy: Path) -> list[Path]:
    """The jars of the set in Spark's cache after it has resolved the packages."""
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.jars.packages", ",".join(wanted.packages))
        .config("spark.jars.excludes", ",".join(wanted.excludes))
        .config("spark.jars.ivy", str(ivy))
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    session.stop()
    return sorted((ivy / "jars").glob(wanted.pattern))


def listed_hashes(listing: str) -> dict[str, str]:
    """Names of jars -> their SHA-256, from the lines of sha256sum."""
    return {name: digest for digest, name in (line.split() for line in listing.splitlines())}


def differences(jars: list[Path], expected: dict[str, str], listing: str = DELTA.hashes.name) -> list[str]:
    """Jars that are missing, unknown or other than the list says."""
    actual = {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in jars}
    return [
        f"{name}: SHA-256 is {actual.get(name, 'missing')}, {listing} says {expected.get(name, 'nothing')}"
        for name in sorted(actual.keys() | expected.keys())
        if actual.get(name) != expected.get(name)
    ]


def main(name: str, ivy: str, jars: str) -> None:
    wanted, target = JAR_SETS[name], Path(jars)
    found = resolve(wanted, Path(ivy))
    if not found:
        sys.exit(f"Spark resolved {', '.join(wanted.packages)} but left no {wanted.pattern} in {ivy}/jars")
    wrong = differences(found, listed_hashes(wanted.hashes.read_text(encoding="utf-8")), wanted.hashes.name)
    if wrong:
        sys.exit("The jars are not those that this project was tested with:\n" + "\n".join(wrong))
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for jar in found:
        shutil.copy2(jar, target / jar.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
