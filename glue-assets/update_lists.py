# /// script
# requires-python = ">=3.11"
# dependencies = ["crawler-user-agents==1.67.0", "pyyaml==6.0.3"]
# ///
"""Regenerates the lists of user agents: `uv run update_lists.py ISBOT WOOTHEE UAP_CORE`, paths of git clones.

Robots that the generic rules of bots.py find are left out, as are names that isbot counts as browsers.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import yaml  # pyright: ignore[reportMissingImports]  (uv run brings it)

ROOT = Path(__file__).parent
NAMES = ROOT / "clickstream_lakehouse/refine/enrich/robots.txt"
SAMPLES = ROOT / "tests/data"

# Commits of the clones: isbot 5.2.1, woothee 1.11.1 and uap-core of August 2026.
ISBOT = "344052da664bde49579e21f1e62349280791efb3"
WOOTHEE = "998c6ecd1c6b0df770210ba18ca55ee3600e5b80"
UAP_CORE = "e3c5e634bee0b14f1a129c991483910739ad9f6c"

# What the rules of bots.py find without a list.
GENERIC = re.compile(r"bots?(?![a-z])|robot|crawl|spider|slurp|headless|phantomjs|lighthouse|scrapy|https?://|www\.")
# HTTP libraries: bots.py judges them by where the agent comes from.
LIBRARIES = re.compile(
    r"wget|curl|urllib|requests|aiohttp|httpx|libwww|lwp-|go-http|httpclient|okhttp|axios|node-fetch|java|python|perl"
    r"|php|node\b|ruby|rest$|/got$|httpurlconnection|asynchttp|jetty|ahc/"
)
# Names that people's agents have too: phones, editors, apps, plain words, builds of Android.
PEOPLE = {
    "ap3a.240617.008", "butterfly", "speedy", "sonic", "fever", "fluid", "magellan", "charlotte", "adventurer", "devin",
    "make/", "hello world", "code/1.", "trae/", "viber", "metaiab facebook", "mastodon", "current",
    # isbot's
    "^yahoo", "^read", "^rest", "^track", "^custom", "^email", "^client/", "^active", "^offline", "*url", "*server",
    "*library", "*manager", "*tools", "*detect", "*discovery", "*catch", "*download", "*cursor/", "*insight", "*radar",
}  # fmt: skip
# Probes, proxies and AI crawlers that the lists lack.
ADDED = {
    "*_scanner", "*googleweblight", "akregator", "amazon-kendra", "apachebench", "arachni", "browsershots", "clamav",
    "collectd/", "comodo dcv", "daum ", "ddg-android", "ddg_android", "devin/", "duplexweb-google",
    "elb-healthchecker", "fuzz faster u fool", "google page speed", "google search console", "google-cloud-scheduler",
    "google-cloud-tasks", "googlemessages/", "hexometer", "ifttt-protocol", "jobhunter", "jorgee", "kube-probe",
    "l9tcpid", "medusa/", "microsoft-cryptoapi", "mixnode", "mnogosearch", "monit/", "morningscore", "munin/",
    "netlyzer", "nibbler", "nuclei", "perimeterx integration", "prometheus/", "quiterss", "sectigo dcv", "webcollage",
    "wechatdevtools", "xymon", "yahoo:linkexpander",
}  # fmt: skip
# A robot for its maker, though isbot has it among browsers: https://developer.amazon.com/amazonbot
ROBOTS_FOR_CERTAIN = {"amzn-user"}


def main(isbot: str, woothee: str, uap_core: str) -> None:
    browsers = _fixtures(isbot, "browsers")
    crawlers = json.loads(
        resources.files("crawleruseragents").joinpath("crawler-user-agents.json").read_text(encoding="utf-8")
    )
    licence = (metadata.distribution("crawler-user-agents").read_text("licenses/LICENSE") or "").strip()
    version = metadata.version("crawler-user-agents")
    names = _programs({_literal(p) for crawler in crawlers for p in _alternatives(crawler["pattern"])})
    words = _programs({w for p in json.loads(show(isbot, ISBOT, "src/patterns.json")) if (w := _word(p))})
    write(
        NAMES,
        {
            f"crawler-user-agents {version}, changed: patterns as lower-case text.\n{licence}": _kept(names, browsers),
            "isbot 5.2.1, the Unlicense (public domain): its patterns that are plain words.": _kept(
                words - names, browsers
            ),
            "Added by this project.": _kept(ADDED - names - words, browsers),
        },
        "Robots: `name` starts a word of the user agent, `^name` the agent, `*name` stands anywhere.",
    )
    instances = {agent for crawler in crawlers for agent in crawler["instances"]}
    listed = {f"crawler-user-agents {version}.\n{licence}": instances}
    listed[f"isbot, fixtures/crawlers.yml at {ISBOT}, the Unlicense."] = _fixtures(isbot, "crawlers") - instances
    known = set().union(*listed.values())
    write(SAMPLES / "robots.txt", listed, "User agents of robots, from the lists that robots.txt is made of.")
    unlisted = {
        f"woothee, testsets/crawler*.yaml at {WOOTHEE}, Apache-2.0, (c) 2012- TAGOMORI Satoshi.": _woothee(woothee)
        - known,
        f"uap-core, family Spider of tests/test_device.yaml at {UAP_CORE}, Apache-2.0, (c) 2009 Google Inc.": (
            _spiders(uap_core) - known - _woothee(woothee)
        ),
    }
    write(SAMPLES / "other_robots.txt", unlisted, "User agents of robots, from lists that robots.txt is not made of.")
    source = f"isbot, fixtures/browsers.yml at {ISBOT}, the Unlicense."
    write(SAMPLES / "browsers.txt", {source: browsers}, "User agents of browsers and apps.")
    source = f"uap-core, tests/test_{{ua,os,device}}.yaml at {UAP_CORE}, Apache-2.0, (c) 2009 Google Inc."
    title = "A sample of uap-core's tests: kind, user agent, and its name and version, or its brand and model."
    write(SAMPLES / "user_agents.tsv", {source: _parsed_agents(uap_core)}, title)


def _alternatives(pattern: str) -> list[str]:
    return [pattern] if "(" in pattern else pattern.split("|")


def _literal(pattern: str) -> str:
    """The text that a pattern of crawler-user-agents starts with, in lower case, with its anchor."""
    text = re.sub(r"\[(\w)\w\]", lambda m: m[1], pattern.removeprefix("(^| )"))
    text = re.sub(r"\((\w+)\|[^)]*\)", r"\1", text).split("[")[0].split("(")[0] if r"\(" not in text else text
    return text.rstrip("$").replace("\\", "").lower().strip()


def _word(pattern: str) -> str | None:
    """isbot's pattern as a line of the list, if it is no more than text."""
    text = pattern.removeprefix(r"\b").removesuffix(r"\b").replace("(?<!cam)", "")
    if not re.fullmatch(r"\^?[a-z][a-z0-9 /-]+", text):
        return None
    return text if text.startswith("^") or pattern.startswith(r"\b") else f"*{text}"


