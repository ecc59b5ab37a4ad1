"""Host, path and campaign of a page's URL as browsers read them (https://url.spec.whatwg.org).

International host names stay as sent.
"""

import re
from collections.abc import Container
from ipaddress import IPv6Address
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc, where
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered

# Google: gclid (ads), gbraid and wbraid (iOS). Order: the first one in the URL wins anyway.
CLICK_NETWORKS = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "dclid": "google_display",
    "fbclid": "meta",
    "msclkid": "microsoft",
    "ttclid": "tiktok",
    "twclid": "x",
    "li_fat_id": "linkedin",
}
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_WANTED = frozenset({*CLICK_NETWORKS, *CAMPAIGN})

# Schemes of the web, whose URLs need no slashes before the host.
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_BLANKS = "".join(map(chr, range(0x21)))
# Code points that may not be in a host.
_FORBIDDEN = re.compile(r"[\x00-\x20/?#:@<>\[\]\\^|%\x7f\ufffd]")
_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?")
_LAST_PORT = 65_535


class Url(NamedTuple):
    """A URL's parts before its query; None where the URL is invalid or has none."""

    host: str | None
    """In lower case without port and user."""
    path: str | None
    """As sent, "/" when the URL names only a host."""


class Query(NamedTuple):
    """Columns of `events` that a URL's query tells; None what it does not."""

    click_id: str | None
    click_network: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None


def split_urls(urls: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Split each URL, or part of one, into what is before its query and the query, null where there is none.

    Both have few values, though click ids and campaigns make most URLs distinct.
    """
    encoded = urls.combine_chunks().dictionary_encode()
    texts = pc.utf8_trim(encoded.dictionary, _BLANKS)
    for ignored in "\t\n\r":
        texts = pc.replace_substring(texts, ignored, "")
    before, query = (part.take(encoded.indices) for part in _cut(_cut(texts, "#")[0], "?"))
    return pa.chunked_array([before]), pa.chunked_array([query])


def _cut(texts: pa.StringArray, mark: str) -> tuple[pa.StringArray, pa.StringArray]:
    """Split each text at the first such mark; what is after it is null where there is none."""
    parts = pc.split_pattern(texts, mark, max_splits=1)
    starts = parts.offsets.to_numpy()
    after = pa.array(starts[:-1] + 1, mask=np.diff(starts) < 2)
    return parts.values.take(pa.array(starts[:-1])), parts.values.take(after)


@remembered
def read_query(query: str) -> Query:
    """Read the query of a page's URL."""
    values = parameters(query, _WANTED)
    click = next((name for name in values if name in CLICK_NETWORKS), "")
    return Query(values.get(click), CLICK_NETWORKS.get(click), *map(values.get, CAMPAIGN))


def parameters(query: str, names: Container[str]) -> dict[str, str]:
    """The first value of each named parameter that has one, decoded; a stray % stays as it is."""
    values: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        if value and name in names and name not in values:
            # As the collector writes NUL, which ends a text in some engines.
            values[name] = unquote_plus(value).replace("\0", "\ufffd")
    return values


def page_columns(events: pa.Table) -> Columns:
    """The columns that page_url tells. What the client says counts before what its URL tells."""
    before, query = split_urls(events["page_url"])
    host, path = per_distinct(before, read_url, len(Url._fields))
    told = dict(zip(Query._fields, per_distinct(query, read_query, len(Query._fields)), strict=True))
    # The network of the URL's click id is not that of another one.
    told["click_network"] = where(pc.is_null(events["click_id"]), told["click_network"])
    return {
        name: pc.coalesce(events[name], column)
        for name, column in {"page_host": host, "page_path": path, **told}.items()
    }


@remembered
def read_url(url: str) -> Url:
    """Read a URL without its query, or a part of one."""
    found = _SCHEME.match(url)
    if found is None:
        return Url(None, None)
    scheme, rest = found[1].lower(), url[found.end() :]
    is_special = scheme in _SPECIAL
    if is_special or scheme == "file":
        rest = rest.replace("\\", "/")
    if is_special:
        rest = rest.lstrip("/")
    elif rest.startswith("//"):
        rest = rest[2:]
    else:
        return Url(None, None)
    authority, slash, path = rest.partition("/")
    path = slash + path
    if not authority:
        return Url(None, None if is_special else path or None)
    host = _host(authority.rpartition("@")[2])
    if scheme == "file" and host == "localhost":
        return Url(None, path or "/")
    return Url(host, (path or "/") if host else None)


def _host(text: str) -> str | None:
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None or not found[1] or not _is_port((found[2] or "").lstrip("0")):
        return None
    if found[1].startswith("["):
        return found[1].lower() if _is_address(found[1]) else None
    host = unquote(found[1])
    return None if _FORBIDDEN.search(host) else host.lower()


def _is_port(digits: str) -> bool:
    return len(digits) <= 5 and int(digits or "0") <= _LAST_PORT


def _is_address(text: str) -> bool:
    try:
        IPv6Address(text[1:-1])
    except ValueError:
        return False
    return _ADDRESS.fullmatch(text) is not None
