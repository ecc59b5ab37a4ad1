"""Entry of the streaming job: checks what it runs on, reads the arguments, runs. The only file that knows Glue.

spark-submit --py-files clickstream_lakehouse.zip --conf … clickstream_job.py --region … --stream_name … (see config.py)
"""

import importlib
import importlib.metadata
import sys
import threading

MINIMUM_PYTHON = (3, 11)
# Of the process: the arguments are wrong, a newer run has started, a query hangs. Any other failure is 1.
EXIT_CODES = {"ConfigError": 2, "SupersededError": 3, "StalledError": 4}
REQUIRED_MODULES = ("pyspark", "boto3", "pyarrow", "numpy")


def missing_parts() -> list[str]:
    """Requirements of the job that this interpreter does not meet, in words. Empty when the job can run."""
    missing = []
    if sys.version_info < MINIMUM_PYTHON:
        wanted, found = ".".join(map(str, MINIMUM_PYTHON)), ".".join(map(str, sys.version_info[:2]))
        missing.append(f"Python {wanted} or newer (this is {found})")
    for module in REQUIRED_MODULES:
        try:
            importlib.import_module(module)
        except ImportError as error:
            missing.append(f"the module {module} ({error})")
    return missing


def main(argv: list[str]) -> None:
    missing = missing_parts()
    if missing:
        sys.exit(f"clickstream_job cannot run with {sys.executable}: it needs {', '.join(missing)}")

    from pyspark.sql import SparkSession

    from clickstream_lakehouse.config import ConfigError, argument_names, parse_arguments, unknown_arguments
    from clickstream_lakehouse.failure import explain
    from clickstream_lakehouse.metrics import log

    try:
        for name in unknown_arguments(argv):
            known = ", ".join(f"--{argument}" for argument in argument_names())
            log("warning", f"unknown argument --{name} is ignored; the job knows {known}")
        config = parse_arguments(argv)
    except ConfigError as error:
        log("error", str(error))
        sys.exit(EXIT_CODES["ConfigError"])
    # The most of our modules are read while Spark's JVM makes the session.
    imports = threading.Thread(target=importlib.import_module, args=("clickstream_lakehouse.runner",), daemon=True)
    imports.start()
    spark = SparkSession.builder.appName(config.job_name).getOrCreate()
    imports.join()

    from clickstream_lakehouse.runner import run
    from clickstream_lakehouse.stage import StageError

    try:
        run(spark, config)
    except Exception as error:
        failure = error.failure if isinstance(error, StageError) else explain(error)
        log("error", str(error) if isinstance(error, StageError) else str(failure))
        if failure.kind in EXIT_CODES or isinstance(error, StageError):
            sys.exit(EXIT_CODES.get(failure.kind, 1))
        raise
    finally:
        spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
