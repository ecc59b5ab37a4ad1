"""User-Agent Client Hints (https://wicg.github.io/ua-client-hints/) as browsers' trackers send them in contexts.

They tell what user agents do not tell any more: Windows 11, the version of macOS and Android, the model, the brand of a
browser that looks like Chrome.
"""

import json
import re
from typing import Any

import numpy as np
import pyarrow as pa

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.enrich.agent import NOTHING, Agent, brand_of_android, printable, version
from clickstream_lakehouse.refine.enrich.distinct import remembered

# What the hints' object begins with: of Segment and Jitsu, RudderStack, Snowplow. The collector writes no blanks.
_STARTS = ('"userAgentData":{', '"ua-ch":{', '/http_client_hints/jsonschema/1-0-0","data":{')
# All of them have it, and hardly anything else has.
_MARK = '"brands":['
# The only objects within are those of lists, so that the first brace before another key or brace is the end.
_ENDS = ('},"', "}}")
_MAX_LENGTH = 4_000

_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){0,5}")
_LETTERS = re.compile("[^a-z]+")
_INVENTED_BRAND = "notabrand"  # with other signs between the words in every release
# Too general: the user agent may name the app, and names the same browser or system otherwise.
_GENERAL = frozenset({"Chromium", "Android WebView", "Linux", "Unknown"})
_BROWSER_NAMES = {
    "Google Chrome": "Chrome",
    "Microsoft Edge": "Edge",
    "Microsoft Edge WebView2": "Edge",
    "Opera GX": "Opera",
    "YaBrowser": "Yandex Browser",
}
_SYSTEM_NAMES = {"Chromium OS": "Chrome OS"}
# https://learn.microsoft.com/microsoft-edge/web-platform/how-to-detect-win11
_OLD_WINDOWS = {"0.1": "7", "0.2": "8", "0.3": "8.1"}
_FIRST_WINDOWS_11 = 13


def hint_texts(contexts: pa.ChunkedArray) -> pa.StringArray:
    """The JSON object of Client Hints within each event's contexts; null where there is none."""
    column = contexts.combine_chunks()
    parts = pc.list_value_length(pc.split_pattern(column, _MARK, max_splits=1))
    positions = np.flatnonzero(pc.fill_null(parts, 0).to_numpy(zero_copy_only=False) > 1)
    if not len(positions):
        return pa.nulls(len(column), pa.string())
    texts: list[str | None] = [None] * len(column)
    for position, text in zip(positions.tolist(), column.take(pa.array(positions)).to_pylist(), strict=True):
        texts[position] = _cut(text)
    return pa.array(texts, pa.string())


@remembered
def read_hints(text: str) -> Agent:
    """Read the object of Client Hints."""
    try:
        hints = json.loads(text)
    except (ValueError, RecursionError):
        return NOTHING
    if not isinstance(hints, dict):
        return NOTHING
    platform = _text(hints.get("platform"))
    model = _text(hints.get("model"))
    return Agent(
        *_browser(hints),
        None if platform in _GENERAL else _SYSTEM_NAMES.get(platform or "", platform),
        _system_version(platform, _version(hints.get("platformVersion"))),
        _device_type(platform, hints.get("mobile", hints.get("isMobile"))),
        brand_of_android(model) if model and platform == "Android" else None,
        model,
    )


def _cut(contexts: str) -> str | None:
    for start in _STARTS:
        found = contexts.find(start)
        if found >= 0:
            begin = found + len(start) - 1
            ends = [end for mark in _ENDS if (end := contexts.find(mark, begin, begin + _MAX_LENGTH)) >= 0]
            return contexts[begin : min(ends) + 1] if ends else None
    return None


def _browser(hints: dict[str, Any]) -> tuple[str | None, str | None]:
    """Name and version of the first brand that is neither invented nor general, the version in full if it is told."""
    versions = {**_brands(hints.get("brands")), **_brands(hints.get("fullVersionList"))}
    for brand, number in versions.items():
        if _LETTERS.sub("", brand.lower()) != _INVENTED_BRAND and brand not in _GENERAL:
            return _BROWSER_NAMES.get(brand, brand), number
    return None, None


def _brands(listed: Any) -> dict[str, str | None]:
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = [(_text(entry.get("brand")), _version(entry.get("version"))) for entry in entries]
    return {brand: number for brand, number in named if brand}


def _system_version(platform: str | None, number: str | None) -> str | None:
    if platform != "Windows" or number is None:
        return number
    major = int(number.partition(".")[0])
    if major == 0:
        return _OLD_WINDOWS.get(number)
    return "11" if major >= _FIRST_WINDOWS_11 else "10"


def _device_type(platform: str | None, is_mobile: Any) -> str | None:
    if is_mobile is True:
        return "mobile"
    # Of Android it may be a tablet or a television.
    return "desktop" if is_mobile is False and platform not in (None, "Android", "Unknown") else None


def _version(value: Any) -> str | None:
    return version(*value.split(".")) if isinstance(value, str) and _VERSION.fullmatch(value) else None


def _text(value: Any) -> str | None:
    return printable(value) if isinstance(value, str) else None
