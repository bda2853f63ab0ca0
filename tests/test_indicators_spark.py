"""The relational remapping: one expression, on DuckDB and on Spark, with the results of the ordinary way."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import CrosswalkError, InputFileError, ObservationError
from indicators.catalogue import Catalogue, Indicator
from indicators.relational import remap_relational
from indicators.remap import remap
from tests.test_indicators_scale import CATALOGUE, broken, crosswalk, observations, same, write

NAMES = ("RECEIVED", "ONLINE", "AREA", "PEOPLE", "RATE")
SPARK = importlib.util.find_spec("pyspark") is not None
JAVA = shutil.which("java") is not None


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("base", [None, "area"])
def test_duckdb_gives_what_the_ordinary_way_gives(tmp_path: Path, missing: float, base: str | None) -> None:
    frame = observations(3, missing, NAMES)
    source, target = write(frame, tmp_path / "in.parquet"), tmp_path / "out.parquet"
    summary = remap_relational(source, target, crosswalk(), CATALOGUE, base=base)
    same(target, remap(frame, crosswalk(), CATALOGUE, base=base).frame)
    assert (summary.engine, summary.rows_in) == ("duckdb", len(frame))


def test_what_is_marked_approximate_is_marked_here_too(tmp_path: Path) -> None:
    catalogue = Catalogue(
        (Indicator("NEAR", "x", "x", "g", "hồ sơ", "up", "count-flow", marks="approximate"),)
    )
    frame = observations(4, 0.1, ("RECEIVED",)).assign(indicator="NEAR")
    remap_relational(write(frame, tmp_path / "in.parquet"), tmp_path / "out.parquet", crosswalk(), catalogue)
    same(tmp_path / "out.parquet", remap(frame, crosswalk(), catalogue).frame)


@pytest.mark.skipif(not SPARK, reason="pyspark is not installed (requirements-spark.txt)")
@pytest.mark.skipif(not JAVA, reason="there is no Java for Spark")
def test_spark_gives_what_duckdb_gives(tmp_path: Path) -> None:
    frame = observations(6, 0.15, NAMES)
    source = write(frame, tmp_path / "in.parquet")
    remap_relational(source, tmp_path / "duckdb.parquet", crosswalk(), CATALOGUE)
    remap_relational(source, tmp_path / "spark.parquet", crosswalk(), CATALOGUE, engine="spark")
    same(tmp_path / "spark.parquet", pd.read_parquet(tmp_path / "duckdb.parquet"))
    same(tmp_path / "spark.parquet", remap(frame, crosswalk(), CATALOGUE).frame)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["duckdb.parquet", "in.parquet", "spark.parquet"]


def test_engine_that_is_not_to_be_had_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(observations(1, names=NAMES), tmp_path / "in.parquet")
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputFileError) as caught:
        remap_relational(source, tmp_path / "out.parquet", crosswalk(), CATALOGUE, engine="spark")
    assert "requirements-spark.txt" in caught.value.text("vi")
    assert "requirements-spark.txt" in caught.value.text("en")
    assert "Java" in caught.value.text("en")
    with pytest.raises(InputFileError, match="duckdb, spark"):
        remap_relational(source, tmp_path / "out.parquet", crosswalk(), CATALOGUE, engine="flink")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("unknown unit", "99999"), ("duplicate", "90005, 2023-11, RECEIVED"), ("two vintages", "2025-07-01"),
        ("some without vintage", "vintage"), ("negative", "negative"), ("above", "numerator"), ("status", "?"),
        ("period", "tháng ba"), ("indicator", "NOBODY"), ("kind", "quantile"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_whole(tmp_path: Path, change: str, said: str) -> None:
    source, target = write(broken(change), tmp_path / "in.parquet"), tmp_path / "out.parquet"
    with pytest.raises(ObservationError) as caught:
        remap_relational(source, target, crosswalk(), CATALOGUE)
    assert said in caught.value.text("en")
    assert not target.exists()


def test_rates_without_their_parts_and_unknown_bases_are_refused(tmp_path: Path) -> None:
    frame = observations(1, names=("RATE",))
    frame.loc[3, ["value", "numerator", "denominator"]] = [50.0, float("nan"), float("nan")]
    source = write(frame, tmp_path / "in.parquet")
    with pytest.raises(ObservationError, match="lacks numerator or denominator"):
        remap_relational(source, tmp_path / "out.parquet", crosswalk(), CATALOGUE)
    with pytest.raises(CrosswalkError, match="households"):
        remap_relational(source, tmp_path / "out.parquet", crosswalk(), CATALOGUE, base="households")
    with pytest.raises(InputFileError, match="no such file"):
        remap_relational(tmp_path / "none.parquet", tmp_path / "out.parquet", crosswalk(), CATALOGUE)
