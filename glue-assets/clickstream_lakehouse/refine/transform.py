"""The user's own processing: `transform(events)`, called with the new events of a batch before they are stored.

Its work is done, and its result judged, before the append: so an error of the append is never taken for one of the
user's code, and whatever that code does costs no event. Meanwhile the result is in memory.
"""

import importlib
import re
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.errors.exceptions.captured import CapturedException
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema

from clickstream_lakehouse.arrow import pc
from clickstream_lakehouse.config import ConfigError
from clickstream_lakehouse.contract import table
from clickstream_lakehouse.refine.dedup import IDENTITY, STORED_SCHEMA
from clickstream_lakehouse.refine.faults import ErrorCode, TransformFault
from clickstream_lakehouse.refine.identity import identities

_FIXED = ["event_id", *IDENTITY, "event_fp", "received_ts", "received_date"]
_SOURCE = ["source_id", "app_id"]  # event_key and event_check are made of event_id and one of these
_REQUIRED = [f.name for f in table("events").fields if not f.nullable]
_JUDGED = list(dict.fromkeys([*_FIXED, *_SOURCE, *_REQUIRED]))
_JUDGED_SCHEMA = pa.schema([*STORED_SCHEMA, ("fault", pa.string())])

_MESSAGE_LENGTH = 500

_PATH_PARTS = re.compile(r"[/\\.]")

# Lines of a traceback that Spark quotes from a worker, where the exception itself does not arrive.
_WORKER_PLACE = re.compile(r'^ *File "([^"\n]{1,500})", line (\d{1,7})', re.MULTILINE)
_WORKER_ERROR = re.compile(r"^([A-Za-z_][A-Za-z0-9_.]{0,100})(?::|$)", re.MULTILINE)


