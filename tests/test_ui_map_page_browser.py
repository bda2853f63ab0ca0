"""The Map page and the sidebar's uploads in a real browser with the network cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from plans.files import embedded_plan, plan_text
from tests.browser import Visit, needs_chromium, visit
from tests.shared_facts import shared

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-map"), needs_chromium]
WAIT = 60_000


def click_unit(seen: Visit, code: str, heading: str, nth: int = 0, paths: int = 500) -> None:
    """Click a unit until the panel shows it; the first click right after loading may be lost."""
    for _ in range(3):
        frame = seen.map(nth, paths=paths, timeout=WAIT)
        at = frame.evaluate("code => { const p = sapxep.pixel(code); return [p.x, p.y] }", code)
        frame.locator("#map_div").click(position={"x": at[0], "y": at[1]})
        try:
            seen.page.get_by_role("heading", name=heading).wait_for(timeout=8000)
            return
        except PlaywrightTimeout:
            continue
    raise AssertionError(f"{heading} was not shown")


def settled(seen: Visit, script: str, nth: int = 0) -> Frame:
    """Return the nth map's frame once a condition holds in it; another layer makes another frame."""
    for _ in range(120):
        try:
            frame = seen.map(nth, timeout=10_000)
            if frame.evaluate(script):
                return frame
        except (PlaywrightError, AssertionError):  # the frame went while it was looked at
            pass
        seen.page.wait_for_timeout(400)
    raise AssertionError(f"never so: {script}")


AFTER = "!!document.querySelector('path[data-code=\"00142*\"]')"
BEFORE = "!!document.querySelector('path[data-code=\"09637\"]')"
SURVEYED = " && !document.querySelector('.sx-notice')"


def fill(frame: Frame, code: str) -> str:
    return str(frame.locator(f'path[data-code="{code}"]').get_attribute("fill"))


def show(seen: Visit, words: str) -> None:
    seen.page.get_by_text(words, exact=True).click()


def clean(seen: Visit) -> None:
    """Nothing left the machine, and nothing failed but Streamlit's own endpoints below a page's path."""
    assert seen.leaving() == []
    assert [text for text in seen.complaints if "404" not in text] == []
    assert all(url.endswith(("/_stcore/health", "/_stcore/host-config")) for url in seen.failed)
    assert not seen.page.get_by_test_id("stException").count()


def same_extent(page: Page, left: Frame, right: Frame) -> bool:
    extent = "[map.getCenter().lat, map.getCenter().lng, map.getZoom()].map(x => x.toFixed(3)).join()"
    for _ in range(40):
        page.wait_for_timeout(250)
        if left.evaluate(extent) == right.evaluate(extent):
            return True
    return False


