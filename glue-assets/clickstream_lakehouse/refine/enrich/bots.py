"""Robots by their user agent: flagged with a reason, never dropped."""

from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

# Names of robots in lower case: text that every such user agent contains -> the expression that decides.
MARKERS = {
    "bot": "(?<!cu)bot(?![a-z])",  # "cubot" is a maker of phones
    "crawl": "crawl(?:er|ing)?",
    "spider": "spider",
    "slurp": "slurp",
    "headlesschrome": "headlesschrome",
    "phantomjs": "phantomjs",
    "lighthouse": "lighthouse",
    "pingdom": "pingdom",
    "facebookexternalhit": "facebookexternalhit",
    "python-requests": "python-requests",
    "python-urllib": "python-urllib",
    "curl/": r"\bcurl/",
    "wget/": r"\bwget/",
    "go-http-client": "go-http-client",
    "scrapy": "scrapy",
    "chatgpt-user": "chatgpt-user",
    "google-extended": "google-extended",
    "ccbot": "ccbot",
    "bytespider": "bytespider",
}

_MARKER = f"({'|'.join(MARKERS.values())})"


def bot_reason(user_agent: Column) -> Column:
    """`ua:<marker>` when the user agent is a robot's, else null."""
    lower = F.lower(user_agent)
    marker = F.regexp_extract(lower, _MARKER, 1)
    # Few are robots: looking for the texts costs a fifth of the expression.
    is_suspect = reduce(or_, [lower.contains(text) for text in MARKERS])
    return F.when(is_suspect & (marker != ""), F.concat(F.lit("ua:"), marker))
