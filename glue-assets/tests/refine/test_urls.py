import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.enrich.campaign import click_id, click_network, url_parameter
from clickstream_lakehouse.refine.enrich.page import page_host, page_path
from clickstream_lakehouse.refine.enrich.url import clean_url

URLS = {
    # url: (host, path, utm_source, click_id, click_network)
    "https://Shop.Example/a/b?x=1#f": ("shop.example", "/a/b", None, None, None),
    "https://shop.example": ("shop.example", "/", None, None, None),
    "https://shop.example?utm_source=mail": ("shop.example", "/", "mail", None, None),
    "http://user:pw@shop.example:8080/p": ("shop.example", "/p", None, None, None),
    "http://[2001:db8::1]:80/p": ("[2001:db8::1]", "/p", None, None, None),
    "android-app://com.example/home": ("com.example", "/home", None, None, None),
    "/relative?utm_source=mail": (None, None, "mail", None, None),
    "mailto:someone@example.com": (None, None, None, None, None),
    "": (None, None, None, None, None),
    "https://s.example/?utm_source=caf%C3%A9+bar&utm_source=second": ("s.example", "/", "café bar", None, None),
    "https://s.example/?utm_source=&utm_source=second": ("s.example", "/", "second", None, None),
    "https://s.example/?a=1&utm_source=first&utm_source=second": ("s.example", "/", "first", None, None),
    "https://s.example/?utm_source=100%": ("s.example", "/", "100%", None, None),
    "https://s.example/?a=utm_source=x": ("s.example", "/", None, None, None),
    "https://s.example/?xutm_source=x#?utm_source=y": ("s.example", "/", None, None, None),
    "https://s.example/?a=1&gclid=G-1&fbclid=F-1": ("s.example", "/", None, "G-1", "google"),
    "https://s.example/?fbclid=F%2D1&gclid=G-1": ("s.example", "/", None, "F-1", "meta"),
    "https://s.example/?gclid=&msclkid=M": ("s.example", "/", None, "M", "microsoft"),
    "https://s.example/?wbraid=W": ("s.example", "/", None, "W", "google"),
    "https://s.example/?gbraid=W": ("s.example", "/", None, "W", "google"),
    "https://s.example/?dclid=D": ("s.example", "/", None, "D", "google"),
    "https://s.example/?ttclid=T": ("s.example", "/", None, "T", "tiktok"),
    "https://s.example/?twclid=T": ("s.example", "/", None, "T", "x"),
    "https://s.example/?li_fat_id=L": ("s.example", "/", None, "L", "linkedin"),
    "https://s.example/?myclid=M": ("s.example", "/", None, None, None),
    # user and port
    "https://a@b@shop.example/": ("shop.example", "/", None, None, None),
    "https://a:b@c:d@Shop.Example:443/p": ("shop.example", "/p", None, None, None),
    "https://shop.example/@handle?utm_source=a@b": ("shop.example", "/@handle", "a@b", None, None),
    "https://shop.example?user=a@b.example": ("shop.example", "/", None, None, None),
    "https://shop.example#a@b.example": ("shop.example", "/", None, None, None),
    "https://u@[2001:DB8::1]:80": ("[2001:db8::1]", "/", None, None, None),
    "https://shop.example:/p": ("shop.example", "/p", None, None, None),
    # backslashes are slashes for the web's schemes, up to the query
    "https:\\\\shop.example\\a\\b?utm_source=c\\d": ("shop.example", "/a/b", "c\\d", None, None),
    "https://shop.example\\@evil.example/": ("shop.example", "/@evil.example/", None, None, None),
    "https://shop.example/a#\\b": ("shop.example", "/a", None, None, None),
    "app://shop.example/a\\b": ("shop.example", "/a\\b", None, None, None),
    # blanks and controls
    " \t\n\x00https://shop.example/a b?utm_source=mail \x1f\n": ("shop.example", "/a b", "mail", None, None),
    "ht\ntps://sh\top.exa\r\nmple/a\tb?utm_so\nurce=ma\til": ("shop.example", "/ab", "mail", None, None),
    "\u00a0https://shop.example/": (None, None, None, None, None),
    # %XX and + in queries
    "https://s.example/?utm_source=50%off+now": ("s.example", "/", "50%off now", None, None),
    "https://s.example/?utm_source=%7Ea%2Bb%20c%": ("s.example", "/", "~a+b c%", None, None),
    "https://s.example/?utm_source=%&gclid=50%off+now": ("s.example", "/", "%", "50%off now", "google"),
    "https://s.example/?utm_source=%zz%-1%+1%2": ("s.example", "/", "%zz%-1% 1%2", None, None),
    "https://s.example/?utm_source=%25%32%35": ("s.example", "/", "%25", None, None),
    "https://s.example/?utm_source=a%FFb%E2%82": ("s.example", "/", "a\ufffdb\ufffd", None, None),
    "https://s.example/?utm_source=%F0%9D%84%9E+%c3%A9": ("s.example", "/", "𝄞 é", None, None),
    "https://s.example/?utm_source=a;b=c&gclid=a=b": ("s.example", "/", "a;b=c", "a=b", "google"),
    # of web-platform-tests: url/resources/urltestdata.json, those without a base
    "http://example\t.\norg": ("example.org", "/", None, None, None),
    "http://user:pass@foo:21/bar;par?b#c": ("foo", "/bar;par", None, None, None),
    "https://test:@test": ("test", "/", None, None, None),
    "https://:@test": ("test", "/", None, None, None),
    "https:foo:@bar/": ("bar", "/", None, None, None),
    "http:foo.com": ("foo.com", "/", None, None, None),
    "http:/example.com/": ("example.com", "/", None, None, None),
    "http:///example.com/": ("example.com", "/", None, None, None),
    "\t   :foo.com": (None, None, None, None, None),
    "http://f:0/c": ("f", "/c", None, None, None),
    "http://f:00000000000000/c": ("f", "/c", None, None, None),
    "http://f:b/c": (None, None, None, None, None),
    "http://f: /c": (None, None, None, None, None),
    "http://f:fifty-two/c": (None, None, None, None, None),
    "http::@c:29": ("c", "/", None, None, None),
    "http://&a:foo(b]c@d:2/": ("d", "/", None, None, None),
    "http://foo.com\\@": ("foo.com", "/@", None, None, None),
    "http:\\\\foo.com\\": ("foo.com", "/", None, None, None),
    "http:\\\\a\\b:c\\d@foo.com\\": ("a", "/b:c/d@foo.com/", None, None, None),
    "http://a:b@c\\": ("c", "/", None, None, None),
    "ws://a@b\\c": ("b", "/c", None, None, None),
    "foo:/": (None, None, None, None, None),
    "foo://": (None, None, None, None, None),
    "foo://///////bar.com/": (None, "///////bar.com/", None, None, None),
    "file://example/p": ("example", "/p", None, None, None),
    "file:///C:/p": (None, "/C:/p", None, None, None),
    "http://[www.google.com]/x": (None, None, None, None, None),
    "http://[::1]extra/": (None, None, None, None, None),
    "http://www/foo%2Ehtml": ("www", "/foo%2Ehtml", None, None, None),
    "http://ho%20st/": (None, None, None, None, None),
    "http://ho st/": (None, None, None, None, None),
    "http://a<b/": (None, None, None, None, None),
    "http://ex%41mple.com/%41": ("example.com", "/%41", None, None, None),
    "http://%zz%66%a.com": (None, None, None, None, None),
    "http://a%2Fb/": (None, None, None, None, None),
    "http://a%5Eb/": (None, None, None, None, None),
    "http://a+b%2Bc/": ("a+b+c", "/", None, None, None),
    "http://%C3%A9.example/": ("é.example", "/", None, None, None),
    "http://": (None, None, None, None, None),
    "http://user@/www.example.com": (None, None, None, None, None),
    "http:@/www.example.com": (None, None, None, None, None),
    "https://x:x@/p": (None, None, None, None, None),
    "https://x/\ufffd?y#\ufffd": ("x", "/\ufffd", None, None, None),
    "non-special://[::1]:80/x": ("[::1]", "/x", None, None, None),
    "blob:https://example.com:443/": (None, None, None, None, None),
    "data:text/html,test#test": (None, None, None, None, None),
    "javascript:alert(1)//": (None, None, None, None, None),
    # long ones
    "https://" + "a@" * 50_000 + "shop.example/": ("shop.example", "/", None, None, None),
    "https:" + "\\" * 50_000 + "shop.example/": ("shop.example", "/", None, None, None),
    "https://" + "a" * 50_000 + ".example/": ("a" * 50_000 + ".example", "/", None, None, None),
    "https://" + "%41" * 50_000 + ".example/": (None, None, None, None, None),
    "https://s.example/?utm_source=" + "%" * 50_000: ("s.example", "/", "%" * 50_000, None, None),
    "https://s.example/?utm_source=" + "%41" * 50_000: ("s.example", "/", "A" * 50_000, None, None),
    "https://s.example/" + "a/" * 50_000 + "?utm_source=far": ("s.example", "/" + "a/" * 50_000, "far", None, None),
    "https://s.example/?" + "a&" * 50_000 + "utm_source=far": ("s.example", "/", "far", None, None),
}


def evaluated(spark: SparkSession, texts: list[str], *columns: Column) -> list[tuple[str | None, ...]]:
    frame = spark.createDataFrame([(text,) for text in [*texts, None]], "text string").coalesce(1)
    rows = [tuple(row) for row in frame.select(*columns).collect()]
    assert set(rows.pop()) == {None}
    return rows


@pytest.fixture(scope="module")
def pages(spark: SparkSession) -> dict[str, tuple[str | None, ...]]:
    url = clean_url(F.col("text"))
    columns = (page_host(url), page_path(url), url_parameter(url, "utm_source"), click_id(url), click_network(url))
    return dict(zip(URLS, evaluated(spark, list(URLS), *columns), strict=True))


@pytest.mark.parametrize("url", URLS, ids=lambda url: url[:60])
def test_a_url_gives_its_host_path_campaign_and_click_id(pages: dict[str, tuple[str | None, ...]], url: str) -> None:
    assert pages[url] == URLS[url]
