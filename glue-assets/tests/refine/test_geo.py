"""Locations: MaxMind's test databases against the lists they were made from, and the layouts of the other makers."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from clickstream_lakehouse.refine.enrich.geo import (
    GeoDatabaseError,
    Location,
    check_database,
    locate,
    location_columns,
    location_of,
)
from clickstream_lakehouse.refine.enrich.mmdb import MmdbError, MmdbFile
from support import mmdb
from support.geo import CITIES, COUNTRIES, COUNTRIES_IPV4, EVERY_TYPE, PROXIES, SYSTEMS


def records(database: Path) -> list[tuple[str, dict[str, Any]]]:
    """Network and record, of what a test database was made from."""
    parts = json.loads(database.with_suffix(".json").read_text(encoding="utf-8"))
    return [(network, record) for part in parts for network, record in part.items()]


CITY_FILE, ASN_FILE, COUNTRY_FILE = (MmdbFile(str(path)) for path in (CITIES, SYSTEMS, COUNTRIES))


def english(named: dict[str, Any]) -> str | None:
    return named.get("names", {}).get("en")


def test_every_network_of_the_city_database_has_the_place_it_was_made_with() -> None:
    made = records(CITIES)
    assert len(made) > 200
    for network, record in made:
        region = english(record["subdivisions"][0]) if "subdivisions" in record else None
        place = Location(record.get("country", {}).get("iso_code"), region, english(record.get("city", {})))
        assert locate([CITY_FILE], str(ip_network(network)[0])) == place, network


def test_every_network_of_the_asn_database_has_the_system_it_was_made_with() -> None:
    made = records(SYSTEMS)
    assert len(made) > 200
    for network, record in made:
        found = locate([CITY_FILE, ASN_FILE], str(ip_network(network)[-1]))
        assert found.asn == str(record["autonomous_system_number"]), network


def test_every_type_of_value_is_read_as_the_format_defines_it() -> None:
    """The values of MaxMind's own tests of their readers."""
    database = MmdbFile(str(EVERY_TYPE))
    assert database.get(ip_address("1.1.1.0")) == {
        "array": [1, 2, 3],
        "boolean": True,
        "bytes": b"\x00\x00\x00*",
        "double": 42.123456,
        "float": pytest.approx(1.1),
        "int32": -268435456,
        "map": {"mapX": {"arrayX": [7, 8, 9], "utf8_stringX": "hello"}},
        "uint128": 1 << 120,
        "uint16": 100,
        "uint32": 1 << 28,
        "uint64": 1 << 60,
        "utf8_string": "unicode! \u262f - \u266b",
    }
    zero = database.get(ip_address("::"))
    assert (zero["array"], zero["map"], zero["utf8_string"], zero["uint128"]) == ([], {}, "", 0)


def test_a_free_database_of_countries_is_read() -> None:
    """Addresses of registries, which do not move: APNIC, RIPE NCC, Registro.br; and one that belongs to nobody."""
    texts = ("203.119.101.0", "193.0.6.0", "200.160.2.0", "2001:67c:2e8::", "10.0.0.0", "192.0.2.0")
    found = [locate([COUNTRY_FILE], text).geo_country for text in texts]
    check_database(str(COUNTRIES), "countries")
    assert found == ["AU", "NL", "BR", "NL", None, None]


@pytest.mark.parametrize(("record_bits", "bytes_between"), [(24, 600_000), (28, 1 << 24), (32, 1 << 24)])
def test_a_large_database_is_read(tmp_path: Path, record_bits: int, bytes_between: int) -> None:
    """Pointers, texts and records beyond those of the published databases."""
    near = mmdb.mapped({"city": mmdb.text("Kiel")}) + b"\0" * bytes_between
    name = "Llanfair" * 10_000
    data = near + mmdb.text(name) + mmdb.mapped({"city": mmdb.pointer(len(near))})
    far = data.rindex(mmdb.mapped({"city": b""}))
    path = tmp_path / "large.mmdb"
    for places, cities in (((0, far), ["Kiel", name]), ((far, 0), [name, "Kiel"])):
        path.write_bytes(mmdb.database(*places, data, record_bits=record_bits))
        file = MmdbFile(str(path))
        assert [locate([file], address).geo_city for address in ("1.0.0.0", "200.0.0.0")] == cities


@pytest.mark.parametrize("wrong", [{"node_count": 1_000}, {"record_bits": 16}])
def test_a_tree_that_cannot_be_in_the_file_is_refused(tmp_path: Path, wrong: dict[str, int]) -> None:
    path = tmp_path / "cut.mmdb"
    path.write_bytes(mmdb.database(0, 0, mmdb.mapped({"city": mmdb.text("Kiel")}), **wrong))
    with pytest.raises(MmdbError, match=r"nodes of 2 \* \d+ bits are not in its \d+ bytes"):
        MmdbFile(str(path))


