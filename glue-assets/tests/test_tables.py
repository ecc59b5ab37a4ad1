from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from clickstream_lakehouse import tables
from clickstream_lakehouse.contract import Table, table
from clickstream_lakehouse.tables import STATISTICS_COLUMNS, LakeFormationError, create_tables, table_paths
from support.lake import assert_protocol_1_2, lake_config


def test_the_tables_exist_before_anything_writes_and_every_engine_can_read_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    config = lake_config(tmp_path)
    create_tables(spark, config)
    create_tables(spark, config)
    for name, path in table_paths(config).items():
        frame = spark.read.format("delta").load(path)
        assert frame.columns == table(name).column_names
        wanted = from_arrow_schema(table(name).schema)
        assert [f.simpleString() for f in frame.schema] == [f.simpleString() for f in wanted]
        detail = spark.sql(f"describe detail delta.`{path}`").collect()[0]
        assert [f.nullable for f in frame.schema] == [f.nullable for f in table(name).fields]
        assert detail.description == table(name).description
        assert detail.partitionColumns == ["received_date"]
        assert (detail.minReaderVersion, detail.minWriterVersion) == (1, 2)
        assert detail.properties["delta.autoOptimize.autoCompact"] == "true"
        assert detail.properties["delta.dataSkippingStatsColumns"] == ",".join(STATISTICS_COLUMNS[name])
        assert_protocol_1_2(path)
        assert len(list(Path(path, "_delta_log").glob("*.json"))) == 1


def test_a_table_made_by_an_older_contract_gets_the_new_columns(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = lake_config(tmp_path)

    def older(name: str) -> Table:
        newer = table(name)
        return replace(newer, fields=tuple(f for f in newer.fields if f.name not in ("raw_bytes", "contexts")))

    with monkeypatch.context() as patch:
        patch.setattr(tables, "table", older)
        create_tables(spark, config)
    create_tables(spark, config)
    for name, path in table_paths(config).items():
        assert set(spark.read.format("delta").load(path).columns) == set(table(name).column_names)
        assert_protocol_1_2(path)


class RefusingSession:
    """A session whose catalog refuses every statement."""

    def __init__(self, refusal: str) -> None:
        self.refusal = refusal

    def sql(self, _statement: str) -> Any:
        raise RuntimeError(self.refusal)


def test_a_refusal_of_lake_formation_names_what_is_missing_and_where_the_grants_are(tmp_path: Path) -> None:
    refusal = (
        "AccessDeniedException: Insufficient Lake Formation permission(s): Required Describe on default "
        "(Service: AWSGlue; Status Code: 400)"
    )
    with pytest.raises(LakeFormationError) as raised:
        create_tables(cast(SparkSession, RefusingSession(refusal)), lake_config(tmp_path))
    assert str(raised.value) == (
        "Lake Formation denies the job's role the Glue catalog (Required Describe on default). Grant the role what is "
        "missing with aws lakeformation grant-permissions. docs/runbook.md has the commands under 'Lake Formation'."
    )


def test_another_refusal_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^s3:PutObject is denied$"):
        create_tables(cast(SparkSession, RefusingSession("s3:PutObject is denied")), lake_config(tmp_path))
