"""The streamed remapping gives what the ordinary one gives, whatever the order and layout of the file."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrosswalkError, InputFileError, ObservationError
from indicators.assemble import COLUMNS
from indicators.catalogue import Catalogue, Indicator
from indicators.panel import COLUMNS as OBSERVED
from indicators.remap import remap
from indicators.rounding import SCALE, integer_shares, split_integers
from indicators.scale import SUMMED, remap_parquet
from indicators.scale_source import Source
from indicators.scale_sums import largest_remainders
from plans.crosswalk import Crosswalk, Link

ROOT = Path(__file__).resolve().parents[1]


def indicator(name: str, kind: str, unit: str = "hồ sơ", **more: str) -> Indicator:
    return Indicator(name, name, name, "g", unit, "up", kind, **more)


CATALOGUE = Catalogue(
    (
        indicator("RECEIVED", "count-flow"),
        indicator("ONLINE", "count-flow"),
        indicator("AREA", "count-stock", "km2"),
        indicator("PEOPLE", "count-stock", "người"),
        indicator("RATE", "ratio", "%"),
        indicator("BY_NAME", "ratio", "%", numerator="ONLINE", denominator="RECEIVED"),
        indicator("DAYS", "mean", "ngày"),
        indicator("MEDIAN", "quantile", "ngày"),
    )
)


def link(source: str, target: str, share: str | None, base: str, low: str = "0", high: str = "1") -> Link:
    relation = "whole" if share == "1" else "part"
    if share is not None:
        low = high = share
    return Link(
        source, target, relation, base, None if share is None else Decimal(share), Decimal(low), Decimal(high)
    )


def crosswalk() -> Crosswalk:
    """Twelve units into seven: mergers, one that stays, three that are divided, one of them by bounds alone."""
    links = []
    for base in ("population", "area"):
        links += [link(f"9000{i}", "90001", "1", base) for i in (1, 2, 3)]
        links += [link("90004", "90004", "1", base), link("90005", "90006", "1", base)]
        first, second = ("0.27", "0.73") if base == "population" else ("0.151", "0.849")
        links += [link("90006", "90006", first, base), link("90006", "90007", second, base)]
        links += [link("90007", "90007", "1", base), link("90008", "90008", "1", base)]
        links += [link("90009", "90008", None, base), link("90009", "90009", None, base)]
        links += [link("90010", "90009", "1", base), link("90011", "90010", "0.5", base)]
        links += [link("90011", "90011", "0.25", base), link("90011", "90001", "0.25", base)]
        links += [link("90012", "90010", "1", base), link("90013", "90011", "1", base)]
    return Crosswalk("2024-12-31", "2025-01-01", tuple(links))


UNITS = sorted({item.from_code for item in crosswalk().links})


def observations(seed: int = 1, missing: float = 0.0, names: tuple[str, ...] = ()) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for name in names or ("RECEIVED", "ONLINE", "AREA", "PEOPLE", "RATE", "BY_NAME", "DAYS"):
        for period in ("2023-11", "2023-12", "2024-01", "2024-Q1"):
            for unit in UNITS:
                value = top = bottom = np.nan
                if name in ("RATE", "DAYS"):
                    bottom = float(rng.integers(0, 50))
                    top = float(rng.integers(0, bottom + 1))
                elif name == "AREA":
                    value = float(rng.integers(1, 9000)) / 100
                elif name == "ONLINE":
                    value = float(rng.integers(0, 100))
                elif name != "BY_NAME":
                    value = float(rng.integers(100, 5000))
                status = str(rng.choice(["A", "A", "A", "P", "U", ""]))
                fate = rng.random()
                if fate < missing / 2:
                    continue
                if fate < missing:
                    value = top = bottom = np.nan
                    status = str(rng.choice(["O", "Q", "A"]))
                rows.append((unit, "2024-12-31", period, name, value, top, bottom, status))
    return pd.DataFrame(rows, columns=list(OBSERVED))


def write(frame: pd.DataFrame, path: Path, rows: int = 100_000) -> Path:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    texts = ["unit_code", "vintage", "period", "indicator", "status"]
    schema = pa.schema([pa.field(c, pa.string() if c in texts else pa.float64()) for c in OBSERVED])
    pq.write_table(table.select(list(OBSERVED)).cast(schema), path, row_group_size=rows)
    return path


def sorted_frame(frame: pd.DataFrame) -> pd.DataFrame:
    plain = frame.astype(
        {c: object for c in frame.columns if isinstance(frame[c].dtype, pd.CategoricalDtype)}
    )
    return plain.sort_values(["indicator", "period", "unit_code"]).reset_index(drop=True)


def same(path: Path, frame: pd.DataFrame) -> None:
    got, wanted = sorted_frame(pq.read_table(path).to_pandas()), sorted_frame(frame)
    assert list(got.columns) == list(COLUMNS)
    for column in COLUMNS:
        if column in ("value", "numerator", "denominator", "low", "high", "coverage"):
            np.testing.assert_allclose(
                got[column], wanted[column].astype(float), rtol=1e-12, atol=1e-9, err_msg=column
            )
        else:
            assert list(got[column]) == list(wanted[column]), column


@pytest.mark.parametrize("missing", [0.0, 0.15])
@pytest.mark.parametrize("base", [None, "area"])
def test_result_is_that_of_the_ordinary_way(tmp_path: Path, missing: float, base: str | None) -> None:
    frame = observations(3, missing)
    source, target = write(frame, tmp_path / "in.parquet"), tmp_path / "out.parquet"
    summary = remap_parquet(source, target, crosswalk(), CATALOGUE, base=base)
    ordinary = remap(frame, crosswalk(), CATALOGUE, base=base)
    same(target, ordinary.frame)
    assert summary.rows_in == len(frame)
    assert summary.rows_out == len(ordinary.frame)
    for row in pd.DataFrame(list(summary.total_rows), columns=list(SUMMED)).itertuples():
        per_period = ordinary.totals[ordinary.totals["indicator"] == row.indicator]
        assert row.total_before == pytest.approx(per_period["total_before"].sum())
        assert row.total_after == pytest.approx(per_period["total_after"].sum())
        assert row.equal


@pytest.mark.parametrize("rows", [7, 50, 10_000])
@pytest.mark.parametrize("budget", [1, 700_000_000])
def test_order_of_rows_row_groups_and_passes_change_nothing(tmp_path: Path, rows: int, budget: int) -> None:
    frame = observations(5, 0.1)
    shuffled = frame.sample(frac=1.0, random_state=2)
    source, target = write(shuffled, tmp_path / "in.parquet", rows), tmp_path / "out.parquet"
    summary = remap_parquet(source, target, crosswalk(), CATALOGUE, budget=budget)
    same(target, remap(frame, crosswalk(), CATALOGUE).frame)
    assert summary.passes == (5 if budget == 1 else 1)


def test_file_of_categories_and_whole_numbers_is_read(tmp_path: Path) -> None:
    frame = observations(7, names=("RECEIVED", "ONLINE"))
    typed = frame.astype({"unit_code": "category", "period": "category", "value": "int64"})
    typed.to_parquet(tmp_path / "in.parquet", index=False)
    remap_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", crosswalk(), CATALOGUE)
    same(tmp_path / "out.parquet", remap(frame, crosswalk(), CATALOGUE).frame)


def test_what_is_missing_is_not_zero_and_what_is_bounded_has_no_point(tmp_path: Path) -> None:
    frame = observations(9, names=("RECEIVED",))
    frame = frame[~((frame["unit_code"] == "90002") & (frame["period"] == "2023-12"))]
    source = write(frame, tmp_path / "in.parquet")
    remap_parquet(source, tmp_path / "out.parquet", crosswalk(), CATALOGUE)
    found = pq.read_table(tmp_path / "out.parquet").to_pandas().set_index(["unit_code", "period"])
    gap, whole = found.loc[("90001", "2023-12")], found.loc[("90001", "2023-11")]
    assert np.isnan(gap["value"])
    assert (gap["status"], gap["method"], gap["parents_missing"]) == ("O", "missing", "90002")
    assert 0 < gap["coverage"] < 1
    assert whole["value"] > 0
    bounded = found.loc[("90008", "2023-11")]
    parents = frame[(frame["period"] == "2023-11")].set_index("unit_code")["value"]
    assert np.isnan(bounded["value"])
    assert (bounded["low"], bounded["high"]) == (parents["90008"], parents["90008"] + parents["90009"])


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_counts_go_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: float) -> None:
    def no(*_: object) -> None:
        raise AssertionError("the ordinary way was taken")

    frame = observations(11, missing, ("RECEIVED", "PEOPLE"))
    ordinary = remap(frame, crosswalk(), CATALOGUE)
    monkeypatch.setattr("indicators.scale.panel_of", no)
    remap_parquet(write(frame, tmp_path / "in.parquet"), tmp_path / "out.parquet", crosswalk(), CATALOGUE)
    same(tmp_path / "out.parquet", ordinary.frame)


def test_progress_ends_at_all_rows(tmp_path: Path) -> None:
    frame = observations(1)
    calls: list[tuple[int, int]] = []
    remap_parquet(
        write(frame, tmp_path / "in.parquet", 100), tmp_path / "out.parquet", crosswalk(), CATALOGUE,
        progress=lambda done, total: calls.append((done, total)),
    )  # fmt: skip
    assert calls[-1] == (len(frame), len(frame))
    assert len(calls) > 1


def broken(change: str) -> pd.DataFrame:
    frame = observations(1, names=("RECEIVED", "RATE"))
    match change:
        case "unknown unit":
            frame.loc[[3, 9], "unit_code"] = ["99998", "99999"]
        case "duplicate":
            frame = pd.concat([frame, frame.iloc[[4]]])
        case "two vintages":
            frame.loc[5, "vintage"] = "2025-07-01"
        case "some without vintage":
            frame.loc[5, "vintage"] = ""
        case "negative":
            frame.loc[2, "value"] = -1.0
        case "above":
            frame.loc[frame.index[-1], ["numerator", "denominator"]] = [9.0, 8.0]
        case "status":
            frame.loc[2, "status"] = "?"
        case "period":
            frame.loc[2, "period"] = "tháng ba"
        case "indicator":
            frame.loc[2, "indicator"] = "NOBODY"
        case "kind":
            frame.loc[frame["indicator"] == "RATE", "indicator"] = "MEDIAN"
    return frame


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("unknown unit", "99998"), ("unknown unit", "99999"), ("duplicate", "90005, 2023-11, RECEIVED"),
        ("two vintages", "2025-07-01"), ("some without vintage", "vintage"), ("negative", "90003, 2023-11"),
        ("above", "numerator"), ("status", "?"), ("period", "tháng ba"), ("indicator", "NOBODY"), ("kind", "quantile"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_whole(tmp_path: Path, change: str, said: str) -> None:
    source, target = write(broken(change), tmp_path / "in.parquet", 20), tmp_path / "out.parquet"
    target.write_text("what stood here")
    with pytest.raises(ObservationError) as caught:
        remap_parquet(source, target, crosswalk(), CATALOGUE)
    assert said in caught.value.text("en")
    assert target.read_text() == "what stood here"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


def test_files_that_are_no_observations_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    (tmp_path / "text.parquet").write_text("no")
    pq.write_table(pa.table({"unit_code": ["1"]}), tmp_path / "few.parquet")
    frame = observations(1)
    frame["unit_code"] = frame["unit_code"].astype(int)
    frame.to_parquet(tmp_path / "numbers.parquet")
    for name, said in (
        ("none", "no such file"),
        ("text", "not a Parquet"),
        ("few", "period"),
        ("numbers", "unit_code"),
    ):
        with pytest.raises(InputFileError, match=said):
            remap_parquet(tmp_path / f"{name}.parquet", target, crosswalk(), CATALOGUE)
    with pytest.raises(CrosswalkError, match="households"):
        remap_parquet(
            write(observations(1), tmp_path / "in.parquet"), target, crosswalk(), CATALOGUE, base="households"
        )
    assert not target.exists()


def test_published_rates_that_contradict_their_parts_are_reported(tmp_path: Path) -> None:
    frame = observations(3, names=("RATE",))
    parted = frame["denominator"] > 0
    frame.loc[parted, "value"] = (100 * frame["numerator"] / frame["denominator"]).round(1)[parted]
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    assert not [
        r
        for r in remap_parquet(write(frame, source), target, crosswalk(), CATALOGUE).reports
        if r.field != "vintage"
    ]
    wrong = frame.index[parted][[1, 7]]
    frame.loc[wrong, "value"] += 3
    frame.loc[frame.index[~parted][:1], "value"] = 0.0
    reports = remap_parquet(write(frame, source), target, crosswalk(), CATALOGUE).reports
    said = [report.text("en") for report in reports if "contradicts" in report.text("en")]
    assert len(said) == 2
    for row, text in zip(wrong, said, strict=True):
        assert frame.loc[row, "unit_code"] in text
        assert frame.loc[row, "period"] in text
    assert sum("denominator of 0" in report.text("en") for report in reports) == 1


def test_shares_of_one_and_nothing_go_the_fast_way_too(tmp_path: Path) -> None:
    links = [link("90001", "90001", "1.0", "population"), link("90001", "90002", "0", "population")]
    links += [link("90002", "90002", "1", "population"), link("90003", "90003", "1", "population")]
    walk = Crosswalk("2024-12-31", "2025-01-01", tuple(links))
    frame = observations(1, names=("RECEIVED",))
    frame = frame[frame["unit_code"].isin(["90001", "90002", "90003"])].reset_index(drop=True)
    remap_parquet(write(frame, tmp_path / "in.parquet"), tmp_path / "out.parquet", walk, CATALOGUE)
    same(tmp_path / "out.parquet", remap(frame, walk, CATALOGUE).frame)


def test_large_files_do_without_pandas(tmp_path: Path) -> None:
    """It takes longer to import than ten million rows to remap."""
    write(observations(1, names=("RECEIVED",)), tmp_path / "in.parquet")
    script = f"""
