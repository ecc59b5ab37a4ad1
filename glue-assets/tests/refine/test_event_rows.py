from pathlib import Path

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.enrichments import enrichments
from support.lake import lake_config
from support.lines import event_line, ndjson
from support.raw import classified, enriched

# Only clients fill them so far.
WAITING = {"geo_region", "geo_city", "asn"}


def test_only_these_columns_of_events_wait_for_an_enrichment() -> None:
    line = event_line(
        page_url="https://shop.example/?gclid=G",
        page_referrer="https://duckduckgo.com/?q=tea",
        user_agent="curl/8",
        user_agent_source="event",
    )
    (row,) = enriched(classified(ndjson(line)), enrichments(lake_config(Path("/lake")))).to_pylist()
    sent = {f.name for f in table("events").fields if f.line}
    assert sent >= WAITING
    computed = {name for name, value in row.items() if value is not None and name not in line}
    assert sorted(WAITING & computed) == []
    assert {f.name for f in table("events").fields} == sent | computed
