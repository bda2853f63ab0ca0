"""Export and Review in a real browser with the network cut: what comes out is opened, edited and taken back."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from geo.registers import embedded_for, embedded_register
from plans.files import embedded_plan, parse_plan, plan_text
from plans.plan import Plan, Totals
from reports.context import Context
from reports.export import FORMATS
from reports.importer import plan_from_table
from tests.browser import Visit, needs_chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-export"), needs_chromium]
PLAN = embedded_plan("nq1286")
REGISTER = embedded_register(embedded_for(PLAN.base) or "")
LONG = 90_000


@pytest.fixture(scope="module")
def small() -> Plan:
    unit = PLAN.by_code["09646"]
    return replace(PLAN, id="thu-nho", units=(unit,), exempt=(), totals=Totals(), procedure={})


def quiet(found: Visit) -> None:
    assert found.leaving() == []
    assert all(url.endswith(("/_stcore/health", "/_stcore/host-config")) for url in found.failed)
    assert [text for text in found.complaints if "404" not in text] == []
    assert "Traceback" not in found.page.locator("body").inner_text()


def download(page: Page, kind: str, words: str, path: Path) -> Path:
    name = f"Tải {kind} xuống" if words == "vi" else f"Download {kind}"
    button = page.get_by_role("button", name=name)
    button.wait_for(timeout=LONG)
    with page.expect_download(timeout=LONG) as coming:
        button.click()
    coming.value.save_as(path)
    return path


def give(page: Page, path: Path) -> None:
    # the page's own: the sidebar has uploads too, and is there first
    page.get_by_test_id("stMain").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)


def header_of(book: openpyxl.Workbook, title: str) -> tuple[int, dict[str, int]]:
    for row in book[title].iter_rows(max_row=12):
        names = {str(cell.value): int(cell.column or 0) for cell in row if cell.value}
        if len(names) > 5:
            return int(row[0].row or 0) + 1, names  # the English headings stand below
    raise AssertionError(title)


@pytest.mark.parametrize("words", ["vi", "en"])
def test_a_workbook_comes_out_goes_back_clean_and_an_edit_is_named(
    browser: Browser, address: str, tmp_path: Path, small: Plan, words: str
) -> None:
    vi = words == "vi"
    plan = PLAN if vi else small  # the whole plan once: the workbook takes seconds
    with visit(browser, f"{address}/export" + ("" if vi else "?lang=en")) as found:
        page = found.page
        page.get_by_role("heading", level=1).wait_for(timeout=LONG)
        if not vi:
            open_in_sidebar(page, small, tmp_path)
        page.get_by_role("button", name="Tạo tài liệu này" if vi else "Make this document").click(
            timeout=LONG
        )
        path = download(page, "XLSX", words, tmp_path / "out.xlsx")
        hashes = Context(plan, REGISTER).hashes
        expect(page.get_by_text(hashes["plan"])).to_be_visible()
        expect(page.get_by_text(hashes["register"])).to_be_visible()

        book = openpyxl.load_workbook(path)
        row, at = header_of(book, "Điều chuyển")
        sheet = book["Điều chuyển"]
        transfers = list(plan.transfers)
        got = [
            (sheet.cell(row + i, at["Mã đơn vị cũ"]).value, sheet.cell(row + i, at["Tên đơn vị mới"]).value)
            for i in range(1, len(transfers) + 1)
        ]
        assert got == [(transfer.code, unit.name) for unit, transfer in transfers]
        moved = at["Dân số chuyển theo sổ"]
        for i, (_, transfer) in enumerate(transfers, 1):
            if transfer.part == "whole":
                assert sheet.cell(row + i, moved).value == REGISTER[transfer.code].population
        total = str(sheet.cell(row + len(transfers) + 1, moved).value)
        assert total.startswith("=SUM(")
        assert f"{row + 1}:" in total
        assert total.endswith(f"{row + len(transfers)})")

        page.get_by_role("link", name="Đối chiếu" if vi else "Review").click()
        page.get_by_role("heading", name="Đối chiếu" if vi else "Review").wait_for()
        give(page, path)
        clean = "Không có khác biệt nào" if vi else "No difference with the plan"
        expect(page.get_by_text(clean)).to_be_visible(timeout=LONG)
        page.get_by_role("tab", name="Mở thành phương án" if vi else "Open as a plan").click()
        same = "đúng bằng phương án đang mở" if vi else "equals the plan in use"
        expect(page.get_by_text(same)).to_be_visible(timeout=LONG)

        sheet.cell(row + 2, at["Tên đơn vị mới"]).value = "Tên Khác"
        edited = tmp_path / "edited.xlsx"
        book.save(edited)
        page.get_by_role("tab").first.click()
        give(page, edited)
        differs = "1 khác biệt" if vi else "1 difference with"
        expect(page.get_by_text(differs)).to_be_visible(timeout=LONG)
        quiet(found)


def open_in_sidebar(page: Page, plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(plan_text(plan), encoding="utf-8")
    page.get_by_text("Your own files").click()
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(path)
    expect(page.get_by_text("Plan opened")).to_be_visible(timeout=LONG)


def test_the_zip_holds_every_document(browser: Browser, address: str, tmp_path: Path, small: Plan) -> None:
    with visit(browser, f"{address}/export?lang=en") as found:
        page = found.page
        page.get_by_role("heading", level=1).wait_for(timeout=LONG)
        open_in_sidebar(page, small, tmp_path)
        page.get_by_role("button", name="Make the ZIP").click(timeout=LONG)
        path = download(page, "ZIP", "en", tmp_path / "all.zip")
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            assert {name.rpartition(".")[2] for name in names} >= set(FORMATS) - {"zip"}
            assert archive.testzip() is None
            text = archive.read("phuong-an.toml").decode()
            assert parse_plan(text, "phuong-an.toml") == small
        page.get_by_text("What the ZIP holds").click()
        expect(page.get_by_role("cell", name="ban-do.gpkg")).to_be_visible()
        quiet(found)


def test_an_office_table_is_matched_and_becomes_the_plan_in_use(
    browser: Browser, address: str, tmp_path: Path, small: Plan
) -> None:
    lines = ["Xã bỏ,Xã lập,Đặt tên"]
    lines += [f"{code},09646,Xã Phú Hồng" for code in small.units[0].sources]
    path = tmp_path / "so-noi-vu.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with visit(browser, f"{address}/review") as found:
        page = found.page
        expect(page.get_by_text("Chưa có tệp nào")).to_be_visible(timeout=LONG)
        give(page, path)
        expect(page.get_by_text("không tìm thấy bảng nào")).to_be_visible(timeout=LONG)
        page.get_by_role("tab", name="Mở thành phương án").click()
        expect(page.get_by_text("Chưa thành phương án được")).to_be_visible(timeout=LONG)
        for label, heading in (
            ("Mã đơn vị cũ", "Xã bỏ"),
            ("Mã đơn vị mới", "Xã lập"),
            ("Tên đơn vị mới", "Đặt tên"),
        ):
            page.get_by_role("combobox", name=label).click()
            page.get_by_role("option", name=heading).click()
        page.get_by_role("button", name="Mở làm phương án làm việc").click(timeout=LONG)
        expect(page.get_by_text("Đã mở phương án so-noi-vu")).to_be_visible(timeout=LONG)
        chosen = page.get_by_test_id("stSidebar").get_by_test_id("stSelectbox")
        expect(chosen.get_by_role("combobox")).to_have_value("so-noi-vu", timeout=LONG)
        with page.expect_download() as coming:
            page.get_by_role("button", name="Tải phương án xuống (TOML)").click()
        coming.value.save_as(tmp_path / "plan.toml")
        plan = parse_plan((tmp_path / "plan.toml").read_text(encoding="utf-8"), "plan.toml")
        mapping = {"former_code": "Xã bỏ", "new_code": "Xã lập", "new_name": "Đặt tên"}
        assert plan == plan_from_table(path, path.name, REGISTER, mapping=mapping)[0]
        assert plan.by_code["09646"].sources == small.units[0].sources
        assert plan.effective == date(2025, 1, 1)
        quiet(found)


def test_a_difference_leads_to_the_map_and_a_bad_file_is_refused_in_words(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    good = FORMATS["csv"].make(Context(PLAN, REGISTER)).decode()
    edited, bad = tmp_path / "edited.csv", tmp_path / "bad.xlsx"
    edited.write_text(good.replace(",Châu Sơn,", ",Chu Sơn,"), encoding="utf-8")
    bad.write_bytes(b"PK\x03\x04 nothing")
    with visit(browser, f"{address}/review") as found:
        page = found.page
        expect(page.get_by_text("Chưa có tệp nào")).to_be_visible(timeout=LONG)
        give(page, bad)
        expect(page.get_by_text("không phải sổ tính XLSX")).to_be_visible(timeout=LONG)
        give(page, edited)
        expect(page.get_by_text("1 khác biệt")).to_be_visible(timeout=LONG)
        table = page.get_by_test_id("stDataFrame").first
        box = table.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 16, box["y"] + 52)
        page.get_by_role("button", name="Châu Sơn (trước)").click(timeout=LONG)
        page.get_by_role("heading", name="Bản đồ").wait_for(timeout=LONG)
        expect(page.get_by_text("Châu Sơn").first).to_be_visible(timeout=LONG)
        page.get_by_role("link", name="Đối chiếu").click()
        expect(page.get_by_text("Đang đối chiếu:")).to_be_visible(timeout=LONG)
        expect(page.get_by_text("1 khác biệt")).to_be_visible(timeout=LONG)
        quiet(found)
