"""The Indicators page in a real browser with the network cut: the statistician's path, in both languages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from geo.registers import embedded_register
from plans.apply import apply_plan
from plans.files import embedded_plan
from tests.browser import Visit, choose, needs_chromium, visit

#: other boxes speak of old units too, in small letters
OLD_UNIT = re.compile("Đơn vị cũ")
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-indicators"), needs_chromium]


@pytest.fixture
def quiet() -> Iterator[list[Visit]]:
    seen: list[Visit] = []
    yield seen
    for found in seen:
        found.check()


def workbook(received: list[int | str], online: list[int]) -> bytes:
    """Return a sheet as offices keep it: a title, merged header cells, a row of totals below."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["BÁO CÁO HỒ SƠ MỘT CỬA"])
    sheet.merge_cells("A1:E1")
    sheet.append(["STT", "Mã đơn vị", "Tên đơn vị", "Năm 2024", None])
    sheet.append([None, None, None, "Hồ sơ tiếp nhận trong kỳ", "Lượt hướng dẫn"])
    for merged in ("A2:A3", "B2:B3", "C2:C3", "D2:E2"):
        sheet.merge_cells(merged)
    units = list(embedded_register("hanoi-2024-12-31"))
    for i, (unit, a, b) in enumerate(zip(units, received, online, strict=True), 1):
        sheet.append([i, unit.code, unit.name, a, b])
    total = sum(a for a in received if isinstance(a, int))
    sheet.append([None, None, "Tổng cộng", total, sum(online)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(page: Page, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mot-cua.xlsx"
    path.write_bytes(content)
    page.get_by_role("radio", name="Tệp của bạn").click()
    # the sidebar has uploaders of its own
    expect(page.get_by_text("Bảng số liệu của đơn vị", exact=False)).to_be_visible(timeout=30_000)
    page.get_by_test_id("stMain").locator('input[type="file"]').last.set_input_files(path)
    page.get_by_text("Xác nhận và tính").click(timeout=20_000)


def test_from_a_spreadsheet_with_merged_cells_to_a_file_whose_totals_equal_the_input(
    browser: Browser, address: str, tmp_path: Path, quiet: list[Visit]
) -> None:
    received: list[int | str] = [100 + 7 * i % 391 for i in range(579)]
    online = [i % 53 for i in range(579)]
    with visit(browser, f"{address}/indicators") as found:
        quiet.append(found)
        page = found.page
        upload(page, tmp_path, workbook(received, online))
        expect(page.get_by_text("Đã hiểu 1.158 số liệu")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Tổng trước và sau bằng nhau", exact=False).first).to_be_visible()
        expect(page.get_by_text("SỐ LIỆU MINH HỌA", exact=False)).to_have_count(0)
        # the page is whole once its last part is there: a popover would close when it is drawn anew
        expect(page.get_by_text("Hiện cả 526 dòng.")).to_be_visible()
        expect(page.get_by_text("Điều cần biết về kết quả", exact=False)).to_be_visible()
        page.get_by_text("Tải toàn bộ kết quả").click()
        with page.expect_download() as download:
            page.locator(".st-key-indicators-file-xlsx button").click()
        book = pd.ExcelFile(download.value.path())
    totals = book.parse("totals").set_index("indicator")
    assert totals.loc["DOS_RECEIVED", "total_before"] == sum(a for a in received if isinstance(a, int))
    assert totals.loc["DOS_RECEIVED", "total_after"] == totals.loc["DOS_RECEIVED", "total_before"]
    own = next(name for name in totals.index if name != "DOS_RECEIVED")
    assert totals.loc[own, "total_after"] == sum(online)
    assert book.parse("results")["unit_code"].nunique() == 526


def test_text_among_numbers_is_refused_by_row_and_nothing_is_computed(
    browser: Browser, address: str, tmp_path: Path, quiet: list[Visit]
) -> None:
    received: list[int | str] = [5] * 579
    received[3] = "năm mươi"
    with visit(browser, f"{address}/indicators") as found:
        quiet.append(found)
        page = found.page
        upload(page, tmp_path, workbook(received, [1] * 579))
        expect(page.get_by_text("Chưa tính gì", exact=False).first).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Hiện cả", exact=False)).to_have_count(0)
        expect(page.get_by_text("Tải toàn bộ kết quả")).to_have_count(0)
        page.get_by_role("button", name="Tải xuống").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV", exact=True).click()
        listed = pd.read_csv(download.value.path())
    # three rows of title and header above the first unit
    assert listed[["row", "found"]].to_numpy().tolist() == [[7, "năm mươi"]]


def test_embedded_figures_are_marked_and_every_calculation_is_said(
    browser: Browser, address: str, quiet: list[Visit]
) -> None:
    with visit(browser, f"{address}/indicators?lang=en") as found:
        quiet.append(found)
        page = found.page
        page.get_by_role("radio", name="One-stop desk 2024 (illustrative)").click(timeout=30_000)
        expect(page.get_by_text("ILLUSTRATIVE figures, not facts", exact=False).first).to_be_visible(
            timeout=30_000
        )
        expect(page.get_by_text("All 526 rows are shown.")).to_be_visible()
        expect(page.get_by_text("The totals before and after are equal", exact=False)).to_be_visible()
        expect(page.get_by_role("cell", name="1.998.697")).to_have_count(2)
        choose(page, "New unit", "Hòa Phú commune", "10417")
        expect(page.get_by_text("Hòa Nam commune (10414): 2.407", exact=False)).to_be_visible()
        expect(page.get_by_text("4.199", exact=False).first).to_be_visible()
        page.get_by_role("radio", name="Maps before, after").click()
        found.map(0, 500)
        found.map(1, 500)
        expect(page.get_by_text("One colour scale for both maps.", exact=False)).to_be_visible()
        choose(page, "To which units", "126")
        expect(page.get_by_role("cell", name="126")).to_be_visible(timeout=30_000)
        page.get_by_role("radio", name="Population, area, density (real)").click()
        expect(page.get_by_text("ILLUSTRATIVE figures", exact=False)).to_have_count(0, timeout=20_000)


def new_units() -> bytes:
    """Return a sheet of the 526 units: a count, which can be carried back, and a median, which cannot."""
    plan, register = embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã đơn vị", "Tên đơn vị", "Quý 1/2025", None])
    sheet.append([None, None, "Hồ sơ tiếp nhận trong kỳ", "Thu nhập trung vị"])
    for merged in ("A1:A2", "B1:B2", "C1:D1"):
        sheet.merge_cells(merged)
    for i, unit in enumerate(apply_plan(plan, register)):
        sheet.append([unit.code, unit.name, 100 + i, 4.5 + i % 7 / 10])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_figures_of_the_new_units_go_back_to_the_old_ones(
    browser: Browser, address: str, quiet: list[Visit]
) -> None:
    with visit(browser, f"{address}/indicators") as found:
        quiet.append(found)
        page = found.page
        page.get_by_role("radio", name="đơn vị mới → cũ (tính ngược)").click(timeout=30_000)
        expect(page.get_by_text("Hiện cả 579 dòng.")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("cell", name="526")).to_be_visible()
        choose(page, OLD_UNIT, "Xã Hòa Phú", "10417")
        expect(page.get_by_text("tính ngược: chia cả tử số và mẫu số", exact=False)).to_be_visible()
        expect(page.get_by_text("E (ước tính)", exact=False).first).to_be_visible()


def test_what_cannot_be_carried_back_is_refused_with_the_reason(
    browser: Browser, address: str, tmp_path: Path, quiet: list[Visit]
) -> None:
    with visit(browser, f"{address}/indicators") as found:
        quiet.append(found)
        page = found.page
        page.get_by_role("radio", name="đơn vị mới → cũ (tính ngược)").click(timeout=30_000)
        upload(page, tmp_path, new_units())
        expect(page.get_by_text("Hiện cả 579 dòng.")).to_be_visible(timeout=30_000)
        choose(page, "Chỉ tiêu", "trung vị")
        choose(page, OLD_UNIT, "Xã Hòa Phú", "10417")
        expect(page.get_by_text("loại chỉ tiêu này không đưa về đơn vị cũ được", exact=False)).to_be_visible()
