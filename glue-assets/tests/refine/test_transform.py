"""What a transform of the user's may do, and the verdict on each way to fail."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from clickstream_lakehouse.columns import PromotedColumn
from clickstream_lakehouse.config import ConfigError
from clickstream_lakehouse.contract import events_table
from clickstream_lakehouse.refine.classify import ClassifiedLines
from clickstream_lakehouse.refine.enrichments import enrichments
from clickstream_lakehouse.refine.event_rows import EVENT_SCHEMA
from clickstream_lakehouse.refine.passes import identify
from clickstream_lakehouse.refine.transform import Transform, TransformError
from conftest import REPOSITORY
from support.lake import lake_config
from support.lines import event_line, ndjson
from support.raw import classified, enriched
from support.transforms import FAILING, holds_nothing, hook


def identified(lines: ClassifiedLines) -> pa.Table:
    return pa.Table.from_batches(list(identify([lines.records])))


@pytest.mark.parametrize("case", FAILING)
def test_each_way_to_fail_has_its_code_and_a_message_without_data(
    spark: SparkSession, tmp_path: Path, case: str
) -> None:
    source, code, message = FAILING[case]
    lines = classified(ndjson(event_line(event_id="a"), event_line(event_id="b", event_name="poison")))
    rows_in = spark.createDataFrame(enriched(lines, enrichments(lake_config(tmp_path))))
    with pytest.raises(TransformError) as raised:
        Transform(hook(spark, tmp_path, case, source), EVENT_SCHEMA).apply(rows_in, identified(lines))
    fault = raised.value.fault
    assert fault.code == code
    assert re.fullmatch(message, fault.message), fault.message
    assert len(fault.message) <= 500
    assert "secret" not in fault.message
    assert holds_nothing(spark)


@pytest.mark.parametrize("page", ["README.md", "docs/processing.md"])
def test_the_transforms_of_the_docs_work(spark: SparkSession, tmp_path: Path, page: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / page).read_text(), re.DOTALL)
    (source,) = [block for block in blocks if "def transform(" in block]
    columns = (
        PromotedColumn("cart_value", "double", "properties", ("cart", "value")),
        PromotedColumn("tier", "string"),
    )
    schema = events_table(columns).row_schema
    lines = classified(ndjson(event_line(properties='{"cart":{"value":101}}')))
    rows_in = spark.createDataFrame(enriched(lines, enrichments(lake_config(tmp_path, columns=columns)), schema))
    module = hook(spark, tmp_path, page.partition(".")[0].replace("/", "_"), source)
    result, kept = Transform(module, schema).apply(rows_in, identified(lines))
    changed = {"README.md": ("product viewed", None), "docs/processing.md": ("Product Viewed", "gold")}[page]
    assert (kept, [(row.event_name, row.tier) for row in result.collect()]) == (1, [changed])
    result.unpersist()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "import no_such_library",
            r"^--transform \w+ cannot be imported: ModuleNotFoundError: No module named 'no_s.*",
        ),
        (
            "1 / 0",
            r"^--transform \w+ cannot be imported: ZeroDivisionError: division by zero\. Deploy the module with .*",
        ),
        ("import sys\nsys.exit(3)", r"^--transform \w+ cannot be imported: SystemExit: 3\..*"),
        (
            "def transfrom(events):\n    return events",
            r"^--transform \w+ must define transform\(events\), got nothing of",
        ),
        ("transform = 3", r"^--transform \w+ must define transform\(events\), got a int in /.*\.py$"),
    ],
)
def test_a_module_that_cannot_be_used_ends_the_run_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, source: str, message: str
) -> None:
    name = f"unusable_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=message):
        Transform(name, EVENT_SCHEMA)
