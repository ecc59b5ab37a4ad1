"""Host, path and campaign of a page's URL as browsers read them (https://url.spec.whatwg.org).

International host names stay as sent.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered

# Google: gclid (ads), gbraid and wbraid (iOS), dclid (display). Order: the first one in the URL wins anyway.
CLICK_NETWORKS = {
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "dclid": "google",
    "fbclid": "meta",
    "msclkid": "microsoft",
    "ttclid": "tiktok",
    "twclid": "x",
    "li_fat_id": "linkedin",
}
CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")

# Schemes of the web, whose URLs need no slashes before the host.
_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_BLANKS = "".join(map(chr, range(0x21)))
_LINE_BREAKS = str.maketrans("", "", "\t\n\r")
_BEFORE_QUERY = re.compile("[^?#]*")
_AUTHORITY = re.compile("[^/?#]*")
# Code points that may not be in a host.
_FORBIDDEN = re.compile(r"[\x00-\x20/?#:@<>\[\]\\^|%\x7f]")
_ADDRESS = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:]*)(?::[0-9]*)?")


class PageUrl(NamedTuple):
    """Columns of `events` that a URL tells; None what it does not."""

    page_host: str | None
    """In lower case without port and user."""
    page_path: str | None
    """As sent, "/" when the URL names only a host."""
    click_id: str | None
    click_network: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None


@remembered
def read_url(text: str) -> PageUrl:
    """Read a URL, or a part of one."""
    url = text.strip(_BLANKS).translate(_LINE_BREAKS)
    found = _SCHEME.match(url)
    scheme = found[1].lower() if found else ""
    if scheme in _SPECIAL or scheme == "file":
        url = _with_slashes(url)
    host, path = _host_and_path(scheme, url[len(scheme) + 1 :]) if scheme else (None, None)
    parameters = _parameters(url)
    network, click_id = next(((name, parameters[name]) for name in parameters if name in CLICK_NETWORKS), ("", None))
    return PageUrl(host, path, click_id, CLICK_NETWORKS.get(network), *[parameters.get(name) for name in CAMPAIGN])


def page_columns(events: pa.Table) -> Columns:
    """The columns of PageUrl. What the client says counts before what its URL tells."""
    columns = dict(zip(PageUrl._fields, per_distinct(events["page_url"], read_url, len(PageUrl._fields)), strict=True))
    # The network of the URL's click id is not that of another one.
    columns["click_network"] = pc.if_else(pc.is_null(events["click_id"]), columns["click_network"], None)
    return {name: pc.coalesce(events[name], column) for name, column in columns.items()}


def _with_slashes(url: str) -> str:
    """The URL with slashes for the backslashes before its query."""
    end = _BEFORE_QUERY.match(url).end()  # type: ignore[union-attr]
    return url[:end].replace("\\", "/") + url[end:]


def _host_and_path(scheme: str, rest: str) -> tuple[str | None, str | None]:
    """Of what follows the colon; both None when the URL is invalid or has neither."""
    if scheme in _SPECIAL:
        rest = rest.lstrip("/")
    elif rest.startswith("//"):
        rest = rest[2:]
    else:
        return None, None
    authority = _AUTHORITY.match(rest)[0]  # type: ignore[index]
    path = _BEFORE_QUERY.match(rest[len(authority) :])[0]  # type: ignore[index]
    if not authority:
        return None, (path or None) if scheme not in _SPECIAL else None
    host = _host(authority.rpartition("@")[2])
    return host, (path or "/") if host else None


def _host(text: str) -> str | None:
    found = _HOST_AND_PORT.fullmatch(text)
    if found is None or not found[1]:
        return None
    if found[1].startswith("["):
        return found[1].lower() if _ADDRESS.fullmatch(found[1]) else None
    host = unquote(found[1])
    return None if _FORBIDDEN.search(host) else host.lower()


def _parameters(url: str) -> dict[str, str]:
    """The first value of each parameter that has one, decoded; a stray % stays as it is."""
    _, _, query = url.partition("#")[0].partition("?")
    parameters: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        if value and name in _WANTED and name not in parameters:
            parameters[name] = unquote_plus(value)
    return parameters


_WANTED = frozenset({*CLICK_NETWORKS, *CAMPAIGN})
