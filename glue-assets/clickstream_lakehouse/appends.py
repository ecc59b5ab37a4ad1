"""Appends to the tables: only by the run that started last, and each with a note of how far the work is.

A run first claims its epoch, then sets a property of each table. Delta refuses an append of an older run that began
before that, as the table has changed. One that began later has a task that looks for the claim. So from then on no
older run, whatever it still does, can add a row.

Delta's own means, a transaction's number in each append (txnVersion), does the same, but Delta computes the table's
state to compare it, all of its files, for every append.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.delta_log import Commit, commits, table_metadata
from clickstream_lakehouse.epoch import Epoch, claim_epoch
from clickstream_lakehouse.source.records import RecordFormatError, RecordReader, parse_record, record_json, versioned
from clickstream_lakehouse.tables import quoted, table_paths
from clickstream_lakehouse.workers import leave_modules_to_themselves

NOTE_PROPERTY = "clickstream-lakehouse.note"

# How many of the newest commits are looked through for our own. Compaction and people commit as well.
_COMMITS_LOOKED_THROUGH = 1_000

# Only another start, or someone who changes the table, is in the way.
_NOTE_ATTEMPTS = 10
_REFUSED = "MetadataChangedException"


@dataclass(frozen=True)
class RawVersion:
    """A version of raw: the table's id, which a new table at the same place does not have, and the version."""

    table_id: str
    version: int


@dataclass(frozen=True)
class Note:
    """What a commit says: the run that made it, and the version of raw before which everything was refined then."""

    epoch: int
    refined: RawVersion | None = None

    def to_json(self) -> str:
        refined = self.refined and {"table_id": self.refined.table_id, "version": self.refined.version}
        return record_json(versioned(epoch=self.epoch, refined=refined))

    @classmethod
    def from_json(cls, text: str) -> "Note":
        """:raises RecordFormatError: when it is not a note of this version"""
        record = parse_record(text, "the note of a commit")
        reader = RecordReader.versioned(record, "the note of a commit")
        if record.get("refined") is None:
            return cls(reader.count("epoch"))
        refined = reader.child("refined")
        return cls(reader.count("epoch"), RawVersion(refined.text("table_id"), refined.count("version")))


class StoppingError(RuntimeError):
    """The run is being stopped."""


class Appender:
    """Appends to one table as the run of an epoch."""

    def __init__(self, path: str, epoch: Epoch) -> None:
        self.path = path
        self._epoch = epoch

    def append(self, rows: DataFrame, refined: RawVersion | None = None) -> None:
        """Append the rows. Nothing is appended, and Spark's error quotes SupersededError, if a later run has started.

        Delta looks at the table, then Spark runs the tasks, then Delta commits, unless the table has changed.
        """
        checked = rows.union(rows.sparkSession.range(0, 1, 1, 1).mapInArrow(_check(self._epoch), rows.schema))
        note = Note(self._epoch.number, refined).to_json()
        checked.write.format("delta").mode("append").option("userMetadata", note).save(self.path)

    def set_note(self, spark: SparkSession, refined: RawVersion | None) -> None:
        """Make a commit without rows, before or behind which any other must be as a whole.

        Also while others change the table: Delta refuses the later one of two.

        :raises SupersededError: when a later run has started, whose appends may not be refused for an older run's note
        """
        note = quoted(Note(self._epoch.number, refined).to_json())
        for attempt in range(1, _NOTE_ATTEMPTS + 1):
            self._epoch.check()
            try:
                spark.sql(f"ALTER TABLE delta.`{self.path}` SET TBLPROPERTIES ('{NOTE_PROPERTY}' = {note})")
                return
            except (Py4JJavaError, PySparkException) as error:
                if _REFUSED not in str(error) or attempt == _NOTE_ATTEMPTS:
                    raise


