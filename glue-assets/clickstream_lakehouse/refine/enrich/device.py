"""Browser, system and device of who sent an event."""

from collections.abc import Callable, Sequence

import pyarrow as pa

from clickstream_lakehouse.arrow import pc, where
from clickstream_lakehouse.refine.enrich.agent import Agent, read_user_agent
from clickstream_lakehouse.refine.enrich.distinct import Columns, per_distinct
from clickstream_lakehouse.refine.enrich.hints import hint_texts, read_hints


def device_columns(events: pa.Table) -> Columns:
    """The columns of Agent: what the client says, then its Client Hints, then its user agent.

    A robot's hints and user agent tell nothing: they are made up. Needs is_bot.
    """
    is_person = pc.invert(events["is_bot"])
    hints = _columns(where(is_person, pa.chunked_array([hint_texts(events["contexts"])])), read_hints)
    agent = _columns(where(is_person, events["user_agent"]), read_user_agent)
    client = {name: events[name] for name in Agent._fields}
    sources = (client, hints, agent)
    return {
        **_name_and_version("browser", sources),
        **_name_and_version("os", sources),
        # The word mobile is still in the user agent, which knows more kinds than the hints' flag.
        "device_type": pc.coalesce(client["device_type"], agent["device_type"], hints["device_type"]),
        "device_brand": pc.coalesce(*[source["device_brand"] for source in sources]),
        "device_model": pc.coalesce(*[source["device_model"] for source in sources]),
    }


def _columns(texts: pa.ChunkedArray, read: Callable[[str], Agent]) -> Columns:
    return dict(zip(Agent._fields, per_distinct(texts, read, len(Agent._fields)), strict=True))


def _name_and_version(kind: str, sources: Sequence[Columns]) -> Columns:
    """A derived version counts only if it is that of the name."""
    name, version = f"{kind}_name", f"{kind}_version"
    names = pc.coalesce(*[source[name] for source in sources])
    client, *derived = sources
    versions = [where(pc.equal(source[name], names), source[version]) for source in derived]
    return {name: names, version: pc.coalesce(client[version], *versions)}
