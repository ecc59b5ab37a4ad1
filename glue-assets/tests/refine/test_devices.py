"""Which source counts: the client, its Client Hints, its user agent; and the zip that the job is shipped in."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from clickstream_lakehouse.refine.enrich.agent import Agent
from clickstream_lakehouse.refine.enrich.bots import BotReasons
from clickstream_lakehouse.refine.enrich.device import device_columns
from support.job import zip_package

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0"
FROZEN = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"
PHONE = f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36"
INSTAGRAM = f"{PHONE.replace('8)', '8 Build/UP1A; wv)')} Instagram 300.1.2.29.110"
LINES = ("user_agent", "user_agent_source", "contexts", *Agent._fields)


def brands(*names: str) -> list[dict[str, str]]:
    return [{"brand": name, "version": "138"} for name in ("Chromium", *names, "Not)A;Brand")]


def contexts(**hints: Any) -> str:
    return json.dumps({"context": {"userAgentData": hints}}, separators=(",", ":"))


WINDOWS_11 = contexts(brands=brands("Google Chrome"), mobile=False, platform="Windows", platformVersion="15.0.0")


def told(*robots: str, **line: str | None) -> dict[str, str]:
    """The columns that are filled for an event."""
    table = pa.table({name: pa.array([line.get(name)], pa.string()) for name in LINES})
    for name, column in BotReasons(robots)(table).items():
        table = table.append_column(name, column)
    columns = {name: column.to_pylist()[0] for name, column in device_columns(table).items()}
    assert list(columns) == list(Agent._fields)
    return {name: value for name, value in columns.items() if value is not None}


CHROME_ON_WINDOWS = {"browser_name": "Chrome", "browser_version": "138", "os_name": "Windows", "device_type": "desktop"}


def test_hints_count_before_the_frozen_user_agent() -> None:
    assert told(user_agent=FROZEN) == {**CHROME_ON_WINDOWS, "os_version": "10"}
    assert told(user_agent=FROZEN, contexts=WINDOWS_11) == {**CHROME_ON_WINDOWS, "os_version": "11"}
    assert told(contexts=WINDOWS_11) == {**CHROME_ON_WINDOWS, "os_version": "11"}


def test_few_hints_leave_the_rest_to_the_user_agent() -> None:
    few = contexts(brands=brands("Brave"), mobile=False, platform="Windows")
    assert told(user_agent=FROZEN, contexts=few) == {**CHROME_ON_WINDOWS, "browser_name": "Brave", "os_version": "10"}


def test_the_user_agent_tells_the_kind_of_device_before_the_hints() -> None:
    tablet = f"Mozilla/5.0 (Linux; Android 14; SM-X710) {CHROME} Safari/537.36"
    mobile = contexts(brands=brands("Google Chrome"), mobile=True, platform="Android")
    assert told(user_agent=tablet, contexts=mobile)["device_type"] == "tablet"
    assert told(contexts=mobile)["device_type"] == "mobile"


def test_an_app_that_shows_pages_is_named_by_its_user_agent() -> None:
    general = contexts(brands=brands("Android WebView"), mobile=True, platform="Android")
    app = told(user_agent=INSTAGRAM, contexts=general)
    assert (app["browser_name"], app["browser_version"], app["device_model"]) == ("Instagram", "300.1.2", "Pixel 8")


def test_what_the_client_says_counts_first_as_it_is() -> None:
    said = {
        "browser_name": "Mobile Chrome",
        "browser_version": "138.0",
        "os_name": "android",
        "os_version": "14.0",
        "device_type": "Smartphone",
        "device_brand": "google",
        "device_model": "shiba",
    }
    assert told(user_agent=PHONE, contexts=WINDOWS_11, **said) == said


def test_a_version_of_another_name_is_not_mixed_in() -> None:
    assert "browser_version" not in told(user_agent=FROZEN, browser_name="Vivaldi")
    assert told(user_agent=FROZEN, browser_name="Chrome")["browser_version"] == "138"
    assert "os_version" not in told(user_agent=FROZEN, contexts=WINDOWS_11, os_name="Android")


def test_a_version_without_its_name_stays() -> None:
    assert told(user_agent=PHONE, os_version="14.1")["os_version"] == "14.1"


def test_a_slice_of_events_is_read_like_the_whole() -> None:
    agents = [FROZEN, PHONE, "Googlebot/2.1", None] * 100
    columns = {name: pa.nulls(len(agents), pa.string()) for name in LINES}
    table = pa.table({**columns, "user_agent": agents, "is_bot": [agent == "Googlebot/2.1" for agent in agents]})
    assert device_columns(table.slice(101, 2))["os_name"].to_pylist() == ["Android", None]
    whole, part = device_columns(table), device_columns(table.slice(40))
    assert part["browser_name"].to_pylist() == whole["browser_name"].to_pylist()[40:]


def test_robots_have_no_browser() -> None:
    googlebot = f"{PHONE} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    assert told(user_agent=googlebot, contexts=WINDOWS_11) == {}
    assert told("chrome/138.", user_agent=FROZEN, contexts=WINDOWS_11) == {}
    assert told(user_agent=googlebot, os_name="Android") == {"os_name": "Android"}


def test_a_server_that_sends_for_its_visitors_is_not_their_browser() -> None:
    for source in ("request", "event", None):
        assert told(user_agent="python-requests/2.31.0", user_agent_source=source) == {}


def test_the_parser_works_within_the_zip_that_the_job_is_shipped_in(tmp_path: Path) -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
import ua_parser, ua_parser_builtins
from clickstream_lakehouse.refine.enrich.agent import read_user_agent
assert all(module.__file__.startswith(sys.argv[1]) for module in (ua_parser, ua_parser_builtins)), sys.modules
print(read_user_agent(sys.argv[2]).browser_name)
"""
    package = zip_package(tmp_path / "package.zip")
    command = [sys.executable, "-I", "-c", code, str(package), FROZEN]
    assert subprocess.check_output(command, cwd=tmp_path, text=True) == "Chrome\n"