def _check(epoch: Epoch) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """No rows of any."""

    def check(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        leave_modules_to_themselves()
        for _ in batches:
            epoch.check()
        yield from ()

    return check


@dataclass(frozen=True)
class OwnTables:
    """The tables as the run that owns them sees them.

    refined  the version of raw before which earlier runs have refined everything; None when that is not known
    """

    epoch: Epoch
    raw: Appender
    events: Appender
    bad_events: Appender
    refined: RawVersion | None
    stopping: threading.Event

    def begin_batch(self) -> None:
        """
        :raises StoppingError: when the run is being stopped
        :raises SupersededError: when a later run has started
        """
        if self.stopping.is_set():
            raise StoppingError("the run is being stopped: no batch begins")
        self.epoch.check()


def own_tables(spark: SparkSession, config: JobConfig, stopping: threading.Event | None = None) -> OwnTables:
    """Claim the next epoch, and keep older runs from the tables: from now on only this run changes them.

    :param stopping: set when no batch may begin any more
    """
    paths = table_paths(config)
    notes = _last_notes(config)
    refined = _last_refined(spark, config, notes)
    # The tables remember epochs even when their store is lost.
    last_epoch = max(
        note.epoch if note else _noted_epoch(spark, paths[name], config.region) for name, note in notes.items()
    )
    epoch = claim_epoch(config.epoch_path, config.region, above=last_epoch)
    appenders = {name: Appender(path, epoch) for name, path in paths.items()}

    def fence(name: str) -> None:
        appenders[name].set_note(spark, None if name == "raw" else refined)

    with ThreadPoolExecutor(len(paths)) as threads:  # most of it is waiting for storage
        list(threads.map(fence, paths))
    return OwnTables(epoch, **appenders, refined=refined, stopping=stopping or threading.Event())


def is_all_refined(spark: SparkSession, config: JobConfig) -> bool:
    """Whether earlier runs noted that raw has no rows but those that they refined."""
    refined = _last_refined(spark, config, _last_notes(config))
    if refined is None:
        return False
    for commit in commits(config.raw_path, config.region):
        if commit.version < refined.version:
            return True
        if commit.adds_rows:
            return False
    return refined.version == 0


def _last_refined(spark: SparkSession, config: JobConfig, notes: Mapping[str, Note | None]) -> RawVersion | None:
    """The latest version that notes tell of raw as it is; of an empty raw the one that it has."""
    table_id = _table_id(spark, config)
    refined = [note.refined for note in notes.values() if note and note.refined]
    known = [one for one in refined if one.table_id == table_id]
    if known:
        return max(known, key=lambda one: one.version)
    version = last_version(config.raw_path, config.region)
    is_empty = not spark.read.format("delta").load(config.raw_path).take(1)
    return RawVersion(table_id, version) if is_empty else None


def _last_notes(config: JobConfig) -> dict[str, Note | None]:
    """The last note of each table."""
    return {name: last_note(path, config.region) for name, path in table_paths(config).items()}


def _noted_epoch(spark: SparkSession, path: str, region: str) -> int:
    """The epoch in the table's property, which outlives all commits; 0 if no run ever owned the table."""
    metadata = table_metadata(path, region)
    properties = metadata.properties if metadata else _detail(spark, path, "properties")
    note = _note(properties.get(NOTE_PROPERTY))
    return note.epoch if note else 0


def _table_id(spark: SparkSession, config: JobConfig) -> str:
    metadata = table_metadata(config.raw_path, config.region)
    return metadata.table_id if metadata else _detail(spark, config.raw_path, "id")


def _detail(spark: SparkSession, path: str, name: str) -> Any:
    return spark.sql(f"DESCRIBE DETAIL delta.`{path}`").collect()[0][name]


def own_commits(path: str, region: str) -> Iterator[tuple[Commit, Note]]:
    """The newest commits that runs of this job made, the last one first."""
    for commit in islice(commits(path, region), _COMMITS_LOOKED_THROUGH):
        note = _note(commit.user_metadata or commit.set_properties.get(NOTE_PROPERTY))
        if note is not None:
            yield commit, note


def last_note(path: str, region: str) -> Note | None:
    """The note of the newest commit that has one."""
    return next((note for _, note in own_commits(path, region)), None)


def last_version(path: str, region: str) -> int:
    """The table's version as it is now."""
    return next(commits(path, region)).version


def _note(text: str | None) -> Note | None:
    try:
        return None if text is None else Note.from_json(text)
    except RecordFormatError:  # of someone else's commit
        return None
