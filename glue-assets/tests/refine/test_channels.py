"""docs/channels.md against the code: each row of its tables is a case."""

import itertools
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.enrich import channel, sites
from clickstream_lakehouse.refine.enrich.url import CAMPAIGN
from clickstream_lakehouse.refine.enrichments import enrichments
from support.lake import lake_config
from support.lines import event_line, ndjson
from support.raw import classified, enriched

PAGE = (Path(__file__).parents[3] / "docs/channels.md").read_text(encoding="utf-8")
TABLES = [
    [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    for table in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE)
]
RULES, MEDIUMS = TABLES
COLUMNS = ("event_type", "page_url", "page_referrer", "ref_medium", "click_id", "click_network", *CAMPAIGN)
CHANNELS = {name for name, _ in channel.RULES}


def row(**fields: object) -> dict[str, str | None]:
    """The enriched event, a page view."""
    line = event_line(**{"event_type": "page", **fields})
    (made,) = enriched(classified(ndjson(line)), enrichments(lake_config(Path("/lake")))).to_pylist()
    return made


def channel_of(query: str = "", referrer: str = "", **fields: object) -> str | None:
    page = {"page_url": f"https://www.shop.example/p?{query}", "page_referrer": referrer or None}
    return row(**{**page, **fields})["channel_group"]


def test_the_page_has_the_rules_in_the_order_of_the_code() -> None:
    assert [cells[0].strip("`") for cells in RULES] == [name for name, _ in channel.RULES]


@pytest.mark.parametrize("cells", RULES, ids=[f"{number}-{cells[0]}" for number, cells in enumerate(RULES)])
def test_the_example_of_a_rule_has_its_channel(cells: list[str]) -> None:
    name, _, query, referrer = (cell.strip("`") for cell in cells)
    assert channel_of(query, referrer) == name


def test_each_rule_is_needed_for_its_example() -> None:
    for number, (name, _, query, referrer) in enumerate([cell.strip("`") for cell in cells] for cells in RULES):
        seen = row(page_url=f"https://shop.example/?{query}", page_referrer=referrer or None, channel_group=None)
        joined = channel.joined_signals(
            pa.table({column: pa.chunked_array([[seen[column]]], pa.string()) for column in COLUMNS})
        )
        signals = channel.Signals(*joined[0].as_py().split(channel.SEPARATOR))
        others = [*channel.RULES[:number], *channel.RULES[number + 1 :]]
        assert next((other for other, holds in others if holds(signals)), None) != name


def test_the_page_has_the_words_of_utm_medium() -> None:
    documented = {cells[0].strip("`"): tuple(re.findall("`(.*?)`", cells[1])) for cells in MEDIUMS}
    assert list(documented.items()) == list(channel.MEDIUMS.items())


@pytest.mark.parametrize(
    ("query", "referrer", "expected"),
    [
        ("utm_source=chatgpt.com&utm_medium=referral", "", "ai_assistant"),
        ("utm_source=openai", "https://chatgpt.com/", "ai_assistant"),
        ("utm_source=google&utm_medium=cpm", "", "display"),
        ("dclid=1&utm_medium=cpc", "", "display"),
        ("gclid=1", "", "paid_search"),
        ("gclid=1&utm_medium=organic", "https://www.google.com/", "paid_search"),
        ("msclkid=1", "https://mail.google.com/", "paid_search"),
        ("ttclid=1", "", "paid_social"),
        ("twclid=1", "", "paid_social"),
        ("li_fat_id=1", "", "paid_social"),
        ("fbclid=1&utm_source=fb&utm_medium=paid", "", "paid_social"),
        ("utm_medium=paid-search", "https://www.facebook.com/", "paid_search"),
        ("utm_medium=cpc", "https://www.bing.com/", "paid_search"),
        ("utm_medium=cpc", "https://blog.example/", "paid_other"),
        ("utm_source=facebook", "", "organic_social"),
        ("utm_source=m.facebook.com", "", "organic_social"),
        ("utm_source=t.co", "", "organic_social"),
        ("utm_source=newsletter", "", "email"),
        ("utm_source=Newsletter&utm_medium=Social Media", "", "organic_social"),
        ("utm_source=google&utm_medium=organic", "", "organic_search"),
        ("utm_source=partner&utm_medium=organic", "", "organic_search"),
        ("utm_medium=mcp", "", "other"),
        ("utm_content=blue", "", "other"),
        ("utm_source=(direct)&utm_medium=(none)", "", "direct"),
        ("utm_source=(not set)&utm_medium=(not set)", "", "direct"),
        ("", "$direct", "direct"),
        ("", "android-app://com.google.android.googlequicksearchbox/", "organic_search"),
        ("", "android-app://com.google.android.gm/", "email"),
        ("", "https://shop.example/", None),
        ("", "https://blog.shop.example/", None),
        ("utm_medium=email", "https://shop.example/", "email"),
    ],
)
def test_the_channel_of(query: str, referrer: str, expected: str | None) -> None:
    assert channel_of(query, referrer) == expected


@pytest.mark.parametrize("said", ["email", "my own channel"])
def test_the_clients_own_channel_counts_first(said: str) -> None:
    assert channel_of("utm_medium=cpc", channel_group=said) == said


def test_the_source_that_a_client_names_leads_to_a_channel() -> None:
    assert channel_of(ref_source="Google") == "organic_search"
    assert channel_of(referrer="https://www.google.com/", ref_source="Partner") == "referral"


@pytest.mark.parametrize(
    "fields",
    [
        {"page_url": None},  # of a server
        {"event_type": "track"},
        {"event_type": "track", "page_url": None},
        {"event_type": "screen", "page_url": None, "screen_name": "home"},
    ],
)
def test_what_is_no_arrival_has_no_channel(fields: dict[str, object]) -> None:
    assert row(**{"page_url": "https://shop.example/", **fields})["channel_group"] is None


def test_an_event_of_another_type_has_the_channel_of_its_referrer_and_campaign() -> None:
    assert channel_of("gclid=1", event_type="track") == "paid_search"


TEXTS = (
    st.none()
    | st.text(st.characters(codec="utf-8"), max_size=20)
    | st.sampled_from([*itertools.chain(*channel.MEDIUMS.values()), "google", "(none)", "fb", "gclid", "\0|", "a|b|c"])
)


(REF_MEDIUM,) = (f for f in table("events").fields if f.name == "ref_medium")
ROWS = st.fixed_dictionaries(
    {**dict.fromkeys(COLUMNS, TEXTS), "ref_medium": st.none() | st.sampled_from(REF_MEDIUM.values)}
)


@given(st.lists(ROWS, max_size=5))
def test_any_text_has_a_channel_of_the_page_or_none(rows: list[dict[str, str | None]]) -> None:
    columns = {name: pa.chunked_array([[values[name] for values in rows]], pa.string()) for name in COLUMNS}
    events = pa.table({**columns, "channel_group": pa.nulls(len(rows), pa.string())})
    found = channel.channel_columns(events)["channel_group"].to_pylist()
    assert set(found) <= {*CHANNELS, None}
    each = [
        channel.channel_columns(events.slice(number, 1))["channel_group"].to_pylist() for number in range(len(rows))
    ]
    assert [one for (one,) in each] == found


def test_every_kind_of_known_site_is_a_medium_of_the_contract() -> None:
    assert {site.medium for site in sites.KNOWN.values()} | {"referral"} == set(REF_MEDIUM.values)
