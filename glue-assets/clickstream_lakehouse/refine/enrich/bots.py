"""Robots by their user agent: flagged with a reason, never dropped."""

from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

# Both: text in lower case that every such user agent contains -> the expression that decides.
ROBOTS = {
    "bot": "(?<!cu)bot(?![a-z])",  # "cubot" is a maker of phones
    "crawl": "crawl(?:er|ing)?",
    "spider": "spider",
    "slurp": "slurp",
    "headlesschrome": "headlesschrome",
    "phantomjs": "phantomjs",
    "lighthouse": "lighthouse",
    "pingdom": "pingdom",
    "facebookexternalhit": "facebookexternalhit",
    "scrapy": "scrapy",
    "chatgpt-user": "chatgpt-user",
    "google-extended": "google-extended",
    "ccbot": "ccbot",
    "bytespider": "bytespider",
}
HTTP_LIBRARIES = {
    "python-requests": "python-requests",
    "python-urllib": "python-urllib",
    "python-httpx": "python-httpx",
    "aiohttp/": r"\baiohttp/",
    "curl/": r"\bcurl/",
    "wget/": r"\bwget/",
    "go-http-client": "go-http-client",
    "axios/": r"\baxios/",
    "node-fetch": "node-fetch",
    "undici": r"\bundici\b",
    "okhttp": r"\bokhttp\b",
    "java/": r"\bjava/",
    "apache-httpclient": "apache-httpclient",
    "ruby": r"^ruby\b|\bruby(?=/)",  # "ruby" is a model of phones too
    "libwww": r"\blibwww\b",
    "guzzlehttp": "guzzlehttp",
}


def bot_reason(user_agent: Column, source: Column) -> Column:
    """`ua:<marker>` when the user agent is a robot's, else null.

    source: the line's user_agent_source. An HTTP library in the event itself is what the event is about; as the
    request's it only delivers what visitors did.
    """
    agent = F.lower(user_agent)
    return F.coalesce(_marker(agent, ROBOTS), F.when(source == "event", _marker(agent, HTTP_LIBRARIES)))


def _marker(agent: Column, markers: dict[str, str]) -> Column:
    found = F.regexp_extract(agent, f"({'|'.join(markers.values())})", 1)
    # Few are robots: looking for the texts costs a fifth of the expression.
    is_suspect = reduce(or_, [agent.contains(text) for text in markers])
    return F.when(is_suspect & (found != ""), F.concat(F.lit("ua:"), found))
