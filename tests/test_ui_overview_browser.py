"""Overview in a real browser with the network cut: the plan's figures, its map, the verdicts, the ways on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import Visit, needs_chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-overview"), needs_chromium]
WAIT = 60_000


@pytest.fixture(scope="module")
def app(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(browser, address) as seen:
        yield seen


def test_the_plan_stands_in_figures_beside_its_map(app: Visit) -> None:
    frame = app.map(paths=579, timeout=WAIT)
    page = app.page
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hà Nội giai đoạn 2023–2025")
    table = page.locator(".sx-table")
    rows = {
        cells[0]: cells[1:]
        for cells in (row.split("\t") for row in table.inner_text().splitlines())
        if cells[1:]
    }
    assert rows["Xã"] == ["383", "345", "−38"]
    assert rows["Tất cả"] == ["579", "526", "−53"]
    assert rows["Dân số (người)"][:2] == ["8.053.663", "8.053.663"]
    facts = page.locator(".sx-facts").first.inner_text()
    assert "110 (văn bản nêu 109)" in facts
    assert "57 (văn bản nêu 56)" in facts
    # units concerned in the colour of the unit formed, a split one striped
    fills = {
        code: frame.locator(f'path[data-code="{code}"]').get_attribute("fill")
        for code in ("09637", "09646", "00001", "00142")
    }
    assert fills["09637"] == fills["09646"] != fills["00001"]
    assert str(fills["00142"]).startswith("url(#")
    assert frame.get_by_text("Bản đồ sơ đồ, không phải bản đồ đo đạc").is_visible()


def test_the_verdicts_follow_the_map(app: Visit) -> None:
    verdicts = app.page.locator(".sx-verdicts")
    verdicts.wait_for(timeout=WAIT)
    counted = dict(
        reversed(line.split("\t")) if "\t" in line else (line, "")
        for line in ("\t".join(item.inner_text().split("\n")[-2:]) for item in verdicts.locator("li").all())
    )
    assert counted["không đạt quy tắc bắt buộc"] == "0"
    assert int(counted["đạt"].replace(".", "")) > 1000
    # the same counts as on the other pages
    app.page.context.new_page().goto(f"{app.page.url.rstrip('/')}/rules")
    rules = app.page.context.pages[-1]
    for words, there in (
        ("chưa xác định được", "chưa xác định"),
        ("nêu để biết, không đòi hỏi gì", "thông tin"),
    ):
        rules.get_by_text(f"{counted[words]} {there}").first.wait_for(timeout=WAIT)
    rules.close()
    expect(app.page.get_by_text("Số kết luận, xét theo 35/2023")).to_be_visible()


def test_sources_and_what_is_not_verified_are_said(app: Visit) -> None:
    said = app.page.locator(".sx-source").last.inner_text()
    assert "Tổng điều tra dân số và nhà ở 2019" in said
    assert "tính từ ranh giới" in said
    assert "11 độ tin cậy thấp, chưa kiểm chứng" in said
    assert "không phải bản đồ đo đạc" in said


def test_nothing_left_the_machine_and_nothing_failed(app: Visit) -> None:
    assert app.leaving() == []
    assert app.complaints == []
    assert app.failed == []


def test_english_and_the_plan_of_2025(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/?lang=en") as seen:
        seen.map(paths=579, timeout=WAIT)
        page = seen.page
        expect(page.get_by_text("Communes", exact=True)).to_be_visible()
        expect(page.get_by_text("110 (the instrument states 109)")).to_be_visible()
        page.get_by_role("combobox", name="Plan").click()
        page.get_by_role("option").filter(has_text="1656").click()
        expect(page.locator(".sx-table")).to_contain_text("126", timeout=WAIT)
        frame = seen.map(paths=526, timeout=WAIT)
        frame.wait_for_function("!!document.querySelector('path[data-code=\"00142*\"]')", timeout=WAIT)
        assert str(frame.locator("path[data-code='00142*']").get_attribute("fill")).startswith("url(#")
        assert not page.get_by_test_id("stException").count()
        assert seen.leaving() == []
        assert seen.complaints == []


def test_ways_to_the_other_pages_by_keyboard_and_by_a_click_on_the_map(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as seen:
        frame = seen.map(paths=579, timeout=WAIT)
        page = seen.page
        page.locator(".sx-verdicts").wait_for(timeout=WAIT)
        button = page.get_by_role("button", name="Quy tắc", exact=True)
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/rules", timeout=WAIT)
        page.get_by_role("link", name="Tổng quan").click()
        frame = seen.map(paths=579, timeout=WAIT)
        for _ in range(3):
            at = frame.evaluate("code => { const p = sapxep.pixel(code); return [p.x, p.y] }", "09637")
            frame.locator("#map_div").click(position={"x": at[0], "y": at[1]})
            try:
                page.wait_for_url("**/map", timeout=8000)
                break
            except PlaywrightTimeout:
                continue
        expect(page.get_by_role("heading", name="Xã Châu Sơn")).to_be_visible(timeout=WAIT)


@pytest.mark.parametrize("width", [390, 820])
def test_narrow_screens_show_all_without_scrolling_sideways(
    browser: Browser, address: str, width: int
) -> None:
    with visit(browser, address, width=width, height=844) as seen:
        seen.map(paths=579, timeout=WAIT)
        seen.page.locator(".sx-verdicts").wait_for(timeout=WAIT)
        over = seen.page.evaluate(
            "document.querySelector('.stMain').scrollWidth - document.querySelector('.stMain').clientWidth"
        )
        assert over <= 0


def test_print_leaves_the_controls_away(app: Visit) -> None:
    app.page.emulate_media(media="print")
    try:
        assert not app.page.locator(".stSidebar").is_visible()
        assert not app.page.get_by_role("button", name="Quy tắc", exact=True).is_visible()
        assert app.page.locator(".sx-table").is_visible()
        assert app.page.locator('iframe[title^="streamlit_folium"]').is_visible()
    finally:
        app.page.emulate_media(media="screen")
