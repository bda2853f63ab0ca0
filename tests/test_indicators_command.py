"""From a plan and a file of observations to a file of remapped ones, as the command does it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from geo.errors import ObservationError, SapxepError
from geo.files import DATA
from geo.registers import embedded_register
from indicators.command import bases_of, run_remap
from indicators.observations import register_observations
from plans.files import embedded_plan

ILLUSTRATIVE = DATA / "indicators" / "illustrative_dossiers_2024.csv"
REGISTER = embedded_register("hanoi-2024-12-31")


def test_a_file_of_dossiers_goes_to_526_units(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    summary = run_remap([embedded_plan("nq1286")], REGISTER, ILLUSTRATIVE, out)
    frame = pd.read_csv(out, dtype=str, keep_default_na=False)
    before = pd.read_csv(ILLUSTRATIVE, dtype=str, keep_default_na=False)
    assert frame.groupby("indicator")["unit_code"].nunique().unique().tolist() == [526]
    totals = {row[0]: row for row in summary.totals}
    for name in ("ILL_RECEIVED", "ILL_ONLINE", "ILL_ONTIME"):
        stated = before.loc[before["indicator"] == name, "value"].astype(int).sum()
        assert totals[name][2] == totals[name][3] == stated
        # what has no point lies in units known by bounds: the file's own sum lacks just that
        of = frame[frame["indicator"] == name]
        open_ = of[of["value"] == ""]
        assert set(open_["method"]) == {"bounds"}
        parents = {code for cell in open_["parents"] for code in cell.split()}
        inside = (
            before[(before["indicator"] == name) & before["unit_code"].isin(parents)]["value"]
            .astype(int)
            .sum()
        )
        assert pd.to_numeric(of["value"]).sum() + inside == stated
    assert any("illustrative" in report.en for report in summary.reports)
    assert (tmp_path / "out.csv-metadata.json").exists()


def test_shares_that_a_person_entered_are_used(tmp_path: Path) -> None:
    plan = embedded_plan("nq1286")
    given = {"00136": Decimal("0.6"), "00151": Decimal("0.4")}
    units = tuple(
        replace(
            unit,
            transfers=tuple(
                replace(t, shares={"dossiers": given[unit.code]}) if t.code == "00142" else t
                for t in unit.transfers
            ),
        )
        for unit in plan.units
    )
    changed = replace(plan, units=units)
    assert bases_of([plan], None) == ("population", "area")
    assert bases_of([changed], None) == ("population", "area", "dossiers")
    run_remap([changed], REGISTER, ILLUSTRATIVE, tmp_path / "o.csv")
    frame = pd.read_csv(tmp_path / "o.csv", dtype=str, keep_default_na=False)
    row = frame[(frame["unit_code"] == "00151") & (frame["indicator"] == "ILL_RECEIVED")].iloc[0]
    before = (
        pd.read_csv(ILLUSTRATIVE, dtype=str)
        .query("indicator == 'ILL_RECEIVED'")
        .set_index("unit_code")["value"]
    )
    part = int(row["value"]) - int(before["00151"])
    assert abs(part - 0.4 * int(before["00142"])) <= 0.5
    assert row["base"] == "dossiers"


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("unit_code,vintage,period,indicator,value\n00001,,2024,POP,x\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    for options in (
        {"source": bad},
        {"source": ILLUSTRATIVE, "base": "moon"},
    ):
        with pytest.raises(SapxepError):
            run_remap([embedded_plan("nq1286")], REGISTER, target=out, **options)  # type: ignore[arg-type]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv"]


def test_backcast_takes_figures_of_the_new_map(tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    new.write_text(
        "unit_code,vintage,period,indicator,value\n"
        "10417,2025-01-01,2025-03,DOS_RECEIVED,1000\n00001,2025-01-01,2025-03,DOS_RECEIVED,5\n",
        encoding="utf-8",
    )
    run_remap([embedded_plan("nq1286")], REGISTER, new, tmp_path / "old.csv", backcast=True)
    frame = pd.read_csv(tmp_path / "old.csv", dtype=str, keep_default_na=False).set_index("unit_code")
    parts = frame.loc[["10414", "10417"], "value"].astype(int)
    assert parts.sum() == 1000
    assert frame.loc["10414", ["status", "low", "high"]].tolist() == ["E", "0", "1000"]
    assert frame.loc["00001", ["value", "status"]].tolist() == ["5", "A"]
    with pytest.raises(ObservationError):
        run_remap([embedded_plan("nq1286")], REGISTER, ILLUSTRATIVE, tmp_path / "no.csv", backcast=True)


def test_ones_own_catalogue_is_used(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "id,name_vi,name_en,group,unit,direction,kind\nMINE,Của tôi,Mine,x,hồ sơ,up,count-flow\n",
        encoding="utf-8",
    )
    data = tmp_path / "in.csv"
    data.write_text("unit_code,vintage,period,indicator,value\n00001,,2024,MINE,7\n", encoding="utf-8")
    run_remap([embedded_plan("nq1286")], REGISTER, data, tmp_path / "o.csv", catalogue=str(own))
    frame = pd.read_csv(tmp_path / "o.csv", dtype=str, keep_default_na=False)
    assert frame.loc[frame["unit_code"] == "00001", "value"].tolist() == ["7"]


def test_a_class_of_ones_own_catalogue_reads_the_figures_of_the_new_unit(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    # as in data/indicators/README.md, with a limit between the parents of Phú Hồng and their sum
    own.write_text(
        "id,name_vi,name_en,group,unit,direction,kind,rule\n"
        "SIZE,Quy mô,Size,x,loại,neutral,class,I: POP >= 16000 & LAND_AREA >= 10; II: POP >= 5000; III\n",
        encoding="utf-8",
    )
    lines = ["unit_code,vintage,period,indicator,value"]
    for unit in REGISTER:
        lines += [
            f"{unit.code},,2024,{name},{figure.value}"
            for name, figure in (
                ("POP", unit.figure("population")),
                ("LAND_AREA", unit.figure("area_km2")),
            )
            if figure.value is not None
        ]
        lines.append(f"{unit.code},,2024,SIZE,III")
    data = tmp_path / "in.csv"
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    parents = [REGISTER[code] for code in ("09637", "09631", "09646")]
    assert max(unit.population or 0 for unit in parents) < 16000 <= sum(u.population or 0 for u in parents)
    run_remap([embedded_plan("nq1286")], REGISTER, data, tmp_path / "o.csv", catalogue=str(own))
    frame = pd.read_csv(tmp_path / "o.csv", dtype=str, keep_default_na=False)
    row = frame[(frame["unit_code"] == "09646") & (frame["indicator"] == "SIZE")].iloc[0]
    assert (row["value"], row["method"], row["status"]) == ("I", "recomputed", "A")


def test_totals_of_a_streamed_run_stand_under_their_own_heads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are summed over periods, so there is no period among them."""
    monkeypatch.setattr("indicators.command.STREAM_ABOVE", 0)
    source = tmp_path / "in.parquet"
    observations = register_observations(REGISTER).frame
    observations[observations["indicator"] == "POP"].astype({"indicator": str}).to_parquet(
        source, index=False
    )
    summary = run_remap([embedded_plan("nq1286")], REGISTER, source, tmp_path / "out.parquet")
    (total,) = (dict(zip(summary.columns, row, strict=True)) for row in summary.totals)
    assert "period" not in total
    assert (total["indicator"], total["total_before"], total["total_after"]) == ("POP", 8_053_663, 8_053_663)
