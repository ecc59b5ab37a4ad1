"""The site that a visitor came from, by the referrer."""

from typing import NamedTuple

import pyarrow as pa

from clickstream_lakehouse.arrow import pc, where
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered
from clickstream_lakehouse.refine.enrich.sites import bare_host, find_site, registrable_domain
from clickstream_lakehouse.refine.enrich.url import parameters, read_url, split_urls

OTHER_SITE = "referral"
"""The medium of a site that is not known."""


class Referrer(NamedTuple):
    """The site that a referrer names; all None when it has no host."""

    ref_source: str | None
    ref_medium: str | None
    domain: str | None
    """Registrable domain of the host."""
    search_parameters: str | None
    """Of Site, with commas between them; None when it has none."""


@remembered
def read_referrer(url: str) -> Referrer:
    """Read a referrer without its query, wherever the page is."""
    host = read_url(url).host
    if host is None:
        return Referrer(None, None, None, None)
    site = find_site(host) if "." in host else None
    if site is None:
        return Referrer(bare_host(host), OTHER_SITE, registrable_domain(host), None)
    return Referrer(site.name, site.medium, registrable_domain(host), ",".join(site.search_parameters) or None)


def referrer_columns(events: pa.Table) -> Columns:
    """ref_source, ref_medium and ref_term; null for a page of the visited site itself.

    A source that the client names counts before its referrer's, and has its own medium.
    """
    before, query = split_urls(events["page_referrer"])
    source, medium, domain, names = per_distinct(before, read_referrer, len(Referrer._fields))
    (term,) = per_distinct(pc.binary_join_element_wise(names, query, "?"), _term, 1)
    (page_domain,) = per_distinct(events["page_host"], _domain, 1)
    is_external = pc.fill_null(pc.not_equal(domain, page_domain), True)
    source, medium, term = (where(is_external, column) for column in (source, medium, term))
    (named,) = per_distinct(events["ref_source"], _medium_of_name, 1)
    return {
        "ref_source": pc.coalesce(events["ref_source"], source),
        "ref_medium": pc.coalesce(named, medium),
        "ref_term": term,
    }


@remembered
def _term(search: str) -> tuple[str | None]:
    """Of a site's search parameters and a query."""
    names, _, query = search.partition("?")
    values = parameters(query, names.split(","))
    return (next((values[name] for name in names.split(",") if name in values), None),)


@remembered
def _domain(host: str) -> tuple[str]:
    return (registrable_domain(host.lower()),)


@remembered
def _medium_of_name(source: str) -> tuple[str]:
    site = find_site(source.lower())
    return (site.medium if site else OTHER_SITE,)
