"""Browser, system and device of a user agent, by the rules of uap-core (https://github.com/ua-parser/uap-core)."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ua_parser import Device, load_builtins
from ua_parser.core import Matcher

from clickstream_lakehouse.refine.enrich.bots import HTTP_LIBRARY
from clickstream_lakehouse.refine.enrich.distinct import Result, remembered

_BROWSERS, _SYSTEMS, _DEVICES = load_builtins()

# A browser's user agent begins so. Any other is an app's or a library's.
_BROWSER_STARTS = ("Mozilla/", "Opera/")
# Browsers stay below it, and some of the rules take much longer for longer texts.
_MAX_LENGTH = 512
_MAX_VALUE_LENGTH = 100

# One name on every device: device_type tells the rest.
_BROWSER_NAMES = {
    "Android": "Android Browser",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "DuckDuckGo Mobile": "DuckDuckGo",
    "Ecosia iOS": "Ecosia",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "IE Mobile": "IE",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Opera Mobile": "Opera",
    "QQ Browser Mobile": "QQ Browser",
}
_SYSTEM_NAMES = {"ATV OS X": "tvOS", "Mac OS X": "macOS", "WatchOS": "watchOS", "Web0S": "webOS"}
# Servers do not run these: an agent that is not a browser's is believed only with one of them.
_PERSONAL_SYSTEMS = frozenset({"Android", "iOS", "tvOS", "watchOS"})
# Their user agents name no device, so the longest list need not be searched.
_NAMELESS_SYSTEMS = frozenset({"Chrome OS", "Windows"})

# Kinds of device, for user agents in lower case.
_CONSOLE = re.compile(r"playstation|\bxbox\b|nintendo")
_WEARABLE = re.compile(r"watch ?os|apple watch|wear ?os")
_TV = re.compile(r"smart-?tv|\btv\b|tvos|apple ?tv|googletv|hbbtv|netcast|web0s|bravia|roku|crkey|\baft[a-z]")
_TABLET = re.compile(r"ipad|tablet(?! pc)|kindle|\bkf[a-z]{2,5}\b|playbook|\bsm-[tx]\d")
_MOBILE = re.compile(r"mobi|iphone|ipod|phone|blackberry|\bbb10\b|opera mini|symbian|midp|kaios")
_TYPES = (("console", _CONSOLE), ("wearable", _WEARABLE), ("tv", _TV), ("tablet", _TABLET), ("mobile", _MOBILE))
_DESKTOP = re.compile(r"windows|macintosh|x11;|\bcros\b|linux")


class Agent(NamedTuple):
    """Columns of `events` that a user agent or Client Hints tell; None what they do not."""

    browser_name: str | None = None
    browser_version: str | None = None
    os_name: str | None = None
    os_version: str | None = None
    device_type: str | None = None
    device_brand: str | None = None
    device_model: str | None = None


NOTHING = Agent()


@remembered
def read_user_agent(user_agent: str) -> Agent:
    """Read the user agent of somebody, which is not known to be a robot's.

    That of an HTTP library tells nothing: it belongs to a server that sends for its visitors.
    """
    agent = user_agent[:_MAX_LENGTH]
    if HTTP_LIBRARY.search(agent.lower()):
        return NOTHING
    system = _first(_SYSTEMS, agent)
    os_name = system and printable(_SYSTEM_NAMES.get(system.family, system.family))
    is_browser = agent.startswith(_BROWSER_STARTS)
    if not is_browser and os_name not in _PERSONAL_SYSTEMS:
        return NOTHING
    device = None if os_name in _NAMELESS_SYSTEMS else _first(_DEVICES, agent)
    if device and device.brand == "Spider":
        return NOTHING
    browser = _first(_BROWSERS, agent) if is_browser else None
    return Agent(
        browser and printable(_BROWSER_NAMES.get(browser.family, browser.family)),
        browser and version(browser.major, browser.minor, browser.patch, browser.patch_minor),
        os_name,
        system and version(system.major, system.minor, system.patch, system.patch_minor),
        _device_type(agent.lower(), is_browser=is_browser),
        *_brand_and_model(device),
    )


def brand_of_android(model: str) -> str | None:
    """The maker of an Android device by its model."""
    device = _first(
        _DEVICES, f"Mozilla/5.0 (Linux; Android 10; {model[:_MAX_VALUE_LENGTH]} Build/A) Mobile Safari/537.36"
    )
    return _brand_and_model(device)[0]


def version(*parts: str | None) -> str | None:
    """The numbers joined by dots, without zeros at the end: browsers put zeros where they hide a number."""
    known: list[str] = []
    for part in parts:
        if part is None:
            break
        known.append(part)
    while len(known) > 1 and not known[-1].strip("0"):
        known.pop()
    return printable(".".join(known))


def printable(text: str | None) -> str | None:
    """The text if every reader can show it: no control characters, no half of a surrogate pair."""
    text = text and text.strip()
    return text if text and len(text) <= _MAX_VALUE_LENGTH and text.isprintable() else None


def _first(matchers: Iterable[Matcher[Result]], agent: str) -> Result | None:
    try:
        return next((found for matcher in matchers if (found := matcher(agent))), None)
    except ValueError:  # the rule finds a name that is empty
        return None


def _device_type(agent: str, *, is_browser: bool) -> str | None:
    """Kind of device of a user agent in lower case."""
    found = next((kind for kind, pattern in _TYPES if pattern.search(agent)), None)
    if found is None and "android" in agent:  # only a browser says that it is on a phone, by the word mobile
        return "tablet" if is_browser else None
    return found or ("desktop" if _DESKTOP.search(agent) else None)


def _brand_and_model(device: Device | None) -> Sequence[str | None]:
    """Without the names that uap-core gives to devices it does not know, and the model K that stands for any."""
    if device is None or device.brand == "Generic":
        return None, None
    is_known = device.brand and not device.brand.startswith("Generic")
    model = None if device.model in ("K", "iOS-Device") else device.model
    return printable(device.brand) if is_known else None, printable(model)
