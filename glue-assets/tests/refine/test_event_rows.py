import pytest

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.event_rows import _computed_columns

# Only clients fill them so far.
WAITING = {"ref_source", "channel_group", "browser_name", "browser_version", "geo_region", "geo_city", "asn"}


@pytest.mark.usefixtures("spark")  # columns exist only in a session
def test_only_these_columns_of_events_wait_for_an_enrichment() -> None:
    computed = _computed_columns().keys()
    sent = {f.name for f in table("events").fields if f.line}
    assert sent >= WAITING
    assert sorted(WAITING & computed) == []
    assert {f.name for f in table("events").fields} == sent | computed | {"processed_ts"}