def _programs(names: set[str]) -> set[str]:
    return {name for name in names - PEOPLE if not GENERIC.search(name) and not LIBRARIES.search(name)}


def _kept(names: set[str], browsers: set[str]) -> list[str]:
    agents = "\n".join(browsers).lower()
    return sorted(
        name for name in names if name in ROBOTS_FOR_CERTAIN or not re.search(as_pattern(name), agents, re.MULTILINE)
    )


def as_pattern(name: str) -> str:
    start = {"^": "^", "*": ""}.get(name[0], r"(?<![a-z0-9])")
    return start + re.escape(name.lstrip("^*"))


def show(clone: str, commit: str, path: str) -> str:
    return subprocess.run(
        ["git", "-C", clone, "show", f"{commit}:{path}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def _fixtures(isbot: str, name: str) -> set[str]:
    values = re.findall(r"^ +- (.+)$", show(isbot, ISBOT, f"fixtures/{name}.yml"), re.MULTILINE)
    return {ast.literal_eval(value) if value[0] in "'\"" else value.strip() for value in values}


def _woothee(clone: str) -> set[str]:
    files = ("crawler", "crawler_google", "crawler_nonmajor")
    text = "\n".join(show(clone, WOOTHEE, f"testsets/{file}.yaml") for file in files)
    return {target.strip().strip("'\"") for target in re.findall(r"target: (.+)$", text, re.MULTILINE)}


def _spiders(clone: str) -> set[str]:
    text = show(clone, UAP_CORE, "tests/test_device.yaml")
    return {agent for _, agent in re.findall(r"user_agent_string: (['\"])(.+)\1\s+family: 'Spider'", text)}


def _parsed_agents(clone: str) -> set[str]:
    """About 300 tests of each kind, of agents that browsers may have."""
    return {
        f"{kind}\t{case['user_agent_string']}\t{first(case) or ''}\t{second(case) or ''}"
        for kind, first, second in (
            ("ua", lambda case: case["family"], _version),
            ("os", lambda case: case["family"], _version),
            ("device", lambda case: case["brand"], lambda case: case["model"]),
        )
        for case in _every_nth(yaml.load(show(clone, UAP_CORE, f"tests/test_{kind}.yaml"), yaml.CSafeLoader), 300)
    }


def _every_nth(tests: dict[str, Any], count: int) -> list[dict[str, Any]]:
    cases = [
        case for case in tests["test_cases"] if re.match(r"(?:Mozilla|Opera)/[^\t\n]{,500}$", case["user_agent_string"])
    ]
    people = [case for case in cases if case["family"] != "Spider"]
    return people[:: max(1, len(people) // count)]


def _version(case: dict[str, Any]) -> str:
    numbers = [case["major"], case["minor"], case["patch"], case.get("patch_minor")]
    return ".".join(str(number) for number in numbers if number)


def write(path: Path, sections: Mapping[str, Collection[str]], title: str) -> None:
    lines = [f"# {title} Generated by {Path(sys.argv[0]).name}."]
    for source, entries in sections.items():
        lines += ["#", *(f"# {line}".rstrip() for line in source.splitlines()), *sorted(entries)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
