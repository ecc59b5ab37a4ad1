"""Location and autonomous system of an address, from databases in MaxMind's format that the user brings.

The fields that are read, by maker:
  GeoIP2, GeoLite2, DB-IP Lite, IP2Location LITE   country.iso_code, subdivisions[0].names.en, city.names.en
  ip-location-db                                   country_code, state1, city
  IPinfo Lite                                      country_code, asn ("AS64496")
  all makers of ASN files but IPinfo               autonomous_system_number
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import SparkSession

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.refine.enrich.distinct import Columns, remembered
from clickstream_lakehouse.refine.enrich.mmdb import MmdbFile

_COUNTRY = re.compile("(?!XX|ZZ)[A-Z]{2}")  # XX and ZZ stand for an unknown country
_ASN = re.compile("(?:AS)?([0-9]{1,10})")

# A database of any other kind knows no place and no system in all of these.
_PROBED_RECORDS = 1_000


class GeoDatabaseError(RuntimeError):
    """A database cannot be used; the message says which, why, and what to do."""


class Location(NamedTuple):
    """What the databases know of an address; asn in decimal digits."""

    geo_country: str | None = None
    geo_region: str | None = None
    geo_city: str | None = None
    asn: str | None = None


@dataclass(frozen=True)
class GeoColumns:
    """Fills the columns of Location by ip_address.

    uris: of databases that were shipped; the first one that knows the place, or the system, counts.
    """

    uris: tuple[str, ...]

    def __call__(self, events: pa.Table) -> Columns:
        return location_columns(events, _locator(self.uris))


def location_columns(events: pa.Table, locate: Callable[[str], Location]) -> Columns:
    """The columns of Location.

    What the client says counts before what the databases know. Country, region and city are one place: if it names any
    of them, none of the others is another place's.
    """
    *place, system = _located(events["ip_address"], locate)
    *names, asn = Location._fields
    is_said = pc.is_valid(pc.coalesce(*(events[name] for name in names)))
    columns = {name: pc.if_else(is_said, events[name], found) for name, found in zip(names, place, strict=True)}
    return {**columns, asn: pc.coalesce(events[asn], pc.cast(system, pa.int64()))}


def _located(addresses: pa.ChunkedArray, locate: Callable[[str], Location]) -> list[pa.Array]:
    """A column for each field of Location, made of the few locations that many addresses have."""
    encoded = addresses.combine_chunks().dictionary_encode()
    numbers: dict[Location, int] = {}
    of_address = [numbers.setdefault(locate(text), len(numbers)) for text in encoded.dictionary.to_pylist()]
    row = pa.array(of_address, pa.int32()).take(encoded.indices)
    fields = zip(*numbers, strict=True) if numbers else [()] * len(Location._fields)
    return [pa.array(values, pa.string()).take(row) for values in fields]


def locate(databases: Sequence[MmdbFile], text: str) -> Location:
    """What the databases know of an address; nothing of a text that is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return Location()
    found = [location_of(database.get(address)) for database in databases]
    place = next((one for one in found if any(one[:-1])), Location())
    return place._replace(asn=next((one.asn for one in found if one.asn), None))


def location_of(record: Any) -> Location:
    """What a record of a database says, whoever made it."""
    if not isinstance(record, dict):
        return Location()
    country, subdivisions = record.get("country"), record.get("subdivisions")
    codes = (record.get("country_code"), country.get("iso_code") if isinstance(country, dict) else country)
    return Location(
        next((code for code in codes if isinstance(code, str) and _COUNTRY.fullmatch(code)), None),
        _name(record.get("state1")) or _name(subdivisions[0] if subdivisions else None),
        _name(record.get("city")),
        _system(record.get("autonomous_system_number")) or _system(record.get("asn")),
    )


def ship_geo_databases(spark: SparkSession, uris: Sequence[str]) -> None:
    """Give each worker the databases, as a file: one within the package's zip could not be mapped into memory.

    :raises GeoDatabaseError: when one cannot be read or knows neither places nor autonomous systems
    """
    for uri in uris:
        try:
            spark.sparkContext.addFile(uri)
        except Exception as error:
            reason = str(getattr(error, "java_exception", error)).partition("\n")[0]
            raise GeoDatabaseError(
                f"the geo database {uri} cannot be read ({reason}): check that the file exists and that the job's role "
                "may read it, and its key if it is encrypted with one"
            ) from error
        check_database(_shipped(uri), uri)


def check_database(path: str, uri: str) -> None:
    """Read a part of the database at a path; messages call it by its URI.

    :raises GeoDatabaseError: when it is of no use
    """
    try:
        known = any(any(location_of(record)) for record in islice(MmdbFile(path).records(), _PROBED_RECORDS))
    except Exception as error:  # a file that is broken may break anything in the reader
        raise GeoDatabaseError(
            f"the geo database {uri} is broken or not in MaxMind's format ({type(error).__name__}: {error}): give the "
            "unpacked .mmdb file, and fetch it again if it is one"
        ) from error
    if not known:
        raise GeoDatabaseError(
            f"the geo database {uri} has no country, region, city or autonomous system in a field that the job knows: "
            "give a country, city or ASN database of MaxMind, DB-IP, IP2Location, IPinfo or ip-location-db"
        )


@cache
def _locator(uris: tuple[str, ...]) -> Callable[[str], Location]:
    """Opens the databases, once in each worker process."""
    databases = [MmdbFile(_shipped(uri)) for uri in uris]
    return remembered(lambda text: locate(databases, text))


def _shipped(uri: str) -> str:
    return SparkFiles.get(uri.rpartition("/")[2])


def _name(value: Any) -> str | None:
    """A name, or the English one of several. IP2Location writes a hyphen for an unknown one."""
    if isinstance(value, dict):
        value = value["names"].get("en") if isinstance(value.get("names"), dict) else None
    return value if isinstance(value, str) and value not in ("", "-") else None


def _system(value: Any) -> str | None:
    found = _ASN.fullmatch(str(value))
    return str(int(found[1])) if found and int(found[1]) else None
