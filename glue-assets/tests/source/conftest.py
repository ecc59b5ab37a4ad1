"""Kinesis in memory, and the options of a source that reads it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clickstream_lakehouse.source import batch_planner, first_batch, kinesis_client, shard_list, shard_reader
from support.fake_kinesis import FakeKinesis
from support.stage_one import KinesisClock


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKinesis]:
    fake = FakeKinesis()
    with monkeypatch.context() as patch:
        patch.setattr(kinesis_client, "client", lambda *_: fake)
        for module in (batch_planner, first_batch, shard_list, shard_reader):
            patch.setattr(module, "time", KinesisClock(fake))
        patch.setattr(shard_list, "_LIST_SECONDS", 0)
        yield fake


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    return {"streamname": "clicks", "region": "eu-west-1", "positions": str(tmp_path / "positions")}