@pytest.mark.parametrize(
    ("record", "location"),
    [
        ({"country_code": "DE"}, Location("DE")),
        (
            {"country_code": "DE", "city": "Kiel", "state1": "Holstein", "state2": "x"},
            Location("DE", "Holstein", "Kiel"),
        ),
        ({"country": {"iso_code": "DE", "names": {"en": "Germany"}}}, Location("DE")),
        ({"country": "Germany", "country_code": "DE", "asn": "AS64496", "as_name": "x"}, Location("DE", asn="64496")),
        ({"country": "DE", "asn": "AS064496"}, Location("DE", asn="64496")),
        ({"autonomous_system_number": 4294967295}, Location(asn="4294967295")),
        ({"autonomous_system_number": "64496"}, Location(asn="64496")),
        (
            {
                "country": {"iso_code": "-", "names": {"en": "-"}},
                "city": {"names": {"en": "-"}},
                "subdivisions": [{"names": {"en": "-"}}],
            },
            Location(),
        ),
        ({"city": {"names": {"de": "Wien"}}, "subdivisions": [], "country_code": "ZZ", "asn": 0}, Location()),
        ({"registered_country": {"iso_code": "DE"}, "city": {"names": None}, "asn": "none"}, Location()),
        ("text", Location()),
        (None, Location()),
    ],
)
def test_each_makers_record_is_read(record: object, location: Location) -> None:
    assert location_of(record) == location


def test_the_first_database_that_knows_the_place_or_the_system_counts() -> None:
    city_first, country_first = [CITY_FILE, COUNTRY_FILE, ASN_FILE], [ASN_FILE, COUNTRY_FILE, CITY_FILE]
    address = records(CITIES)[0][0].partition("/")[0]
    assert locate(city_first, address).geo_city == "Boxford"
    assert locate(country_first, address) == Location("GB")
    assert locate(country_first, "1.128.0.0").asn == locate(city_first, "1.128.0.0").asn == "1221"
    # a database that knows the system only does not hide the place of the next one
    assert locate([ASN_FILE, CITY_FILE], "67.43.156.0") == Location("BT", asn="35908")


def test_what_is_no_address_or_not_in_a_database_has_no_location() -> None:
    only_ipv4 = MmdbFile(str(COUNTRIES_IPV4))
    assert locate([only_ipv4], "193.0.6.0") == Location("NL")
    assert locate([only_ipv4], "2001:67c:2e8::") == Location()
    assert only_ipv4.get(ip_address("10.0.0.0")) is None
    assert {locate([only_ipv4], text) for text in ("", "193.0.6", "193.0.6.0/24", "x" * 9999)} == {Location()}


def test_what_the_client_says_counts_and_no_part_of_another_place_is_added() -> None:
    columns = ["ip_address", "geo_country", "geo_region", "geo_city", "asn"]
    events = [
        ["2.125.160.216", None, None, None, None],
        ["2.125.160.216", "DE", None, None, None],
        ["2.125.160.216", None, None, "Kiel", 7],
        [None, None, None, None, None],
        [None, "DE", "Holstein", "Kiel", 7],
    ]
    types = [pa.int64() if name == "asn" else pa.string() for name in columns]
    table = pa.table(
        {
            n: pa.chunked_array([pa.array(v, t)])
            for n, v, t in zip(columns, zip(*events, strict=True), types, strict=True)
        }
    )
    filled = location_columns(table, lambda text: locate([CITY_FILE], text)._replace(asn="64496"))
    assert pa.table(filled).to_pylist() == [
        {"geo_country": "GB", "geo_region": "England", "geo_city": "Boxford", "asn": 64496},
        {"geo_country": "DE", "geo_region": None, "geo_city": None, "asn": 64496},
        {"geo_country": None, "geo_region": None, "geo_city": "Kiel", "asn": 7},
        {"geo_country": None, "geo_region": None, "geo_city": None, "asn": None},
        {"geo_country": "DE", "geo_region": "Holstein", "geo_city": "Kiel", "asn": 7},
    ]


def test_a_file_that_is_no_database_is_refused_with_its_name_and_a_remedy(tmp_path: Path) -> None:
    whole = CITIES.read_bytes()
    for content in (b"", b"country,DE", whole[: len(whole) // 2], whole[len(whole) // 2 :]):
        path = tmp_path / "database.mmdb"
        path.write_bytes(content)
        with pytest.raises(GeoDatabaseError, match=r"s3://geo/lists.mmdb is broken .* unpacked \.mmdb file"):
            check_database(str(path), "s3://geo/lists.mmdb")


def test_a_database_of_something_else_is_refused() -> None:
    with pytest.raises(
        GeoDatabaseError, match=r"s3://geo/vpn\.mmdb has no country.*give a country, city or ASN database"
    ):
        check_database(str(PROXIES), "s3://geo/vpn.mmdb")
