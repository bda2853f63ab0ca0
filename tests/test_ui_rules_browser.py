"""The Rules page in a real browser with the network cut, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from geo.registers import embedded_register
from geo.text import vietnamese_number
from plans.files import embedded_plan
from rules.engine import Judgement, judge
from tests.browser import Visit, choose, needs_chromium, opened

expect.set_options(timeout=20_000)
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules"), needs_chromium]


def judged(regime: str | None = None) -> Judgement:
    return judge(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"), regime=regime)


def due(judgement: Judgement, of: str) -> str:
    return f"{sum(source.due is True for source in judgement.sources)} {of} {len(judgement.sources)}"


# label of the tabs, and words that each of them shows
TABS = {
    "vi": {
        "Đơn vị nguồn": "Thuộc diện, chưa sắp xếp",
        "Theo huyện": "Ngoài ra có",
        "Thủ tục": "Phương án ghi 0 trong",
    },
    "en": {
        "Source units": "Due but not done",
        "By district": "Besides,",
        "Procedure": "The plan records 0 of",
    },
}


@pytest.fixture(params=["vi", "en"])
def seen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[tuple[Visit, str]]:
    words = str(request.param)
    with opened(browser, address, "rules", words) as found:
        yield found, words


def test_filter_open_a_verdict_and_go_to_its_place_on_the_map(seen: tuple[Visit, str]) -> None:
    found, words = seen
    page, vi = found.page, words == "vi"
    count = vietnamese_number(len(judged().verdicts))
    every = f"Hiện cả {count} dòng." if vi else f"All {count} rows are shown."
    expect(page.get_by_text(every)).to_be_visible(timeout=90_000)
    choose(page, "Kết quả xét" if vi else "Outcome", "Không đạt" if vi else "Fail")
    left_out = "Bộ lọc bỏ ra:" if vi else "Left out by the filters:"
    expect(page.get_by_text(left_out)).to_be_visible()
    page.keyboard.press("Escape")
    choose(page, "Chỉ một đơn vị" if vi else "One unit only", "09646", "phu hong")
    group = page.locator("summary").filter(has_text="Phú Hồng").first
    expect(group).to_contain_text("09646")
    line = (
        page.locator("summary")
        .filter(has_text="Đơn vị hình thành đạt tiêu chuẩn" if vi else "standard")
        .nth(0)
    )
    line.wait_for()
    line.click()
    said = page.locator(".sx-said", has_text="16,67 km²" if vi else "16.67 km²").first
    expect(said).to_be_visible()
    expect(said).to_contain_text("thiếu 4,33 km²" if vi else "short by 4.33 km²")
    expect(
        page.get_by_text("Điều 4, 35/2023/UBTVQH15" if vi else "Article 4, 35/2023/UBTVQH15").first
    ).to_be_visible()
    page.get_by_role("button", name="Xem trên bản đồ" if vi else "Show on the map").first.click()
    page.wait_for_url("**/map**")
    found.map(paths=500)
    expect(page.get_by_text("Phú Hồng").first).to_be_visible()
    assert "09646" in page.locator("body").inner_text() or page.get_by_role("combobox").first.input_value()


def test_every_part_of_the_page_opens(seen: tuple[Visit, str]) -> None:
    found, words = seen
    page = found.page
    for tab, said in TABS[words].items():
        page.get_by_role("tab", name=tab).click(timeout=90_000)
        expect(page.get_by_text(said).first).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Bộ quy tắc" if words == "vi" else "Rule book").click()
    search = page.get_by_role("textbox", name="Tìm quy tắc" if words == "vi" else "Find a rule")
    search.fill("post-merge-meets")
    search.press("Enter")
    rule = page.locator("summary").filter(has_text="tiêu chuẩn" if words == "vi" else "standard").first
    expect(page.get_by_text("Hiện 1 trong" if words == "vi" else "1 of the book's")).to_be_visible()
    rule.click()
    expect(page.get_by_text("post-merge-meets-standard")).to_be_visible()
    page.get_by_role("tab", name="Hai chế độ" if words == "vi" else "Two regimes").click()
    of = "trong" if words == "vi" else "of"
    expect(page.get_by_text(due(judged("112/2025"), of))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(due(judged(), of))).to_be_visible()


def test_the_whole_table_can_be_taken_away(browser: Browser, address: str, tmp_path: Path) -> None:
    with opened(browser, address, "rules", "vi") as found:
        page = found.page
        page.get_by_role("button", name="Tải xuống").click(timeout=90_000)
        for kind in ("csv", "xlsx"):
            with page.expect_download() as taken:
                page.get_by_role("button", name=kind.upper(), exact=True).click()
            path = tmp_path / taken.value.suggested_filename
            taken.value.save_as(path)
            assert path.name == f"nq1286-verdicts.{kind}"
            if kind == "csv":
                lines = path.read_text(encoding="utf-8").splitlines()
                assert len(lines) == len(judged().verdicts) + 1
                assert lines[0].startswith("status,outcome,severity,")
            else:
                assert path.read_bytes().startswith(b"PK")
        assert found.leaving() == []
