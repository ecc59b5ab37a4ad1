"""Sites that visitors come from: what is known of a host, and which hosts are one site."""

import re
from typing import NamedTuple

from clickstream_lakehouse.refine.enrich.lists import entries

# Endings of countries' names: google.de, google.com.br, google.co.uk. google.evil.example has none of them.
_ENDING = re.compile(r"\.(?:com|(?:com?|net|org|edu|gov|ac|go|ne|or)\.[a-z]{2}|[a-z]{2})$")
_NUMBER = re.compile(r"\.[0-9]+$")
# No list of all public suffixes: where anybody gets a subdomain, most often.
_SHARED = frozenset({
    "appspot.com", "azurewebsites.net", "blogspot.com", "cloudfront.net", "firebaseapp.com", "fly.dev", "github.io",
    "gitlab.io", "herokuapp.com", "myshopify.com", "netlify.app", "onrender.com", "pages.dev", "shopify.com",
    "squarespace.com", "substack.com", "tumblr.com", "vercel.app", "web.app", "webflow.io", "wixsite.com",
    "wordpress.com", "workers.dev",
})  # fmt: skip
# No known site has more labels after its `*.`.
_LABELS = 5


class Site(NamedTuple):
    """A known site."""

    name: str
    medium: str
    """Of `ref_medium`'s values."""
    search_parameters: tuple[str, ...]


def find_site(host: str) -> Site | None:
    """The known site of a host in lower case, or of the word by which campaigns name it."""
    name = bare_host(host)
    found = KNOWN.get(name) or KNOWN.get(_ENDING.sub(".*", name))
    if found or "." not in name:
        return found
    labels = name.rsplit(".", _LABELS)[-_LABELS:]
    wider = (KNOWN.get("*." + ".".join(labels[start:])) for start in range(len(labels)))
    return next((site for site in wider if site), None)


def registrable_domain(host: str) -> str:
    """The part of a host that its owner has registered: hosts of one are one site.

    Two labels, or three where the second is one of _SHARED or a general one of a country (shop.co.uk). Addresses and
    hosts without a dot are sites of their own.
    """
    name = bare_host(host)
    if name.startswith("[") or _NUMBER.search(name):
        return name
    labels = name.rsplit(".", 3)[-3:]
    ending = _ENDING.search(name)
    is_shared = ".".join(labels[-2:]) in _SHARED or (ending is not None and ending[0].count(".") == 2)
    return ".".join(labels if is_shared else labels[-2:])


def bare_host(host: str) -> str:
    """The host without what does not tell sites apart."""
    return host.removeprefix("www.").removesuffix(".")


def _sites() -> dict[str, Site]:
    return {
        host: Site(name, medium, tuple(parameters[0].split(",") if parameters else ()))
        for host, medium, name, *parameters in map(str.split, entries("sites.txt"))
    }


KNOWN = _sites()
"""Host, pattern or word of sites.txt -> site."""
