"""Promoted columns: the value at a path of a JSON column, typed."""

import json
import random
import re
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from clickstream_lakehouse.columns import COLUMN_TYPES, PromotedColumn, parse_columns
from clickstream_lakehouse.contract import arrow_type, events_table
from clickstream_lakehouse.refine.enrich.promote import Promotion


def promoted(column: PromotedColumn, *texts: str | None) -> list[Any]:
    events = pa.table({name: pa.array(texts, pa.string()) for name in ("properties", "traits", "contexts")})
    return pa.table(dict(Promotion([column])(events)))[column.name].to_pylist()


def at(path: str, of_type: str) -> PromotedColumn:
    return PromotedColumn("found", of_type, "properties", tuple(path.split(".")))


def test_the_value_at_the_path_is_found_and_a_missing_one_is_null() -> None:
    texts = ['{"cart":{"value":12.5}}', '{"cart":7}', '{"other":{"value":1}}', None, "", "not JSON", "[]", '"cart"']
    assert promoted(at("cart.value", "double"), *texts) == [12.5] + [None] * 7


@pytest.mark.parametrize(
    ("of_type", "json_values"),
    [
        (
            "string",
            {'"a é 𝄞"': "a é 𝄞", '""': "", "1": None, "true": None, "null": None, "{}": None, '"\\ud800"': None},
        ),
        ("bigint", {"7": 7, "-0": 0, "1e3": 1000, "7.5": None, '"7"': None, "true": None, "1e400": None}),
        ("bigint", {str(2**63 - 1): 2**63 - 1, str(2**63): None, str(-(2**70)): None, "1e300": None}),
        ("double", {"7": 7.0, "-7.5": -7.5, '"7"': None, "false": None, "1e400": None, "NaN": None, "9" * 400: None}),
        ("boolean", {"true": True, "false": False, "0": None, '"true"': None}),
        ("date", {'"2026-02-28"': date(2026, 2, 28), '"2026-02-30"': None, '"20260228"': None, '"2026-W09-6"': None}),
        ("date", {'"2026-02-28T10:00:00Z"': None, "20260228": None}),
        (
            "timestamp",
            {
                '"2026-02-28T10:00:00Z"': datetime(2026, 2, 28, 10, tzinfo=UTC),
                '"2026-02-28T10:00:00.123456+02:00"': datetime(2026, 2, 28, 8, 0, 0, 123456, tzinfo=UTC),
                '"2026-02-28 10:00:00"': datetime(2026, 2, 28, 10, tzinfo=UTC),
                '"yesterday"': None,
                '"0001-01-01T00:00:00+02:00"': None,
                "1772272800000": None,
            },
        ),
    ],
)
def test_a_value_of_another_type_than_the_columns_is_null(of_type: str, json_values: dict[str, Any]) -> None:
    found = promoted(at("a", of_type), *[f'{{"a":{value}}}' for value in json_values])
    assert found == list(json_values.values())


def test_a_key_is_found_however_json_writes_it() -> None:
    texts = ['{ "caf\\u00e9" : true }', '{"café":true}', '{"caf\\u00E9":true,"a":"\\n"}', '{"cafe":true}']
    assert promoted(at("café", "boolean"), *texts) == [True, True, True, None]


@pytest.mark.parametrize("source", ["properties", "traits", "contexts"])
def test_a_column_reads_the_json_of_its_source_only(source: str) -> None:
    columns = ("properties", "traits", "contexts")
    events = pa.table({name: [json.dumps({"plan": name})] for name in columns})
    found = Promotion([PromotedColumn("plan", "string", source, ("plan",))])(events)
    assert pa.table(dict(found)).to_pylist() == [{"plan": source}]


@pytest.mark.parametrize("of_type", COLUMN_TYPES)
def test_a_column_for_the_transform_is_null_and_has_its_type(of_type: str) -> None:
    events = pa.table({"properties": ['{"found":1}', None]})
    made = Promotion([PromotedColumn("found", of_type)])(events)["found"]
    assert (made.type, made.null_count) == (arrow_type(of_type), 2)


def test_random_documents_give_what_reading_every_one_gives() -> None:
    chosen = random.Random(5)
    keys = ["a", "b", "aä", 'a"b', "a\\b", "a/b", "$a", " a"]

    def document(depth: int) -> Any:
        if depth == 0 or chosen.random() < 0.3:
            return chosen.choice([None, True, 1, 2.5, "a", '\n"\\/é', "x" * 50])
        return {chosen.choice(keys): document(depth - 1) for _ in range(chosen.randrange(4))}

    documents = [document(3) for _ in range(2_000)]
    texts = [json.dumps(one, ensure_ascii=chosen.random() < 0.5) for one in documents]
    hits = 0
    for first in keys:
        for second in keys:
            column = PromotedColumn("found", "double", "properties", (first, second))
            outer = [one.get(first) if isinstance(one, dict) else None for one in documents]
            inner = [one.get(second) if isinstance(one, dict) else None for one in outer]
            expected = [float(one) if isinstance(one, (int, float)) and one is not True else None for one in inner]
            assert promoted(column, *texts) == expected
            hits += len(expected) - expected.count(None)
    assert hits > 100


def test_the_argument_names_columns_types_and_places() -> None:
    text = '{"cart_value":{"type":"double","property":"cart.value"},"plan":{"type":"string","trait":"plan"},'
    text += '"os":{"type":"string","context":"os.name"},"tier":{"type":"bigint"}}'
    assert parse_columns(text) == (
        PromotedColumn("cart_value", "double", "properties", ("cart", "value")),
        PromotedColumn("plan", "string", "traits", ("plan",)),
        PromotedColumn("os", "string", "contexts", ("os", "name")),
        PromotedColumn("tier", "bigint"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cart_value", "must be a JSON object like {"),
        ("[]", "must be a JSON object like {"),
        ('{"Cart":{"type":"double"}}', "lower-case letters, digits and underscores, not 'Cart'"),
        ('{"a":{"type":"float"}}', "must give a a type (string, bigint,"),
        ('{"a":"double"}', "must give a a type (string, bigint,"),
        ('{"a":{"type":"double","property":"a","trait":"a"}}', "at most one of property, trait, context"),
        ('{"a":{"type":"double","from":"a"}}', "at most one of property, trait, context"),
        ('{"a":{"type":"double","property":"a..b"}}', "must give a a path of names with dots between them, not 'a..b'"),
    ],
)
def test_an_argument_that_says_something_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_columns(text)


def test_a_promoted_column_cannot_have_the_name_of_a_column_of_events() -> None:
    with pytest.raises(ValueError, match=r"^page_url, value: events has a column of this name already, take another"):
        events_table([PromotedColumn(name, "string") for name in ("value", "page_url", "mine")])
