import io
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from clickstream_lakehouse.source import position_store
from clickstream_lakehouse.source.position_store import LocalStore, PositionStore, S3Store, open_store
from clickstream_lakehouse.source.records import RecordFormatError
from clickstream_lakehouse.source.s3_client import GetObjectAnswer, S3Deletion, S3Page
from support.clock import Clock


class FakeS3:
    """The four calls the store uses, on a dict; `faults`: error codes that the next puts answer."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.faults: list[str] = []
        self.store_before_fault = False

    def put_object(self, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str) -> None:
        assert (Bucket, IfNoneMatch) == ("bucket", "*")
        if self.faults:
            if self.store_before_fault:
                self.objects[Key] = Body
            raise client_error(self.faults.pop(0))
        if Key in self.objects:
            raise client_error("PreconditionFailed")
        self.objects[Key] = Body

    def get_object(self, Bucket: str, Key: str) -> GetObjectAnswer:
        assert Bucket == "bucket"
        if Key not in self.objects:
            raise client_error("NoSuchKey")
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_objects(self, Bucket: str, Delete: S3Deletion) -> None:
        assert Bucket == "bucket"
        for item in Delete["Objects"]:
            self.objects.pop(item["Key"])

    def get_paginator(self, name: str) -> "FakeS3":
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str, Delimiter: str | None = None) -> list[S3Page]:
        assert Bucket == "bucket"
        keys = sorted(k for k in self.objects if k.startswith(Prefix))
        if Delimiter is None:
            return [{"Contents": [{"Key": k}]} for k in keys] or [{}]
        rests = {k: k[len(Prefix) :] for k in keys}
        folders = {Prefix + r.split("/")[0] + "/" for r in rests.values() if "/" in r}
        return [
            {"CommonPrefixes": [{"Prefix": f} for f in sorted(folders)]},
            {"Contents": [{"Key": k} for k, r in rests.items() if "/" not in r]},
        ]


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "PutObject")


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: FakeS3) -> PositionStore:
    return LocalStore(str(tmp_path / "positions")) if request.param == "local" else S3Store("bucket", "a/b/", s3)


def test_the_first_record_stays_and_the_second_writer_gets_it(store: PositionStore) -> None:
    assert store.get("1/shard") is None
    assert store.put_if_absent("1/shard", {"n": 1}) is None
    assert store.put_if_absent("1/shard", {"n": 2}) == {"n": 1}
    assert store.get("1/shard") == {"n": 1}


def test_a_folder_lists_its_direct_children_sorted(store: PositionStore) -> None:
    for key in ("2/a", "10/b", "10/c", "top"):
        store.put_if_absent(key, {})
    assert store.list("") == ["10", "2", "top"]
    assert store.list("10") == ["b", "c"]
    assert store.list("missing") == []


def test_deleting_a_folder_spares_those_whose_name_begins_alike(store: PositionStore) -> None:
    for key in ("1/a", "1/b", "10/a", "key"):
        store.put_if_absent(key, {})
    store.delete("1")
    store.delete("key")
    store.delete("missing")
    assert store.list("") == ["10"]


def test_exactly_one_of_many_racing_writers_wins_and_all_agree(tmp_path: Path) -> None:
    store, answers = LocalStore(str(tmp_path)), []
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait()
        answers.append((number, store.put_if_absent("1/shard", {"n": number})))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    winners = [number for number, other in answers if other is None]
    assert len(winners) == 1
    assert {json.dumps(other) for _, other in answers if other is not None} == {json.dumps({"n": winners[0]})}
    assert [p.name for p in (tmp_path / "1").iterdir()] == ["shard"]


def test_s3_tries_again_while_another_conditional_write_is_in_flight(
    s3: FakeS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = monkeypatch_sleep(monkeypatch)
    s3.faults = ["ConditionalRequestConflict", "409"]
    assert S3Store("bucket", "", s3).put_if_absent("k", {"n": 1}) is None
    assert len(pauses) == 2
    assert json.loads(s3.objects["k"]) == {"n": 1}


def test_s3_recognises_its_own_write_when_the_answer_was_lost(s3: FakeS3) -> None:
    s3.faults, s3.store_before_fault = ["412"], True
    assert S3Store("bucket", "", s3).put_if_absent("k", {"n": 1}) is None


def test_s3_passes_on_what_it_cannot_handle(s3: FakeS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch_sleep(monkeypatch)
    store = S3Store("bucket", "", s3)
    s3.faults = ["AccessDenied"]
    with pytest.raises(ClientError, match="AccessDenied"):
        store.put_if_absent("k", {})
    s3.faults = ["409"] * 20
    with pytest.raises(ClientError, match="409"):
        store.put_if_absent("k", {})


def test_the_path_chooses_the_store(tmp_path: Path) -> None:
    for path in (str(tmp_path), f"file://{tmp_path}"):
        open_store(path, "eu-west-1").put_if_absent("k", {"n": 1})
        assert json.loads((tmp_path / "k").read_text()) == {"n": 1}
    assert isinstance(open_store("s3://bucket/prefix", "eu-west-1"), S3Store)


def monkeypatch_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = Clock(0)
    monkeypatch.setattr(position_store, "time", clock)
    return clock.pauses


@pytest.mark.parametrize(("text", "reason"), [("{", "it is not JSON"), ("[]", "it is not a JSON object")])
def test_a_record_that_is_not_a_json_object_is_named(
    store: PositionStore, tmp_path: Path, s3: FakeS3, text: str, reason: str
) -> None:
    store.put_if_absent("1/shard", {"n": 1})
    (tmp_path / "positions" / "1").mkdir(parents=True, exist_ok=True)
    (tmp_path / "positions" / "1" / "shard").write_text(text)
    s3.objects["a/b/1/shard"] = text.encode()
    with pytest.raises(RecordFormatError, match=rf"cannot read the record .*1/shard: {reason}"):
        store.get("1/shard")


def test_a_record_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    link, fsync = os.link, os.fsync
    monkeypatch.setattr(os, "link", lambda *names: done.append("link") or link(*names))
    monkeypatch.setattr(os, "fsync", lambda number: done.append(_kind_of_file(number)) or fsync(number))
    LocalStore(str(tmp_path)).put_if_absent("1/s1", {"version": 1})
    assert done == ["sync of a file", "link", "sync of a folder"]


def _kind_of_file(number: int) -> str:
    return "sync of a folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "sync of a file"
