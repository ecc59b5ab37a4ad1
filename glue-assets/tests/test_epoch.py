from pathlib import Path

import pytest

from clickstream_lakehouse.epoch import Epoch, SupersededError, claim_epoch
from clickstream_lakehouse.source.position_store import LocalStore


def test_a_run_may_commit_until_a_later_one_starts(tmp_path: Path) -> None:
    first = claim_epoch(str(tmp_path), "eu-west-1")
    first.check()
    second = claim_epoch(str(tmp_path), "eu-west-1")
    assert (first.number, second.number) == (1, 2)
    second.check()
    with pytest.raises(SupersededError, match=r"driver epoch 1 is over: process \d+ on .* \(at .*\) started epoch 2"):
        first.check()


def test_an_old_run_notices_even_many_epochs_later(tmp_path: Path) -> None:
    first = claim_epoch(str(tmp_path), "eu-west-1")
    for _ in range(5):
        claim_epoch(str(tmp_path), "eu-west-1")
    with pytest.raises(SupersededError):
        first.check()


def test_another_process_of_the_run_sees_the_same_epoch(tmp_path: Path) -> None:
    claimed = claim_epoch(str(tmp_path), "eu-west-1")
    seen = Epoch(str(tmp_path), "eu-west-1", claimed.number)
    seen.check()
    claim_epoch(str(tmp_path), "eu-west-1")
    with pytest.raises(SupersededError):
        seen.check()


def test_two_runs_that_start_at_once_get_different_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Both list before either claims.
    monkeypatch.setattr(LocalStore, "list", lambda *_: [])
    assert [claim_epoch(str(tmp_path), "eu-west-1").number for _ in range(2)] == [1, 2]


def test_a_run_of_another_release_supersedes_too(tmp_path: Path) -> None:
    first = claim_epoch(str(tmp_path), "eu-west-1")
    LocalStore(str(tmp_path)).put_if_absent("000000000002", {"version": 99, "who": "somebody"})
    with pytest.raises(SupersededError, match=r"driver epoch 1 is over: a run of another release .* started epoch 2"):
        first.check()


@pytest.mark.parametrize("damage", ["", "{", "[]"])
def test_a_claim_that_cannot_be_read_is_a_claim(tmp_path: Path, damage: str) -> None:
    first = claim_epoch(str(tmp_path), "eu-west-1")
    (tmp_path / f"{first.number + 1:012d}").write_text(damage)
    with pytest.raises(SupersededError, match="a run of another release"):
        first.check()
    assert claim_epoch(str(tmp_path), "eu-west-1").number == first.number + 2


def test_of_lost_epochs_each_has_one_after_it(tmp_path: Path) -> None:
    old = [claim_epoch(str(tmp_path), "eu-west-1") for _ in range(3)]
    LocalStore(str(tmp_path)).delete("")
    assert claim_epoch(str(tmp_path), "eu-west-1", above=3).number == 4
    for epoch in old:
        with pytest.raises(SupersededError):
            epoch.check()
