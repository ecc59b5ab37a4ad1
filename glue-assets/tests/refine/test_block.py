"""The fast reader of lines may only be faster than the strict one: any lines are read alike, or not at all."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_lines import POISON, VALID

from clickstream_lakehouse.contract import bad_line_fields, event_line_fields, line_fields
from clickstream_lakehouse.refine import block
from clickstream_lakehouse.refine.block import LINE_SCHEMA, read_block
from clickstream_lakehouse.refine.lines import split_lines
from clickstream_lakehouse.refine.strict import read_line
from support.lines import bad_line, event_line

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "null", "\x00", "\ufeff", "\u2028", '"', "\\", "x" * 257, "web", "page"]
)
NUMBERS = st.integers(-(2**65), 2**65) | st.integers(-1, 1) | st.floats() | st.sampled_from([2**31, 2**63, 1e400, -0.0])
VALUES = st.none() | st.booleans() | TEXTS | NUMBERS | st.just([1]) | st.just({"a": 1})


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A valid line with a field changed, in one of JSON's spellings, or cut, joined or repeated."""
    line = draw(st.sampled_from([event_line(event_id="a"), bad_line()]))
    names = st.sampled_from([*LINE_SCHEMA.names, "unknown", "v", "kind", "event_id", "value"])
    changed: dict[str, Any] = {**line, **draw(st.dictionaries(names, VALUES, max_size=2))}
    text = json.dumps(
        changed, ensure_ascii=draw(st.booleans()), separators=draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    )
    odd = draw(st.sampled_from(ODD))
    return odd(text) if draw(st.integers(0, 3)) == 0 else text


ODD = [
    lambda text: text + text,
    lambda text: text[:-1],
    lambda text: text + " x }",
    lambda text: "\ufeff" + text,
    lambda text: " " + text + "\t\r",
    lambda text: text.replace('"v"', '"v":1,"v"', 1),
    lambda text: text.replace("{", '{"event_name":5,', 1),
    lambda text: text.replace("{", "{/* c */", 1),
    lambda text: text.replace("{", '{"a":' + "[" * 3_000 + "]" * 3_000 + ",", 1),
    lambda text: text.replace("a", "\\ud800", 1),
    lambda text: text.replace("a", "\\u0000", 1),
    lambda text: text.replace("1", "01", 1),
    lambda text: text.replace("1", "1e0", 1),
    lambda text: text.replace('"', "'", 2),
    lambda text: text.replace("}", ",}"),
    lambda _: "{}",
    lambda _: "[]",
    lambda _: "",
]


def read(texts: list[str]) -> pa.Table | None:
    """The lines, as records of one line each."""
    lines = pa.array(texts, pa.string())
    return read_block(lines, lines)


def assert_read_alike(texts: list[str]) -> None:
    table = read(texts)
    if table is None:
        return
    strict = [read_line(text) for text in texts]
    assert [line.fault for line in strict] == [None] * len(texts)
    assert repr(table.to_pylist()) == repr(
        pa.Table.from_pylist([line.values for line in strict], LINE_SCHEMA).to_pylist()
    )


@given(st.lists(lines(), min_size=1, max_size=3))
@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_block_reads_any_lines_as_the_strict_parser_does(texts: list[str]) -> None:
    assert_read_alike(texts)


@pytest.mark.parametrize("line", [line for line, _, _ in POISON], ids=range(len(POISON)))
def test_a_block_refuses_every_poison_also_among_valid_lines(line: str) -> None:
    valid = json.dumps(event_line())
    assert read([valid, line, valid]) is None


def test_valid_lines_are_read_as_a_block() -> None:
    lines = [json.dumps(of(request_id=str(n))) for n in range(50) for of in (event_line, bad_line)]
    records = pa.array(["\n".join(lines[:60]), "\n\n" + "\r\n".join(lines[60:]) + "\n"])
    table = read_block(records, split_lines(records).text)
    assert table is not None
    assert table["request_id"].to_pylist() == [str(n) for n in range(50) for _ in range(2)]
    assert_read_alike(lines)


def test_lines_are_read_whatever_fields_the_lines_before_them_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block, "_seen", set())
    for fields in ({}, {"locale": "en"}, {}, {"locale": None, "title": "x"}, {"user_id": "u"}, {"locale": "de"}):
        table = read([json.dumps(event_line(**fields))])
        assert (table is None) == ("title" in fields)
        if table is not None:
            assert table.schema == LINE_SCHEMA
            assert table["locale"].to_pylist() == [fields.get("locale")]
        assert_read_alike([json.dumps(event_line(**fields))])


@pytest.mark.parametrize("line", VALID)
def test_a_valid_line_is_read_alike(line: str) -> None:
    assert_read_alike([line.strip(" \t\r")])
    assert read_line(line.strip(" \t\r")).fault is None


def test_every_field_is_read_as_a_block() -> None:
    values = {"string": "é", "int": -7, "bigint": 2**40, "double": 0.1, "timestamp": 1_780_000_000_000}
    for kind, fields in {"event": event_line_fields(), "bad": bad_line_fields()}.items():
        known = {f.name: f for f in (*line_fields(), *fields)}.values()
        said = {f.name: f.values[-1] if f.values else values[f.type] for f in known}
        line = {**said, "kind": kind, "v": 1}
        table = read([json.dumps(line)])
        assert table is not None
        assert table.to_pylist() == [{name: line[name] for name in LINE_SCHEMA.names}]
