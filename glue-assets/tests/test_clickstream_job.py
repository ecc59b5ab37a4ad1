import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import clickstream_job

ASSETS = Path(clickstream_job.__file__).parent


def test_this_interpreter_can_run_the_job() -> None:
    assert clickstream_job.missing_parts() == []


def test_deltas_python_package_is_not_needed() -> None:
    # Glue puts Delta's jars on the class path. Whether it installs the Python package too is not documented.
    code = "import sys; sys.modules['delta'] = None; import clickstream_job, clickstream_lakehouse.runner; "
    code += "assert clickstream_job.missing_parts() == []"
    run = subprocess.run([sys.executable, "-c", code], cwd=ASSETS, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


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


def test_an_unknown_argument_is_a_warning_with_those_the_job_knows(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        clickstream_job.main(["--region", "eu-west-1", "--triger_seconds", "1"])
    warning, _ = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert warning["level"] == "warning"
    assert re.match(
        r"unknown argument --triger_seconds is ignored; the job knows --region.*--trigger_seconds", warning["message"]
    )
