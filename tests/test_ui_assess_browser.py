"""The Assess page in a real browser with the network cut, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from geo.registers import embedded_register
from geo.text import vietnamese_number
from rules.assess import assess
from tests.browser import Visit, choose, needs_chromium, opened

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-assess"), needs_chromium]


@pytest.fixture(params=["vi", "en"])
def seen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[tuple[Visit, str]]:
    words = str(request.param)
    with opened(browser, address, "assess", words) as found:
        yield found, words


def choose_register(page: Page, words: str, option: str) -> None:
    choose(page, "Sổ đơn vị" if words == "vi" else "Register of units", option)


def test_hanoi_is_filtered_and_its_map_tells_a_unit(seen: tuple[Visit, str]) -> None:
    found, words = seen
    page, vi = found.page, words == "vi"
    expect(page.get_by_text("Hiện cả 126 dòng." if vi else "All 126 rows are shown.")).to_be_visible(
        timeout=90_000
    )
    choose(page, "Loại" if vi else "Kind", "phường" if vi else "ward")
    shown = (
        "Hiện 51 trong 126 dòng; bộ lọc bỏ ra 75 dòng."
        if vi
        else "51 of 126 rows are shown; the filters leave out 75."
    )
    expect(page.get_by_text(shown)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Bản đồ Hà Nội" if vi else "Map of Hanoi").click()
    frame = found.map(paths=126)
    for attempt in (1, 2):  # a click right after the first drawing may be lost
        at = frame.evaluate("code => { const p = sapxep.pixel(code); return [p.x, p.y] }", "00004")
        frame.locator("#map_div").click(position={"x": at[0], "y": at[1]})
        try:
            page.get_by_text("2,97 km²" if vi else "2.97 km²").first.wait_for(timeout=6000)
            break
        except PlaywrightTimeout:
            if attempt == 2:
                raise
    expect(page.get_by_text("thiếu 2,53 km²" if vi else "short by 2.53 km²").first).to_be_visible()


def test_the_country_stands_beside_the_published_number(seen: tuple[Visit, str]) -> None:
    found, words = seen
    page, vi = found.page, words == "vi"
    choose_register(page, words, "Cả nước" if vi else "The whole country")
    expect(page.get_by_text("Hiện cả 3.308 dòng." if vi else "All 3.308 rows are shown.")).to_be_visible(
        timeout=90_000
    )
    expect(
        page.get_by_text("Báo chí công bố, trong 3.321" if vi else "Published (press), of 3.321")
    ).to_be_visible()
    summary = assess(embedded_register("vietnam-2025-07-01"), datetime.now(tz=UTC).date()).summary
    low, high = (vietnamese_number(n) for n in (summary["due"], summary["due"] + summary["undetermined"]))
    why = f"705 nằm giữa {low} và {high}" if vi else f"705 lies between {low} and {high}"
    expect(page.get_by_text(why)).to_be_visible(timeout=90_000)
    choose(page, "Tỉnh, thành phố" if vi else "Province", "Hà Nội", "Hà Nội")
    expect(page.get_by_text("Hiện 126 trong 3.308" if vi else "126 of 3.308")).to_be_visible()


def test_a_register_of_ones_own_that_cannot_be_used_is_refused_in_words(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    head = "code,name,kind,district_code,district_name,province_name,area_km2,population\n"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(head + "00001,A,phường,,,Hà Nội,nhiều,5\n", encoding="utf-8")
    good.write_text(head + "00001,Thử,phường,,,Hà Nội,5.49,21000\n", encoding="utf-8")
    with opened(browser, address, "assess", "en") as found:
        page = found.page
        choose_register(page, "en", "of my own")
        upload = page.get_by_test_id("stMain").get_by_test_id("stFileUploaderDropzoneInput")
        upload.set_input_files(bad)
        error = page.get_by_test_id("stAlert")
        expect(error).to_contain_text("area_km2", timeout=60_000)
        expect(error).to_contain_text("nhiều")
        page.get_by_test_id("stMain").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(good)
        expect(page.get_by_text("All 1 rows are shown.")).to_be_visible(timeout=60_000)
        assert "Traceback" not in page.locator("body").inner_text()
        assert found.leaving() == []
