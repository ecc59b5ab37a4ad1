import json
import sys

import pytest

import clickstream_job


def test_this_interpreter_can_run_the_job() -> None:
    assert clickstream_job.missing_parts() == []


def test_missing_requirements_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SystemExit) as stopped:
        clickstream_job.main([])
    assert "Python 3.11 or newer (this is 3.9)" in str(stopped.value)
    assert "the module boto3" in str(stopped.value)
    assert sys.executable in str(stopped.value)


def test_wrong_arguments_end_the_run_before_a_session_starts(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        clickstream_job.main(["--region", "eu-west-1"])
    assert stopped.value.code == 2
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"]) == ("error", "--stream_name is missing")