import sys
from pathlib import Path
from decimal import Decimal
from indicators.catalogue import Catalogue, Indicator
from indicators.scale import remap_parquet
from plans.crosswalk import Crosswalk, Link
one = Decimal(1)
codes = [f"900{{i:02d}}" for i in range(1, 14)]
walk = Crosswalk("2024-12-31", "2025-01-01", tuple(Link(c, c, "same", "population", one, one, one) for c in codes))
known = Catalogue((Indicator("RECEIVED", "r", "r", "g", "hồ sơ", "up", "count-flow"),))
done = remap_parquet(Path({str(tmp_path / "in.parquet")!r}), Path({str(tmp_path / "out.parquet")!r}), walk, known)
print(done.rows_out, [name for name in ("pandas", "scipy", "geopandas") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split(maxsplit=1) == [str(13 * 4), "[]\n"]


def test_file_sorted_by_indicator_holds_few_at_once(tmp_path: Path) -> None:
    frame = observations(1, names=("RECEIVED", "ONLINE", "PEOPLE"))
    source = Source(write(frame, tmp_path / "in.parquet", len(UNITS) * 4), tuple(UNITS), "2024-12-31")
    families = [frozenset({name}) for name in source.counts]
    one = 10 * len(UNITS) * 4
    assert len(source.passes(families, budget=one)) == 1
    mixed = write(frame.sample(frac=1.0, random_state=1), tmp_path / "mixed.parquet", 50)
    assert len(Source(mixed, tuple(UNITS), "2024-12-31").passes(families, budget=one)) == 3


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=6),
    st.lists(st.integers(1, 10**6), min_size=2, max_size=5),
)
def test_largest_remainders_at_once_are_those_one_by_one(totals: list[int], weights: list[int]) -> None:
    whole = sum(weights)
    shares = integer_shares([Decimal(weight) / whole for weight in weights])
    figures = np.array(totals, dtype=float)
    both = largest_remainders(np.column_stack([figures, figures]), np.vstack([shares, shares[::-1]]))
    np.testing.assert_array_equal(both[:, 0], split_integers(figures, shares))
    np.testing.assert_array_equal(both[:, 1], split_integers(figures, shares[::-1].copy()))
    np.testing.assert_array_equal(both.sum(axis=2), np.column_stack([figures, figures]))
    assert shares.sum() == SCALE
