"""What fills columns of `events` beside what the client said."""

from collections.abc import Callable, Sequence

import pyarrow as pa

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.refine.enrich.bots import BotReasons
from clickstream_lakehouse.refine.enrich.channel import channel_columns
from clickstream_lakehouse.refine.enrich.device import device_columns
from clickstream_lakehouse.refine.enrich.distinct import Columns
from clickstream_lakehouse.refine.enrich.geo import GeoColumns
from clickstream_lakehouse.refine.enrich.promote import Promotion
from clickstream_lakehouse.refine.enrich.pseudonyms import Pseudonyms
from clickstream_lakehouse.refine.enrich.referrer import referrer_columns
from clickstream_lakehouse.refine.enrich.times import event_times
from clickstream_lakehouse.refine.enrich.url import page_columns
from clickstream_lakehouse.refine.pseudonym_key import read_pseudonym_key

Enrichment = Callable[[pa.Table], Columns]
"""Makes columns of columns. It is sent to the workers, so it is a function of a module or a frozen dataclass."""


def enrichments(config: JobConfig) -> Sequence[Enrichment]:
    """The enrichments of a run in their order: each sees the fields of the lines, with what those before it filled.

    :raises PseudonymKeyError: when the key of the pseudonyms cannot be read
    """
    chosen: list[Enrichment] = [
        event_times,
        page_columns,
        referrer_columns,
        channel_columns,
        BotReasons(config.robot_user_agents),
        device_columns,
    ]
    if config.geo_databases:
        chosen.append(GeoColumns(config.geo_databases))
    if config.columns:
        chosen.append(Promotion(config.columns))
    if config.pseudonym_key_arn:
        # The last one, so that all others see the ids as they were sent.
        chosen.append(Pseudonyms(read_pseudonym_key(config.pseudonym_key_arn, config.region)))
    return chosen
