"""Databases of locations on their way to Spark's workers."""

from dataclasses import replace

import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.refine.enrich.geo import GeoDatabaseError
from support.geo import COUNTRIES, SYSTEMS
from support.lake import rows
from support.lines import event_line, ndjson
from support.refine import arrive, run_refine


def test_workers_locate_addresses_with_the_databases_that_the_driver_ships(
    spark: SparkSession, config: JobConfig
) -> None:
    located = replace(config, geo_databases=(str(COUNTRIES), SYSTEMS.as_uri()))
    arrive(spark, config, 1, ndjson(*[event_line(ip_address=address) for address in ("193.0.6.0", "1.128.0.0", None)]))
    run_refine(spark, located)
    found = rows(config.events_path, "ip_address, geo_country, asn")
    assert set(found) == {("193.0.6.0", "NL", None), ("1.128.0.0", "AU", 1221), (None, None, None)}


def test_a_database_that_is_not_there_ends_the_run_with_its_name(spark: SparkSession, config: JobConfig) -> None:
    missing = replace(config, geo_databases=("/nowhere/country.mmdb",))
    with pytest.raises(GeoDatabaseError, match=r"country\.mmdb cannot be read \(.*\): check that the file exists"):
        run_refine(spark, missing)
