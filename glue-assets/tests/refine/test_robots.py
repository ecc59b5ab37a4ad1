"""Public lists of robots and browsers: how many of each are taken for robots."""

from pathlib import Path

import pytest

from clickstream_lakehouse.refine.enrich.bots import bot_reason

DATA = Path(__file__).parent.parent / "data"

# Neither a robot nor an HTTP library, though a rule of words alone would flag them.
PEOPLE = [
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 9; Lighthouse) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36",
    "SpiderSolitaire/4.1 (Linux; Android 13)",
    "DungeonCrawl/0.32 (Linux; Android 13)",
    "Mozilla/5.0 (Linux; Android 11; ROBOT 5) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 4.2.2; HTC Butterfly s) AppleWebKit/537.36 Chrome/29.0 Mobile Safari/537.36",
]
ROBOTS = {
    "meta-externalagent/1.1": "ai:meta-externalagent",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)": "ua:google-inspectiontool",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/116.0 Safari/537.36 BingPreview/1.0b": (
        "ua:bingpreview/"
    ),
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0": "ai:chatgpt-user",
    "anthropic-ai": "ai:anthropic-ai",
    "cohere-ai": "ai:cohere-ai",
    "Perplexity-User/1.0": "ai:perplexity-user",
    "PerplexityBot/1.0": "ai:perplexitybot",
    "ClaudeBot/1.0": "ai:claudebot",
    "CCBot/2.0": "ai:ccbot",
    "MistralAI-Training/1.0": "ai:mistralai-training",
    "Bytespider": "ai:bytespider",
    "facebookexternalhit/1.1": "ua:facebookexternalhit",
    "Pingdom 1.0": "ua:pingdom",
    "Mozilla/5.0 (Windows NT 6.1) Chrome/114.0 Safari/537.36 Chrome-Lighthouse": "ua:chrome-lighthouse",
    "Unheard of/1.0 (+https://unheard.example/about)": "ua:url",
}

# As the vendors publish them: developers.openai.com, support.claude.com, docs.perplexity.ai, developers.google.com,
# developers.facebook.com, developer.amazon.com, duckduckgo.com, docs.mistral.ai, commoncrawl.org.
WEBKIT = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko"
CHROME = "Chrome/131.0.0.0 Safari/537.36"
AI_AGENTS = {
    f"{WEBKIT}; compatible; GPTBot/1.3; +https://openai.com/gptbot)": "gptbot",
    f"{WEBKIT}); compatible; ChatGPT-User/1.0; +https://openai.com/bot": "chatgpt-user",
    f"{WEBKIT}) {CHROME}; compatible; OAI-SearchBot/1.3; +https://openai.com/searchbot": "oai-searchbot",
    f"{WEBKIT}); compatible; OAI-AdsBot/1.0; +https://openai.com/adsbot": "oai-adsbot",
    f"{WEBKIT}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)": "claudebot",
    f"{WEBKIT}; compatible; Claude-User/1.0; +Claude-User@anthropic.com)": "claude-user",
    f"{WEBKIT}; compatible; Claude-SearchBot/1.0; +Claude-SearchBot@anthropic.com)": "claude-searchbot",
    f"{WEBKIT}; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)": "perplexitybot",
    f"{WEBKIT}; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)": "perplexity-user",
    f"{WEBKIT}; compatible; GoogleOther) {CHROME}": "googleother",
    f"{WEBKIT}; compatible; Google-CloudVertexBot; +https://cloud.google.com) {CHROME}": "google-cloudvertexbot",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)": "meta-externalagent",
    "meta-externalfetcher/1.1": "meta-externalfetcher",
    "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Bytespider)": "bytespider",
    "CCBot/2.0 (https://commoncrawl.org/faq/)": "ccbot",
    f"{WEBKIT}; compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot) {CHROME}": "amazonbot",
    f"{WEBKIT}; compatible; Amzn-SearchBot/0.1) {CHROME}": "amzn-searchbot",
    "DuckAssistBot/1.2; (+http://duckduckgo.com/duckassistbot.html)": "duckassistbot",
    f"{WEBKIT}; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)": "mistralai-user",
    f"{WEBKIT}; compatible; MistralAI-Index/1.0; +https://docs.mistral.ai/robots)": "mistralai-index",
    "Mozilla/5.0 (compatible; AI2Bot-Dolma; +https://allenai.org/crawler)": "ai2bot",
}

# Names for a site's robots.txt: the crawlers that heed them come as Googlebot and Applebot, for a search as well.
ONLY_IN_ROBOTS_TXT = ["Google-Extended", "Applebot-Extended"]
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari"
SEARCH_ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    f"{SAFARI}/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
]


def reasons(agents: list[str], *, is_own: bool = True) -> dict[str, str | None]:
    return {agent: bot_reason(agent, is_own=is_own) for agent in agents}


def sample(name: str) -> list[str]:
    return [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "count", "least"),
    [
        ("robots.txt", 2_598, 0.97),
        ("other_robots.txt", 93, 0.92),  # agents that the names were not made from
    ],
)
def test_the_robots_of_public_lists_are_found(name: str, count: int, least: float) -> None:
    found = reasons(sample(name))
    missed = [agent for agent, reason in found.items() if reason is None]
    assert len(found) == count
    assert len(missed) <= (1 - least) * count, missed


def test_the_browsers_of_a_public_list_are_not_taken_for_robots() -> None:
    found = reasons(sample("browsers.txt"))
    flagged = {agent: reason for agent, reason in found.items() if reason}
    assert len(found) == 555
    assert len(flagged) <= 0.005 * len(found), flagged


def test_names_that_only_look_like_robots_are_not_flagged() -> None:
    assert reasons(PEOPLE) == dict.fromkeys(PEOPLE)


def test_robots_that_do_not_say_bot_are_named() -> None:
    assert reasons(list(ROBOTS), is_own=False) == ROBOTS


@pytest.mark.parametrize("is_own", [True, False])
def test_ai_crawlers_are_told_from_other_robots(is_own: bool) -> None:
    assert reasons(list(AI_AGENTS), is_own=is_own) == {agent: f"ai:{name}" for agent, name in AI_AGENTS.items()}


def test_a_longer_name_is_not_that_of_an_ai_crawler() -> None:
    assert reasons(["MyGPTBot/1.0", "Claude-Users/1.0", "4ccbot"]) == {
        "MyGPTBot/1.0": "ua:bot",
        "Claude-Users/1.0": "ua:claude-user",
        "4ccbot": "ua:bot",
    }


def test_names_that_are_only_for_robots_txt_are_of_no_ai_crawler() -> None:
    found = reasons([*ONLY_IN_ROBOTS_TXT, *SEARCH_ROBOTS])
    assert [reason and reason.partition(":")[0] for reason in found.values()] == ["ua"] * len(found), found