def test_before_after_and_side_by_side_in_vietnamese(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/map") as seen:
        page = seen.page
        click_unit(seen, "09787", "Xã Trung Châu")
        expect(page.get_by_text("Giữ nguyên, không thuộc phương án.")).to_be_visible()
        search = page.get_by_role("combobox", name="Tìm đơn vị")
        search.fill("chau son")
        page.get_by_role("option").filter(has_text="Xã Châu Sơn").first.click()
        frame = seen.map(paths=579)
        frame.wait_for_function("map.getZoom() > 11")
        expect(page.get_by_text("Nhập vào")).to_be_visible()
        page.get_by_role("button", name="Xã Phú Hồng (toàn bộ)").click()
        expect(page.get_by_role("heading", name="Xã Phú Hồng")).to_be_visible(timeout=WAIT)
        expect(page.get_by_text("Diện tích theo văn bản")).to_be_visible()
        after = settled(seen, AFTER + " && map.getZoom() > 11")
        assert fill(after, "00142*").startswith("url(#")
        assert fill(after, "00160").startswith("url(#"), "bounds alone count as missing"
        show(seen, "Đặt cạnh nhau")
        right = settled(seen, AFTER, nth=1)
        left = settled(seen, BEFORE)
        # the unit in view was zoomed to on the right, and the left one shows the same
        assert same_extent(page, left, right)
        assert left.evaluate("map.getZoom()") > 11
        left.locator("#map_div").hover()
        page.mouse.wheel(0, 300)
        left.wait_for_function("map.getZoom() < 11")
        assert same_extent(page, left, right)
        clean(seen)


def test_colours_by_group_due_and_outcome_in_english(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/map?lang=en") as seen:
        frame, page = seen.map(paths=579, timeout=WAIT), seen.page

        def colour_by(words: str) -> None:
            shown = frame.evaluate("sapxep.applied")
            page.get_by_role("combobox", name="Colour by").click()
            page.get_by_role("option", name=words, exact=True).click()
            frame.wait_for_function("n => sapxep.applied > n", arg=shown, timeout=WAIT)

        colour_by("Unit formed")
        expect(page.get_by_text("Hatched: shared by several units")).to_be_visible(timeout=WAIT)
        assert fill(frame, "09637") == fill(frame, "09646")
        colour_by("Due for rearrangement")
        expect(page.get_by_text("Due, rearranged:")).to_be_visible(timeout=WAIT)
        colour_by("Verdicts on the unit formed")
        expect(page.get_by_text("The gravest verdict")).to_be_visible(timeout=WAIT)
        kept = frame.evaluate("document.querySelectorAll('path[data-code]').length")
        assert kept == 579
        search = page.get_by_role("combobox", name="Find a unit")
        search.fill("yen vien")
        options = page.get_by_role("option")
        options.first.wait_for()
        assert [text.split(" · ")[0] for text in options.all_inner_texts()] == [
            "Yên Viên township (Huyện Gia Lâm)",
            "Yên Viên commune (Huyện Gia Lâm)",
        ]
        options.last.click()
        frame.wait_for_function("map.getZoom() > 11")
        clean(seen)


def test_a_unit_leads_to_its_verdicts(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/map?lang=en") as seen:
        click_unit(seen, "09637", "Châu Sơn commune")
        seen.page.get_by_role("button", name="Verdicts on this unit").click()
        seen.page.wait_for_url("**/rules*", timeout=WAIT)
        clean(seen)


def upload(seen: Visit, nth: int, name: str, content: bytes) -> None:
    page = seen.page
    if not page.locator("details[open]").count():
        page.get_by_text("Your own files").click()
    page.locator("input[type=file]").nth(nth).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


SHAPE = {"type": "Polygon", "coordinates": [[[105.8, 21], [105.9, 21], [105.9, 21.1], [105.8, 21]]]}
BAD = [
    (0, "nonsense.toml", b"id = = 3", "nonsense.toml"),
    (
        0,
        "unknown.toml",
        plan_text(embedded_plan("nq1286")).replace('code = "09637"', 'code = "99998"').encode(),
        "99998",
    ),
    (
        1,
        "words.csv",
        b"code;name;kind;district_code;district_name;area_km2;population\n00001;A;ward;001;Q;x;2\n",
        "row 2",
    ),
    (2, "nocodes.geojson", json.dumps({
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": "x"}, "geometry": SHAPE}],
    }).encode(), "no column holds units"),
    (2, "nolayer.gpkg", b"hello", "nolayer.gpkg"),
]  # fmt: skip


def test_bad_uploads_are_said_and_nothing_is_lost(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/map?lang=en") as seen:
        click_unit(seen, "09637", "Châu Sơn commune")
        for nth, name, content, said in BAD:
            upload(seen, nth, name, content)
            alert = seen.page.get_by_test_id("stAlert").filter(has_text=said)
            expect(alert.first).to_be_visible(timeout=WAIT)
            assert not seen.page.get_by_test_id("stException").count()
        expect(seen.page.get_by_role("heading", name="Châu Sơn commune")).to_be_visible()
        assert seen.map(paths=579).locator("path[data-code]").count() == 579
        clean(seen)


def test_an_uploaded_layer_is_drawn_on_both_pages_and_both_sides(browser: Browser, address: str) -> None:
    content = Path(shared("boundaries/hanoi_communes_2024.geojson")).read_bytes()
    with visit(browser, f"{address}/map?lang=en") as seen:
        page = seen.page
        seen.map(paths=579, timeout=WAIT)
        upload(seen, 2, "own.geojson", content)
        expect(page.get_by_text("Boundaries taken: 579 units")).to_be_visible(timeout=WAIT)
        settled(seen, BEFORE + SURVEYED)
        show(seen, "After (526)")
        after = settled(seen, AFTER + SURVEYED)
        assert fill(after, "00142*").startswith("url(#")
        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_text("the layer you uploaded, 579 units")).to_be_visible(timeout=WAIT)
        settled(seen, BEFORE + SURVEYED)
        clean(seen)


def test_a_phone_shows_the_map_and_its_controls(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/map", width=390, height=844) as seen:
        seen.map(paths=579, timeout=WAIT)
        main = "document.querySelector('.stMain')"
        assert seen.page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 0
        for name in ("Tô màu theo", "Tìm đơn vị"):
            expect(seen.page.get_by_role("combobox", name=name)).to_be_visible()
        clean(seen)
