from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from clickstream_lakehouse import tables
from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.contract import Table, table
from clickstream_lakehouse.tables import STATISTICS_COLUMNS, create_tables, table_paths
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


def test_a_table_whose_log_says_too_little_is_left_as_it_is(spark: SparkSession, tmp_path: Path) -> None:
    config = lake_config(tmp_path)
    create_tables(spark, config)
    logs = [Path(path, "_delta_log") for path in table_paths(config).values()]
    for log in logs:
        (log / "00000000000000000000.crc").unlink()
    promoted = replace(config, columns=(PromotedColumn("plan", "string", "properties", ("plan",)),))
    create_tables(spark, promoted)
    assert [len(list(log.glob("*.json"))) for log in logs] == [1, 2, 1]
    assert spark.read.format("delta").load(config.events_path).columns[-1] == "plan"
