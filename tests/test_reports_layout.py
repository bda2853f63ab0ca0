"""Documents of a plan with hundreds of parts, very long names and missing figures: all of it is there, on the page."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from geopandas import GeoDataFrame
from pypdf import PdfReader
from shapely import box

from geo.layer import Layer
from geo.register import Figure, Register, Unit
from plans.plan import NewUnit, Plan, Transfer
from reports.context import Context
from reports.export import export, export_bytes
from reports.gridpdf import wrapped
from reports.sheets import map_sheets

PARTS = 200
BASE = "2024-12-31"
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(
    OFFICE is None or shutil.which("pdftotext") is None,
    reason="soffice (LibreOffice) or pdftotext (poppler) is not installed",
)


def long_name(number: int) -> str:
    """Return a name of more than 150 characters, told apart by its last word."""
    return "Phường Có Tên Gọi Hết Sức Dài Dòng " * 4 + f"Và Một Chữ Cuối N{number:03d}N"


def unit(number: int) -> Unit:
    # every third has no figures at all
    figures = {} if number % 3 == 0 else {
        "area_km2": Figure(Decimal(number) / 7), "population": Figure(Decimal(number * 1000))
    }  # fmt: skip
    return Unit(
        f"{number:05d}", BASE, long_name(number), "ward", "001", "Quận " + "Dài " * 35, figures=figures
    )


REGISTER = Register(BASE, tuple(unit(number) for number in range(1, PARTS + 2)), "dai")
SPLIT = f"{PARTS + 1:05d}"
PLAN = Plan(
    "nhieu-phan", "Phương án " + "rất dài " * 30, "A plan " + "of long names " * 20, "1/NQ", date(2025, 1, 1),
    date(2025, 1, 1), BASE,
    tuple(
        NewUnit(
            f"{number:05d}", long_name(number), "ward",
            (Transfer(f"{number:05d}"), Transfer(SPLIT, "part", note="Ghi chú " * 60)), note="dài " * 200,
        )
        for number in range(1, PARTS + 1)
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def context() -> Context:
    shapes = [box(105 + i % 15 * 0.01, 21 + i // 15 * 0.01, 105.01 + i % 15 * 0.01, 21.01 + i // 15 * 0.01)
              for i in range(PARTS + 1)]  # fmt: skip
    codes = [found.code for found in REGISTER]
    frame = GeoDataFrame({"name": [found.name for found in REGISTER]}, geometry=shapes, index=codes, crs=4326)
    return Context(PLAN, REGISTER, layer=Layer(frame, "o-vuong", schematic=True))


@pytest.fixture(scope="module")
def report(context: Context) -> PdfReader:
    return PdfReader(io.BytesIO(export_bytes(context, "pdf")))


def inside(pdf: Path) -> str:
    """Return a PDF's text; fail where a word stands off its page."""
    made = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode()
    for page in made.split("<page ")[1:]:
        wide, high = (float(x) for x in re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        for x0, y0, x1, y1, word in re.findall(
            r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)', page
        ):
            assert float(x0) >= 0, word
            assert float(y0) >= -1, word
            assert float(x1) <= wide, word
            assert float(y1) <= high + 1, word
    return " ".join(re.findall(r">([^<]+)</word>", made))


def test_the_pdf_holds_every_name_whole_and_nothing_off_the_page(
    context: Context, report: PdfReader, tmp_path: Path
) -> None:
    sheets = list(map_sheets(context))
    assert len(sheets) == 3
    maps = report.pages[-len(sheets) :]
    # drawn once as lines: a picture would be an /Image
    for page in maps:
        drawing = page["/Resources"]["/XObject"]["/Map"]  # type: ignore[index]
        assert drawing["/Subtype"] == "/Form"
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler) is not installed")
    path = tmp_path / "a.pdf"
    path.write_bytes(export_bytes(context, "pdf"))
    text = inside(path)
    for number in range(1, PARTS + 2):
        assert f"N{number:03d}N" in text
    assert "—" in text


def test_lines_are_no_wider_than_their_cell() -> None:
    widths = dict.fromkeys(range(32, 1000), 500.0)
    found = wrapped("một hai " + "x" * 45 + " ba\nbốn", widths, 5000)
    assert found == ("một hai", "x" * 10, "x" * 10, "x" * 10, "x" * 10, "xxxxx ba", "bốn")


def test_the_html_has_a_row_for_every_part(context: Context) -> None:
    text = export_bytes(context, "html").decode()
    parts = text[text.index("4. Chuyển một phần</h2>") :].split("</section>")[0]
    assert parts.count("<tr>") == PARTS + 1
    assert all(f"N{number:03d}N" in parts for number in range(1, PARTS + 1))


def test_the_workbook_prints_one_page_across_with_room_for_every_line(
    context: Context, tmp_path: Path
) -> None:
    export(context, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["Chuyển một phần"].max_row >= PARTS + 2
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert not sheet.col_breaks.brk, sheet.title
        if sheet.title != "Phương án":  # the cover is one page
            assert sheet.print_area
            assert sheet.print_title_rows == "$1:$2"
    sheet = book["Chuyển một phần"]
    wide = sheet.column_dimensions["B"].width
    for row in range(3, PARTS + 3):
        name = str(sheet.cell(row, 2).value)
        assert (sheet.row_dimensions[row].height or 0) >= 15 * len(name) / wide


@needs_office
@pytest.mark.office
@pytest.mark.xdist_group("office")
@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_printed_elsewhere_nothing_leaves_the_page(context: Context, tmp_path: Path, suffix: str) -> None:
    export(context, tmp_path / f"a.{suffix}")
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
         "pdf", "--outdir", str(tmp_path), str(tmp_path / f"a.{suffix}")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = inside(tmp_path / "a.pdf")
    for number in range(1, PARTS + 2):
        assert f"N{number:03d}N" in text
