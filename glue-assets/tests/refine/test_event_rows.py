import pytest

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.event_rows import _computed_columns


@pytest.mark.usefixtures("spark")  # columns exist only in a session
def test_only_these_columns_of_events_wait_for_an_enrichment() -> None:
    filled = {f.name for f in table("events").fields if f.line} | _computed_columns().keys() | {"processed_ts"}
    assert {f.name for f in table("events").fields if f.name not in filled} == {
        "ref_source",
        "channel_group",
        "browser_name",
        "browser_version",
        "geo_region",
        "geo_city",
        "asn",
    }
