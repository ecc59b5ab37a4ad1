import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.enrich import sites
from clickstream_lakehouse.refine.enrich.referrer import referrer_columns
from clickstream_lakehouse.refine.enrich.sites import find_site, registrable_domain

# referrer: (ref_source, ref_medium, ref_term)
REFERRERS = {
    "https://www.google.com/": ("google", "search", None),
    "https://www.google.com./": ("google", "search", None),
    "https://www.google.co.uk/": ("google", "search", None),
    "https://google.com.br/": ("google", "search", None),
    "https://WWW.GOOGLE.DE/search?q=green+tea&hl=de": ("google", "search", "green tea"),
    "https://yandex.com.tr/search/?text=%C3%A7ay": ("yandex", "search", "çay"),
    "https://yandex.ru/": ("yandex", "search", None),
    "https://fr.search.yahoo.com/search?q=second&p=first": ("yahoo", "search", "first"),
    "https://www.baidu.com/s?word=": ("baidu", "search", None),
    "https://duckduckgo.com/": ("duckduckgo", "search", None),
    "https://search.brave.com/": ("brave", "search", None),
    "https://www.google.com/search?q=a%00b": ("google", "search", "a\ufffdb"),
    # what only looks like one
    "https://google.evil.example/": ("google.evil.example", "referral", None),
    "https://www.google.com.evil.example/": ("google.com.evil.example", "referral", None),
    "https://notgoogle.com/": ("notgoogle.com", "referral", None),
    "https://notfacebook.com/": ("notfacebook.com", "referral", None),
    "https://evil.example/https://www.google.com/?q=x": ("evil.example", "referral", None),
    "https://www.google.com@evil.example/": ("evil.example", "referral", None),
    "http://google/": ("google", "referral", None),
    # services beside a search engine
    "https://docs.google.com/document/1?q=x": ("docs.google.com", "referral", None),
    "https://mail.google.com/": ("gmail", "email", None),
    "https://gemini.google.com/app": ("gemini", "ai_assistant", None),
    "https://mail.yandex.ru/": ("yandex_mail", "email", None),
    "https://tieba.baidu.com/": ("tieba.baidu.com", "referral", None),
    # others
    "https://l.facebook.com/l.php?u=x&q=no": ("facebook", "social", None),
    "https://t.co/abc": ("x", "social", None),
    "https://www.youtube.com/": ("youtube", "video", None),
    "https://chatgpt.com/": ("chatgpt", "ai_assistant", None),
    "https://chat.openai.com/": ("chatgpt", "ai_assistant", None),
    "https://www.perplexity.ai/": ("perplexity", "ai_assistant", None),
    "https://claude.ai/": ("claude", "ai_assistant", None),
    "https://copilot.microsoft.com/": ("copilot", "ai_assistant", None),
    "https://outlook.live.com/": ("outlook", "email", None),
    "https://www.blog.example:8443/a": ("blog.example", "referral", None),
    # apps
    "android-app://com.google.android.googlequicksearchbox/https/www.google.com": ("google", "search", None),
    "android-app://com.google.android.gm/": ("gmail", "email", None),
    "android-app://com.linkedin.android": ("linkedin", "social", None),
    "android-app://com.example.app/": ("com.example.app", "referral", None),
    # none
    "": (None, None, None),
    " ": (None, None, None),
    "$direct": (None, None, None),
    "about:blank": (None, None, None),
    "/cart": (None, None, None),
    "www.google.com": (None, None, None),
}

# Up to test.co.uk: test vectors of the Public Suffix List (test_psl.txt, public domain).
DOMAINS = {
    "example.com": "example.com",
    "b.example.com": "example.com",
    "a.b.example.com": "example.com",
    "domain.biz": "domain.biz",
    "a.b.domain.biz": "domain.biz",
    "test.jp": "test.jp",
    "www.test.jp": "test.jp",
    "test.ac.jp": "test.ac.jp",
    "www.test.ac.jp": "test.ac.jp",
    "test.com.cn": "test.com.cn",
    "a.test.co.uk": "test.co.uk",
    "www.go.de": "go.de",
    "a.github.io": "a.github.io",
    "b.a.github.io": "a.github.io",
    "localhost": "localhost",
    "10.0.0.1": "10.0.0.1",
    "[2001:db8::1]": "[2001:db8::1]",
    "shop.example.": "shop.example",
}


