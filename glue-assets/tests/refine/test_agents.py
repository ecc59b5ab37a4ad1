"""Browser, system and device of user agents, against uap-core's own tests and agents of today."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.refine.enrich.agent import NOTHING, Agent, printable, read_user_agent, version
from clickstream_lakehouse.refine.enrich.bots import bot_reason

SAMPLE = Path(__file__).parent.parent / "data/user_agents.tsv"
DEVICE_TYPES = {"desktop", "mobile", "tablet", "tv", "console", "wearable"}

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5"
WINDOWS = ("Windows", "10", "desktop", None, None)
AGENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36": ("Chrome", "126", *WINDOWS),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/126.0.2592.87": (
        *("Edge", "126.0.2592.87"),
        *WINDOWS,
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 OPR/112.0.0.0": ("Opera", "112", *WINDOWS),
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": (
        *("Firefox", "140"),
        *("Ubuntu", None, "desktop", None, None),
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36": (
        *("Chrome", "126"),
        *("Chrome OS", "14541", "desktop", None, None),
    ),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Safari/605.1.15": (
        *("Safari", "17.5"),
        *("macOS", "10.15.7", "desktop", "Apple", "Mac"),
    ),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1": (
        *("Safari", "17.5"),
        *("iOS", "17.5.1", "mobile", "Apple", "iPhone"),
    ),
    f"Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) {SAFARI} Mobile/15E148 Safari/604.1": (
        *("Safari", "17.5"),
        *("iOS", "18", "tablet", "Apple", "iPad"),
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "CriOS/126.0.6478.35 Mobile/15E148 Safari/604.1"
    ): ("Chrome", "126.0.6478.35", "iOS", "17.5", "mobile", "Apple", "iPhone"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148": (
        *("iOS WebView", None),
        *("iOS", "17.5", "mobile", "Apple", "iPhone"),
    ),
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36": (
        *("Chrome", "126"),
        *("Android", "10", "mobile", None, None),
    ),
    f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36": (
        *("Chrome", "126"),
        *("Android", "14", "mobile", "Google", "Pixel 8"),
    ),
    f"Mozilla/5.0 (Linux; Android 13; SM-X700) {CHROME} Safari/537.36": (
        *("Chrome", "126"),
        *("Android", "13", "tablet", None, "SM-X700"),
    ),
    "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0": (
        *("Firefox", "127"),
        *("Android", "14", "mobile", None, None),
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S921B Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/126.0.6478.50 Mobile Safari/537.36"
    ): ("Android WebView", "126.0.6478.50", "Android", "14", "mobile", "Samsung", "SM-S921B"),
    "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1": (
        *("Safari", "6"),
        *("Tizen", "6", "tv", "Samsung", "SMART-TV"),
    ),
    "Mozilla/5.0 (PlayStation 5 3.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15": (
        *("Safari", "13"),
        *(None, None, "console", "Sony", "PlayStation 5"),
    ),
    "Mozilla/5.0 (Apple Watch; CPU Watch OS 10_0 like Mac OS X)": (
        *(None, None),
        *(None, None, "wearable", "Apple", "Apple Watch"),
    ),
    # apps, which are no browsers
    "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ3A)": (
        *(None, None),
        *("Android", "13", None, "Google", "Pixel 7"),
    ),
    "Shop/3 CFNetwork/1410.0.3 Darwin/22.6.0": (None, None, "iOS", "16", None, "Apple", None),
}
# What a server sends with the events of its visitors.
SERVERS = [
    "curl/8.5.0",
    "python-requests/2.31.0",
    "analytics-node/2.1.2",
    "posthog-python/3.5.0",
    "PostmanRuntime/7.39.0",
    "okhttp/4.12.0",
    "Java/17.0.9",
    "rest-client/2.1.0 (linux x86_64) ruby/3.3.0p0",
    "Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/linux#5.10",
    "Mozilla/5.0 (compatible; Guzzlehttp/7)",
    "MyServer/1.0 (Windows NT 10.0)",
    "",
]
# uap-core's other names. Besides, the words "Mobile" and "iOS" are left out of those of browsers.
RENAMED = {
    "ua": {
        "Android": "Android Browser",
        "Chrome Mobile WebView": "Android WebView",
        "Mobile Safari UI/WKWebView": "iOS WebView",
        "Other": None,
    },
    "os": {"ATV OS X": "tvOS", "Mac OS X": "macOS", "Other": None, "WatchOS": "watchOS", "Web0S": "webOS"},
}
OF_ONE_DEVICE = re.compile(r"^Mobile | Mobile\b.*| iOS$")
ZEROS = re.compile(r"(?:\.0+)+$")


@pytest.mark.parametrize("agent", AGENTS)
def test_agents_of_today_tell_browser_system_and_device(agent: str) -> None:
    assert read_user_agent(agent) == AGENTS[agent]


@pytest.mark.parametrize("agent", SERVERS)
def test_a_server_is_not_its_visitors_browser(agent: str) -> None:
    assert read_user_agent(agent) == NOTHING


def test_a_robot_that_passes_for_a_person_has_no_device_and_no_browser() -> None:
    assert read_user_agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)") == NOTHING


def test_a_version_has_no_zeros_at_its_end_but_stays_a_number() -> None:
    assert [version("138", "0", "00"), version("10", "0", "1"), version("0", "0")] == ["138", "10.0.1", "0"]


def test_a_value_has_100_characters_at_most() -> None:
    assert [printable("x" * 100), printable("x" * 101)] == ["x" * 100, None]


def people(kind: str) -> list[list[str]]:
    """Agents of uap-core's tests of the kind, each with what it tells, without robots and HTTP libraries."""
    lines = [line.split("\t") for line in SAMPLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [case for of, *case in lines if of == kind and bot_reason(case[0], is_own=True) is None]


@pytest.mark.parametrize(("kind", "count"), [("ua", 243), ("os", 230)])
def test_names_and_versions_are_those_of_uap_core(kind: str, count: int) -> None:
    field = {"ua": "browser", "os": "os"}[kind]
    expected, found = {}, {}
    for agent, name, numbers in people(kind):
        told = read_user_agent(agent)._asdict()
        # Most of uap-core's tests leave out the last number.
        parts = (told[f"{field}_version"] or "").split(".")[: numbers.count(".") + 1]
        found[agent] = told[f"{field}_name"], ZEROS.sub("", ".".join(parts))
        expected[agent] = (
            RENAMED[kind].get(name, OF_ONE_DEVICE.sub("", name) if kind == "ua" else name),
            ZEROS.sub("", numbers),
        )
    assert len(expected) == count
    assert found == expected


def test_brands_and_models_are_those_of_uap_core() -> None:
    cases = [case for case in people("device") if "Windows" not in case[0]]
    known = {agent: (brand, model) for agent, brand, model in cases if not brand.startswith("Generic")}
    assert len(known) == 286
    told = {agent: read_user_agent(agent) for agent in known}
    assert {agent: (told[agent].device_brand, told[agent].device_model) for agent in known} == known
    unknown = [agent for agent, brand, _ in cases if brand.startswith("Generic")]
    assert {read_user_agent(agent).device_brand for agent in unknown} == {None}


FRAGMENTS = [
    "Mozilla/5.0 (",
    "Linux; Android ",
    "; ",
    ") ",
    "Chrome/",
    "iPhone OS ",
    "Mac OS X ",
    "Windows NT ",
    "Build/",
]


@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=12).map("".join))
def test_any_text_tells_only_what_every_reader_can_show(text: str) -> None:
    assert_presentable(read_user_agent(text))
    assert_presentable(read_user_agent(f"Mozilla/5.0 {text}"))


def assert_presentable(told: Agent) -> None:
    assert told.device_type in {*DEVICE_TYPES, None}
    assert all(value is None or (value and value.isprintable() and len(value) <= 100) for value in told)
