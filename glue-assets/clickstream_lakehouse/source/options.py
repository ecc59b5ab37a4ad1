"""The options of the source, parsed; kinesis_source.py explains them."""

from collections.abc import Mapping
from dataclasses import dataclass

from clickstream_lakehouse.epoch import Epoch
from clickstream_lakehouse.source.kinesis_client import Stream
from clickstream_lakehouse.source.position_store import PositionStore, open_store
from clickstream_lakehouse.source.shard_reader import ReadLimits


@dataclass(frozen=True)
class SourceOptions:
    """The options of one query's source."""

    stream: Stream
    positions: str
    starts_at_latest: bool
    fail_on_data_loss: bool
    limits: ReadLimits
    drain_until: str | None
    epoch: Epoch | None
    """The driver epoch to check before and after each batch's reads."""
    first_batch: int | None
    """Number of the batch that a new query begins with, which is planned already; None for the first one of all."""

    def open_store(self) -> PositionStore:
        return open_store(self.positions, self.stream.region)


def parse_options(given: Mapping[str, str]) -> SourceOptions:
    """The options as Spark passes them: names in any case, values as text.

    :raises ValueError: naming a required option that is missing
    """
    options = {name.lower(): value for name, value in given.items()}
    for required in ("streamname", "region", "positions"):
        if not options.get(required):
            raise ValueError(f"kinesis_shards needs the option {required}")
    defaults = ReadLimits()
    region = options["region"]
    return SourceOptions(
        stream=Stream(options["streamname"], region, options.get("endpointurl")),
        positions=options["positions"],
        starts_at_latest=options.get("startposition") == "latest",
        fail_on_data_loss=options.get("failondataloss") == "true",
        limits=ReadLimits(
            records=int(options.get("maxrecordspershard", defaults.records)),
            bytes=int(options.get("maxbytespershard", defaults.bytes)),
            seconds=float(options.get("maxsecondsperbatch", defaults.seconds)),
        ),
        drain_until=options.get("drainuntil"),
        epoch=Epoch(options["epochpath"], region, int(options["epoch"])) if "epochpath" in options else None,
        first_batch=int(options["firstbatch"]) if "firstbatch" in options else None,
    )
