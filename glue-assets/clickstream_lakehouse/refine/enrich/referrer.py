"""The site that a visitor came from, by the referrer."""

from typing import NamedTuple

import pyarrow as pa

from clickstream_lakehouse.arrow import pc, where
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered
from clickstream_lakehouse.refine.enrich.sites import bare_host, find_site, registrable_domain
from clickstream_lakehouse.refine.enrich.url import parameters, split_url

OTHER_SITE = "referral"
"""The medium of a site that is not known."""


class Referrer(NamedTuple):
    """Columns of `events` that a referrer tells; all None when it names no host."""

    ref_source: str | None
    ref_medium: str | None
    ref_term: str | None
    domain: str | None
    """Registrable domain of its host."""


@remembered
def read_referrer(text: str) -> Referrer:
    """Read a referrer, wherever the page is."""
    host, _, query = split_url(text)
    if host is None:
        return Referrer(None, None, None, None)
    site = find_site(host) if "." in host else None
    if site is None:
        return Referrer(bare_host(host), OTHER_SITE, None, registrable_domain(host))
    terms = parameters(query, site.search_parameters) if query else {}
    term = next((terms[name] for name in site.search_parameters if name in terms), None)
    return Referrer(site.name, site.medium, term, registrable_domain(host))


def referrer_columns(events: pa.Table) -> Columns:
    """ref_source, ref_medium and ref_term; null for a page of the visited site itself.

    A source that the client names counts before its referrer's, and has its own medium.
    """
    source, medium, term, domain = per_distinct(events["page_referrer"], read_referrer, len(Referrer._fields))
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
def _domain(host: str) -> tuple[str]:
    return (registrable_domain(host.lower()),)


@remembered
def _medium_of_name(source: str) -> tuple[str]:
    site = find_site(source.lower())
    return (site.medium if site else OTHER_SITE,)
