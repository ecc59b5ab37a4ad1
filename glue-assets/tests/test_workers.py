"""What a Python worker of Spark does once."""

import gc
import sys
from collections.abc import Iterator
from types import ModuleType

import pyarrow as pa
import pytest

from clickstream_lakehouse import workers
from clickstream_lakehouse.refine.passes import identify
from clickstream_lakehouse.workers import leave_modules_to_themselves


@pytest.fixture(autouse=True)
def _new_worker() -> Iterator[None]:
    gc.unfreeze()
    workers._freeze.cache_clear()
    yield
    gc.unfreeze()


def test_after_a_task_no_collection_looks_at_the_modules() -> None:
    looked_at = len(gc.get_objects())
    no_batches: list[pa.RecordBatch] = []
    list(identify(no_batches))
    assert len(gc.get_objects()) < looked_at / 100


def test_a_worker_that_had_another_kind_of_task_before_leaves_the_modules_of_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_modules_to_themselves()
    module = ModuleType("loaded_by_the_next_task")
    module.many = [[number] for number in range(1_000)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    looked_at = len(gc.get_objects())
    leave_modules_to_themselves()
    assert len(gc.get_objects()) < looked_at - 1_000


def test_what_a_later_task_leaves_is_collected() -> None:
    leave_modules_to_themselves()
    task: list[object] = []
    task.append(task)
    leave_modules_to_themselves()
    del task
    assert gc.collect() > 0
