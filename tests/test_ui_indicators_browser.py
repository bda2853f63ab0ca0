"""The Indicators page in a real browser with the network cut: the statistician's path, in both languages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from geo.registers import embedded_register
from tests.browser import Visit, chromium, needs_chromium, server, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-indicators"), needs_chromium]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as found:
        yield found


@pytest.fixture
def quiet() -> Iterator[list[Visit]]:
    seen: list[Visit] = []
    yield seen
    for found in seen:
        assert found.leaving() == []
        # Streamlit itself asks for its endpoints below the page's path first
        assert all(url.endswith(("/_stcore/health", "/_stcore/host-config")) for url in found.failed)
        assert [text for text in found.complaints if "404" not in text] == []


def choose(page: Page, label: str, typed: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label).first
    box.click()
    if typed:
        box.fill(typed)
    # the list is drawn anew while it narrows: a click may meet an option that is gone
    expect(page.get_by_role("option").filter(has_text=option).first).to_be_visible()
    if typed:
        box.press("Enter")
    else:
        page.get_by_role("option").filter(has_text=option).first.click()


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
    expect(page.get_by_text("Bảng số liệu của đơn vị cũ", exact=False)).to_be_visible(timeout=30_000)
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
        expect(page.get_by_text("ILLUSTRATIVE figures, not facts", exact=False)).to_be_visible(timeout=30_000)
        expect(page.get_by_text("All 526 rows are shown.")).to_be_visible()
        expect(page.get_by_text("The totals before and after are equal", exact=False)).to_be_visible()
        expect(page.get_by_role("cell", name="1.998.697")).to_have_count(2)
        choose(page, "New unit", "10417", "Hòa Phú commune")
        expect(page.get_by_text("Hòa Nam commune (10414): 2.407", exact=False)).to_be_visible()
        expect(page.get_by_text("4.199", exact=False).first).to_be_visible()
        page.get_by_role("radio", name="Maps before, after").click()
        found.map(0, 500)
        found.map(1, 500)
        expect(page.get_by_text("One colour scale for both maps.", exact=False)).to_be_visible()
        choose(page, "To which units", "", "126")
        expect(page.get_by_role("cell", name="126")).to_be_visible(timeout=30_000)
        page.get_by_role("radio", name="Population, area (real)").click()
        expect(page.get_by_text("ILLUSTRATIVE figures", exact=False)).to_have_count(0, timeout=20_000)
