import pyarrow as pa
import pytest
from pyspark.sql.types import StructType

from clickstream_lakehouse import contract
from clickstream_lakehouse.refine.faults import TRANSFORM_CODES, TRANSFORM_STAGE, ErrorCode
from clickstream_lakehouse.source.arrow_rows import ARROW_SCHEMA
from clickstream_lakehouse.source.kinesis_source import SCHEMA
from clickstream_lakehouse.tables import STATISTICS_COLUMNS


def test_the_schemas_have_the_contracts_columns_types_and_nullability() -> None:
    events = contract.table("events").schema
    assert len(events) == 75
    assert (events.field("event_id").nullable, events.field("event_id").type) == (False, pa.string())
    assert events.field("event_ts").type == pa.timestamp("us", tz="UTC")
    meta = events.field("meta").type
    assert isinstance(meta, pa.StructType)
    assert meta.field("batch_index").type == pa.int32()


def test_times_are_integers_on_the_line() -> None:
    types = {f.name: f.line_type for f in contract.line_fields()}
    assert types["received_ts"] == types["client_ts"] == types["true_ts"] == pa.int64()
    assert (types["v"], types["value"], types["properties"]) == (pa.int32(), pa.float64(), pa.string())


def test_a_field_that_both_kinds_of_line_have_has_one_type() -> None:
    of_event = {f.name: f.type for f in contract.event_line_fields()}
    of_bad = {f.name: f.type for f in contract.bad_line_fields()}
    shared = of_event.keys() & of_bad.keys()
    assert {"received_ts", "protocol", "app_id", "request_id", "batch_index"} <= shared
    assert all(of_event[name] == of_bad[name] for name in shared)


@pytest.mark.usefixtures("spark")  # Spark parses the DDL
def test_the_source_yields_raws_columns_but_for_the_partition() -> None:
    raw = {f.name: f.type for f in contract.table("raw").fields if f.name != "received_date"}
    source = StructType.fromDDL(SCHEMA)
    assert isinstance(source, StructType)
    assert {s.name: s.dataType.simpleString() for s in source} == raw
    assert ARROW_SCHEMA.names == list(raw)


def test_statistics_in_the_delta_log_hold_no_personal_and_no_partition_column() -> None:
    for name, columns in STATISTICS_COLUMNS.items():
        table = contract.table(name)
        fields = {f.name: f for f in table.fields}
        assert not [c for c in columns if fields[c].personal]
        assert not set(columns) & set(table.partition_by)


def test_every_error_code_of_the_job_is_in_the_contract_with_its_stage() -> None:
    stages = contract.error_code_stages()
    assert set(ErrorCode) <= set(stages)
    others = {ErrorCode.ID_CONFLICT: "dedup", **dict.fromkeys(TRANSFORM_CODES, TRANSFORM_STAGE)}
    for code in ErrorCode:
        assert others.get(code, "schema") in stages[code]
    assert TRANSFORM_STAGE in next(f.values for f in contract.table("bad_events").fields if f.name == "stage")


def test_spark_settings_are_split_by_when_spark_reads_them() -> None:
    at_start, later = contract.spark_settings(fixed_at_start=True), contract.spark_settings(fixed_at_start=False)
    assert at_start.keys() == {"spark.sql.extensions", "spark.sql.catalog.spark_catalog", "spark.scheduler.mode"}
    assert later == {"spark.sql.ansi.enabled": "false", "spark.sql.session.timeZone": "UTC"}
