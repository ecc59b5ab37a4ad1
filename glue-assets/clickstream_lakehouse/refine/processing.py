"""What makes rows of new events: our enrichments, and what the user brings."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.contract import events_table
from clickstream_lakehouse.refine.enrich.geo import ship_geo_databases
from clickstream_lakehouse.refine.enrichments import Enrichment, enrichments
from clickstream_lakehouse.refine.transform import Transform


@dataclass(frozen=True)
class Processing:
    """
    schema     of the rows
    transform  the user's, None when there is none
    """

    schema: pa.Schema
    enrichments: Sequence[Enrichment]
    transform: Transform | None


def load_processing(spark: SparkSession, config: JobConfig) -> Processing:
    """Load what the user brings.

    :raises ConfigError: when the transform cannot be loaded
    :raises GeoDatabaseError: when a geo database is of no use
    :raises PseudonymKeyError: when the key of the pseudonyms cannot be read
    """
    ship_geo_databases(spark, config.geo_databases)
    schema = events_table(config.columns).row_schema
    transform = Transform(config.transform, schema) if config.transform else None
    return Processing(schema, enrichments(config), transform)