@pytest.mark.parametrize("referrer", REFERRERS)
def test_a_referrer_gives_its_source_medium_and_term(referrer: str) -> None:
    assert columns(referrer, None) == REFERRERS[referrer]


@pytest.mark.parametrize("host", DOMAINS)
def test_a_host_belongs_to_a_registrable_domain(host: str) -> None:
    assert registrable_domain(host) == DOMAINS[host]


def columns(referrer: str | None, host: str | None, source: str | None = None) -> tuple[str | None, ...]:
    values = {"page_referrer": referrer, "page_host": host, "ref_source": source}
    events = pa.table({name: pa.chunked_array([[value]], pa.string()) for name, value in values.items()})
    return tuple(column.to_pylist()[0] for column in referrer_columns(events).values())


@pytest.mark.parametrize(
    ("page", "referrer"),
    [
        ("shop.example", "https://shop.example/a"),
        ("www.shop.example", "https://shop.example/"),
        ("shop.example", "https://www.shop.example/"),
        ("shop.co.uk", "https://blog.shop.co.uk/"),
        ("checkout.shop.example", "https://blog.shop.example/"),
        ("www.google.com", "https://www.google.com/search?q=x"),
        ("Shop.Example", "http://shop.example:8080/"),
    ],
)
def test_the_visited_site_is_no_source(page: str, referrer: str) -> None:
    assert columns(referrer, page) == (None, None, None)


@pytest.mark.parametrize(
    ("page", "referrer"),
    [
        ("shop.example", "https://notshop.example/"),
        ("a.co.uk", "https://b.co.uk/"),
        ("a.github.io", "https://b.github.io/"),
        ("10.0.0.1", "http://10.1.0.1/"),
        (None, "https://shop.example/"),
    ],
)
def test_a_neighbour_is_another_site(page: str | None, referrer: str) -> None:
    assert columns(referrer, page)[1] == "referral"


def test_a_source_that_the_client_names_counts_first_and_has_its_own_medium() -> None:
    assert columns("https://www.google.com/", "shop.example", "Facebook") == ("Facebook", "social", None)
    assert columns("https://www.google.com/search?q=x", "shop.example", "fair")[:2] == ("fair", "referral")
    assert columns("https://shop.example/", "shop.example", "google.com") == ("google.com", "search", None)


HOSTS = st.lists(
    st.sampled_from(["www", "shop", "google", "co", "com", "uk", "github", "io", "1", ""]), max_size=5
).map(".".join)
REFERRER = st.text() | st.builds("{}://{}/?q={}".format, st.sampled_from(["https", "android-app"]), HOSTS, st.text())


@given(REFERRER, st.none() | HOSTS | st.text())
def test_any_text_is_read_within_the_vocabulary(referrer: str, page: str | None) -> None:
    source, medium, term = columns(referrer, page)
    (field,) = (f for f in table("events").fields if f.name == "ref_medium")
    assert medium in (*field.values, None)
    assert (source is None) == (medium is None)
    for text in (source, term):
        assert not re.search("[\0\ud800-\udfff]", text or "")


@given(HOSTS, HOSTS)
def test_being_internal_is_symmetric_and_a_subdomain_is(a: str, b: str) -> None:
    def is_internal(page: str, other: str) -> bool:
        return columns(f"app://{other}/", page)[1] is None

    if "" not in (*a.split("."), *b.split(".")):
        assert is_internal(a, b) == is_internal(b, a)
        assert is_internal(a, a)
        assert a.startswith("www") or is_internal(a, f"www.{a}")


def test_each_pattern_of_the_list_finds_its_site() -> None:
    text = Path(sites.__file__).with_name("sites.txt").read_text(encoding="utf-8")
    hosts = [line.split()[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(set(hosts)) == len(hosts) == len(sites.KNOWN)
    for host in hosts:
        example = re.sub(r"\.\*$", ".co.nz", re.sub(r"^\*\.", "a.b.", host))
        assert find_site(example) == sites.KNOWN[host], host
