"""What a Python worker of Spark does once."""

import gc
from collections.abc import Iterator

import pyarrow as pa
import pytest

from clickstream_lakehouse.refine.passes import identify
from clickstream_lakehouse.workers import leave_modules_to_themselves


@pytest.fixture(autouse=True)
def _new_worker() -> Iterator[None]:
    gc.unfreeze()
    leave_modules_to_themselves.cache_clear()
    yield
    gc.unfreeze()


def test_after_a_task_no_collection_looks_at_the_modules() -> None:
    looked_at = len(gc.get_objects())
    no_batches: list[pa.RecordBatch] = []
    list(identify(no_batches))
    assert len(gc.get_objects()) < looked_at / 100


def test_what_a_later_task_leaves_is_collected() -> None:
    leave_modules_to_themselves()
    task: list[object] = []
    task.append(task)
    leave_modules_to_themselves()
    del task
    assert gc.collect() > 0
