import pyarrow as pa
import pytest

from clickstream_lakehouse.refine.enrich.url import Query, page_columns, split_urls

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
    "https://s.example/?dclid=D": ("s.example", "/", None, "D", "google_display"),
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
    "https://shop.example:0065535/p": ("shop.example", "/p", None, None, None),
    "https://shop.example:65536/p": (None, None, None, None, None),
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
    "https://s.example/?utm_source=a%00b": ("s.example", "/", "a\ufffdb", None, None),
    "https://s.example/?utm_source=a;b=c&gclid=a=b": ("s.example", "/", "a;b=c", "a=b", "google"),
    # odd ones; test_url_standard.py has those of the web-platform tests
    "https:foo:@bar/": ("bar", "/", None, None, None),
    "http:foo.com": ("foo.com", "/", None, None, None),
    "http:///example.com/": ("example.com", "/", None, None, None),
    "\t   :foo.com": (None, None, None, None, None),
    "http::@c:29": ("c", "/", None, None, None),
    "http://foo.com\\@": ("foo.com", "/@", None, None, None),
    "foo:/": (None, None, None, None, None),
    "foo://": (None, None, None, None, None),
    "foo://///////bar.com/": (None, "///////bar.com/", None, None, None),
    "file://example/p": ("example", "/p", None, None, None),
    "file:///C:/p": (None, "/C:/p", None, None, None),
    "http://[www.google.com]/x": (None, None, None, None, None),
    "http://[::1]extra/": (None, None, None, None, None),
    "http://ho st/": (None, None, None, None, None),
    "http://a<b/": (None, None, None, None, None),
    "http://ex%41mple.com/%41": ("example.com", "/%41", None, None, None),
    "http://a%2Fb/": (None, None, None, None, None),
    "http://a%5Eb/": (None, None, None, None, None),
    "http://a+b%2Bc/": ("a+b+c", "/", None, None, None),
    "http://%C3%A9.example/": ("é.example", "/", None, None, None),
    "http://": (None, None, None, None, None),
    "https://x:x@/p": (None, None, None, None, None),
    "https://x/\ufffd?y#\ufffd": ("x", "/\ufffd", None, None, None),
    "non-special://[::1]:80/x": ("[::1]", "/x", None, None, None),
    "data:text/html,test#test": (None, None, None, None, None),
    "javascript:alert(1)//": (None, None, None, None, None),
    # long ones
    "https://" + "a@" * 50_000 + "shop.example/": ("shop.example", "/", None, None, None),
    "https:" + "\\" * 50_000 + "shop.example/": ("shop.example", "/", None, None, None),
    "https://" + "a" * 50_000 + ".example/": ("a" * 50_000 + ".example", "/", None, None, None),
    "https://" + "%41" * 50_000 + ".example/": ("a" * 50_000 + ".example", "/", None, None, None),
    "https://s.example/?utm_source=" + "%" * 50_000: ("s.example", "/", "%" * 50_000, None, None),
    "https://s.example/?utm_source=" + "%41" * 50_000: ("s.example", "/", "A" * 50_000, None, None),
    "https://s.example/" + "a/" * 50_000 + "?utm_source=far": ("s.example", "/" + "a/" * 50_000, "far", None, None),
    "https://s.example/?" + "a&" * 50_000 + "utm_source=far": ("s.example", "/", "far", None, None),
}


@pytest.mark.parametrize("url", URLS, ids=lambda url: url[:60])
def test_a_url_gives_its_host_path_campaign_and_click_id(url: str) -> None:
    client = dict.fromkeys(("page_host", "page_path", *Query._fields), pa.array([None], pa.string()))
    page = page_columns(pa.table({"page_url": pa.array([url]), **client}))
    names = ("page_host", "page_path", "utm_source", "click_id", "click_network")
    assert tuple(page[name][0].as_py() for name in names) == URLS[url]


def test_the_parts_of_urls_are_those_of_each_in_turn() -> None:
    urls = [None, "https://a.example/?utm_source=x", "", None, "/b#?c", "https://a.example/", "?utm_source=y#z"]
    parts = [
        (None, None),
        ("https://a.example/", "utm_source=x"),
        ("", None),
        (None, None),
        ("/b", None),
        ("https://a.example/", None),
        ("", "utm_source=y"),
    ]
    for start in range(len(urls) + 1):
        before, query = split_urls(pa.chunked_array([pa.array(urls, pa.string())]).slice(start))
        assert list(zip(before.to_pylist(), query.to_pylist(), strict=True)) == parts[start:]
