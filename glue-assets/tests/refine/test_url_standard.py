"""URLs of the web-platform tests: where the job reads them as browsers do, and where it does not by decision."""

import json
import re
from collections import Counter
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pyarrow as pa
import pytest

from clickstream_lakehouse.refine.enrich.url import Url, read_url, split_urls

DATA = Path(__file__).parent.parent / "data/urltestdata.json"
CASES: list[dict[str, Any]] = [case for case in json.loads(DATA.read_text("utf-8")) if isinstance(case, dict)]

WEB = re.compile(r"[\x00- ]*(?:https?|wss?|ftp):", re.IGNORECASE)
FILE = re.compile(r"[\x00- ]*file:", re.IGNORECASE)
NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")
DOT = re.compile(r"\.|%2e", re.IGNORECASE)
TWO_DOTS = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)

# Reason -> how many URLs are read otherwise. A browser sends none of the web's in these forms, as it writes them as the
# standard does first.
DEVIATIONS = {
    "an international host stays as sent, though browsers write it as xn-- or refuse it": 27,
    "an IPv4 address stays as sent, though browsers write it with four decimal numbers or refuse it": 49,
    "an IPv6 address stays as sent, though browsers shorten it": 3,
    "a path stays as sent, though browsers encode it and resolve its dots": 46,
    "a host of another scheme is read as the web's: decoded, in lower case, or refused": 20,
    "a URL of another scheme has the path / when it has none": 11,
    "a file's URL is read as the web's: a drive is a host, and the slashes are not optional": 21,
}


def split(text: str) -> tuple[str, str]:
    """A URL before its query, and the query. Lines have no half of a surrogate pair, which these tests have."""
    url = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    before, query = split_urls(pa.chunked_array([[url]]))
    return before[0].as_py(), query[0].as_py()


def expected(case: dict[str, Any]) -> tuple[str | None, str | None]:
    return (None, None) if case.get("failure") else (case["hostname"] or None, case["pathname"] or None)


def deviation(case: dict[str, Any], read: Url) -> str | None:
    """The reason why a URL may be read otherwise; None if it must not."""
    host, path = expected(case)
    found = None
    if host == read.host and as_browsers_write(read.path) == path:
        found = "a path"
    elif FILE.match(case["input"]):
        found = "a file's URL"
    elif not WEB.match(case["input"]):
        found = "a URL of another scheme" if (host, path) == (read.host, None) else "a host of another scheme"
    elif read.host and (not read.host.isascii() or "xn--" in read.host):
        found = "an international host"
    elif read.host and NUMBER.fullmatch(read.host):
        found = "an IPv4 address"
    elif read.host and host and read.host.startswith("[") and IPv6Address(read.host[1:-1]) == IPv6Address(host[1:-1]):
        found = "an IPv6 address"
    return next((reason for reason in DEVIATIONS if found and reason.startswith(found)), None)


def as_browsers_write(path: str | None) -> str | None:
    """The path with its dots resolved, and with %XX for what browsers encode."""
    if path is None:
        return None
    kept: list[str] = []
    parts = path.split("/")[1:]
    for number, part in enumerate(parts):
        if TWO_DOTS.fullmatch(part):
            del kept[-1:]
        elif not DOT.fullmatch(part):
            kept.append(part)
            continue
        if number == len(parts) - 1:
            kept.append("")
    return "/" + quote("/".join(kept), safe="/%!$&'()*+,-.:;=@[\\]_|~")


def test_urls_are_read_as_browsers_read_them_but_for_the_listed_deviations() -> None:
    read = [(case, read_url(split(case["input"])[0])) for case in CASES]
    other = [(case, url) for case, url in read if (url.host, url.path) != expected(case)]
    reasons = [(deviation(case, url), case["input"], expected(case), url) for case, url in other]
    assert [reason for reason in reasons if reason[0] is None] == []
    assert Counter(reason for reason, *_ in reasons) == DEVIATIONS
    assert len(read) == 585


@pytest.mark.parametrize("case", [case for case in CASES if case.get("search")], ids=lambda case: case["input"][:40])
def test_the_query_is_the_browsers(case: dict[str, Any]) -> None:
    assert unquote_to_bytes(split(case["input"])[1]) == unquote_to_bytes(case["search"][1:])
