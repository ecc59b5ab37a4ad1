# /// script
# requires-python = ">=3.11"
# dependencies = ["crawler-user-agents==1.67.0", "pyyaml==6.0.3"]
# ///
"""Regenerates the sites that visitors come from, and the URLs of the web-platform tests.

`uv run update_web_lists.py MATOMO ADA`, paths of git clones.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from update_lists import ROOT, SAMPLES, show, write

SITES = ROOT / "clickstream_lakehouse/refine/enrich/sites.txt"
URLS = SAMPLES / "urltestdata.json"

# Commits of the clones: matomo-org/searchengine-and-social-list 1.4.1+ and ada-url/ada-python of February 2026.
MATOMO = "3b3a82dc83cd146abe17aafe31254de1c25f7844"
ADA = "1ebed207d6ff11374746fe7b4ab4c2f288003e74"

# A host of this name does nothing but search.
SEARCHES = re.compile(
    r"(?:^|\.)(?:i?search|web-?search|suche|szukaj|ricerca|recherche|lemoteur|busca|buscador|pesquisa|hledani|otsing)\."
)
# Engines whose hosts have another name and, for the list, do not tell of a search unless they tell its term.
ENGINES = {
    "360search", "Ask", "Cốc Cốc", "EpicSearch.in", "Freespoke", "Gigablast", "Haosou", "KARMA", "Kagi", "Metager",
    "Mojeek", "OceanHero", "Presearch", "Sogou", "Stract", "Swisscows", "Yep", "sm.cn", "Yandex Images",
}  # fmt: skip
# Assistants that the list of search engines has too.
ASSISTANTS = {"ChatGPT", "Perplexity", "You"}
# Sites that are no search, typing errors, and what no longer is what its name says.
LEFT_OUT = re.compile(
    r"^(?:\*\.)?(?:(?:zhidao|tieba|news)\.baidu|(?:www)?(?:gogole|gppgle|googel)\b|wwwgoogle|login\.(?:live|tagged)|.*\bqbyrd\."
    r"|ask\.reference|searchservice\.myspace|linkedin\.android|.*altavista\.)"
)
# Engines whose servers are numbered: any host of theirs will do.
NUMBERED = re.compile(r"^(?:[\w-]+\.)+(?=(?:startpage|ixquick)\.)")
# Names by which the sites are known.
NAMES = {
    "360search": "360", "Haosou": "360", "Bing Images": "bing", "Chat+": "chat_plus", "Cốc Cốc": "coccoc",
    "Google Images": "google", "Google%2B": "google_plus", "IxQuick": "startpage", "Mailru": "mail.ru",
    "Odnoklassniki": "ok", "Ozone": "qzone", "Twitter": "x", "Vkontakte": "vk", "Web.de": "web.de",
    "Yahoo! Images": "yahoo", "Yahoo! Japan": "yahoo", "Yahoo! Japan Images": "yahoo",
    "Yahoo! Japan Videos": "yahoo", "Yandex Images": "yandex",
    "EpicSearch.in": "epicsearch", "Le Chat": "mistral",
}  # fmt: skip
VIDEO = {"Douyu", "Huya", "Niconico", "Twitcast", "Vimeo", "YouTube", "bilibili"}

# What the list lacks: hosts, apps and words by which campaigns call their source (those without a dot).
ADDED = {
    "search": {
        "google": "adwords google googleads google_ads com.google.android.googlequicksearchbox com.google.android.gms",
        "bing": "bing bingads com.microsoft.bing",
        "microsoft": "microsoft",
        "yahoo": "yahoo",
        "yandex": "yandex com.yandex.browser ru.yandex.searchplugin",
        "duckduckgo": "duckduckgo com.duckduckgo.mobile.android",
        "ecosia": "ecosia com.ecosia.android",
        "baidu": "baidu com.baidu.searchbox",
        "naver": "naver com.nhn.android.search",
        "seznam": "seznam",
        "brave": "brave",
        "qwant": "qwant",
        "startpage": "startpage",
    },
    "social": {
        "facebook": "facebook fb meta *.messenger.com com.facebook.katana com.facebook.lite com.facebook.orca",
        "instagram": "instagram ig insta com.instagram.android",
        "threads": "threads com.instagram.barcelona",
        "x": "x twitter com.twitter.android",
        "linkedin": "linkedin com.linkedin.android",
        "pinterest": "pinterest *.pin.it com.pinterest",
        "reddit": "reddit *.redd.it",
        "tiktok": "tiktok com.zhiliaoapp.musically com.ss.android.ugc.trill",
        "snapchat": "snapchat",
        "bluesky": "bluesky *.bsky.social xyz.blueskyweb.app",
        "mastodon": "mastodon",
        "tumblr": "tumblr com.tumblr",
        "vk": "vk com.vkontakte.android",
        "ok": "*.ok.ru ru.ok.android",
        "weibo": "weibo *.weibo.cn com.sina.weibo",
        "wechat": "wechat com.tencent.mm",
        "whatsapp": "whatsapp *.whatsapp.com *.wa.me com.whatsapp com.whatsapp.w4b",
        "telegram": "telegram *.t.me org.telegram.messenger.web",
        "discord": "discord com.discord",
        "line": "*.line.me jp.naver.line.android",
        "kakaotalk": "kakaotalk com.kakao.talk",
        "viber": "com.viber.voip",
        "signal": "*.signal.me org.thoughtcrime.securesms",
        "slack": "app.slack.com slack-redir.net com.slack",
        "teams": "teams.microsoft.com teams.live.com statics.teams.cdn.office.net com.microsoft.teams",
        "quora": "quora *.quora.com com.quora.android",
        "medium": "*.medium.com com.medium.reader",
        "substack": "substack *.substack.com com.substack.app",
        "nextdoor": "nextdoor *.nextdoor.com com.nextdoor",
        "xiaohongshu": "*.xiaohongshu.com *.xhslink.com com.xingin.xhs",
        "zhihu": "*.zhihu.com com.zhihu.android",
        "truth_social": "*.truthsocial.com",
        "gab": "*.gab.com",
        "lemmy": "*.lemmy.world *.lemmy.ml",
        "hatena": "*.hatena.ne.jp",
        "wykop": "*.wykop.pl",
        "flipboard": "*.flipboard.com flipboard.app",
    },
    "video": {
        "youtube": "youtube yt com.google.android.youtube com.google.android.apps.youtube.music",
        "vimeo": "vimeo",
        "dailymotion": "dailymotion *.dailymotion.com *.dai.ly",
        "twitch": "twitch *.twitch.tv tv.twitch.android.app",
        "rumble": "*.rumble.com",
        "odysee": "*.odysee.com",
        "rutube": "*.rutube.ru",
        "youku": "*.youku.com",
        "iqiyi": "*.iqiyi.com",
        "tencent_video": "v.qq.com",
        "vk_video": "*.vkvideo.ru",
    },
    "email": {
        "email": "email e-mail newsletter mail",
        "gmail": "mail.google.com com.google.android.gm com.google.android.gm.lite",
        "outlook": (
            "outlook.com *.outlook.live.com *.outlook.office.com *.outlook.office365.com *.outlook.cloud.microsoft"
            " *.safelinks.protection.outlook.com com.microsoft.office.outlook"
        ),
        "yahoo_mail": "*.mail.yahoo.com *.mail.yahoo.co.jp com.yahoo.mobile.client.android.mail",
        "aol_mail": "*.mail.aol.com",
        "proton": "*.mail.proton.me mail.protonmail.com ch.protonmail.android",
        "tuta": "app.tuta.com mail.tutanota.com de.tutao.tutanota",
        "fastmail": "*.fastmail.com com.fastmail.app",
        "hey": "app.hey.com",
        "zoho_mail": "mail.zoho.com mail.zoho.eu mail.zoho.in",
        "yandex_mail": "mail.yandex.* ru.yandex.mail",
        "mail.ru": "e.mail.ru ru.mail.mailapp",
        "rambler_mail": "mail.rambler.ru",
        "gmx": "*.navigator.gmx.net *.deref-gmx.net navigator.gmx.net lightmailer.gmx.net com.gmx.mail",
        "web.de": "*.deref-web.de *.navigator.web.de com.unitedinternet.mmc.mobile.webdemail",
        "t-online": "email.t-online.de",
        "freenet": "webmail.freenet.de",
        "orange": "*.mail.orange.fr webmail.orange.fr",
        "free": "webmail.free.fr zimbra.free.fr",
        "laposte": "webmail.laposte.net",
        "sfr": "webmail.sfr.fr",
        "libero": "*.mail.libero.it webmail.libero.it",
        "virgilio": "*.mail.virgilio.it",
        "seznam": "email.seznam.cz",
        "wp": "poczta.wp.pl",
        "onet": "poczta.onet.pl",
        "o2": "poczta.o2.pl",
        "interia": "poczta.interia.pl",
        "uol": "*.mail.uol.com.br",
        "rediffmail": "*.mail.rediff.com",
        "qq_mail": "*.mail.qq.com",
        "netease_mail": "*.mail.163.com *.mail.126.com",
        "naver_mail": "mail.naver.com",
        "daum_mail": "mail.daum.net",
        "samsung_mail": "com.samsung.android.email.provider",
        "superhuman": "mail.superhuman.com",
        "k-9": "com.fsck.k9 net.thunderbird.android",
    },
    "ai_assistant": {
        "chatgpt": "chatgpt openai *.openai.com com.openai.chatgpt",
        "claude": "claude com.anthropic.claude",
        "copilot": "copilot *.copilot.com copilot.cloud.microsoft edgeservices.bing.com com.microsoft.copilot",
        "gemini": "gemini aistudio.google.com com.google.android.apps.bard",
        "perplexity": "perplexity ai.perplexity.app.android",
        "deepseek": "deepseek com.deepseek.chat",
        "grok": "grok grok.x.ai ai.x.grok",
        "mistral": "mistral ai.mistral.chat",
        "meta_ai": "*.meta.ai com.facebook.stella",
        "poe": "*.poe.com com.poe.android",
        "qwen": "chat.qwenlm.ai tongyi.aliyun.com",
        "kimi": "*.kimi.com kimi.moonshot.cn",
        "doubao": "*.doubao.com com.larus.nova",
        "yuanbao": "yuanbao.tencent.com",
        "z.ai": "chat.z.ai",
        "phind": "*.phind.com",
        "pi": "pi.ai",
        "character.ai": "*.character.ai ai.character.app",
        "felo": "*.felo.ai",
        "kagi_assistant": "assistant.kagi.com",
    },
}

WPT_LICENCE = (
    "web-platform-tests, url/resources/urltestdata.json, as in ada-url/ada-python at {commit}: its URLs of the web's"
    " schemes and of a host, and of each what test_url_standard.py compares."
    " BSD-3-Clause, Copyright web-platform-tests contributors."
)

APP = re.compile(r"^(?:com|org|net|ai|ch|de|jp|ru|tv|xyz)\.[a-z0-9_]+(?:\.[a-z0-9_]+)*$")
"""Package of an Android app; few hosts look like one."""


def main(matomo: str, ada: str) -> None:
    added = {line.split()[0]: line for line in _added()}
    listed = {line.split()[0]: line for line in _listed(matomo)}
    write(
        SITES,
        {
            f"matomo-org/searchengine-and-social-list at {MATOMO}, CC0 1.0 (public domain), changed: of the search"
            "\nengines only those whose host alone tells of a search.": [
                line
                for host, line in listed.items()
                if host not in added and not _is_covered(host, {**listed, **added})
            ],
            "Added by this project.": list(added.values()),
        },
        "Sites that visitors come from: host, medium, name and, of a search engine, parameters of the search term."
        "\n# `*.` stands for any subdomain or none, `.*` for the ending of any country,"
        " and a host without a dot is the utm_source of campaigns.",
    )
    URLS.write_text(_urls(show(ada, ADA, "tests/files/urltestdata.json")), encoding="utf-8")


def _listed(clone: str) -> Iterator[str]:
    for name, configurations in yaml.safe_load(show(clone, MATOMO, "SearchEngines.yml")).items():
        for engine in configurations:
            hosts = [h for h in engine["urls"] if "/" not in h and _tells_of_a_search(name, h, engine)]
            yield from _lines(map(_as_pattern, hosts), "search", name, _terms(engine["params"]))
    for name, hosts in yaml.safe_load(show(clone, MATOMO, "Socials.yml")).items():
        yield from _lines(map(_with_subdomains, hosts), "video" if name in VIDEO else "social", name)
    for name, hosts in yaml.safe_load(show(clone, MATOMO, "AIAssistants.yml")).items():
        yield from _lines((_with_subdomains(h) for h in hosts if "/" not in h), "ai_assistant", name)


def _added() -> Iterator[str]:
    for medium, sites in ADDED.items():
        for name, hosts in sites.items():
            yield from _lines(hosts.split(), medium, name)


def _lines(hosts: Iterable[str], medium: str, name: str, parameters: str = "") -> Iterator[str]:
    source = NAMES.get(name) or re.sub(r"[^\w.-]+", "_", name.lower()).strip("_.")
    for host in hosts:
        if not LEFT_OUT.search(host):
            yield f"{host} {medium} {source} {parameters}".rstrip()


def _tells_of_a_search(name: str, host: str, engine: dict[str, Any]) -> bool:
    if name in ASSISTANTS:
        return False
    return "hiddenkeyword" in engine or name in ENGINES or SEARCHES.search(host) is not None


def _terms(parameters: list[str]) -> str:
    return ",".join(name for name in parameters if not name.startswith("/"))


def _as_pattern(host: str) -> str:
    host = NUMBERED.sub("*.", host.removeprefix("www."))
    return re.sub(r"\.\{\}$", ".*", re.sub(r"^\{\}\.", "*.", host))


def _with_subdomains(host: str) -> str:
    return host if APP.match(host) else f"*.{host.removeprefix('www.')}"


def _is_covered(host: str, others: dict[str, str]) -> bool:
    """Whether a wider pattern of the same source says the same."""
    bare = host.removeprefix("*.")
    labels = bare.split(".")
    wider = {"*." + ".".join(labels[start:]) for start in range(len(labels))} | {re.sub(r"\.com$", ".*", bare)}
    site = others[host].split()[1:]
    return any(pattern != host and others.get(pattern, "").split()[1:] == site for pattern in wider)


def _urls(text: str) -> str:
    cases = [case for case in json.loads(text) if isinstance(case, dict) and _has_a_host(case)]
    kept = ("input", "failure", "hostname", "pathname", "search")
    rows = [{name: case[name] for name in kept if name in case} for case in cases]
    lines = [json.dumps(row) for row in [WPT_LICENCE.format(commit=ADA), *rows]]
    return "[\n" + ",\n".join(dict.fromkeys(lines)) + "\n]\n"


def _has_a_host(case: dict[str, Any]) -> bool:
    """Whether the base, if there is one, does not matter."""
    is_web = re.match(r"[\x00- ]*(?:https?|wss?|ftp|file):", case["input"], re.IGNORECASE)
    if case.get("base") in (None, "about:blank"):
        return bool(is_web or "://" in case["input"])
    return bool(re.match(r"[\x00- ]*(?:https?|wss?|ftp|file):[/\\]{2}", case["input"], re.IGNORECASE))


if __name__ == "__main__":
    main(*sys.argv[1:])
