import pytest

from clickstream_lakehouse.config import ConfigError, JobConfig, parse_arguments, unknown_arguments

REQUIRED = {
    "region": "eu-west-1",
    "stream_name": "clicks",
    "raw_path": "s3://raw/lake/",
    "events_path": "s3://lake/events/",
    "bad_events_path": "s3://lake/bad_events/",
    "checkpoint_path": "s3://lake/checkpoint/",
}


def arguments(**changes: str | None) -> list[str]:
    values = {**REQUIRED, **changes}
    return [word for name, value in values.items() if value is not None for word in (f"--{name}", value)]


def test_the_required_arguments_are_enough_and_the_rest_has_the_documented_defaults() -> None:
    assert parse_arguments(arguments()) == JobConfig(
        region="eu-west-1",
        stream_name="clicks",
        raw_path="s3://raw/lake",
        events_path="s3://lake/events",
        bad_events_path="s3://lake/bad_events",
        checkpoint_path="s3://lake/checkpoint",
        mode="continuous",
        trigger_seconds=10,
        dedup_window_hours=24,
        start_position="trim_horizon",
        metrics_namespace=None,
        max_run_hours=144.0,
        endpoint_url=None,
        read_until=None,
        fail_on_data_loss=False,
        geo_databases=(),
        pseudonym_key_arn=None,
        robot_user_agents=(),
    )


def test_every_argument_is_taken_from_the_command_line() -> None:
    config = parse_arguments(
        arguments(
            mode="drain",
            trigger_seconds="2",
            dedup_window_hours="48",
            start_position="latest",
            metrics_namespace="Clicks",
            max_run_hours="0.5",
            endpoint_url="http://127.0.0.1:4567",
            fail_on_data_loss="true",
            geo_databases="s3://geo/country.mmdb,/lists/asn.mmdb",
            pseudonym_key_arn="arn:aws:secretsmanager:eu-west-1:1:secret:key",
            robot_user_agents='["ACME-Monitor", "Uptime, ours"]',
        )
    )
    assert (config.mode, config.trigger_seconds, config.dedup_window_hours) == ("drain", 2, 48)
    assert (config.start_position, config.metrics_namespace, config.max_run_hours) == ("latest", "Clicks", 0.5)
    assert (config.endpoint_url, config.fail_on_data_loss) == ("http://127.0.0.1:4567", True)
    assert config.geo_databases == ("s3://geo/country.mmdb", "/lists/asn.mmdb")
    assert config.pseudonym_key_arn == "arn:aws:secretsmanager:eu-west-1:1:secret:key"
    assert config.robot_user_agents == ("acme-monitor", "uptime, ours")


def test_checkpoints_positions_and_epoch_live_under_the_checkpoint_path() -> None:
    config = parse_arguments(arguments())
    assert config.runs_path == "s3://lake/checkpoint/v3/runs"
    assert config.positions_path == "s3://lake/checkpoint/v3/positions/clicks"
    assert config.epoch_path == "s3://lake/checkpoint/epoch"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_required_argument_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"--{name} is missing"):
        parse_arguments(arguments(**{name: None}))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("region", " ", "must not be empty"),
        ("raw_path", "lake/raw", "absolute path"),
        ("raw_path", "https://bucket/raw", "absolute path"),
        ("mode", "batch", "one of continuous, drain"),
        ("trigger_seconds", "0", "from 1 to 3600"),
        ("trigger_seconds", "1.5", "from 1 to 3600"),
        ("trigger_seconds", "²", "from 1 to 3600"),
        ("dedup_window_hours", "-1", "from 1 to 8760"),
        ("start_position", "TRIM_HORIZON", "one of trim_horizon, latest"),
        ("max_run_hours", "soon", "hours above 0"),
        ("max_run_hours", "0", "hours above 0"),
        ("max_run_hours", "inf", "hours above 0"),
        ("fail_on_data_loss", "yes", "one of true, false"),
        ("geo_databases", "/country.mmdb,asn.mmdb", "absolute path"),
        ("pseudonym_key_arn", "", "must not be empty"),
        ("robot_user_agents", "acme", "JSON list of texts"),
        ("robot_user_agents", '{"acme": 1}', "JSON list of texts"),
        ("robot_user_agents", '["acme", 1]', "JSON list of texts"),
        ("robot_user_agents", '["acme", "a "]', "3 characters or more"),
    ],
)
def test_a_wrong_value_is_refused_with_what_came_and_what_is_expected(name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_arguments(arguments(**{name: value}))
    assert f"--{name} " in str(error.value)
    assert expected in str(error.value)
    assert repr(value) in str(error.value)


def test_an_unknown_argument_is_named_and_does_not_end_the_run() -> None:
    given = arguments(triger_seconds="1", added_by_a_new_glue="2")
    assert unknown_arguments(given) == ["triger_seconds", "added_by_a_new_glue"]
    assert parse_arguments(given) == parse_arguments(arguments())


def test_no_argument_that_the_construct_or_glue_sets_is_unknown() -> None:
    glue = ["--continuation-option", "continuation-enabled", "--RedshiftTempDir", "s3://tmp/", "--TempDir", "s3://tmp/"]
    assert unknown_arguments([*arguments(), *glue]) == []


def test_glues_own_arguments_are_tolerated_and_name_the_job() -> None:
    glue = ["--JOB_NAME", "clicks-job", "--JOB_RUN_ID", "jr_1", "--TempDir", "s3://tmp/", "--enable-metrics"]
    glue += ["--job-language", "python", "--extra-py-files", "s3://a.zip", "--datalake-formats", "delta"]
    glue += ["--conf", "spark.sql.ansi.enabled=false --conf spark.scheduler.mode=FAIR"]
    assert parse_arguments(glue + arguments()).job_name == "clicks-job"


def test_name_equals_value_is_understood() -> None:
    assert parse_arguments([*arguments(), "--mode=drain"]).mode == "drain"


def test_a_word_that_belongs_to_no_argument_is_refused() -> None:
    with pytest.raises(ConfigError, match="got 'drain'"):
        parse_arguments(["drain", *arguments()])
