"""Pseudonyms: RFC 4231's vectors, the docs' line of Python, and the key from a server that speaks the protocol."""

import base64
import hashlib
import hmac
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.enrich.pseudonyms import PERSON_IDS, Pseudonyms
from clickstream_lakehouse.refine.enrichments import enrichments
from clickstream_lakehouse.refine.pseudonym_key import PseudonymKeyError, read_pseudonym_key
from support.lake import lake_config
from support.lines import event_line, ndjson
from support.raw import classified, enriched
from support.secrets_manager import SecretsManager

KEY = "0123456789abcdef" * 2
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:clicks"


def pseudonyms(key: bytes, *ids: str | None) -> list[str | None]:
    column = pa.chunked_array([pa.array(ids, pa.string())])
    made = Pseudonyms(key)(pa.table(dict.fromkeys(PERSON_IDS, column)))
    columns = [made[name].to_pylist() for name in PERSON_IDS]
    assert all(column == columns[0] for column in columns)
    return columns[0]


@pytest.mark.parametrize(
    ("key", "text", "digest"),
    [  # RFC 4231, section 4: test cases 1, 2 and 6
        (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            b"\xaa" * 131,
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_a_pseudonym_is_the_hmac_of_rfc_4231(key: bytes, text: str, digest: str) -> None:
    assert pseudonyms(key, text, None, text) == [digest, None, digest]


@pytest.mark.parametrize("length", [63, 64, 65])
def test_a_key_of_about_a_block_is_used_as_rfc_2104_says(length: int) -> None:
    key = b"k" * length
    assert pseudonyms(key, "u-1") == [hmac.new(key, b"u-1", hashlib.sha256).hexdigest()]


@given(st.binary(min_size=1), st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))))
def test_whoever_holds_the_key_makes_the_same_pseudonyms_with_a_line_of_python(
    key: bytes, ids: list[str | None]
) -> None:
    assert pseudonyms(key, *ids) == [
        None if text is None else hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for text in ids
    ]


def test_only_columns_of_personal_ids_are_replaced() -> None:
    ids = {f.name for f in table("events").fields if f.personal and f.name.endswith("_id")}
    assert ids - set(PERSON_IDS) == {"session_id", "click_id"}
    assert set(PERSON_IDS) < ids


def test_the_key_is_in_no_text_but_goes_to_the_workers() -> None:
    made = Pseudonyms(KEY.encode())
    assert KEY not in f"{made} {made!r}"
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    with SecretsManager() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def test_the_key_is_the_value_of_the_secret_to_the_byte(server: SecretsManager) -> None:
    server.answer = (200, {"SecretString": f"{KEY}é\n"})
    assert read_pseudonym_key(ARN, "eu-west-1") == f"{KEY}é\n".encode()
    server.answer = (200, {"SecretBinary": base64.b64encode(bytes(range(200, 232))).decode()})
    assert read_pseudonym_key(ARN, "eu-west-1") == bytes(range(200, 232))
    assert server.asked == [("secretsmanager.GetSecretValue", {"SecretId": ARN})] * 2


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (200, {"SecretString": KEY[1:]}, f"{ARN} has 31 bytes and needs at least 32: put a random text there"),
        (200, {"SecretString": ""}, "has 0 bytes"),
        (
            400,
            {"__type": "AccessDeniedException"},
            f"{ARN} .*AccessDenied.*check that .* the job's role may read it",
        ),
        (400, {"__type": "ResourceNotFoundException"}, "ResourceNotFound.*check that the secret has a value"),
    ],
)
def test_without_a_key_there_is_a_message_that_says_what_to_do_and_no_key(
    server: SecretsManager, status: int, answer: dict[str, Any], message: str
) -> None:
    server.answer = (status, answer)
    with pytest.raises(PseudonymKeyError, match=message) as error:
        read_pseudonym_key(ARN, "eu-west-1")
    assert KEY[1:] not in str(error.value)


def test_identity_and_fingerprint_are_those_of_the_ids_that_were_sent(server: SecretsManager) -> None:
    server.answer = (200, {"SecretString": KEY})
    lines = classified(ndjson(event_line(event_id="a", user_id="u-1", anonymous_id="é", previous_id="u-1")))
    plain = lake_config(Path("/lake"))
    (sent,) = enriched(lines, enrichments(plain)).to_pylist()
    secret = lake_config(Path("/lake"), pseudonym_key_arn=ARN)
    (stored,) = enriched(lines, enrichments(secret)).to_pylist()
    changed = {name: value for name, value in stored.items() if value != sent[name] and name != "processed_ts"}
    assert changed == {
        "user_id": hmac.new(KEY.encode(), b"u-1", "sha256").hexdigest(),
        "anonymous_id": hmac.new(KEY.encode(), "é".encode(), "sha256").hexdigest(),
        "previous_id": changed["user_id"],
    }
