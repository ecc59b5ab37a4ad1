"""URLs as browsers read them (https://url.spec.whatwg.org), where the text of a URL is not in its usual form.

International host names stay as sent: there is no IDNA in Spark's expressions.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

SPECIAL_SCHEME = "(?i:https?|wss?|ftp):"
"""Schemes of the web, whose URLs need no slashes before the host."""

_BLANKS = "".join(map(chr, range(0x21)))
_UNUSUAL = r"[\x00-\x20\\]"
_WITH_BACKSLASHES = rf"^(?:{SPECIAL_SCHEME}|(?i:file):)"
_STRAY_PERCENT = "%(?![0-9A-Fa-f]{2})"


def clean_url(url: Column) -> Column:
    """The URL without blanks around it and line breaks within, with slashes for the backslashes of the web's schemes.

    The functions of page.py and campaign.py take such a URL.
    """
    # Nearly all are clean: looking costs a fraction of cleaning.
    cleaned = _with_slashes(F.translate(F.btrim(url, F.lit(_BLANKS)), "\t\n\r", ""))
    return F.when(url.rlike(_UNUSUAL), cleaned).otherwise(url)


def decoded(value: Column) -> Column:
    """A query's text with blanks for `+` and characters for `%XX`; any other `%` stays as it is."""
    escaped = F.regexp_replace(value, _STRAY_PERCENT, "%25")
    return F.when(value.contains("%"), F.try_url_decode(escaped)).otherwise(F.translate(value, "+", " "))


def _with_slashes(url: Column) -> Column:
    before_query = F.regexp_extract(url, "^[^?#]*", 0)
    query = url.substr(F.length(before_query) + 1, F.length(url))
    has_backslashes = url.contains("\\") & url.rlike(_WITH_BACKSLASHES)
    return F.when(has_backslashes, F.concat(F.translate(before_query, "\\", "/"), query)).otherwise(url)
