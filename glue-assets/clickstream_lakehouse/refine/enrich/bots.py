"""Robots by their user agent: flagged with a reason, never dropped."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered
from clickstream_lakehouse.refine.enrich.lists import entries

# Crawlers and agents of AI vendors, by the names in their user agents in lower case. They train models, feed a search,
# or visit for a person who asks. The names of Mistral are from https://docs.mistral.ai/robots; anthropic-ai, claude-web
# and cohere-ai are former or undocumented ones. Google-Extended and Applebot-Extended are no user agents: a robots.txt
# names them, and Googlebot and Applebot, which feed searches first of all, visit.
AI_AGENTS = (
    "ai2bot",
    "amazonbot",
    "amzn-searchbot",
    "amzn-user",
    "anthropic-ai",
    "azureai-searchbot",
    "bedrockbot",
    "bytespider",
    "ccbot",
    "chatgpt-user",
    "claude-searchbot",
    "claude-user",
    "claude-web",
    "claudebot",
    "cohere-ai",
    "cohere-training-data-crawler",
    "diffbot",
    "duckassistbot",
    "facebookbot",
    "gemini-deep-research",
    "google-agent",
    "google-cloudvertexbot",
    "google-notebooklm",
    "googleagent-mariner",
    "googleother",
    "gptbot",
    "meta-externalagent",
    "meta-externalfetcher",
    "meta-webindexer",
    "mistralai-index",
    "mistralai-training",
    "mistralai-user",
    "novaact",
    "oai-adsbot",
    "oai-searchbot",
    "pangubot",
    "perplexity-user",
    "perplexitybot",
    "timpibot",
    "youbot",
)

# Expressions for user agents in lower case.
_ROBOT = re.compile(
    "|".join(
        (
            "(?<!cu)bots?(?![a-z])|robot",  # "cubot" is a maker of phones
            "(?<!dungeon)(?<!dungeon )crawl(?:er|ing)?",  # "DungeonCrawl" is a game
            "spider(?! ?solitaire)",
            "slurp",
            "headless(?:chrome)?",
            "phantomjs",
            "chrome-lighthouse",  # "Lighthouse" is a phone
            "scrapy",
        )
    )
)
HTTP_LIBRARY = re.compile(
    "|".join(
        (
            "python-requests",
            "python-urllib",
            "python-httpx",
            r"\baiohttp/",
            r"\bcurl/",
            r"\bwget/",
            "go-http-client",
            r"\baxios/",
            "node-fetch",
            r"\bundici\b",
            r"\bokhttp\b",
            r"\bjava/",
            "apache-httpclient",
            r"^ruby\b|\bruby(?=/)",  # "ruby" is a model of phones too
            r"^libwww\b(?!/)|libwww(?=-perl)",  # text browsers are made with libwww too
            "guzzlehttp",
            "commons-httpclient",
            "httpurlconnection",
            "asynchttp",
            "winhttp",
            "restsharp",
            r"\bgrpc-",
            "lua-resty-http",
            "http-kit",
            "scalaj-http",
            r"\bphp/",
            "lwp-trivial",
        )
    )
)

# An agent of well-known parts only is a browser's: most are, so few have to be searched for the names of robots.
_BROWSER = re.compile(
    r"^mozilla/5\.0 \((?:windows nt [\d.]+(?:; (?:win64|wow64|x64))*|macintosh; intel mac os x [\d_.]+"
    r"|x11; (?:ubuntu; )?linux x86_64|(?:iphone|ipad); cpu (?:iphone )?os [\d_]+ like mac os x"
    r"|linux; (?:u; )?android [\d.]+(?:; [^();/]+(?: build/[\w.-]+)?(?:; wv)?)?)(?:; rv:[\d.]+)?\)"
    r"(?: (?:applewebkit|gecko|chrome|version|mobile|safari|crios|firefox|fxios|edg|edga|edgios|opr|gsa|samsungbrowser)"
    r"/[\w.]+| \(khtml, like gecko\)| mobile)*+$"
)
_URL = re.compile(r"https?://|www\.")


@dataclass(frozen=True)
class BotReasons:
    """The enrichment with is_bot and bot_reason.

    own: texts in lower case that make a user agent a robot's, beside what bot_reason finds.
    """

    own: tuple[str, ...] = ()

    def __call__(self, events: pa.Table) -> Columns:
        """is_bot and bot_reason."""
        strangers, own, configured = per_distinct(events["user_agent"], self._reasons, 3)
        is_own = pc.fill_null(pc.equal(events["user_agent_source"], "event"), False)
        reason = pc.coalesce(configured, pc.if_else(is_own, own, strangers))
        return {"is_bot": pc.is_valid(reason), "bot_reason": reason}

    def _reasons(self, user_agent: str) -> tuple[str | None, str | None, str | None]:
        agent = user_agent.lower() if self.own else ""
        configured = next((f"own:{text}" for text in self.own if text in agent), None)
        return *_found_reasons(user_agent), configured


@remembered
def _found_reasons(user_agent: str) -> tuple[str | None, str | None]:
    return bot_reason(user_agent, is_own=False), bot_reason(user_agent, is_own=True)


def bot_reason(user_agent: str, *, is_own: bool) -> str | None:
    """`ai:<name>` or `ua:<marker>` when the user agent is a robot's.

    is_own: whether the event itself names it. An HTTP library in the event itself is what the event is about; as the
    request's it only delivers what visitors did, even when it says where to read about it.
    """
    agent = user_agent.lower()
    if _BROWSER.match(agent):
        return None
    vendor = _AI_AGENT.search(agent)
    if vendor:
        return f"ai:{vendor[0]}"
    library = HTTP_LIBRARY.search(agent)
    found = _ROBOT.search(agent) or (library if is_own else None)
    if found is None and library is None:
        found = _NAME.search(agent)
        if found is None and _URL.search(agent):
            return "ua:url"
    return None if found is None else f"ua:{found[0]}"


def _names() -> str:
    """The names of robots.txt as one expression."""
    names = entries("robots.txt")
    at_start = [name[1:] for name in names if name.startswith("^")]
    anywhere = [name[1:] for name in names if name.startswith("*")]
    of_words = [name for name in names if name[0] not in "^*"]
    return f"(?<![a-z0-9]){_any_of(of_words)}|^{_any_of(at_start)}|{_any_of(anywhere)}"


def _any_of(texts: Iterable[str]) -> str:
    """An expression for any of the texts, by their letters: it fails on a wrong letter, not on each text in turn."""
    by_letter: dict[str, list[str]] = {}
    for text in texts:
        if not text:
            return ""
        by_letter.setdefault(text[0], []).append(text[1:])
    branches = [re.escape(letter) + _any_of(rest) for letter, rest in by_letter.items()]
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


_NAME = re.compile(_names())
_AI_AGENT = re.compile(rf"(?<![a-z0-9]){_any_of(AI_AGENTS)}(?![a-z])")
