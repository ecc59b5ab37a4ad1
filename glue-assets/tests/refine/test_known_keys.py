"""The keys in memory: with them a probe finds whatever it would have found in the whole window."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clickstream_lakehouse.refine import known_keys
from clickstream_lakehouse.refine.dedup import HOUR_MS, Hours, hours_around
from clickstream_lakehouse.refine.known_keys import KnownKeys, StoredKeys

WINDOW = 3 * HOUR_MS
Row = tuple[int, int]
"""event_key and received_ms."""


class Rows(StoredKeys):
    """A table of rows in memory."""

    def __init__(self, *rows: Row) -> None:
        self.rows = list(rows)

    def counts(self, since: int) -> dict[int, int]:
        hours = sorted(at // HOUR_MS for _, at in self.rows if at // HOUR_MS >= since)
        return {hour: hours.count(hour) for hour in hours}

    def keys(self, hours: Hours) -> pa.Table:
        return batch([row for row in self.rows if within(hours, row[1])])


def batch(rows: list[Row]) -> pa.Table:
    return pa.table({"event_key": pa.array([k for k, _ in rows], pa.int64()), "received_ms": [at for _, at in rows]})


def within(hours: Hours, at: int) -> bool:
    return hours.first * HOUR_MS <= at <= hours.last * HOUR_MS


def at(hour: float) -> int:
    return int(hour * HOUR_MS)


def found(table: Rows, known: KnownKeys, rows: list[Row]) -> set[Row]:
    """What a probe finds that counts: within the window of a row with the key."""
    keys, hours = known.lookup(batch(rows))
    assert keys.tolist() == sorted(set(keys.tolist()))
    hits = [row for row in table.rows if row[0] in keys and within(hours, row[1])]
    return {hit for hit in hits if any(hit[0] == key and abs(hit[1] - time) <= WINDOW for key, time in rows)}


def everything(table: Rows, rows: list[Row]) -> set[Row]:
    return {s for s in table.rows if any(s[0] == key and abs(s[1] - time) <= WINDOW for key, time in rows)}


any_rows = st.lists(
    st.tuples(st.integers(-3, 3), st.one_of(st.integers(at(98), at(110)), st.integers(98, 110).map(at))),
    min_size=1,
    max_size=8,
)


@given(any_rows, st.lists(any_rows, max_size=12), st.integers(0, 12), st.integers(96, 106), st.integers(1, 9))
@settings(max_examples=400)
def test_whatever_comes_when_nothing_in_the_window_is_missed(
    first: list[Row], batches: list[list[Row]], loaded_before: int, since: int, keys_a_load: int
) -> None:
    table, known = Rows(*first), KnownKeys(WINDOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_keys, "_KEYS_A_LOAD", keys_a_load)
        patch.setattr(known_keys, "_RUNS", 2)
        for number, rows in enumerate(batches):
            if number == loaded_before:
                known.load(table, since)
            assert found(table, known, rows) == everything(table, rows)
            known.add(batch(rows))
            table.rows += rows


def loaded(*rows: Row) -> KnownKeys:
    known = KnownKeys(WINDOW)
    known.load(Rows(*rows), 90)
    return known


def test_until_they_are_loaded_every_key_is_looked_for_in_the_whole_window() -> None:
    known = KnownKeys(WINDOW)
    known.add(batch([(7, at(100))]))
    keys, hours = known.lookup(batch([(1, at(100.5)), (1, at(100.6)), (2, at(100.5))]))
    assert (keys.tolist(), hours) == ([1, 2], Hours(97, 104))


@pytest.mark.parametrize(
    ("stored", "keys", "first"),
    [
        pytest.param([(2, at(100.4))], [], None, id="no key is stored"),
        pytest.param([(1, at(100.4)), (2, at(97.1))], [1], 99, id="one was received a short time ago"),
        pytest.param([(1, at(100.4)), (1, at(98))], [1], 97, id="one of its rows is older"),
    ],
)
def test_only_what_may_be_stored_is_looked_for(stored: list[Row], keys: list[int], first: int | None) -> None:
    lookup = loaded(*stored).lookup(batch([(1, at(100.5)), (3, at(100.5))]))
    assert lookup.keys.tolist() == keys
    assert first is None or lookup.hours == Hours(first, 104)


def test_a_batch_whose_window_began_before_what_was_loaded_is_looked_for_as_a_whole() -> None:
    assert loaded((7, at(100))).lookup(batch([(1, at(92.5))])).keys.tolist() == [1]


def test_what_no_window_needs_any_more_is_forgotten_and_then_looked_for_in_the_table() -> None:
    known = loaded((1, at(95)), (2, at(100)))
    assert known.lookup(batch([(2, at(102))])).keys.tolist() == [2]
    assert len(known) == 1
    assert known.lookup(batch([(5, at(97))])).keys.tolist() == [5]


def test_more_keys_than_fit_into_memory_are_given_up_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(known_keys, "MAX_KEYS", 3)
    rows = [(key, at(100)) for key in range(4)]
    too_many = loaded(*rows)
    grown = loaded(*rows[:3])
    grown.add(batch(rows[3:]))
    grown.add(batch([(9, at(100))]))
    grown_while_it_was_loaded = KnownKeys(WINDOW)
    grown_while_it_was_loaded.add(batch(rows[:2]))
    grown_while_it_was_loaded.load(Rows(*rows[2:]), 90)
    for known in (too_many, grown, grown_while_it_was_loaded):
        assert known.lookup(batch([(8, at(100))])).keys.tolist() == [8]
        assert len(known) == 0
    printed = capsys.readouterr().out
    assert printed.count("the window has 4 events, more than the 3 whose keys are kept in memory") == 3


def test_a_table_that_cannot_be_read_is_looked_up_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken(Rows):
        def counts(self, since: int) -> dict[int, int]:  # noqa: ARG002
            raise OSError("no such bucket\nand much more")

    known = KnownKeys(WINDOW)
    known.load_in_background(Broken(), batch([(1, at(100))])).join()
    assert known.lookup(batch([(1, at(100))])).keys.tolist() == [1]
    assert "goes on without keys in memory: OSError: no such bucket" in capsys.readouterr().out


def test_what_is_loaded_is_the_window_of_the_batch() -> None:
    known = KnownKeys(WINDOW)
    rows = batch([(1, at(100.5)), (2, at(103))])
    known.load_in_background(Rows((1, at(99))), rows).join()
    assert known.lookup(rows).keys.tolist() == [1]
    assert known.lookup(batch([(8, at(99.9))])).keys.tolist() == [8]
    assert hours_around(rows, WINDOW).first == 97
