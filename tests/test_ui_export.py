"""What the Export page shows and keeps of documents, without a browser."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from geo.registers import embedded_for, embedded_register
from plans.files import embedded_plan
from plans.plan import Plan, Totals
from reports.context import Context
from reports.export import FORMATS
from reports.table import KIND_WORDS, PART_WORDS, Column
from ui.export_data import (
    SINGLE,
    Made,
    cell_in,
    choices,
    context_of,
    docx_outline,
    file_name,
    remember,
    report_outline,
    sheets_of,
    size_text,
    zip_members,
)
from ui.page_export import first_rows, preview_columns
from ui.session import Work
from ui.text import table

PLAN = embedded_plan("nq1286")
REGISTER = embedded_register(embedded_for(PLAN.base) or "")


@pytest.fixture(scope="module")
def small() -> Plan:
    return replace(PLAN, id="nhỏ/1", units=PLAN.units[:1], exempt=(), totals=Totals(), procedure={})


def test_every_document_is_described_in_both_languages() -> None:
    assert set(SINGLE) | {"zip"} == set(FORMATS)
    assert all(f"export.about_{suffix}" in table() for suffix in SINGLE)


def test_the_workbook_shows_the_merger_table_first_then_the_units() -> None:
    sheets = sheets_of(Context(PLAN, REGISTER), "xlsx")
    assert [sheet.key for sheet in sheets[:2]] == ["transfers", "units"]
    assert len(sheets[0].rows) == sum(1 for _ in PLAN.transfers)
    assert len({sheet.key for sheet in sheets}) == len(sheets) > 6


def test_the_preview_holds_the_first_rows_in_words_and_exact_figures() -> None:
    sheet = sheets_of(Context(PLAN, REGISTER), "csv")[0]
    frame = first_rows(sheet.without_empty(), 5).frame()
    unit, transfer = next(iter(PLAN.transfers))
    assert len(frame) == 5
    assert frame.loc[0, "former_code"] == transfer.code
    assert frame.loc[0, "new_name"] == unit.name
    assert frame.loc[0, "former_kind"] in ("xã", "phường", "thị trấn")
    assert Decimal(str(frame.loc[0, "register_area_km2"])) == REGISTER[transfer.code].area_km2
    columns = {column.name: column for column in preview_columns(sheet)}
    assert columns["register_area_km2"].decimals == 2
    assert columns["former_code"].decimals is None


def test_indicators_are_what_was_asked_for(small: Plan) -> None:
    work = Work(small, REGISTER)
    assert choices(work) == ("register", "dossiers", "none")
    assert context_of(work, "none").remapped is None
    own, dossiers = context_of(work, "register").remapped, context_of(work, "dossiers").remapped
    assert own is not None
    assert dossiers is not None
    assert not any(name.startswith("ILL_") for name in own.frame["indicator"])
    assert all(name.startswith("ILL_") for name in dossiers.frame["indicator"])
    hashes = {context_of(work, name).hashes["observations"] for name in choices(work)}
    assert len(hashes) == 3


def test_a_workbook_with_dossiers_says_that_they_are_illustrative(small: Plan) -> None:
    content = FORMATS["xlsx"].make(context_of(Work(small, REGISTER), "dossiers"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    for title in ("Chỉ tiêu trước", "Chỉ tiêu sau"):
        rows = [[str(cell) for cell in row] for row in book[title].iter_rows(values_only=True)]
        values = [row for row in rows if any(cell.startswith("ILL_") for cell in row)]
        assert len(values) > 500
        assert all("số liệu minh họa, không phải số thật / illustrative, not fact" in row for row in values)


def test_outlines_come_from_the_documents(small: Plan) -> None:
    context = Context(small, REGISTER)
    outline = docx_outline(FORMATS["docx"].make(context))
    assert any("NGHỊ QUYẾT" in line for line in outline)
    assert len(docx_outline(FORMATS["docx"].make(context), 3)) == 3
    titles = [title for title, _ in report_outline(context)]
    assert len(titles) == len(set(titles)) == 7


def test_documents_are_kept_until_there_are_too_many() -> None:
    kept: dict[tuple[str, str, str], Made] = {}
    keys = [("plan", "none", str(n)) for n in range(4)]
    for key in keys:
        remember(kept, key, Made(b"x", 0.1), most=3)
    assert list(kept) == keys[1:]
    remember(kept, keys[1], Made(b"y", 0.1), most=3)
    assert list(kept) == [keys[2], keys[3], keys[1]]
    assert kept[keys[1]].content == b"y"


def test_names_and_sizes() -> None:
    assert file_name("nq1286", "xlsx") == "nq1286.xlsx"
    assert file_name("../a b/=1", "zip") == "a-b-1.zip"
    assert file_name("//", "csv") == "plan.csv"
    assert size_text(435_900) == (435.9, "kB")
    assert size_text(2_500_000) == (2.5, "MB")


def test_what_an_archive_holds_is_read_from_it() -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "four")
    assert zip_members(out.getvalue()) == [("a.txt", 4)]


@pytest.mark.parametrize(
    ("key", "words", "cell", "vi", "en"),
    [
        ("new_kind", KIND_WORDS, "ward", "phường", "ward"),
        ("part", PART_WORDS, "remainder", "phần còn lại", "remainder"),
        (
            "mark",
            None,
            "ước tính / estimated; chưa biết / unknown",
            "ước tính; chưa biết",
            "estimated; unknown",
        ),
        ("predecessors", None, "A; B (một phần)", "A; B (một phần)", "A; B (part)"),
        ("new_name", None, "Một / Hai", "Một / Hai", "Một / Hai"),
    ],
)
def test_a_preview_stands_in_one_language(
    key: str, words: dict[str, str] | None, cell: str, vi: str, en: str
) -> None:
    column = Column(key, key, key, words=words)
    assert (cell_in(column, cell, "vi"), cell_in(column, cell, "en")) == (vi, en)
