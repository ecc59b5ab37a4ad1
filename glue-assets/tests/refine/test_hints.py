"""Client Hints, as Chrome, Edge and others tell them to trackers."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.refine.enrich.agent import NOTHING, Agent
from clickstream_lakehouse.refine.enrich.hints import hint_texts, read_hints
from refine.test_agents import assert_presentable


def brands(*names: str, version: str = "138") -> list[dict[str, str]]:
    named = {"Chromium": version, **dict.fromkeys(names, version), "Not)A;Brand": "8"}
    return [{"brand": name, "version": number} for name, number in named.items()]


def hints(*names: str, platform: str = "Windows", mobile: bool = False, **more: Any) -> dict[str, Any]:
    return {"brands": brands(*names), "mobile": mobile, "platform": platform, **more}


CHROME_138 = ("Chrome", "138")
READ = [
    (hints("Google Chrome"), (*CHROME_138, "Windows", None, "desktop", None, None)),
    (hints("Google Chrome", platformVersion="15.0.0"), (*CHROME_138, "Windows", "11", "desktop", None, None)),
    (hints("Google Chrome", platformVersion="13.0.0"), (*CHROME_138, "Windows", "11", "desktop", None, None)),
    (hints("Google Chrome", platformVersion="10.0.0"), (*CHROME_138, "Windows", "10", "desktop", None, None)),
    (hints("Google Chrome", platformVersion="0.3.0"), (*CHROME_138, "Windows", "8.1", "desktop", None, None)),
    (hints("Google Chrome", platformVersion="1.0.0"), (*CHROME_138, "Windows", "10", "desktop", None, None)),
    (hints("Google Chrome", platformVersion="0.0.0"), (*CHROME_138, "Windows", None, "desktop", None, None)),
    (
        hints(
            "Microsoft Edge",
            platformVersion="15.0.0",
            fullVersionList=brands("Microsoft Edge", version="138.0.3351"),
        ),
        ("Edge", "138.0.3351", "Windows", "11", "desktop", None, None),
    ),
    (
        hints("Google Chrome", platform="macOS", platformVersion="14.5.0", model="", architecture="arm", bitness="64"),
        (*CHROME_138, "macOS", "14.5", "desktop", None, None),
    ),
    (
        hints("Google Chrome", platform="Android", mobile=True, platformVersion="14.0.0", model="Pixel 8"),
        (*CHROME_138, "Android", "14", "mobile", "Google", "Pixel 8"),
    ),
    (
        hints("Samsung Internet", platform="Android", mobile=True, model="SM-S921B"),
        ("Samsung Internet", "138", "Android", None, "mobile", "Samsung", "SM-S921B"),
    ),
    (hints("Google Chrome", platform="Android"), (*CHROME_138, "Android", None, None, None, None)),
    # a model has a maker by its name only where Android runs
    (hints("Google Chrome", model="Pixel 8"), (*CHROME_138, "Windows", None, "desktop", None, "Pixel 8")),
    (hints("Google Chrome", platform="Chromium OS"), (*CHROME_138, "Chrome OS", None, "desktop", None, None)),
    (hints("Brave"), ("Brave", "138", "Windows", None, "desktop", None, None)),
    (hints("Opera GX"), ("Opera", "138", "Windows", None, "desktop", None, None)),
    # too general: the user agent tells more
    (hints(), (None, None, "Windows", None, "desktop", None, None)),
    (hints("Android WebView", platform="Android", mobile=True), (None, None, "Android", None, "mobile", None, None)),
    (hints("Google Chrome", platform="Linux"), (*CHROME_138, None, None, "desktop", None, None)),
    # Snowplow's name of the flag
    ({"isMobile": True, "brands": brands("Google Chrome")}, (*CHROME_138, None, None, "mobile", None, None)),
    ({"mobile": False}, NOTHING),
    ({"platform": "Windows"}, (None, None, "Windows", None, None, None, None)),
]
INVENTED = [
    " Not A;Brand",
    "Not?A_Brand",
    "Not/A)Brand",
    "Not.A/Brand",
    "Not(A:Brand",
    "(Not(A:Brand",
    '\\Not"A\\Brand',
]


@pytest.mark.parametrize(("sent", "told"), READ)
def test_hints_tell_what_user_agents_do_not_tell_any_more(sent: dict[str, Any], told: tuple[str | None, ...]) -> None:
    assert read_hints(json.dumps(sent)) == told


@pytest.mark.parametrize("invented", INVENTED)
def test_the_brand_that_browsers_invent_is_not_a_browser(invented: str) -> None:
    listed = [{"brand": invented, "version": "99"}, {"brand": "Google Chrome", "version": "138"}]
    assert read_hints(json.dumps({"brands": listed}))[:2] == CHROME_138


def stored(contexts: Any) -> str:
    """As the collector writes JSON."""
    return json.dumps(contexts, ensure_ascii=False, separators=(",", ":"))


def cut(*contexts: str | None) -> list[Any]:
    found = hint_texts(pa.chunked_array([pa.array(contexts, pa.string())]))
    return [text and json.loads(text) for text in found.to_pylist()]


SCHEMA = "iglu:org.ietf/http_client_hints/jsonschema/1-0-0"
FULL = hints("Google Chrome", platformVersion="15.0.0", fullVersionList=brands("Google Chrome"), model="", wow64=False)


@pytest.mark.parametrize("sent", [FULL, dict(reversed(FULL.items())), hints("Edge")])
@pytest.mark.parametrize(
    "holder",
    [
        lambda hints: {"context": {"page": {"search": "?a"}, "userAgentData": hints}, "integrations": {}},
        lambda hints: {"context": {"userAgentData": hints, "screen": {"width": 1}}},
        lambda hints: {"userAgentData": hints},
        lambda hints: {"channel": "web", "context": {"ua-ch": hints, "network": {}}},
        lambda hints: {"contexts": [{"schema": "iglu:a/b", "data": {}}, {"schema": SCHEMA, "data": hints}], "cd": "24"},
    ],
    ids=["segment", "segment, not last", "alone", "rudder", "snowplow"],
)
def test_hints_are_found_where_trackers_put_them(holder: Any, sent: dict[str, Any]) -> None:
    without = stored({"context": {"page": {"search": "?x"}}})
    assert cut(None, stored(holder(sent)), without) == [None, sent, None]


@pytest.mark.parametrize(("count", "is_read"), [(40, True), (200, False)])
def test_hints_are_cut_out_up_to_a_length(count: int, is_read: bool) -> None:
    sent = hints(*[f"Brand {number}" for number in range(count)])
    assert cut(stored({"userAgentData": sent})) == [sent if is_read else None]


def test_text_of_a_page_is_not_taken_for_hints() -> None:
    page = stored({"context": {"page": {"title": '"userAgentData":{"brands":[],"platform":"Windows"}'}}})
    catalog = stored({"items": [{"brands": ["Acme"]}]})
    assert cut(page, catalog) == [None, None]
    assert cut() == []


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["\x00", "\ud83d", "1.2", "Android"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["brand", "version", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = ["brands", "fullVersionList", "mobile", "platform", "platformVersion", "model", "isMobile"]


@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_any_hints_tell_only_what_every_reader_can_show(sent: dict[str, Any]) -> None:
    assert_presentable(read_hints(json.dumps(sent)))


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '{"brands":' + "[" * 3_000])
def test_what_is_not_an_object_tells_nothing(text: str) -> None:
    assert read_hints(text) == Agent()