class TransformError(Exception):
    """The transform failed, or its result cannot be stored."""

    def __init__(self, fault: TransformFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Transform:
    """The user's function with the judgement of its results."""

    def __init__(self, module: str, schema: pa.Schema) -> None:
        """
        :param schema: of the rows that it gets and has to return
        :raises ConfigError: when the module cannot be imported, or has no such function
        """
        self._module = module
        self._function = _load(module)
        self._schema = schema

    def apply(self, rows: DataFrame, new: pa.Table) -> tuple[DataFrame, int]:
        """The rows as the user's function returns them, in memory until the caller unpersists them, and their number.

        :param new: the identities of the rows (IDENTIFIED_SCHEMA)
        :raises TransformError: when the function fails, or its result is not one that `events` can take
        """
        try:
            return self._attempt(rows, new)
        except TransformError:
            raise
        except Exception:
            # The rows are read from storage meanwhile, and that may be what failed. Once they are in memory it cannot.
            rows.persist()
        try:
            rows.count()
            try:
                return self._attempt(rows, new)
            except TransformError:
                raise
            except Exception as error:
                raise TransformError(self._thrown_by_rows(error)) from error
        finally:
            rows.unpersist()

    def _attempt(self, rows: DataFrame, new: pa.Table) -> tuple[DataFrame, int]:
        result = self._call(rows).persist()
        try:
            judged = result.select(*_JUDGED).mapInArrow(_judge, from_arrow_schema(_JUDGED_SCHEMA)).toArrow()
            _refuse_other_events(judged, new)
        except BaseException:
            result.unpersist()
            raise
        return result, judged.num_rows

    def _call(self, rows: DataFrame) -> DataFrame:
        try:
            result = _data_frame(self._function(rows))
            _refuse_other_columns(result, self._schema)
            return result.select(*self._schema.names)
        except TransformError:
            raise
        except (Exception, SystemExit) as error:
            of_rows = isinstance(error, CapturedException) and not isinstance(error, AnalysisException)
            raise TransformError(self._thrown_by_rows(error) if of_rows else self._thrown(error)) from error

    def _thrown(self, error: BaseException) -> TransformFault:
        """An error of the call itself, which comes before any row is read, so its message quotes none."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self._is_own(frame.filename)]
        place = self._place(frames[-1].filename, frames[-1].lineno or 0) if frames else ""
        first_line = str(error).partition("\n")[0]  # Spark's messages go on with the plan
        message = f"transform threw {type(error).__name__}{place}: {first_line}"
        return TransformFault(ErrorCode.TRANSFORM_FAILED, message[:_MESSAGE_LENGTH])

    def _thrown_by_rows(self, error: BaseException) -> TransformFault:
        """An error of the work on the rows, without its message, which may quote personal data."""
        text = str(error)
        places = [(file, int(line)) for file, line in _WORKER_PLACE.findall(text) if self._is_own(file)]
        named = _WORKER_ERROR.findall(text[text.rfind('\n  File "') + 1 :]) if places else []
        condition = getattr(error, "getCondition", lambda: None)()
        kind = named[0] if named else condition or type(error).__name__
        place = self._place(*places[-1]) if places else ""
        message = f"transform threw {kind}{place}, while it worked on the batch's rows"
        return TransformFault(ErrorCode.TRANSFORM_FAILED, message[:_MESSAGE_LENGTH])

    def _is_own(self, file: str) -> bool:
        return self._module in _PATH_PARTS.split(file)

    def _place(self, file: str, line: int) -> str:
        parts = file.replace("\\", "/").split("/")
        start = next((index for index, part in enumerate(parts) if part in (self._module, f"{self._module}.py")), -1)
        return f" at {'/'.join(parts[start:])}:{line}"


def _load(module: str) -> Callable[[DataFrame], Any]:
    where = "Deploy the module with processing.transform, and what it imports with processing.extraPythonFiles."
    try:
        loaded = importlib.import_module(module)
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"--transform {module} cannot be imported: {type(error).__name__}: {error}. {where}"
        ) from error
    function = getattr(loaded, "transform", None)
    if not callable(function):
        raise ConfigError(
            f"--transform {module} must define transform(events), got "
            f"{'nothing of that name' if function is None else f'a {type(function).__name__}'} in {loaded.__file__}"
        )
    return function


def _invalid(message: str, path: str | None = None) -> TransformFault:
    return TransformFault(ErrorCode.TRANSFORM_INVALID, message[:_MESSAGE_LENGTH], path)


def _data_frame(result: Any) -> DataFrame:
    if isinstance(result, DataFrame):
        return result
    raise TransformError(_invalid(f"transform must return a DataFrame, got {type(result).__name__}"))


def _refuse_other_columns(result: DataFrame, schema: pa.Schema) -> None:
    wanted = {field.name: field.dataType.simpleString() for field in from_arrow_schema(schema)}
    given = {field.name: field.dataType.simpleString() for field in result.schema}
    for name, wanted_type in wanted.items():
        if name not in given:
            raise TransformError(_invalid(f"transform must keep the column {name}, which its result lacks", name))
        if given[name] != wanted_type:
            message = f"transform must keep the type {wanted_type} of the column {name}, got {given[name]}"
            raise TransformError(_invalid(message, name))
    unknown = [name for name in result.columns if name not in wanted]
    twice = [name for name in wanted if result.columns.count(name) > 1]
    if unknown:
        message = f"transform added the column {unknown[0]}: declare it in processing.columns, or drop it"
        raise TransformError(_invalid(message, unknown[0]))
    if twice:
        raise TransformError(_invalid(f"transform must have the column {twice[0]} once, got it twice", twice[0]))


def _judge(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For each row of a result its identity, and the name of the first column whose value it must not have."""
    for batch in batches:
        rows = pa.table(batch)
        faults = np.full(len(rows), None, object)
        for name, is_wrong in _wrong_values(rows):
            faults[is_wrong & (faults == None)] = name  # noqa: E711 - of each element
        columns = {name: rows[name] for name in [*IDENTITY, "event_fp"]}
        columns["received_ms"] = pc.cast(
            pc.cast(rows["received_ts"], pa.timestamp("ms", tz="UTC"), safe=False), pa.int64()
        )
        yield from pa.table({**columns, "fault": pa.array(faults, pa.string())}, schema=_JUDGED_SCHEMA).to_batches()


def _wrong_values(rows: pa.Table) -> Iterator[tuple[str, np.ndarray]]:
    for name in _REQUIRED:
        if rows[name].null_count:
            yield name, pc.is_null(rows[name]).to_numpy()
    named = rows.select(["source_id", "app_id", "event_id"])
    filled = named.set_column(1, "app_id", pc.fill_null(rows["app_id"], "")).set_column(
        2, "event_id", pc.fill_null(rows["event_id"], "")
    )
    for name, halves in zip(IDENTITY, identities(filled), strict=True):
        yield "event_id", pc.fill_null(pc.not_equal(rows[name], pa.array(halves)), True).to_numpy()
    dates = pc.cast(rows["received_ts"], pa.date32())
    yield "received_date", pc.fill_null(pc.not_equal(rows["received_date"], dates), True).to_numpy()


def _refuse_other_events(judged: pa.Table, new: pa.Table) -> None:
    faults = judged["fault"].drop_null().unique().to_pylist()
    if faults:
        name = faults[0]
        if name in ("event_id", "received_date"):
            made_of = "source and id" if name == "event_id" else "received_ts"
            what = f"must not change {name}, or what belongs to it ({made_of})"
        else:
            what = f"must give every event a value of {name}, which was null"
        raise TransformError(_invalid(f"transform {what}", name))
    known, seen = (list(_identities(rows)) for rows in (new, judged))
    if not set(seen) <= set(known):
        message = f"transform must not change the identity of an event ({', '.join(_FIXED)})"
        raise TransformError(_invalid(message, "event_id"))
    if len(set(seen)) < len(seen):
        raise TransformError(_invalid("transform must return an event at most once, got one twice", "event_id"))


def _identities(rows: pa.Table) -> Iterable[tuple[int, ...]]:
    return zip(*(rows[name].to_pylist() for name in [*IDENTITY, "event_fp", "received_ms"]), strict=True)
