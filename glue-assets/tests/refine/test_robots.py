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
    "Mozilla/5.0 (Linux; Android 4.2.2; HTC Butterfly s) AppleWebKit/537.36 Chrome/29.0 Mobile Safari/537.36",
]
ROBOTS = {
    "meta-externalagent/1.1": "ua:meta-externalagent/",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)": "ua:google-inspectiontool",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/116.0 Safari/537.36 BingPreview/1.0b": (
        "ua:bingpreview/"
    ),
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0": "ua:chatgpt-user",
    "Google-Extended": "ua:google-extended",
    "anthropic-ai": "ua:anthropic-ai",
    "cohere-ai": "ua:cohere-ai",
    "Perplexity-User/1.0": "ua:perplexity-user",
    "PerplexityBot/1.0": "ua:bot",
    "ClaudeBot/1.0": "ua:bot",
    "CCBot/2.0": "ua:ccbot",
    "Bytespider": "ua:bytespider",
    "facebookexternalhit/1.1": "ua:facebookexternalhit",
    "Pingdom 1.0": "ua:pingdom",
    "Mozilla/5.0 (Windows NT 6.1) Chrome/114.0 Safari/537.36 Chrome-Lighthouse": "ua:chrome-lighthouse",
    "Unheard of/1.0 (+https://unheard.example/about)": "ua:url",
}


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
