"""The de-duplication rule: a truth table, and any batch against the rule applied row by row."""

from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.refine.dedup import Verdict, decide
from clickstream_lakehouse.refine.passes import identify
from support.lines import RECEIVED_MS, event_line, ndjson
from support.raw import classified

WINDOW = 1_000
NEW, DUPLICATE, CONFLICT = Verdict.NEW, Verdict.DUPLICATE, Verdict.CONFLICT


class Event(NamedTuple):
    key: int = 1
    check: int = 1
    fp: int = 1
    at: int = 10_000
    shard: str = "s1"
    sequence: str = "1"
    line: int = 0


def identities(events: list[Event]) -> dict[str, pa.Array]:
    columns = {"event_key": "key", "event_check": "check", "event_fp": "fp", "received_ms": "at"}
    return {name: pa.array([getattr(e, of) for e in events], pa.int64()) for name, of in columns.items()}


def verdicts(batch: list[Event], stored: list[Event]) -> list[int]:
    places = {
        "shard_id": pa.array([e.shard for e in batch], pa.string()),
        "sequence_number": pa.array([e.sequence for e in batch], pa.string()),
        "line_index": pa.array([e.line for e in batch], pa.int32()),
    }
    return decide(pa.table({**identities(batch), **places}), pa.table(identities(stored)), WINDOW).tolist()


@pytest.mark.parametrize(
    ("batch", "stored", "expected"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([Event()], [], [NEW], id="first of its id"),
        pytest.param([Event()], [Event(key=2)], [NEW], id="another id is stored"),
        pytest.param([Event()], [Event(check=2)], [NEW], id="half the identity is not the identity"),
        pytest.param([Event()], [Event()], [DUPLICATE], id="a copy is stored"),
        pytest.param([Event()], [Event(fp=2)], [CONFLICT], id="the id is stored with other content"),
        pytest.param([Event()], [Event(fp=2), Event()], [DUPLICATE], id="a copy among others"),
        pytest.param([Event()], [Event(at=10_000 - WINDOW)], [DUPLICATE], id="the window's edge is inside"),
        pytest.param([Event()], [Event(at=9_999 - WINDOW)], [NEW], id="outside of the window"),
        pytest.param([Event()], [Event(at=10_000 + WINDOW)], [DUPLICATE], id="stored with a later time"),
        pytest.param(
            [Event(sequence="2"), Event(sequence="1")], [], [DUPLICATE, NEW], id="the lower sequence is first"
        ),
        pytest.param([Event(sequence="10"), Event(sequence="9")], [], [DUPLICATE, NEW], id="sequences are numbers"),
        pytest.param([Event(line=1), Event(line=0)], [], [DUPLICATE, NEW], id="the earlier line is first"),
        pytest.param(
            [Event(at=10_001, sequence="1"), Event(sequence="2")], [], [DUPLICATE, NEW], id="first received wins"
        ),
        pytest.param(
            [Event(), Event(fp=2, line=1), Event(fp=2, line=2)],
            [],
            [NEW, CONFLICT, CONFLICT],
            id="conflicts in a batch",
        ),
        pytest.param([Event(), Event(at=11_001)], [], [NEW, NEW], id="twins further apart than the window"),
        pytest.param(
            [Event(), Event(at=10_900), Event(at=11_500)], [], [NEW, DUPLICATE, NEW], id="only kept rows open a window"
        ),
    ],
)
def test_the_deduplication_rule(batch: list[Event], stored: list[Event], expected: list[int]) -> None:
    assert verdicts(batch, stored) == expected


few = st.integers(1, 3)
events = st.builds(
    Event, few, few, few, st.integers(8_000, 13_000), st.sampled_from(["s1", "s2"]), st.integers(1, 12).map(str), few
)
batches = st.lists(events, max_size=30, unique_by=lambda e: (e.shard, e.sequence, e.line))


def row_by_row(batch: list[Event], stored: list[Event]) -> list[int]:
    kept, result = list(stored), {}
    for index, event in sorted(enumerate(batch), key=lambda e: (e[1].at, e[1].shard, int(e[1].sequence), e[1].line)):
        twins = [k for k in kept if (k.key, k.check) == (event.key, event.check) and abs(k.at - event.at) <= WINDOW]
        if not twins:
            kept.append(event)
        result[index] = NEW if not twins else DUPLICATE if event.fp in {k.fp for k in twins} else CONFLICT
    return [result[index] for index in range(len(batch))]


@given(batches, st.lists(events, max_size=10))
@settings(max_examples=300)
def test_any_batch_is_decided_as_row_by_row(batch: list[Event], stored: list[Event]) -> None:
    assert verdicts(batch, stored) == row_by_row(batch, stored)


@given(batches, st.lists(events, max_size=10), st.randoms())
@settings(max_examples=100)
def test_the_order_of_the_rows_does_not_matter(batch: list[Event], stored: list[Event], random: object) -> None:
    shuffled = list(batch)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(zip(batch, verdicts(batch, stored), strict=True)) == dict(
        zip(shuffled, verdicts(shuffled, stored), strict=True)
    )


SOURCES = [(None, "shop"), (None, "web"), ("shop", "shop"), ("shop", "web"), ("web", "shop")]


class Sent(NamedTuple):
    """An event by what its sender chooses, and when it came."""

    source: tuple[str | None, str]  # source_id and app_id
    event_id: str
    content: str
    at: int

    @property
    def line(self) -> dict[str, Any]:
        source_id, app_id = self.source
        # Content of the same name for every source: only the identity tells them apart.
        named = {"event_id": self.event_id, "event_name": self.content, "source_id": source_id}
        return event_line(app_id=app_id, received_ts=RECEIVED_MS + self.at, **named)


def by_source_and_id(sent: list[Sent]) -> list[Event]:
    """The same as rows with an identity for each source (its key, else its app) and id."""
    names = [((e.source[0] is None, e.source[0] or e.source[1]), e.event_id) for e in sent]
    contents = [(e.content, e.source[1]) for e in sent]
    return [
        Event(key=names.index(name), fp=contents.index(content), at=RECEIVED_MS + e.at, line=index)
        for index, (e, name, content) in enumerate(zip(sent, names, contents, strict=True))
    ]


several = st.lists(
    st.builds(Sent, st.sampled_from(SOURCES), st.sampled_from("ab"), st.sampled_from("xy"), st.integers(0, 3_000)),
    min_size=60,
    max_size=120,
)


@given(several)
@settings(max_examples=50)
def test_any_events_of_several_sources_are_decided_for_each_source_alone(sent: list[Sent]) -> None:
    batch = pa.Table.from_batches(identify(iter([classified(ndjson(*[e.line for e in sent])).records])))
    stored = batch.slice(0, 0)
    assert decide(batch, stored, WINDOW).tolist() == row_by_row(by_source_and_id(sent), [])
