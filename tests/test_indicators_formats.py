"""What is written can be read again, says where it is from, and is whole or absent."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo.errors import ExportError
from geo.registers import embedded_register
from indicators.assemble import COLUMNS
from indicators.catalogue import Catalogue
from indicators.formats import provenance, write_remapped
from indicators.observations import register_observations
from indicators.remap import Remapped, remap
from plans.crosswalk import plan_crosswalk
from plans.files import embedded_plan
from tests.test_indicators_remap import MERGE, NAN, indicator, rows, run


@pytest.fixture(scope="module")
def census() -> Remapped:
    register = embedded_register("hanoi-2024-12-31")
    return remap(register_observations(register), plan_crosswalk(embedded_plan("nq1286"), register))


def test_csv_has_numbers_with_a_point_and_metadata_beside_it(census: Remapped, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("x", encoding="utf-8")
    target = tmp_path / "out.csv"
    made_from = provenance({"observations": source, "plan": b"nq1286"}, {"base": "population"})
    assert write_remapped(census, target, made_from) == [target, tmp_path / "out.csv-metadata.json"]
    with target.open(encoding="utf-8", newline="") as handle:
        found = {(row["unit_code"], row["indicator"]): row for row in csv.DictReader(handle)}
    assert tuple(next(iter(found.values()))) == COLUMNS
    assert found[("09646", "POP")]["value"] == "22979"
    assert found[("09646", "LAND_AREA")]["value"] == "16.8155"
    assert found[("00271", "POP")]["value"] == ""
    assert found[("00271", "POP")]["method"] == "bounds"
    metadata = json.loads((tmp_path / "out.csv-metadata.json").read_text(encoding="utf-8"))
    assert metadata["url"] == "out.csv"
    assert [c["name"] for c in metadata["tableSchema"]["columns"]] == list(COLUMNS)
    notes = {note["role"]: note["rows"] for note in metadata["notes"]}
    assert ["observations", "in.csv", hashlib.sha256(b"x").hexdigest()] in notes["reproducibility"]
    assert ["option", "base", "population"] in notes["reproducibility"]
    assert {row["indicator"]: row["equal"] for row in notes["totals"]} == {"POP": True, "LAND_AREA": True}


def test_workbook_keeps_codes_as_text(census: Remapped, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    write_remapped(census, target)
    book = openpyxl.load_workbook(target, read_only=True)
    assert book.sheetnames == ["results", "totals", "reports", "reproducibility"]
    cells = list(book["results"].iter_rows(values_only=True))
    assert cells[0] == COLUMNS
    found = {(row[0], row[3]): row for row in cells[1:]}
    assert found[("09646", "POP")][4] == 22979
    assert found[("00271", "POP")][4] is None


def test_parquet_is_the_same_table(census: Remapped, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    write_remapped(census, target)
    again = pd.read_parquet(target)
    assert list(again.columns) == list(COLUMNS)
    pd.testing.assert_series_equal(again["value"], census.frame["value"])


def test_other_endings_and_missing_folders_are_refused(census: Remapped, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="parquet"):
        write_remapped(census, tmp_path / "out.pdf")
    with pytest.raises(ExportError):
        write_remapped(census, tmp_path / "none" / "out.csv")
    assert not list(tmp_path.iterdir())


def test_text_like_a_formula_is_guarded(tmp_path: Path) -> None:
    frame = rows("I", dict.fromkeys("ABCE", 1.0)).astype({"value": object}).assign(value="=1+1")
    result = remap(frame, MERGE, Catalogue((indicator("I", "text", ""),)))
    write_remapped(result, tmp_path / "out.csv")
    assert "'=1+1" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_missing_is_an_empty_cell_and_not_zero(tmp_path: Path) -> None:
    write_remapped(
        run(rows("N", {"A": 0.0, "B": NAN, "C": 1.0, "E": 0.0}), MERGE, indicator("N", "count-flow")),
        tmp_path / "o.csv",
    )
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as handle:
        found = {row["unit_code"]: row for row in csv.DictReader(handle)}
    assert (found["E"]["value"], found["X"]["value"], found["X"]["parents_missing"]) == ("0", "", "B")
