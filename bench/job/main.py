"""Measures the Spark job and prints each row of the table as a line of JSON. `npm run bench -- job` starts it."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import stages
from job_runs import JobBench, measure_freshness, measure_restart
from records import Records
from row import Row
from spark_session import start_session
from window import measure_windows

from support.lake import lake_config

# In this order, in one warm session.
_IN_SESSION: dict[str, Callable[[stages.Bench], Iterator[Row]]] = {
    "stage2": stages.measure_refine,
    "small": lambda bench: (row for events in (1_000, 100) for row in stages.measure_small(bench, events)),
    "plain": stages.measure_plain,
    "source": stages.measure_source,
    "stage1": stages.measure_ingest,
    "both": stages.measure_both,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jars", type=lambda text: [Path(jar) for jar in text.split(",")], required=True)
    parser.add_argument("--load", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", type=lambda text: text.split(","), required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--windows", type=lambda text: [int(size) for size in text.split(",")], required=True)
    parser.add_argument("--seconds", type=int, required=True)
    parser.add_argument("--jvm-options", required=True)
    options = parser.parse_args()
    for row in _rows(options):
        row.emit()


def _rows(options: argparse.Namespace) -> Iterator[Row]:
    records = Records(options.load)
    if {*_IN_SESSION, "windows"} & set(options.only):
        yield from _rows_of_session(options, records)
    runs = JobBench(options.folder, ":".join(map(str, options.jars)), records, options.events, options.jvm_options)
    if "restart" in options.only:
        yield from measure_restart(runs)
    if "freshness" in options.only:
        yield from measure_freshness(runs, options.seconds)


def _rows_of_session(options: argparse.Namespace, records: Records) -> Iterator[Row]:
    config = lake_config(options.folder / "session")
    spark, processes = start_session(options.jars, options.folder, config, options.jvm_options)
    try:
        bench = stages.Bench(spark, processes, options.folder, records, options.events)
        if "stage2" in options.only:
            yield from stages.measure_first(bench)
        if set(_IN_SESSION) & set(options.only):
            stages.warm_up(bench)
        for name, measure in _IN_SESSION.items():
            if name in options.only:
                yield from measure(bench)
        if "windows" in options.only:
            yield from measure_windows(spark, processes, options.folder, options.windows, options.events)
    finally:
        spark.stop()


main()
