"""The command as other programs call it: what it prints, what it writes, its exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cli
from geo.registers import embedded_register
from plans.files import embedded_plan, plan_text
from tests.shared_facts import shared

ROOT = Path(__file__).resolve().parents[1]
DOSSIERS = "data/indicators/illustrative_dossiers_2024.csv"
HANOI = embedded_register("hanoi-2024-12-31")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAPXEP_LANG", "en")
    monkeypatch.chdir(ROOT)


def test_validate_prints_one_json_document_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", "nq1286", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == [
        "plan",
        "regime",
        "decided",
        "summary",
        "totals",
        "sources",
        "units",
        "verdicts",
    ]
    assert document["regime"] == "35/2023"
    assert document["totals"]["before"] == document["totals"]["after"] | {"units": 579}
    assert document["totals"]["after"]["units"] == 526
    assert document["totals"]["before"]["population"] == 8053663
    assert len(document["sources"]) == 579
    assert len(document["units"]) == 57
    outcomes = [verdict["outcome"] for verdict in document["verdicts"]]
    assert document["summary"] == {o: outcomes.count(o) for o in ("pass", "fail", "exempt", "undetermined")}
    for rule in ("partition-complete", "conservation-area-pop", "city-totals", "contiguity", "same-district"):
        found = [v for v in document["verdicts"] if v["rule"] == rule]
        assert found, rule
        assert {v["outcome"] for v in found} == {"pass"}, rule
    (chau_son,) = [source for source in document["sources"] if source["code"] == "09637"]
    assert chau_son["due_by"] == ["mandatory-both-below-70", "mandatory-commune-area20-pop300"]
    assert chau_son["percent"]["population"] == pytest.approx(58.3, abs=0.05)
    (phu_hong,) = [unit for unit in document["units"] if unit["code"] == "09646"]
    assert phu_hong["percent"] == {"area_km2": 79.38, "population": 364.41}
    assert phu_hong["basis"] == {"area_km2": "stated", "population": "stated"}


def test_validate_as_table_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["validate", "nq1286"]) == 0
    assert "post-merge-meets-standard" in capsys.readouterr().out
    assert cli.main(["validate", "nq1286", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    (row,) = [r for r in rows if r["rule"] == "post-merge-meets-standard" and r["subject"] == "09646"]
    assert json.loads(row["margin"])["area_km2"] == -4.33


def test_a_mandatory_failure_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = plan_text(embedded_plan("nq1286")).replace("units_after = 526", "units_after = 500")
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assert cli.main(["validate", str(tmp_path / "p.toml"), "--format", "json"]) == 2
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    assert [v["rule"] for v in verdicts if (v["outcome"], v["severity"]) == ("fail", "mandatory")] == [
        "city-totals"
    ]


def test_units_that_are_not_on_the_map_are_undetermined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layer = json.loads(Path("data/boundaries/hanoi-2024-12-31.geojson").read_text())
    layer["features"] = [f for f in layer["features"] if f["properties"]["code"] != "10414"]
    (tmp_path / "b.geojson").write_text(json.dumps(layer))
    assert (
        cli.main(["validate", "nq1286", "--format", "json", "--boundaries", str(tmp_path / "b.geojson")]) == 0
    )
    found = {
        v["subject"]: v["outcome"]
        for v in json.loads(capsys.readouterr().out)["verdicts"]
        if v["rule"] == "contiguity"
    }
    assert found["10417"] == "undetermined"
    assert set(found.values()) == {"undetermined", "pass"}


def test_every_group_is_contiguous_on_the_real_boundaries(capsys: pytest.CaptureFixture[str]) -> None:
    layer = shared("boundaries/hanoi_communes_2024.geojson")
    assert cli.main(["validate", "nq1286", "--format", "json", "--boundaries", str(layer)]) == 0
    found = [
        v["outcome"] for v in json.loads(capsys.readouterr().out)["verdicts"] if v["rule"] == "contiguity"
    ]
    assert found == ["pass"] * 57


def test_assess_counts_the_units_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["assess", "hanoi-2024-12-31", "--date", "2024-11-14", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["summary"]["due"] == sum(source["due"] is True for source in document["sources"])
    assert document["regime"] == "35/2023"
    assert cli.main(["assess", "hanoi-2025-07-01", "--date", "2026-11-01"]) == 0
    assert "r26-std-phuong" in capsys.readouterr().out


def test_crosswalk_of_a_chain(tmp_path: Path) -> None:
    assert cli.main(["crosswalk", "nq1286", "nq1656", "-o", str(tmp_path / "c.csv")]) == 0
    with (tmp_path / "c.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["from_vintage"] for row in rows} == {"2024-12-31"}
    assert {row["to_vintage"] for row in rows} == {"2025-07-01"}
    assert len({row["to_code"] for row in rows}) == 126


def remapped(path: Path) -> dict[tuple[str, str], dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return {(row["unit_code"], row["indicator"]): row for row in csv.DictReader(file)}


def test_remap_keeps_every_dossier(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["remap", "nq1286", DOSSIERS, "-o", str(tmp_path / "r.csv")]) == 0
    assert "illustrative" in capsys.readouterr().err
    after = remapped(tmp_path / "r.csv")
    assert len({code for code, _ in after}) == 526
    with Path(DOSSIERS).open(encoding="utf-8") as file:
        before = {(r["unit_code"], r["indicator"]): r for r in csv.DictReader(file)}

    def total(codes: list[str], indicator: str) -> int:
        return sum(int(before[code, indicator]["value"]) for code in codes)

    assert int(after["09646", "ILL_RECEIVED"]["value"]) == total(["09631", "09637", "09646"], "ILL_RECEIVED")
    assert int(after["10417", "ILL_ONLINE"]["value"]) == total(["10414", "10417"], "ILL_ONLINE")
    assert after["10417", "ILL_ONLINE"]["value"] != after["10108", "ILL_ONLINE"]["value"]
    rate = after["10417", "ILL_RATE_ONLINE"]
    assert float(rate["value"]) == pytest.approx(
        100 * total(["10414", "10417"], "ILL_ONLINE") / total(["10414", "10417"], "ILL_RECEIVED")
    )
    unknown = after["00277", "ILL_RECEIVED"]
    assert unknown["value"] == ""
    assert (int(unknown["low"]), int(unknown["high"])) == (
        total(["00277"], "ILL_RECEIVED"),
        total(["00277", "00274"], "ILL_RECEIVED"),
    )


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_remap_writes_other_formats(tmp_path: Path, suffix: str) -> None:
    assert cli.main(["remap", "nq1286", "nq1656", DOSSIERS, "-o", str(tmp_path / f"r.{suffix}")]) == 0
    assert (tmp_path / f"r.{suffix}").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("unit_code,period,indicator,value\n99999,2024,ILL_RECEIVED,5\n", "99999"),
        ("unit_code,period,indicator,value\n00001,2024,ILL_RECEIVED,nhiều\n", "nhiều"),
        ("unit_code,period,indicator,value\n00001,2024,ILL_RECEIVED,5\n00001,2024,ILL_RECEIVED,5\n", "00001"),
        ("unit_code,period,indicator,value\n00001,2024,ILL_RECEIVED,-5\n", "-5"),
        ("nothing,of,use\n1,2,3\n", "nothing"),
        ("", "empty"),
    ],
)
def test_observations_not_understood_are_refused_whole(
    tmp_path: Path, text: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "o.csv").write_text(text, encoding="utf-8")
    target = tmp_path / "r.csv"
    target.write_text("old")
    assert cli.main(["remap", "nq1286", str(tmp_path / "o.csv"), "-o", str(target)]) == 1
    said = capsys.readouterr()
    assert named in said.err
    assert said.out == ""
    assert target.read_text() == "old"


def test_export_and_verify_agree_and_a_change_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    assert cli.main(["export", "nq1286", "-o", str(path)]) == 0
    assert cli.main(["verify", str(path), "nq1286"]) == 0
    text = path.read_text(encoding="utf-8-sig")
    assert "Phú Hồng" in text
    path.write_text(text.replace("Phú Hồng", "Phú Hông", 1), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["verify", str(path), "nq1286", "--format", "json"]) == 2
    assert "Phú Hông" in json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False)


def test_diff_of_a_plan_with_itself_and_with_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = plan_text(embedded_plan("nq1286")).replace('name = "Hoa Viên"', 'name = "Viên Hoa"')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    assert cli.main(["diff", "nq1286", str(tmp_path / "mine.toml"), "--format", "json"]) == 0
    assert "Viên Hoa" in capsys.readouterr().out


def test_units_and_boundaries_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["units", "data/units/hanoi-2024-12-31.csv", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["units"], found["districts"], found["population"]) == (579, 30, "8053663")
    layer = "data/boundaries/hanoi-2024-12-31.geojson"
    assert (
        cli.main(["boundaries", "inspect", layer, "--register", "hanoi-2024-12-31", "--format", "json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["matched"] == 579
    assert cli.main(["boundaries", "import", layer, "-o", str(tmp_path / "l.gpkg")]) == 0
    assert (tmp_path / "l.gpkg").stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "COMMAND"),
        (["frobnicate"], "frobnicate"),
        (["validate"], "PLAN"),
        (["validate", "nq9999"], "nq9999"),
        (["validate", "nq1286", "--register", "nowhere.csv"], "nowhere.csv"),
        (["validate", "nq1286", "--boundaries", "README.md"], "README.md"),
        (["validate", "nq1286", "--format", "yaml"], "yaml"),
        (["assess", "hanoi-2024-12-31", "--date", "yesterday"], "yesterday"),
        (["crosswalk", "nq1286", "-o", "out.txt"], ".txt"),
        (["crosswalk", "nq1656", "nq1286", "-o", "out.csv"], "nq1286"),
        (["crosswalk", "nq1286", "-o", "/nonexistent/out.csv"], "/nonexistent/out.csv"),
        (["remap", "nq1286", "-o", "out.csv"], "PLAN OBSERVATIONS"),
        (["remap", "nq1286", "nowhere.csv", "-o", "out.csv"], "nowhere.csv"),
        (["export", "nq1286", "-o", "out.doc"], ".doc"),
        (["verify", "nowhere.xlsx", "nq1286"], "nowhere.xlsx"),
        (["units", "README.md"], "README.md"),
    ],
)
def test_errors_end_with_1_and_one_message(
    words: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 1
    said = capsys.readouterr()
    assert named in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_the_installed_command_speaks_vietnamese_by_default() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "SAPXEP_LANG"}
    command = [str(Path(sys.executable).with_name("sapxep")), "validate", "nq9999"]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 1
    assert "không có phương án này" in run.stderr


def test_a_catalogue_of_ones_own_adds_to_the_embedded_one(tmp_path: Path) -> None:
    header = "id,name_vi,name_en,group,unit,direction,kind\n"
    (tmp_path / "c.csv").write_text(
        header + "VISITS,Lượt khách,Visits,x,lượt,up,count-flow\n", encoding="utf-8"
    )
    rows = "".join(f"{code},2024,VISITS,{n}\n" for n, code in enumerate(("09631", "09637", "09646"), 5))
    table = "unit_code,period,indicator,value\n" + rows + "09646,2024,POP,9\n"
    (tmp_path / "o.csv").write_text(table, encoding="utf-8")
    words = ["remap", "nq1286", str(tmp_path / "o.csv"), "--catalogue", str(tmp_path / "c.csv")]
    assert cli.main([*words, "-o", str(tmp_path / "r.csv")]) == 0
    after = remapped(tmp_path / "r.csv")
    assert after["09646", "VISITS"]["value"] == "18"
    assert after["09646", "POP"]["value"] == "", "two of three parents are missing, and missing is not zero"
    assert after["09646", "POP"]["parents_missing"] == "09631 09637"
