"""A scenario of today's 126 units on Compare and Dashboard, in a real browser with the network cut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser

from geo.registers import embedded_for, embedded_register
from plans.edit import Merge, empty_plan
from plans.workspace import open_workspace
from tests.browser import Visit, needs_chromium, visit
from tests.workbench_visit import Server, pick, running, settled, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("compare-browser"), needs_chromium]
NARROW = 390
NAMES = ("Sắp xếp 2027: lấy ý kiến", "Sắp xếp 2027: phương án hai")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[str]]]:
    """Yield a server whose workspace holds two scenarios of one instrument, and their ids."""
    place = tmp_path_factory.mktemp("workspace") / "w.sqlite"
    register = embedded_register(str(embedded_for("2025-07-01")))
    plan = empty_plan(register, date(2026, 11, 24), date(2027, 1, 1), "thu", "trial")
    first, second = (unit.code for unit in list(register)[:2])
    store = open_workspace(place)
    ids = [
        store.create(NAMES[0], plan, "", "An").id,
        store.create(NAMES[1], Merge((first, second), name="Mới").apply(plan, register), "", "An").id,
    ]
    store.close()
    with running(str(place)) as started:
        yield started, ids


def go(seen: Visit, name: str) -> None:
    """Go to another page by the menu."""
    seen.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    settled(seen)


def overflow(seen: Visit) -> int:
    """Return by how many pixels the page is wider than its frame."""
    return int(
        seen.page.locator('[data-testid="stMain"]').evaluate("main => main.scrollWidth - main.clientWidth")
    )


def inside(seen: Visit, words: str) -> bool:
    """Tell whether a cell of a table of figures lies within the screen."""
    box = seen.page.locator(".sx-table tr").filter(has_text=words).locator("td").last.bounding_box()
    return box is not None and box["x"] + box["width"] <= NARROW


def test_scenarios_are_compared_by_name_and_their_figures_fit_a_phone(
    browser: Browser, saved: tuple[Server, list[str]]
) -> None:
    app, ids = saved
    with visit(browser, f"{app.address}/workbench?lang=en&scenario={ids[1]}", 1280, 1600) as seen:
        seen.map(paths=100)
        seen.page.get_by_role("button", name="All scenarios").wait_for()
        settled(seen)
        go(seen, "Compare")
        box = seen.page.get_by_role("combobox", name="Plans (A, B, …)")
        box.wait_for()
        settled(seen)
        # the scenario that is open stands against nothing at first; a second one joins them
        box.fill(NAMES[0])
        seen.page.get_by_role("option").filter(has_text=NAMES[0]).first.click()
        seen.page.keyboard.press("Escape")
        wait_for(seen, f"C · Scenario: {NAMES[0]}")
        seen.page.set_viewport_size({"width": NARROW, "height": 1600})
        settled(seen)
        assert inside(seen, "Due and not done")
        assert overflow(seen) <= 0
        cells = seen.page.locator(".sx-table tr").filter(has_text="Units after").locator("td")
        assert cells.all_inner_texts() == ["Units after", "125", "126", "126"]
        pick(seen, "Map of", f"C: Scenario: {NAMES[0]}")
        # over each map stands the scenario's own name
        wait_for(seen, f"C · Scenario: {NAMES[0]}")
        assert seen.page.get_by_text("Two maps of one extent").count() == 1
        # a plan of another vintage is refused in words, and can be taken out again
        settled(seen)
        box.fill("1286")
        seen.page.get_by_role("option").filter(has_text="1286").last.click()
        wait_for(seen, "the plans start from different vintages")
        assert "Traceback" not in seen.page.inner_text("body")
        box.press("Backspace")
        seen.page.keyboard.press("Escape")
        wait_for(seen, "Units after")
        assert seen.leaving() == []


def test_the_dashboard_offers_the_scenario_that_is_open_and_cuts_no_words(
    browser: Browser, saved: tuple[Server, list[str]]
) -> None:
    app, ids = saved
    with visit(browser, f"{app.address}/workbench?lang=en&scenario={ids[0]}", 820, 1600) as seen:
        seen.map(paths=100)
        settled(seen)
        go(seen, "Dashboard")
        wait_for(seen, f"The scenario “{NAMES[0]}” is open on the workbench")
        labels = seen.page.get_by_test_id("stMetricLabel")
        assert labels.count() == 5
        cut = "all => all.some(e => [e, ...e.querySelectorAll('*')].some(n => n.scrollWidth > n.clientWidth + 1))"
        assert not labels.evaluate_all(cut)
        seen.page.get_by_role("button", name="Use on all pages").click()
        wait_for(seen, "Due and not done (37)")
        settled(seen)
        assert seen.page.get_by_role("button", name="Use on all pages").count() == 0
        assert seen.page.get_by_test_id("stMetricValue").all_inner_texts()[:4] == ["126", "126", "0", "37"]
        assert overflow(seen) <= 0
        assert seen.leaving() == []


def test_the_workbench_stands_in_one_column_on_a_tablet_and_its_boxes_change_their_language(
    browser: Browser, saved: tuple[Server, list[str]]
) -> None:
    app, ids = saved
    with visit(browser, f"{app.address}/workbench?lang=en&scenario={ids[1]}", 820, 1600) as seen:
        seen.map(paths=100)
        pick(seen, "Action", "Rename")
        width = seen.page.locator('iframe[title^="streamlit_folium"]').evaluate("map => map.clientWidth")
        assert width > 450
        assert overflow(seen) <= 0
        seen.page.get_by_text("Tiếng Việt", exact=True).click()
        wait_for(seen, "Thao tác")
        settled(seen)
        box = seen.page.locator('[class*="st-key-workbench-action"]')
        box.get_by_text("Đổi tên").or_(box.locator('input[value="Đổi tên"]')).first.wait_for(timeout=10_000)
