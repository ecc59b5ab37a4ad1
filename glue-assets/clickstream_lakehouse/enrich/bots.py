"""Robots by their user agent: flagged with a reason, never dropped."""

from pyspark.sql import Column
from pyspark.sql import functions as F

# Words that robots call themselves by. "cubot" is a maker of phones.
_MARKERS = (
    r"(?i)((?<!cu)bot(?![a-z])|crawl(?:er|ing)?|spider|slurp|headlesschrome|phantomjs|lighthouse|pingdom|facebookexternalhit"
    r"|python-requests|python-urllib|\bcurl/|\bwget/|go-http-client|scrapy|chatgpt-user|google-extended|ccbot|bytespider)"
)


def bot_reason(user_agent: Column) -> Column:
    """`ua:<marker>` when the user agent is a robot's, else null."""
    marker = F.lower(F.regexp_extract(user_agent, _MARKERS, 1))
    return F.when(marker != "", F.concat(F.lit("ua:"), marker))
