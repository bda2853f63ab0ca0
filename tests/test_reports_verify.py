"""Documents against their plan: clean files hold no difference, every seeded error is found."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from geo.errors import ExportError, InputFileError
from geo.registers import embedded_register
from plans.crosswalk import Crosswalk, plan_crosswalk
from plans.files import embedded_plan
from reports.context import Context, build_context
from reports.export import export
from reports.verify import Difference, Differences, verify

PLAN = embedded_plan("nq1286")
REGISTER = embedded_register("hanoi-2024-12-31")
FULL = plan_crosswalk(PLAN, REGISTER)
# units that stay are left out: reading the workbook is what takes the time
LINKS = Crosswalk(FULL.from_vintage, FULL.to_vintage, tuple(x for x in FULL.links if x.relation != "same"))


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(PLAN, REGISTER, crosswalk=LINKS)


@pytest.fixture(scope="module")
def exported(context: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("verify") / "nq1286.xlsx"
    export(context, target)
    return target


def check(path: Path) -> list[Any]:
    return list(verify(path, PLAN, REGISTER, Context(PLAN, REGISTER, crosswalk=LINKS)))


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_clean_file_has_no_difference(context: Context, tmp_path: Path, suffix: str) -> None:
    export(context, tmp_path / f"a.{suffix}")
    assert check(tmp_path / f"a.{suffix}") == []


def test_same_plan_same_bytes(context: Context, exported: Path, tmp_path: Path) -> None:
    export(Context(PLAN, REGISTER, crosswalk=LINKS), tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == exported.read_bytes()


def put(sheet: str, cell: str, value: object) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        assert book[sheet][cell].value != value
        book[sheet][cell] = value

    return edit


def drop(sheet: str, row: int) -> Callable[[Any], None]:
    return lambda book: book[sheet].delete_rows(row)


def swap(sheet: str, first: str, second: str) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        a, b = book[sheet][first].value, book[sheet][second].value
        assert a != b
        book[sheet][first], book[sheet][second] = b, a

    return edit


def duplicate(book: Any) -> None:
    sheet = book["Điều chuyển"]
    sheet.insert_rows(40)
    for cell in sheet[39]:
        sheet.cell(40, cell.column, cell.value)


def add(book: Any) -> None:
    sheet = book["Điều chuyển"]
    sheet.insert_rows(50)
    for at, value in enumerate(("00099", "Không Có", "phường", "Quận Ba Đình", "toàn bộ"), 1):
        sheet.cell(50, at, value)


SEEDED: dict[str, tuple[Callable[[Any], None], str, str, int | None]] = {
    # what is done; the sheet, kind of difference and row in which it must be found
    "former code": (put("Điều chuyển", "A10", "00099"), "Điều chuyển", "value", 10),
    "former code as a number": (put("Điều chuyển", "A3", 4), "Điều chuyển", "value", 3),
    "former name": (put("Điều chuyển", "B12", "Trúc Bach"), "Điều chuyển", "value", 12),
    "former kind": (put("Điều chuyển", "C3", "xã"), "Điều chuyển", "value", 3),
    "district": (put("Điều chuyển", "D30", "Quận Hoàng Mai"), "Điều chuyển", "value", 30),
    "whole or part": (put("Điều chuyển", "E3", "một phần"), "Điều chuyển", "value", 3),
    "figure given where none is known": (put("Điều chuyển", "F3", 1.5), "Điều chuyển", "value", 3),
    "area of the register": (put("Điều chuyển", "H5", 99.01), "Điều chuyển", "value", 5),
    "population by one person": (put("Điều chuyển", "I6", 1), "Điều chuyển", "value", 6),
    "new code": (put("Điều chuyển", "J20", "00099"), "Điều chuyển", "value", 20),
    "new name": (put("Điều chuyển", "K21", "Tên Khác"), "Điều chuyển", "value", 21),
    "confidence": (put("Điều chuyển", "S3", "low"), "Điều chuyển", "value", 3),
    "missing row": (drop("Điều chuyển", 60), "Điều chuyển", "missing_row", None),
    "row twice": (duplicate, "Điều chuyển", "extra_row", 40),
    "extra row": (add, "Điều chuyển", "extra_row", 50),
    "total": (put("Điều chuyển", "P122", 5), "Điều chuyển", "total", 122),
    "total over too few rows": (put("Điều chuyển", "O122", "=SUM(O3:O100)"), "Điều chuyển", "total", 122),
    "unit formed, name": (put("Đơn vị hình thành", "B8", "X"), "Đơn vị hình thành", "value", 8),
    "unit formed, figure": (put("Đơn vị hình thành", "H8", 123), "Đơn vị hình thành", "value", 8),
    "unit formed, missing": (drop("Đơn vị hình thành", 8), "Đơn vị hình thành", "missing_row", None),
    "partial transfer": (put("Chuyển một phần", "K4", 0.123), "Chuyển một phần", "value", 4),
    "crosswalk share": (put("Bảng chuyển đổi", "I7", 0.5), "Bảng chuyển đổi", "value", 7),
    "effective date": (put("Phương án", "D11", "2025-02-01"), "Phương án", "value", 11),
    "district total": (put("Tổng hợp theo huyện", "D3", 1), "Tổng hợp theo huyện", "value", 3),
    "names of two rows swapped": (swap("Điều chuyển", "B5", "B70"), "Điều chuyển", "value", 70),
    "sheet gone": (lambda book: book.remove(book["Mã mở và đóng"]), "Mã mở và đóng", "missing_sheet", None),
}


@pytest.mark.parametrize("error", SEEDED)
def test_seeded_error_is_found(exported: Path, tmp_path: Path, error: str) -> None:
    edit, sheet, what, row = SEEDED[error]
    book = openpyxl.load_workbook(exported)
    edit(book)
    book.save(tmp_path / "edited.xlsx")
    found = check(tmp_path / "edited.xlsx")
    assert any((d.sheet, d.what, d.row) == (sheet, what, row) for d in found), found
    # nothing but what was done: a total of the sheet may follow from a row
    assert len([d for d in found if d.what != "total"]) <= (2 if "swapped" in error else 1), found


def test_every_seeded_error_at_once(exported: Path, tmp_path: Path) -> None:
    """Errors in one file do not hide each other."""
    book = openpyxl.load_workbook(exported)
    edits = [name for name, (_, _, what, _) in SEEDED.items() if what == "value"]
    for name in edits:
        SEEDED[name][0](book)
    book.save(tmp_path / "edited.xlsx")
    found = {(d.sheet, d.row) for d in check(tmp_path / "edited.xlsx")}
    assert {(SEEDED[name][1], SEEDED[name][3]) for name in edits} <= found


def test_edited_csv(context: Context, tmp_path: Path) -> None:
    export(context, tmp_path / "a.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8"))))
    rows[4][rows[0].index("new_name")] = "Tên Khác"
    del rows[9]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    (tmp_path / "b.csv").write_text(out.getvalue(), encoding="utf-8")
    found = check(tmp_path / "b.csv")
    assert [(d.what, d.row) for d in found] == [("value", 5), ("missing_row", None)]
    assert found[0].in_file == "Tên Khác"
    assert found[0].in_plan == next(
        PLAN.units[i].name
        for i, _ in enumerate(PLAN.units)
        if rows[4][rows[0].index("new_code")] == PLAN.units[i].code
    )


def test_differences_as_json_and_frame(exported: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(exported)
    book["Điều chuyển"]["B12"] = "Khác"
    book.save(tmp_path / "edited.xlsx")
    found = verify(tmp_path / "edited.xlsx", PLAN, REGISTER, Context(PLAN, REGISTER, crosswalk=LINKS))
    document = found.as_json()
    assert document["equal"] is False
    assert document["count"] == 1
    assert document["differences"][0]["in_file"] == "Khác"
    assert found.frame().loc[0, "row"] == 12


def test_not_a_table_of_a_plan(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"no table of a plan"):
        check(tmp_path / "a.csv")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(InputFileError, match=r"not a readable XLSX"):
        check(tmp_path / "b.xlsx")


def test_unknown_format_and_unwritable_target(context: Context, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.xlsx"):
        export(context, tmp_path / "a.doc")
    with pytest.raises(ExportError):
        export(context, tmp_path / "none" / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_old_file_stays_whole(context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.xlsx"
    target.write_bytes(b"old")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ExportError, match="Permission denied"):
        export(context, target)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_totals_of_the_workbook(context: Context, exported: Path) -> None:
    """The cached value of every total is the exact sum, and districts keep the city's population."""
    book = openpyxl.load_workbook(exported, data_only=True)
    sheet = book["Tổng hợp theo huyện"]
    last = next(row for row in sheet.iter_rows() if row[0].value == "Tổng cộng")
    assert last[4].value == 8_053_663
    assert last[2].value == 579
    assert last[5].value == len(context.after)
    assert Decimal(str(last[3].value)) == REGISTER.total("area_km2")


