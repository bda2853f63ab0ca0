"""The Indicators page where there is little room: nothing is cut off, what stood side by side stands below."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import needs_chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-indicators"), needs_chromium]


@pytest.mark.parametrize(("width", "words"), [(820, "vi"), (390, "en")])
def test_every_choice_is_in_sight_and_the_maps_stand_below_each_other(
    browser: Browser, address: str, width: int, words: str
) -> None:
    with visit(browser, f"{address}/indicators?lang={words}", width) as found:
        page = found.page
        map_choice = page.get_by_role(
            "radio", name="Bản đồ trước, sau" if words == "vi" else "Maps before, after"
        )
        expect(map_choice).to_be_visible(timeout=30_000)
        choices = page.get_by_test_id("stMain").get_by_role("radio").all()
        assert len(choices) == 7
        for choice in choices:
            box = choice.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width, choice.inner_text()
        map_choice.click()
        found.map(0, 500)
        found.map(1, 500)
        frames = page.locator('iframe[title^="streamlit_folium"]')
        first, second = frames.nth(0).bounding_box(), frames.nth(1).bounding_box()
        assert first is not None
        assert second is not None
        assert second["y"] >= first["y"] + first["height"]
        found.check()


def test_the_direction_says_of_which_units_a_file_is_asked_for(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/indicators") as found:
        page = found.page
        page.get_by_role("radio", name="Tệp của bạn").click(timeout=30_000)
        expect(page.get_by_text("Bảng số liệu của đơn vị cũ", exact=False)).to_be_visible(timeout=20_000)
        page.get_by_role("radio", name="tính ngược").click()
        expect(page.get_by_text("Bảng số liệu của đơn vị mới", exact=False)).to_be_visible(timeout=20_000)
        expect(page.get_by_text("Bảng số liệu của đơn vị cũ", exact=False)).to_have_count(0)
        found.check()
