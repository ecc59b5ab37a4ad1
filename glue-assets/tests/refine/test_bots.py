import pyarrow as pa
import pytest

from clickstream_lakehouse.refine.enrich.bots import BotReasons

# Words each of which makes an agent that of a robot or of an HTTP library.
ROBOTS = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "headless",
    "phantomjs",
    "chrome-lighthouse",
    "scrapy",
]
HTTP_LIBRARIES = [
    "python-requests",
    "python-urllib",
    "python-httpx",
    "aiohttp/",
    "curl/",
    "wget/",
    "go-http-client",
    "axios/",
    "node-fetch",
    "undici",
    "okhttp",
    "java/",
    "apache-httpclient",
    "ruby",
    "libwww",
    "guzzlehttp",
    "commons-httpclient",
    "httpurlconnection",
    "asynchttp",
    "winhttp",
    "restsharp",
    "grpc-",
    "lua-resty-http",
    "http-kit",
    "scalaj-http",
    "php/",
    "lwp-trivial",
]

AGENTS = {
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": "ua:bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1; +https://openai.com/gptbot)": "ai:gptbot",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36": "ua:headlesschrome",
    "curl/8.5.0 (compatible; Googlebot/2.1)": "ua:bot",
    "Mozilla/5.0 (compatible; YandexBot/3.0)": "ua:bot",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36": None,
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36": None,
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
    ): None,
    "": None,
}


# HTTP libraries, whose user agent in the event itself names what the event is about.
LIBRARY_AGENTS = {
    "python-requests/2.31.0": "ua:python-requests",
    "curl/8.5.0": "ua:curl/",
    "Wget/1.21.4": "ua:wget/",
    "Python-urllib/3.13": "ua:python-urllib",
    "Go-http-client/2.0": "ua:go-http-client",
    "axios/1.7.2": "ua:axios/",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)": "ua:node-fetch",
    "undici": "ua:undici",
    "okhttp/4.12.0": "ua:okhttp",
    "Java/17.0.9": "ua:java/",
    "Apache-HttpClient/4.5.14 (Java/17.0.9)": "ua:apache-httpclient",
    "Ruby": "ua:ruby",
    "rest-client/2.1.0 (linux x86_64) ruby/3.3.0p0": "ua:ruby",
    "libwww-perl/6.77": "ua:libwww",
}
PEOPLE = {
    "Mozilla/5.0 (Linux; Android 13; ruby) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36": None,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 NotJava/1": None,
}


@pytest.fixture(scope="module")
def reasons() -> dict[tuple[str, str | None], str | None]:
    agents = [*AGENTS, *LIBRARY_AGENTS, *PEOPLE, *[f"{text.title()} 1.0" for text in (*ROBOTS, *HTTP_LIBRARIES)]]
    asked = [(agent, source) for agent in agents for source in ("event", "request", None)]
    columns = BotReasons()(pa.table(list(zip(*asked, strict=True)), names=["user_agent", "user_agent_source"]))
    found = columns["bot_reason"].to_pylist()
    assert columns["is_bot"].to_pylist() == [reason is not None for reason in found]
    return dict(zip(asked, found, strict=True))


@pytest.mark.parametrize("source", ["event", "request", None])
def test_robots_are_told_from_people_by_their_user_agent(
    reasons: dict[tuple[str, str | None], str | None], source: str | None
) -> None:
    expected = {**AGENTS, **PEOPLE, **{f"{text.title()} 1.0": f"ua:{text}" for text in ROBOTS}}
    assert {agent: reasons[agent, source] for agent in expected} == expected


def test_an_http_library_is_a_robot_when_the_event_names_it(
    reasons: dict[tuple[str, str | None], str | None],
) -> None:
    expected = {**LIBRARY_AGENTS, **{f"{text.title()} 1.0": f"ua:{text}" for text in HTTP_LIBRARIES}}
    assert {agent: reasons[agent, "event"] for agent in expected} == expected


@pytest.mark.parametrize("source", ["request", None])
def test_an_http_library_that_sends_for_its_visitors_says_nothing_of_them(
    reasons: dict[tuple[str, str | None], str | None], source: str | None
) -> None:
    expected = dict.fromkeys([*LIBRARY_AGENTS, *[f"{text.title()} 1.0" for text in HTTP_LIBRARIES]])
    assert {agent: reasons[agent, source] for agent in expected} == expected


def test_nobody_without_a_user_agent_is_a_robot() -> None:
    schema = pa.schema([("user_agent", pa.string()), ("user_agent_source", pa.string())])
    columns = BotReasons()(pa.table({"user_agent": [None, None], "user_agent_source": ["event", None]}, schema))
    assert columns["bot_reason"].to_pylist() == [None, None]
    assert columns["is_bot"].to_pylist() == [False, False]


@pytest.mark.parametrize("source", ["event", "request", None])
def test_texts_of_the_configuration_make_a_robot_even_of_a_browser(source: str | None) -> None:
    agents = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36",
        "ACME-Monitor/2 Googlebot",
        "Googlebot/2.1",
        None,
    ]
    schema = pa.schema([("user_agent", pa.string()), ("user_agent_source", pa.string())])
    columns = BotReasons(own=("acme-monitor", "chrome/126."))(
        pa.table({"user_agent": agents, "user_agent_source": [source] * len(agents)}, schema)
    )
    assert columns["bot_reason"].to_pylist() == ["own:chrome/126.", "own:acme-monitor", "ua:bot", None]
    assert columns["is_bot"].to_pylist() == [True, True, True, False]
