import pytest

from clickstream_lakehouse.epoch import SupersededError
from clickstream_lakehouse.failure import explain

# As Spark 4.1.1 quotes an error of the source's, shortened in the middle.
OF_THE_SOURCE = """[STREAM_FAILED] Query [id = 46535534, runId = b19d9b0c] terminated with exception: \
[PYTHON_STREAMING_DATA_SOURCE_RUNTIME_ERROR] Failed when Python streaming data source perform latestOffset: \
Traceback (most recent call last):
  File "python_streaming_source_runner.py", line 198, in main
    latest_offset_func(reader, outfile)
  File "clickstream_lakehouse/epoch.py", line 60, in check
    raise SupersededError(
clickstream_lakehouse.epoch.SupersededError: driver epoch 1 is over: process 7 on host started epoch 2.
 SQLSTATE: 38000 SQLSTATE: XXKST
=== Streaming Query ===
Identifier: ingest [id = 46535534, runId = b19d9b0c]
"""


class StreamingQueryException(Exception):  # noqa: N818 - named as Spark's
    """Without a JVM."""


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            StreamingQueryException(OF_THE_SOURCE),
            "SupersededError",
            "driver epoch 1 is over: process 7 on host started epoch 2.",
        ),
        (
            StreamingQueryException(
                "[PYTHON_DATA_SOURCE_ERROR] Failed to initialize Python data source reader: "
                'Traceback (most recent call last):\n  File "serializers.py", line 460, in dumps\n    return dump(it)\n'
                "TypeError: cannot pickle 'SSLContext' object\n\nDuring handling of it, another one:\n\n"
                'Traceback (most recent call last):\n  File "plan_data_source_read.py", line 391, in main\n    raise\n'
                "_pickle.PicklingError: Could not serialize object\n SQLSTATE: 38000\n=== Streaming Query ===\n"
            ),
            "StreamingQueryException",
            "_pickle.PicklingError: Could not serialize object",
        ),
        (SupersededError("driver epoch 1 is over"), "SupersededError", "driver epoch 1 is over"),
        (
            StreamingQueryException("[STREAM_FAILED] Query ended\nwith a plan"),
            "StreamingQueryException",
            "[STREAM_FAILED] Query ended",
        ),
        (
            ValueError(
                "An error occurred while calling o197.save.\n: io.delta.SomeException: [CODE] why\n\tat org.apache"
            ),
            "ValueError",
            "io.delta.SomeException: [CODE] why",
        ),
        (
            ValueError(
                "An error occurred while calling o197.sql.\n: AccessDeniedException: Insufficient Lake Formation "
                "permission(s): Required Describe on default (Service: AWSGlue; Status Code: 400)\n\tat com.amazonaws"
            ),
            "LakeFormationError",
            (
                "Lake Formation denies the job's role the Glue catalog (Required Describe on default), whatever IAM "
                "allows. Grant the role what is missing with aws lakeformation grant-permissions. docs/runbook.md has "
                "the commands under 'Lake Formation'."
            ),
        ),
        *[
            (
                StreamingQueryException(text),
                "StreamingQueryException",
                "a process of Spark's ended without a word; its log has more",
            )
            for text in ("", "null", "[STREAM_FAILED] Query terminated with exception: null\n=== Streaming Query ===")
        ],
    ],
)
def test_an_error_is_told_in_one_sentence(error: Exception, kind: str, message: str) -> None:
    assert explain(error) == (kind, message)
