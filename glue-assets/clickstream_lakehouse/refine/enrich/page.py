"""Host and path of a page's URL."""

from pyspark.sql import Column
from pyspark.sql import functions as F

_AUTHORITY = r"^[A-Za-z][A-Za-z0-9+.-]*://"
_HOST = _AUTHORITY + r"(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:]+)"
_PATH = _AUTHORITY + r"[^/?#]*(/[^?#]*)"


def page_host(url: Column) -> Column:
    """Host in lower case without port and user; null when the URL has none."""
    return _non_empty(F.lower(F.regexp_extract(url, _HOST, 1)))


def page_path(url: Column) -> Column:
    """Path as sent, "/" when the URL names only a host; null when the URL has no host."""
    return F.coalesce(_non_empty(F.regexp_extract(url, _PATH, 1)), F.when(page_host(url).isNotNull(), F.lit("/")))


def _non_empty(text: Column) -> Column:
    return F.when(text != "", text)
