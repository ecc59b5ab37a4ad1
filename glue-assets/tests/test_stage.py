"""When a query is started again, and when the run gives up. Without Spark: a query is what it says of itself."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from clickstream_lakehouse import stage, watch
from clickstream_lakehouse.config import JobConfig
from clickstream_lakehouse.epoch import SupersededError
from clickstream_lakehouse.metrics import Metrics
from clickstream_lakehouse.source.batch_store import LostPositionsError
from clickstream_lakehouse.stage import LONGEST_BATCH_SECONDS, MOST_STARTS, QueryStart, Stage, StageError
from clickstream_lakehouse.watch import UnreadWatch
from support.clock import Clock

CONFIG = JobConfig(
    region="eu-west-1", stream_name="s", raw_path="/r", events_path="/e", bad_events_path="/b", checkpoint_path="/c"
)
OPTIONS = {"streamname": "clicks", "region": "eu-west-1", "positions": "/positions"}


@dataclass
class FakeQuery:
    error: Exception | None = None
    isActive: bool = True  # noqa: N815
    is_busy: bool = False
    batch: int | None = None
    stopped: bool = False

    @property
    def status(self) -> dict[str, bool]:
        return {"isTriggerActive": self.is_busy}

    @property
    def lastProgress(self) -> Any:  # noqa: N802
        return None if self.batch is None else SimpleNamespace(batchId=self.batch)

    def exception(self) -> Exception | None:
        return self.error

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Starts:
    """The queries that were started, and how."""

    queries: list[FakeQuery] = field(default_factory=list)
    checkpoints: list[str] = field(default_factory=list)

    def __call__(self, begin: QueryStart) -> Any:
        self.checkpoints.append(begin.checkpoint)
        self.queries.append(FakeQuery())
        return self.queries[-1]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_000.0)
    for module in (stage, watch):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def starts(clock: Clock) -> Starts:  # noqa: ARG001 - the stage uses it
    return Starts()


@pytest.fixture
def ingest(starts: Starts) -> Stage:
    return Stage("ingest", QueryStart("/runs/7", 1), starts, Metrics(CONFIG))


def test_a_query_that_fails_is_started_again_in_a_folder_of_its_own(ingest: Stage, starts: Starts) -> None:
    ingest.keep_running()
    assert starts.checkpoints == ["/runs/7/ingest-1"]
    starts.queries[0].error = RuntimeError("S3 was away")
    ingest.keep_running()
    assert starts.checkpoints == ["/runs/7/ingest-1", "/runs/7/ingest-2"]
    assert starts.queries[0].stopped
    assert ingest.query is starts.queries[1]


def test_a_query_that_ended_without_an_error_is_started_again(ingest: Stage, starts: Starts) -> None:
    starts.queries[0].isActive = False
    ingest.keep_running()
    assert len(starts.queries) == 2


def test_after_some_failures_in_a_row_the_run_gives_up_with_the_last_reason(ingest: Stage, starts: Starts) -> None:
    for _ in range(MOST_STARTS - 1):
        starts.queries[-1].error = RuntimeError("S3 was away")
        ingest.keep_running()
    starts.queries[-1].error = RuntimeError("S3 is still away")
    with pytest.raises(StageError, match=r"^S3 is still away \[RuntimeError, which ended ingest at start 4 of 4\]$"):
        ingest.keep_running()


def test_failures_that_are_far_apart_never_add_up(ingest: Stage, starts: Starts, clock: Clock) -> None:
    for _ in range(3 * MOST_STARTS):
        clock.now += 400
        starts.queries[-1].error = RuntimeError("S3 was away")
        ingest.keep_running()


def test_a_run_that_was_superseded_starts_nothing_again(ingest: Stage, starts: Starts) -> None:
    starts.queries[0].error = SupersededError("driver epoch 1 is over")
    with pytest.raises(StageError, match=r"^driver epoch 1 is over") as raised:
        ingest.keep_running()
    assert raised.value.failure.kind == "SupersededError"


def test_a_query_that_hangs_in_a_batch_is_started_again(ingest: Stage, starts: Starts, clock: Clock) -> None:
    starts.queries[0].is_busy = True
    starts.queries[0].batch = 7
    for _ in range(2):
        clock.now += LONGEST_BATCH_SECONDS + 1
        assert len(starts.queries) == 1
        ingest.keep_running()
    assert len(starts.queries) == 2


def test_batches_that_follow_each_other_without_a_pause_do_not_hang(
    ingest: Stage, starts: Starts, clock: Clock
) -> None:
    starts.queries[0].is_busy = True
    for batch in range(5):
        starts.queries[0].batch = batch
        clock.now += LONGEST_BATCH_SECONDS + 1
        ingest.keep_running()
    assert len(starts.queries) == 1


class FakePlanner:
    def __init__(self, *answers: bool | Exception | None) -> None:
        self.answers = list(answers)

    def has_unread(self) -> bool | None:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def looks(clock: Clock, answers: list[Any], query: FakeQuery) -> list[str | None]:
    """What the watch says, each time long after the last one."""
    unread = UnreadWatch(OPTIONS, trigger_seconds=30)
    unread._planner = cast(Any, FakePlanner(*answers))
    found = []
    for _ in answers:
        assert unread.look(cast(Any, query)) is None  # too early to ask
        clock.now += 301
        failure = unread.look(cast(Any, query))
        found.append(failure and failure.message)
    return found


def test_records_that_stay_unread_are_noticed(clock: Clock) -> None:
    late = "records wait for 300 s, and none is read"
    assert looks(clock, [False, True, False, True, True], FakeQuery()) == [None, None, None, None, late]


def test_a_lost_position_is_noticed(clock: Clock) -> None:
    assert looks(clock, [LostPositionsError("lost")], FakeQuery()) == ["lost"]


def test_while_kinesis_does_not_answer_it_is_said_and_nothing_is_done(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert looks(clock, [None, ConnectionError("away")], FakeQuery()) == [None, None]
    said = capsys.readouterr().out
    assert "Kinesis gave no answer, and nothing was read, for 300 s" in said
    assert "Kinesis does not say whether there is something to read: ConnectionError: away" in said


def test_a_query_that_is_at_work_is_not_asked_about(clock: Clock) -> None:
    assert looks(clock, [], FakeQuery(is_busy=True)) == []
    unread = UnreadWatch(OPTIONS, trigger_seconds=30)
    unread._planner = cast(Any, FakePlanner())
    clock.now += 301
    assert unread.look(cast(Any, FakeQuery(is_busy=True))) is None
    clock.now += 301
    assert unread.look(cast(Any, FakeQuery(batch=3))) is None
