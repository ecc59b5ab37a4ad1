"""What fills columns of `events` beside what the client said."""

from collections.abc import Callable, Sequence

import pyarrow as pa

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.refine.enrich.bots import bot_reasons
from clickstream_lakehouse.refine.enrich.distinct import Columns
from clickstream_lakehouse.refine.enrich.promote import Promotion
from clickstream_lakehouse.refine.enrich.times import event_times
from clickstream_lakehouse.refine.enrich.url import page_columns

Enrichment = Callable[[pa.Table], Columns]
"""Makes columns of columns. It is sent to the workers, so it is a function of a module or a frozen dataclass."""


def enrichments(config: JobConfig) -> Sequence[Enrichment]:
    """The enrichments of a run in their order: each sees the fields of the lines, with what those before it filled."""
    return (event_times, page_columns, bot_reasons, *([Promotion(config.columns)] if config.columns else []))
