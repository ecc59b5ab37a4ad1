import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from clickstream_lakehouse.refine.enrich.campaign import click_id, click_network, url_parameter
from clickstream_lakehouse.refine.enrich.page import page_host, page_path

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
    url = F.col("text")
    columns = (page_host(url), page_path(url), url_parameter(url, "utm_source"), click_id(url), click_network(url))
    return dict(zip(URLS, evaluated(spark, list(URLS), *columns), strict=True))


@pytest.mark.parametrize("url", URLS, ids=lambda url: url[:60])
def test_a_url_gives_its_host_path_campaign_and_click_id(pages: dict[str, tuple[str | None, ...]], url: str) -> None:
    assert pages[url] == URLS[url]
