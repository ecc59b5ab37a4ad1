"""Appends to the tables: only by the run that started last, and each with a note of how far the work is.

Every append is a Delta transaction of one application under a number that grows within a run and from run to run (its
upper half is the run's epoch). Delta drops an append whose number is not above the table's last one, and refuses one
that races with another. So after the first append of a run no older run, whatever it still does, can add a row.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.delta_log import Commit, commits, table_metadata
from clickstream_lakehouse.epoch import Epoch, claim_epoch
from clickstream_lakehouse.source.records import RecordFormatError, RecordReader, parse_record, record_json, versioned
from clickstream_lakehouse.tables import table_paths

_APPLICATION = "clickstream-lakehouse"
_EPOCH_BITS = 32

# How many of the newest commits are looked through for our own. Compaction and people commit as well.
_COMMITS_LOOKED_THROUGH = 1_000

# An older run appends every few seconds at most.
_FENCE_ATTEMPTS = 10
_REFUSED = "ConcurrentTransactionException"


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

    def __init__(self, path: str, epoch: int) -> None:
        self.path = path
        self._epoch = epoch
        self._appends = 0

    def append(self, rows: DataFrame, refined: RawVersion | None = None) -> None:
        """Append the rows, unless a later run has made an append; then nothing is appended."""
        options = {
            "txnAppId": _APPLICATION,
            "txnVersion": str(self._epoch << _EPOCH_BITS | self._appends),
            "userMetadata": Note(self._epoch, refined).to_json(),
        }
        self._appends += 1
        rows.write.format("delta").mode("append").options(**options).save(self.path)

    def append_note(self, spark: SparkSession, refined: RawVersion | None) -> None:
        """Make a commit without rows."""
        self.append(spark.read.format("delta").load(self.path).where("false"), refined)


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
    notes = {name: last_note(path, config.region) for name, path in paths.items()}
    known = [note for note in notes.values() if note]
    refined = _last_refined(spark, config, known)
    # The tables remember epochs even when their store is lost.
    epoch = claim_epoch(config.epoch_path, config.region, above=max((note.epoch for note in known), default=0))
    while True:
        appenders = {name: Appender(path, epoch.number) for name, path in paths.items()}

        def fence(name: str, own: Mapping[str, Appender] = appenders) -> bool:
            _note_in_spite_of_others(spark, own[name], None if name == "raw" else refined)
            # Delta says nothing when it drops a commit. A table whose last note is older cannot have dropped it.
            return notes[name] is not None or last_note(own[name].path, config.region) is not None

        with ThreadPoolExecutor(len(paths)) as threads:  # most of it is waiting for storage
            is_own = all(list(threads.map(fence, paths)))
        if is_own:
            return OwnTables(epoch, **appenders, refined=refined, stopping=stopping or threading.Event())
        # The epochs are lost, and so are a table's notes.
        epoch = claim_epoch(config.epoch_path, config.region, above=2 * epoch.number)


def _note_in_spite_of_others(spark: SparkSession, appender: Appender, refined: RawVersion | None) -> None:
    """Make a commit, also while an older run does: Delta refuses the later one of two."""
    for attempt in range(1, _FENCE_ATTEMPTS + 1):
        try:
            appender.append_note(spark, refined)
            return
        except Py4JJavaError as error:
            if _REFUSED not in str(error) or attempt == _FENCE_ATTEMPTS:
                raise


def is_all_refined(spark: SparkSession, config: JobConfig) -> bool:
    """Whether earlier runs noted that raw has no rows but those that they refined."""
    notes = (last_note(path, config.region) for path in table_paths(config).values())
    refined = _last_refined(spark, config, [note for note in notes if note])
    if refined is None:
        return False
    for commit in commits(config.raw_path, config.region):
        if commit.version < refined.version:
            return True
        if commit.adds_rows:
            return False
    return refined.version == 0


def _last_refined(spark: SparkSession, config: JobConfig, notes: Iterable[Note]) -> RawVersion | None:
    """The latest version that notes tell of raw as it is; of an empty raw the one that it has."""
    table_id = _table_id(spark, config)
    known = [note.refined for note in notes if note.refined and note.refined.table_id == table_id]
    if known:
        return max(known, key=lambda one: one.version)
    version = last_version(config.raw_path, config.region)
    is_empty = not spark.read.format("delta").load(config.raw_path).take(1)
    return RawVersion(table_id, version) if is_empty else None


def _table_id(spark: SparkSession, config: JobConfig) -> str:
    metadata = table_metadata(config.raw_path, config.region)
    if metadata is not None:
        return metadata.table_id
    return spark.sql(f"DESCRIBE DETAIL delta.`{config.raw_path}`").collect()[0]["id"]


def own_commits(path: str, region: str) -> Iterator[tuple[Commit, Note]]:
    """The newest commits that runs of this job made, the last one first."""
    for commit in islice(commits(path, region), _COMMITS_LOOKED_THROUGH):
        note = _note(commit.note)
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
