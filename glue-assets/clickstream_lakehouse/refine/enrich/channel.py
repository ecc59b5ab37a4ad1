"""The marketing channel of an event, by the rules of docs/channels.md."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import NamedTuple

import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct, remembered
from clickstream_lakehouse.refine.enrich.sites import find_site
from clickstream_lakehouse.refine.enrich.url import CAMPAIGN, Url, read_url, split_urls

# What utm_medium says, by its letters and digits in lower case. The first that fits counts.
MEDIUMS = {
    "display": ("display", "banner", "expandable", "interstitial", "cpm"),
    "paid": ("cp?", "*cpc", "ppc", "sem", "retargeting", "remarketing", "paid*", "*paid"),
    "affiliate": ("affiliate", "affiliates"),
    "email": ("email", "newsletter"),
    "sms": ("sms",),
    "push": ("*push", "*notification", "*notifications"),
    "social": ("social", "socialnetwork", "socialmedia", "sm"),
    "video": ("*video*",),
    "organic": ("organic",),
    "referral": ("referral", "app", "link"),
}
# What a paid utm_medium may say of the site.
PAID_MEDIUMS = {"search": ("*search*", "sem"), "social": ("*social*",), "video": ("*video*",)}
# The medium of a network's click ids. Meta marks every link that leaves it, whether or not it was paid for.
NETWORKS = {
    "google": "search",
    "microsoft": "search",
    "google_display": "display",
    "tiktok": "social",
    "x": "social",
    "linkedin": "social",
}
UNPAID_NETWORKS = {"meta": "social"}

# Texts with which trackers say that there is no campaign.
_NO_CAMPAIGN = frozenset({"", "(direct)", "(none)", "(not set)"})
SEPARATOR = "|"


class Signals(NamedTuple):
    """What an event tells of its channel, each "" when it tells nothing."""

    medium: str
    """Key of MEDIUMS."""
    paid_for: str
    """Key of PAID_MEDIUMS."""
    source: str
    """Medium of the site that utm_source names."""
    network: str
    """Key of NETWORKS or UNPAID_NETWORKS."""
    referrer: str
    """ref_medium."""
    is_tagged: str
    """Whether there is any campaign or click id."""
    is_entry: str
    """Whether it is the view of a page or screen that nothing led to."""

    @property
    def is_paid(self) -> bool:
        return self.medium == "paid" or self.network in NETWORKS

    @property
    def site(self) -> str:
        """Medium of the site that the visitor came from: the campaign's word counts before the referrer."""
        campaign = self.medium if self.medium in ("social", "video") else self.source
        network = NETWORKS.get(self.network) or UNPAID_NETWORKS.get(self.network)
        return self.paid_for or campaign or network or self.referrer


RULES: tuple[tuple[str, Callable[[Signals], bool]], ...] = (
    ("display", lambda s: s.medium == "display" or NETWORKS.get(s.network) == "display"),
    ("paid_search", lambda s: s.is_paid and s.site == "search"),
    ("paid_social", lambda s: s.is_paid and s.site == "social"),
    ("paid_video", lambda s: s.is_paid and s.site == "video"),
    ("paid_other", lambda s: s.is_paid),
    ("affiliate", lambda s: s.medium == "affiliate"),
    ("email", lambda s: s.medium == "email"),
    ("sms", lambda s: s.medium == "sms"),
    ("push", lambda s: s.medium == "push"),
    ("ai_assistant", lambda s: s.site == "ai_assistant"),
    ("email", lambda s: s.site == "email"),
    ("organic_social", lambda s: s.site == "social"),
    ("organic_video", lambda s: s.site == "video"),
    ("organic_search", lambda s: s.site == "search" or s.medium == "organic"),
    ("referral", lambda s: s.medium == "referral" or bool(s.referrer)),
    ("other", lambda s: bool(s.is_tagged)),
    ("direct", lambda s: bool(s.is_entry)),
)
"""Channels with their conditions; the first that holds counts."""


def channel_columns(events: pa.Table) -> Columns:
    """channel_group, unless the client names it."""
    (channel,) = per_distinct(pa.chunked_array([joined_signals(events)]), _channel, 1)
    return {"channel_group": pc.coalesce(events["channel_group"], channel)}


def joined_signals(events: pa.Table) -> pa.Array:
    """The Signals of each event as one text, with SEPARATOR between them: few differ."""
    medium = per_distinct(events["utm_medium"], _read_medium, 2)
    (source,) = per_distinct(events["utm_source"], _medium_of_source, 1)
    (network,) = per_distinct(events["click_network"], _read_network, 1)
    referrer = events["ref_medium"].combine_chunks()
    signals = [*medium, source, network, referrer, _is_tagged(events), _is_entry(events)]
    return pc.binary_join_element_wise(*[pc.fill_null(signal, "") for signal in signals], SEPARATOR)


@remembered
def _channel(signals: str) -> tuple[str | None]:
    known = Signals(*signals.split(SEPARATOR))
    return (next((channel for channel, holds in RULES if holds(known)), None),)


@remembered
def _read_medium(text: str) -> tuple[str | None, str | None]:
    medium = "".join(filter(str.isalnum, text.lower()))
    found = _first(MEDIUMS, medium)
    return found, _first(PAID_MEDIUMS, medium) if found == "paid" else None


def _first(patterns: dict[str, tuple[str, ...]], text: str) -> str | None:
    return next((name for name, of in patterns.items() if any(fnmatchcase(text, pattern) for pattern in of)), None)


@remembered
def _medium_of_source(text: str) -> tuple[str | None]:
    site = find_site(text.strip().lower())
    return (site.medium if site else None,)


@remembered
def _read_network(text: str) -> tuple[str | None]:
    name = text.lower()
    return (name if name in NETWORKS or name in UNPAID_NETWORKS else None,)


def _is_tagged(events: pa.Table) -> pa.Array:
    campaigns = [per_distinct(events[name], _campaign, 1)[0] for name in CAMPAIGN]
    click = events["click_id"].combine_chunks()
    return pc.if_else(pc.is_valid(pc.coalesce(*campaigns, click)), "yes", "")


@remembered
def _campaign(text: str) -> tuple[str | None]:
    return (None if text.strip().lower() in _NO_CAMPAIGN else "yes",)


def _is_entry(events: pa.Table) -> pa.Array:
    """Whether it is a view that no page led to, not even one of the same site, whose ref_medium is null."""
    is_view = pc.is_in(events["event_type"].combine_chunks(), pa.array(["page", "screen"]))
    came_from, _ = per_distinct(split_urls(events["page_referrer"])[0], read_url, len(Url._fields))
    has_page = pc.is_valid(events["page_url"].combine_chunks())
    return pc.if_else(pc.and_(pc.and_(is_view, has_page), pc.is_null(came_from)), "yes", "")
