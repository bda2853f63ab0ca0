"""LibreOffice opens what was written: prints whole, computes our totals, and saves without a difference."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from geo.registers import embedded_register
from geo.text import vietnamese_number
from plans.crosswalk import Crosswalk, plan_crosswalk
from plans.files import embedded_plan
from reports.context import Context
from reports.export import export
from reports.reader import number_of
from reports.tables import transfers_sheet
from reports.verify import verify

OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.office,
    pytest.mark.xdist_group("office"),
    pytest.mark.skipif(OFFICE is None, reason="soffice (LibreOffice) is not installed"),
]
PLAN = embedded_plan("nq1286")
REGISTER = embedded_register("hanoi-2024-12-31")
FULL = plan_crosswalk(PLAN, REGISTER)
# units that stay are left out: printing 1,200 rows of them is what takes the time
LINKS = Crosswalk(FULL.from_vintage, FULL.to_vintage, tuple(x for x in FULL.links if x.relation != "same"))
CONTEXT = Context(PLAN, REGISTER, crosswalk=LINKS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    for suffix in ("xlsx", "docx"):
        export(CONTEXT, folder / f"nq.{suffix}")
    return folder


def convert(folder: Path, file: str, to: str, out: str) -> Path:
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", to, "--outdir",
         str(folder / out), str(folder / file)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return folder / out / f"{Path(file).stem}.{to.partition(':')[0]}"


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_prints_with_vietnamese_whole(folder: Path, suffix: str) -> None:
    pdf = convert(folder, f"nq.{suffix}", "pdf", f"pdf-{suffix}")
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode()
    assert "\ufffd" not in text
    words = " ".join(text.split())
    for unit in PLAN.units:
        assert unit.name.split()[0] in words
    assert "Phú Hồng" in words
    assert CONTEXT.hashes["plan"][:12] in words


def test_saved_again_it_has_no_difference(folder: Path) -> None:
    saved = convert(folder, "nq.xlsx", "xlsx", "again")
    assert saved.read_bytes() != (folder / "nq.xlsx").read_bytes()
    assert list(verify(saved, PLAN, REGISTER, CONTEXT)) == []
    book = openpyxl.load_workbook(saved)
    book["Đơn vị hình thành"]["B5"] = "Khác"
    book.save(saved)
    assert len(verify(saved, PLAN, REGISTER, CONTEXT)) == 1


def test_formulas_give_our_totals(folder: Path) -> None:
    """Cached values are taken away, so that what LibreOffice writes is what it computed."""
    book = openpyxl.load_workbook(folder / "nq.xlsx")
    for name in book.sheetnames:
        if name != "Điều chuyển":
            book.remove(book[name])
    book.save(folder / "formulas.xlsx")
    # 44 comma, 34 quotes, 76 UTF-8, first row 1; cells come as a reader sees them: 1.234,5
    made = convert(folder, "formulas.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1", "csv")
    rows = list(csv.reader(made.read_text(encoding="utf-8").splitlines()))
    total = next(row for row in rows if row and row[0] == "Tổng cộng")
    sheet = transfers_sheet(CONTEXT)
    assert set(sheet.totals) == {"moved_area_km2", "moved_population"}
    for key, wanted in sheet.totals.items():
        assert number_of(total[sheet.positions[key]], key == "moved_population") == wanted.value
    assert total[sheet.positions["moved_area_km2"]] == vietnamese_number(
        float(sheet.totals["moved_area_km2"].value)
    )