def test_verdicts_and_indicators_are_checked_where_they_can_be(tmp_path: Path) -> None:
    """By the same rules and map every verdict is compared; of other ones it is said that none was."""
    full = build_context(PLAN, REGISTER)
    whole = replace(full, crosswalk=None)
    target = tmp_path / "a.xlsx"
    export(whole, target)
    clean = verify(target, PLAN, REGISTER)
    assert list(clean) == []
    assert {"Kết luận", "Chỉ tiêu trước", "Chỉ tiêu sau"} <= set(clean.compared)
    book = openpyxl.load_workbook(target)
    book["Kết luận"]["D3"] = "không rõ"
    book["Chỉ tiêu sau"]["E3"] = 1
    book.save(target)
    assert {(d.sheet, d.row, d.what) for d in verify(target, PLAN, REGISTER)} == {
        ("Kết luận", 3, "value"),
        ("Chỉ tiêu sau", 3, "value"),
    }
    cover = book["Phương án"]
    at = next(cell.row for cell in cover["A"] if cell.value == "hash.map")
    cover.cell(at, 4).value = "another map"
    book.save(target)
    other = verify(target, PLAN, REGISTER)
    assert "Kết luận" in other.not_compared
    assert [d.sheet for d in other] == ["Chỉ tiêu sau"]


def test_the_command_says_what_was_not_compared_and_counts_one_as_one(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import cli
    import reports.verify

    one = Difference("value", "Điều chuyển", 3, "Tên", "a", "b")
    found = Differences(str(exported), PLAN.id, (one,), ("Điều chuyển",), ("Kết luận",))
    monkeypatch.setattr(reports.verify, "verify", lambda *_: found)
    assert cli.main(["verify", str(exported), "nq1286"]) == 2
    said = "".join(capsys.readouterr())
    assert "Kết luận" in said
    assert "1 khác biệt" in said or "1 difference\n" in said
    assert "1 differences" not in said
