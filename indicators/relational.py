"""The additive remapping as one relational expression (Ibis), run on DuckDB or on a Spark cluster.

There is one expression tree; engines differ in how a session is opened and how the result becomes one file. The
crosswalk goes in as tables. Texts (methods, bases, reasons, parents) are those of indicators.remap: it is asked
once, on a panel of four columns, what it says of each target unit.
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow.parquet as pq

from geo.errors import CrosswalkError, InputFileError, ObservationError, Problem
from geo.files import whole_file
from geo.register import Register
from geo.registers import embedded_for, embedded_register
from indicators import remap as ordinary
from indicators.catalogue import Catalogue, Indicator
from indicators.links import Profile
from indicators.panel import PARTS
from indicators.periods import ACCEPTED, normal_period, straddled
from indicators.relational_sums import finished, sums
from indicators.relational_tables import Group, tables_of
from indicators.rounding import LIMIT
from indicators.scale import indicators_of
from indicators.scale_columns import check_columns
from indicators.scale_table import SCHEMA
from indicators.status import PRECEDENCE
from plans.crosswalk import Crosswalk

if TYPE_CHECKING:
    from ibis.expr.types import Table

KINDS: Final = ("count-flow", "count-stock", "ratio")


@dataclass(frozen=True)
class RelationalSummary:
    """What a run did: the engine, rows read and written, seconds."""

    engine: str
    rows_in: int
    rows_out: int
    seconds: float


def remap_relational(
    source: Path,
    target: Path,
    crosswalk: Crosswalk,
    catalogue: Catalogue,
    *,
    engine: str = "duckdb",
    base: str | None = None,
    register: Register | None = None,
) -> RelationalSummary:
    """Remap a Parquet file of observations with an existing engine: ``duckdb`` or ``spark``.

    Counts and rates that carry numerator and denominator, by the formulas of indicators.remap; rows come out by
    indicator, period and unit. Raises InputFileError when the file or the engine is not to be had, ObservationError
    listing what the file holds that is not understood, CrosswalkError for a base that the crosswalk lacks.
    """
    begun = time.perf_counter()
    if engine not in ENGINES:
        raise InputFileError(
            Problem(f"không có bộ máy “{engine}”", f"no such engine: {engine}", accepted=", ".join(ENGINES))
        )
    if base is not None and base not in crosswalk.bases:
        raise CrosswalkError(
            Problem(
                f"bảng chuyển đổi không có tỷ lệ theo {base}", f"the crosswalk has no shares by {base}", "", None,
                "base", base, ", ".join(crosswalk.bases),
            )
        )  # fmt: skip
    check_file(Path(source))
    if register is None and (name := embedded_for(crosswalk.from_vintage)):
        register = embedded_register(name)
    run = ordinary._Run(crosswalk, catalogue, base, False, register)
    with ENGINES[engine]() as (connection, write), whole_file(target) as beside:
        observed = normalised(connection.read_parquet(str(source)))
        facts = looked_through(observed, run, catalogue, str(source))
        result = expression(observed, facts, run, catalogue)
        write(result, beside)
        rows_out = pq.ParquetFile(beside).metadata.num_rows
    return RelationalSummary(engine, int(facts["rows"].sum()), rows_out, time.perf_counter() - begun)


def check_file(source: Path) -> None:
    """Raise InputFileError where the file is missing, no Parquet, or its columns do not fit."""
    try:
        check_columns(pq.read_schema(source), str(source))
    except FileNotFoundError as error:
        raise InputFileError(Problem("không có tệp này", "there is no such file", str(source))) from error
    except InputFileError:
        raise
    except (ValueError, OSError) as error:
        raise InputFileError(
            Problem("không phải tệp Parquet", "this is not a Parquet file", str(source))
        ) from error


def normalised(table: Table) -> Table:
    """Return observations in one form: missing keys empty, what is no number null.

    An empty status is A, or O where there are no figures.
    """
    import ibis

    def text(column: str) -> Any:
        return ibis.coalesce(table[column].cast("string"), ibis.literal(""))

    def figure(column: str) -> Any:
        number = table[column].cast("float64")
        return ibis.ifelse(number.isnan() | number.isinf(), ibis.null("float64"), number)

    status = text("status")
    figures = {part: figure(part) for part in PARTS}
    empty = figures["value"].isnull() & figures["numerator"].isnull() & figures["denominator"].isnull()
    plain = (status == "") | (status == "A")
    return table.select(
        unit_code=text("unit_code"), vintage=text("vintage"), period=text("period"), indicator=text("indicator"),
        status=ibis.ifelse(plain, ibis.ifelse(empty, "O", "A"), status), **figures,
    )  # fmt: skip


def looked_through(observed: Table, run: Any, catalogue: Catalogue, name: str) -> pd.DataFrame:
    """Return one row an indicator and period: rows, decimals of its figures; refuse what is not understood."""
    import ibis

    facts = observed.group_by("indicator", "period").aggregate(
        rows=observed.count(),
        places=_places(observed["value"]).max(),
        least=observed["value"].min(),
        greatest=observed["value"].abs().max(),
        above=(observed["numerator"] > observed["denominator"]).sum(),
        alone=(observed["numerator"].isnull() != observed["denominator"].isnull()).sum(),
        lone=(observed["value"].notnull() & observed["numerator"].isnull()).sum(),
        gaps=observed["numerator"].isnull().sum(),
        values=observed["value"].notnull().sum(),
        tops=observed["numerator"].notnull().sum(),
    )
    frame: pd.DataFrame = facts.execute()
    kinds = indicators_of(dict.fromkeys(frame["indicator"], 1), catalogue, name)
    problems: list[Problem] = []

    def problem(vi: str, en: str, column: str, found: str, accepted: str) -> None:
        problems.append(Problem(vi, en, name, None, column, found, accepted))

    for period in sorted(set(frame["period"])):
        if normal_period(period) != period:
            problem("không phải kỳ báo cáo", "this is no period", "period", period, ACCEPTED)
        elif day := straddled(period, run.from_vintage):
            problem(
                f"kỳ này nằm trên hai bản đồ: bản đồ đổi ngày {day:%d/%m/%Y}",
                f"two maps divide this period: the map changed on {day.isoformat()}",
                "period", period, "các kỳ ngắn hơn / shorter periods",
            )  # fmt: skip
    for row in frame.itertuples():
        _check_cells(row, kinds[str(row.indicator)], set(kinds), problem)
    units = set(run.links(Profile(("population",))).sources)
    for column, known, vi, en in (
        ("unit_code", units, "mã không có trong bảng chuyển đổi", "the crosswalk has no such unit"),
        (
            "vintage", {run.from_vintage, ""}, "thời điểm của số liệu khác với phương án",
            "the observations' vintage is not that of the plan",
        ),
        ("status", set(PRECEDENCE), "không phải trạng thái SDMX", "not an SDMX status"),
    ):  # fmt: skip
        found = set(observed.select(column).distinct().execute()[column])
        for stranger in sorted(found - known):
            problem(
                vi, en, column, stranger, run.from_vintage if column != "status" else " ".join(PRECEDENCE)
            )
        if column == "vintage" and len(found) > 1 and "" in found:
            problem("có dòng thiếu thời điểm", "some rows lack the vintage", "vintage", "", run.from_vintage)
    twice = observed.group_by("unit_code", "period", "indicator").aggregate(rows=observed.count())
    for row in twice.filter(ibis._["rows"] > 1).limit(20).execute().itertuples():
        problem(
            "dòng lặp", "a duplicate row", "unit_code, period, indicator",
            f"{row.unit_code}, {row.period}, {row.indicator}", "mỗi đơn vị, kỳ, chỉ tiêu một dòng / one row each",
        )  # fmt: skip
    if problems:
        raise ObservationError(problems[:1000])
    # as the ordinary way: decimals are those of an indicator's columns that are not whole; 9 = too many
    whole = frame["places"].fillna(0) == 0
    most = frame[~whole].groupby("indicator")["places"].max()
    frame["places"] = frame["indicator"].map(most).fillna(0).where(~whole, 0).astype(int)
    frame["exact"] = frame["places"] < 9
    return frame


def _places(value: Any) -> Any:
    """Return the decimals of a figure, 0 to 6, 9 for more."""
    import ibis

    cases = [(value.isnull(), 0)]
    cases += [(((value * 10.0**p).round() / 10.0**p) == value, p) for p in range(7)]
    return ibis.cases(*cases, else_=9)


def _check_cells(row: Any, indicator: Indicator, present: set[str], problem: Callable[..., None]) -> None:
    where = f"{row.indicator}, {row.period}"
    if indicator.kind not in KINDS:
        problem(
            f"loại “{indicator.kind}” không tính được bằng bộ máy này; hãy dùng cách thường",
            f"the kind “{indicator.kind}” is not computed by this engine; use the ordinary way",
            "indicator", row.indicator, ", ".join(KINDS),
        )  # fmt: skip
        return
    if indicator.kind == "ratio":
        named = indicator.numerator in present and indicator.denominator in present
        if row.alone or row.lone or (named and row.gaps):
            problem(
                "tỷ lệ thiếu tử số hoặc mẫu số trong dòng của nó; hãy dùng cách thường",
                "a rate lacks numerator or denominator in its own row; use the ordinary way",
                "numerator, denominator", where, "cả hai, hoặc không có gì / both, or nothing at all",
            )  # fmt: skip
        if indicator.percent and row.above:
            problem(
                "tử số lớn hơn mẫu số của một tỷ lệ %", "the numerator is above the denominator of a share in %",
                "numerator", where, "numerator <= denominator",
            )  # fmt: skip
        return
    if row.least < 0:
        problem("số đếm không thể âm", "a count cannot be negative", "value", where, ">= 0")
    if row.greatest * 10.0 ** min(row.places, 6) >= LIMIT:
        problem(
            "số đếm quá lớn cho bộ máy này",
            "the count is too large for this engine",
            "value",
            where,
            "< 10^12",
        )


def expression(observed: Table, facts: pd.DataFrame, run: Any, catalogue: Catalogue) -> Table:
    """Return the remapped observations as one expression: a branch for counts, one for rates."""
    import ibis

    groups: dict[tuple[bool, bool, Profile, Profile], list[Indicator]] = {}
    for name in sorted(set(facts["indicator"])):
        indicator = catalogue[name]
        worded = "approximate" in indicator.marks.split()
        key = (indicator.kind == "ratio", worded, *run.profiles(indicator))
        groups.setdefault(key, []).append(indicator)
    branches = []
    for is_ratio in (False, True):
        own = [
            Group(tuple(indicators), run.links(below), run.links(above))
            for (ratio, _, below, above), indicators in groups.items()
            if ratio == is_ratio
        ]
        if own:
            tables = tables_of(run, own, facts, is_ratio)
            # what is not of this branch falls away in the join with its columns
            branches.append(finished(sums(observed, tables), observed, tables, run.to_vintage))
    result = branches[0] if len(branches) == 1 else ibis.union(*branches)
    return result.select(*SCHEMA.names).order_by("indicator", "period", "unit_code")


Write = Callable[[Any, Path], None]


@contextmanager
def _duckdb() -> Iterator[tuple[Any, Write]]:
    import ibis

    connection = ibis.duckdb.connect()

    def write(result: Any, path: Path) -> None:
        connection.to_parquet(result, path, compression="zstd")

    try:
        yield connection, write
    finally:
        connection.disconnect()


@contextmanager
def _spark() -> Iterator[tuple[Any, Write]]:
    """Open Spark on this machine, or the session that is already open (on a cluster, spark-submit opens it)."""
    problems = []
    try:
        spark: Any = importlib.import_module("pyspark.sql").SparkSession
    except ImportError:
        problems.append(
            Problem(
                "chưa cài pyspark; chạy: pip install -r requirements-spark.txt",
                "pyspark is not installed; run: pip install -r requirements-spark.txt", found="--engine spark",
                accepted="pyspark >= 3.5, < 4.1",
            )
        )  # fmt: skip
    if shutil.which("java") is None:
        problems.append(
            Problem(
                "không thấy Java; Spark cần Java 17 trở lên (Debian: apt install default-jre-headless)",
                "there is no Java; Spark needs Java 17 or newer (Debian: apt install default-jre-headless)",
                found="--engine spark", accepted="java",
            )
        )  # fmt: skip
    if problems:
        raise InputFileError(problems)
    import ibis

    found = spark.getActiveSession()
    session = found or (
        spark.builder.master("local[*]")
        .appName("sapxep")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    connection = ibis.pyspark.connect(session)

    def write(result: Any, path: Path) -> None:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".spark-") as folder:
            # Spark writes a folder of files; they become one, in their order
            connection.to_parquet(result, str(Path(folder) / "parts"))
            with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
                for part in sorted((Path(folder) / "parts").glob("*.parquet")):
                    for batch in pq.ParquetFile(part).iter_batches(1_000_000):
                        writer.write_table(as_schema(batch))

    try:
        yield connection, write
    finally:
        if found is None:
            session.stop()


def as_schema(batch: Any) -> Any:
    """Return a batch of plain text columns in the schema of indicators.scale_table."""
    import pyarrow as pa

    arrays = [
        batch.column(field.name).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else batch.column(field.name)
        for field in SCHEMA
    ]
    return pa.table(arrays, names=SCHEMA.names).cast(SCHEMA)


ENGINES: Final[Mapping[str, Any]] = MappingProxyType({"duckdb": _duckdb, "spark": _spark})
