"""From the 126 units of today: find what is due and merge it, in a real browser with the network cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from plans.files import parse_plan
from tests.browser import needs_chromium, visit
from tests.workbench_visit import Server, create, done, pick, saved_plan, settled, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench-today-browser"), needs_chromium]


def test_a_planner_of_today_merges_what_is_due(browser: Browser, planner: Server, tmp_path: Path) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        pick(seen, "Map", "126 units")
        create(seen, f"Today {tmp_path.name}")
        seen.map(paths=126)
        wait_for(seen, "Due and not done: 37")
        settled(seen)
        seen.page.get_by_text("Choose from the list").click()
        seen.page.get_by_text("Only units due and not done (37)").click()
        settled(seen)
        pills = seen.page.locator('[class*="st-key-workbench-list"] button')
        expect(pills).to_have_count(37)
        pills.first.click()
        wait_for(seen, "1 selected")
        settled(seen)
        pick(seen, "Merge into", "ward")
        done(seen, "Merge", "Merge ")
        # the unit that takes it may have been due itself
        seen.page.get_by_text(re.compile(r"Due and not done: 3[56]$")).first.wait_for()
        (unit,) = parse_plan(saved_plan(seen, tmp_path)).units
        assert len(unit.sources) == 2
