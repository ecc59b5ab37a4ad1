"""Campaign parameters and advertising click ids of a page's URL, which clean_url has read."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.enrich.url import decoded

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

_CLICK_PARAMETER = rf"^[^?#]*\?(?:[^#]*?&)??({'|'.join(CLICK_NETWORKS)})=([^&#]+)"


def url_parameter(url: Column, name: str) -> Column:
    """First non-empty value of a query parameter, decoded; null without one."""
    # Most URLs do not have the parameter: a substring search costs a tenth of the expression.
    value = F.regexp_extract(url, rf"^[^?#]*\?(?:[^#]*?&)??{name}=([^&#]+)", 1)
    return F.when(url.contains(f"{name}="), F.when(value != "", decoded(value)))


def click_id(url: Column) -> Column:
    """Value of the first click id parameter."""
    value = F.regexp_extract(url, _CLICK_PARAMETER, 2)
    return F.when(_may_have_click_id(url) & (value != ""), decoded(value))


def click_network(url: Column) -> Column:
    """Advertising network of the first click id parameter."""
    name = F.regexp_extract(url, _CLICK_PARAMETER, 1)
    networks = F.create_map(*[F.lit(text) for pair in CLICK_NETWORKS.items() for text in pair])
    return F.when(_may_have_click_id(url), networks[name])


def _may_have_click_id(url: Column) -> Column:
    return url.contains("clid=") | url.contains("braid=") | url.contains("msclkid=") | url.contains("li_fat_id=")
