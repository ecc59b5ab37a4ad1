"""Host and path of a page's URL, which clean_url has read."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.enrich.url import SPECIAL_SCHEME, decoded

_OTHER_SCHEME = rf"(?!{SPECIAL_SCHEME})(?i:[a-z][a-z0-9+.-]*)://"
# Up to the last @ before the path. Atomic, like the slashes: a URL without a valid host would be tried at every @.
_USER = "(?>(?:[^/?#]*@)?)"
_START = rf"^(?:{SPECIAL_SCHEME}/*+|{_OTHER_SCHEME}){_USER}"
# Code points that may not be in a host, neither as themselves nor as %XX.
_IN_HOST = r"[^\x00-\x20/?#:@<>\[\]\\^|%\x7f]*+"
_ESCAPED_IN_HOST = "%(?!(?i:[01].|20|23|25|2f|3[acef]|40|5[b-e]|7[cf]))[0-9A-Fa-f]{2}"
# With a limit, because Java's expressions take stack for each turn of a group: a long host must not end the job.
_NAME = rf"(?:\[[0-9A-Fa-f:.]+\]|(?=[^:/?#]){_IN_HOST}(?:{_ESCAPED_IN_HOST}{_IN_HOST}){{0,99}}+)"
_PORT = "(?::[0-9]*)?(?![^/?#])"
_HOST = f"{_START}({_NAME}){_PORT}"
_PATH = f"(?:{_START}{_NAME}{_PORT}|^{_OTHER_SCHEME})(/[^?#]*)"


def page_host(url: Column) -> Column:
    """Host in lower case without port and user; null when the URL has none, or is invalid."""
    host = F.regexp_extract(url, _HOST, 1)
    return F.when(host != "", F.when(host.contains("%"), _decoded_host(host)).otherwise(F.lower(host)))


def page_path(url: Column) -> Column:
    """Path as sent, "/" when the URL names only a host; null when the URL has neither, or is invalid."""
    path = F.regexp_extract(url, _PATH, 1)
    return F.when(path != "", path).when(page_host(url).isNotNull(), "/")


def _decoded_host(host: Column) -> Column:
    return F.lower(decoded(F.replace(host, F.lit("+"), F.lit("%2B"))))
