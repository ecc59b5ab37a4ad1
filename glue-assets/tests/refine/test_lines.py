"""Which lines are valid, and what becomes of the others."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from clickstream_lakehouse import contract
from clickstream_lakehouse.refine.bad_rows import bad_rows
from clickstream_lakehouse.refine.faults import TRANSFORM_CODES, ErrorCode
from support.lines import RECEIVED_MS, bad_line, event_line, ndjson
from support.raw import ARRIVAL, classified

STRINGS = [f.name for f in contract.event_line_fields() if f.type == "string"]
NUMBERS = [f.name for f in contract.event_line_fields() if f.type != "string"]
TIMES = [f.name for f in contract.event_line_fields() if f.type == "timestamp"]
REQUIRED = [f.name for f in contract.event_line_fields() if not f.nullable]
LISTED = [f.name for f in contract.event_line_fields() if f.values]


def changed(**fields: Any) -> str:
    return json.dumps({**event_line(), **fields})


def bad(*records: bytes) -> list[dict[str, Any]]:
    """Rows of bad_events, as far as they are known before they are written."""
    lines = classified(*records)
    return bad_rows(lines, np.zeros(len(lines.events), bool)).to_pylist()


def without(name: str) -> str:
    return json.dumps(event_line(**{name: None}))


# (line, error_code, error_path): each is a promise about one class of poison.
POISON: list[tuple[str, str, str | None]] = [
    ("garbage", "invalid_json", None),
    ("{", "invalid_json", None),
    ("{}", "unsupported_version", "v"),
    (changed()[:-1], "invalid_json", None),
    (changed() + changed(), "invalid_json", None),
    (changed() + " tail }", "invalid_json", None),
    (changed(_end=1) + '{"lost":1}', "invalid_json", None),  # nothing in a line can feign its end
    (changed(properties="x") + '] {"a":1}', "invalid_json", None),
    ("\ufeff" + changed(), "invalid_json", None),
    (changed().replace("{", "{'single': 1, ", 1), "invalid_json", None),
    ('{"a":' * 201 + "1" + "}" * 201, "too_deep", None),
    ("[" * 900_000, "too_deep", None),
    (changed(future=json.loads("[" * 200 + "]" * 200)), "too_deep", None),
    ("[" + changed() + "]", "invalid_shape", None),
    ("[]", "invalid_shape", None),
    ("null", "invalid_shape", None),
    ('"text"', "invalid_shape", None),
    ("12", "invalid_shape", None),
    (changed(v=2), "unsupported_version", "v"),
    (changed(v="1"), "unsupported_version", "v"),
    (without("v"), "unsupported_version", "v"),
    (changed(kind="other"), "unknown_kind", "kind"),
    (without("kind"), "unknown_kind", "kind"),
    (changed(event_id="x" * 257), "invalid_id", "event_id"),
    (changed(batch_index=3_000_000_000), "invalid_type", "batch_index"),
    (changed().replace('"v": 1', '"v": 1, "value": 1e400'), "invalid_value", "value"),
    (changed().replace('"v": 1', '"v": 1, "value": NaN'), "invalid_json", None),
    (json.dumps(bad_line(stage=None)), "missing_field", "stage"),
    (json.dumps(bad_line(stage="nowhere")), "invalid_value", "stage"),
    (json.dumps(bad_line(received_ts=-1)), "invalid_value", "received_ts"),
    *[(without(name), "missing_field", name) for name in REQUIRED],
    *[(changed(**{name: ""}), "missing_field", name) for name in REQUIRED if name in STRINGS],
    *[(changed(**{name: None}), "missing_field", name) for name in REQUIRED],
    *[(changed(**{name: "nonsense"}), "invalid_value", name) for name in LISTED],
    *[(changed(**{name: wrong}), "invalid_type", name) for name in STRINGS for wrong in (5, True, {"a": 1}, ["a"])],
    *[(changed(**{name: wrong}), "invalid_type", name) for name in NUMBERS for wrong in ("5", True, {"a": 1}, [1])],
    *[(changed(**{name: 1.5}), "invalid_type", name) for name in NUMBERS if name != "value"],
    *[(changed(**{name: 2**63}), "invalid_type", name) for name in NUMBERS if name != "value"],
    *[(changed(**{name: time}), "invalid_value", name) for name in TIMES for time in (-1, 253_402_300_800_000, 2**62)],
]

VALID = [
    changed(),
    changed(received_ts=0, client_ts=253_402_300_799_999),
    changed(value=12),
    changed(value=12.5, session_index=2_147_483_647),
    changed(user_id=None),
    changed(event_id="x" * 256),
    changed(event_name='nul \u0000 and \u2028 and 𝄞 and \\ and "'),
    changed(properties=json.dumps({"event_id": 5, "user_id": None, 'q"': "a\\"}), contexts='{"traits":[1],"a":"}{"}'),
    changed(future_number=1, future_object={"a": 1}, future_list=["x"]),
    json.dumps(event_line(), separators=(" , ", " : ")),
    "\t " + changed() + " \r",
    json.dumps(event_line(), ensure_ascii=True).replace("Product", "\\ud800"),
    changed(future=json.loads("[" * 199 + "]" * 199), properties="[" * 500 + '"'),
    changed(_end=1),
]


def test_poison_becomes_a_bad_event_with_its_reason_place_and_bytes() -> None:
    rows = {row["line_index"]: row for row in bad(ndjson(*[line for line, _, _ in POISON]))}
    assert [line[:300] for index, (line, _, _) in enumerate(POISON) if index not in rows] == []
    wrong = {
        line[:300]: (rows[index]["error_code"], rows[index]["error_path"])
        for index, (line, code, path) in enumerate(POISON)
        if (rows[index]["error_code"], rows[index]["error_path"]) != (code, path)
    }
    assert wrong == {}
    for index, (line, _, _) in enumerate(POISON):
        row = rows[index]
        content = {"raw": line, "raw_encoding": "utf8", "raw_bytes": len(line.encode())}
        assert row == {**row, **content, "stage": "schema"}
        assert row["received_ts"].timestamp() == ARRIVAL.timestamp()
        assert row["error_message"]


def test_the_poison_and_the_tests_of_bytes_conflicts_and_transforms_cover_every_error_code_of_the_job() -> None:
    elsewhere = {ErrorCode.INVALID_UTF8, ErrorCode.ID_CONFLICT, *TRANSFORM_CODES}
    assert {code for _, code, _ in POISON} | elsewhere == set(ErrorCode)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("[]", "the line is JSON but not an object"),
        (without("app_id"), "app_id is missing or empty"),
        (changed(app_id=5), "app_id has a value of another type than the contract's"),
        (changed(batch_index=1.5), "batch_index has a value of another type than the contract's"),
        (json.dumps(bad_line(raw_encoding="hex")), "raw_encoding is not one of utf8, base64, gzip"),
        (changed(received_ts=-1), "received_ts is outside of what the column can hold"),
        (changed(event_id="x" * 257), "event_id is longer than 256 characters"),
    ],
)
def test_the_message_says_what_is_wrong_and_what_was_expected(line: str, message: str) -> None:
    (row,) = bad(line.encode())
    assert row["error_message"] == message


def test_valid_lines_pass_whatever_is_in_their_strings_and_unknown_fields() -> None:
    lines = classified(ndjson(*VALID))
    assert lines.faulty == []
    rows = lines.events.to_pylist()
    assert len(rows) == len(VALID)
    assert rows[6]["event_name"] == 'nul \u0000 and \u2028 and 𝄞 and \\ and "'
    assert json.loads(rows[7]["properties"]) == {"event_id": 5, "user_id": None, 'q"': "a\\"}
    assert rows[1]["received_ts"] == 0
    assert rows[11]["event_name"] == "\ufffd Viewed"


def test_a_record_is_split_into_its_lines_without_blank_ones() -> None:
    lines = classified(b'{"a":1}\n\n{"b":2}\r\n  \n', b"", b"\n").lines
    assert list(zip(lines.record.tolist(), lines.index.tolist(), lines.text.to_pylist(), strict=True)) == [
        (0, 0, '{"a":1}'),
        (0, 2, '{"b":2}'),
    ]


def test_a_record_that_is_not_utf8_becomes_one_bad_event_with_its_bytes() -> None:
    record = b"\x1f\x8b\x08\xff"
    (row,) = bad(record)
    reason = {"error_code": "invalid_utf8", "error_path": None}
    assert row == {**row, **reason, "raw_encoding": "base64", "raw_bytes": 4}
    assert base64.b64decode(row["raw"]) == record


@pytest.mark.parametrize(
    "record", [b"x" * 100_000, "é".encode() * 50_000, b"\xff" * 100_001], ids=["ascii", "multi-byte", "binary"]
)
def test_a_long_line_is_kept_whole(record: bytes) -> None:
    (row,) = bad(record)
    kept = base64.b64decode(row["raw"]) if row["raw_encoding"] == "base64" else row["raw"].encode()
    assert kept == record
    assert row["raw_bytes"] == len(record)


def test_the_fields_that_can_be_read_from_a_faulty_line_are_kept() -> None:
    line = changed(event_type="nonsense", request_id="r-9", batch_index=3)
    (row,) = bad(line.encode())
    assert (row["protocol"], row["app_id"], row["request_id"], row["batch_index"]) == ("segment", "shop", "r-9", 3)
    assert (row["shard_id"], row["sequence_number"], row["line_index"]) == ("shardId-000000000000", "1", 0)


def test_the_collectors_reports_of_bad_events_pass_unchanged() -> None:
    line = bad_line(protocol="native", request_id="r-1", batch_index=2, error_path="batch[2]", app_id="shop")
    (row,) = bad(ndjson(line))
    written = {name: row[name] for name in line if name not in ("v", "kind", "received_ts")}
    assert written == {name: value for name, value in line.items() if name in written}
    assert row["received_ts"].timestamp() * 1000 == RECEIVED_MS
    assert str(row["received_date"]) == "2026-05-28"
