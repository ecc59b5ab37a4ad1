"""Databases of locations."""

from pathlib import Path

# From https://github.com/maxmind/MaxMind-DB (Apache-2.0 or MIT) at 2f18851, with the JSON they were made from.
_MADE_BY_MAXMIND = Path(__file__).resolve().parents[1] / "data" / "geo"
CITIES = _MADE_BY_MAXMIND / "GeoLite2-City-Test.mmdb"
SYSTEMS = _MADE_BY_MAXMIND / "GeoLite2-ASN-Test.mmdb"
PROXIES = _MADE_BY_MAXMIND / "GeoIP2-Anonymous-IP-Test.mmdb"
EVERY_TYPE = _MADE_BY_MAXMIND / "MaxMind-DB-test-decoder.mmdb"

# A npm package (CC0), which the docs name.
_FREE = Path(__file__).resolve().parents[3] / "node_modules" / "@ip-location-db" / "geo-whois-asn-country-mmdb"
COUNTRIES = _FREE / "geo-whois-asn-country.mmdb"
COUNTRIES_IPV4 = _FREE / "geo-whois-asn-country-ipv4.mmdb"
