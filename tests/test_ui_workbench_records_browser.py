"""Parts with their dividing line, exemptions and a full disk, in a real browser with the network cut."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from plans.files import parse_plan
from tests.browser import needs_chromium, visit
from tests.workbench_visit import (
    Server,
    action,
    choose,
    create,
    done,
    draw_line,
    enter,
    pick,
    press,
    running,
    saved_plan,
    settled,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench-records-browser"), needs_chromium]
VIEN_AN, VIEN_NOI = "10357", "10360"


def test_a_part_with_its_line_is_checked_kept_and_drawn_again_after_a_reload(
    browser: Browser, planner: Server, tmp_path: Path
) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        create(seen, "Part")
        frame = seen.map(paths=579)
        choose(seen, VIEN_AN, "1 selected")
        action(seen, "Give a part")
        pick(seen, "To", "Hoa Son")
        enter(seen, "Area (km²)", "1.5")
        enter(seen, "Population (persons)", "900")
        enter(seen, "Reason", "the canal is the natural border")
        draw_line(seen, VIEN_AN)
        wait_for(seen, "The part given, seen along the line")
        frame.locator("path.sx-line[stroke-dasharray]").wait_for(state="attached", timeout=10_000)
        wait_for(seen, "off the part drawn (")
        done(seen, "Give this part", "Give part of Viên An (1.5 km², 900 persons) to Hoa Sơn")
        frame.locator("path.sx-line:not([stroke-dasharray])").wait_for(state="attached", timeout=10_000)
        wait_for(seen, "Dividing line")
        plan = parse_plan(saved_plan(seen, tmp_path))
        (part,) = [t for u in plan.units for t in u.transfers if t.part == "part"]
        assert (str(part.area_km2), part.population) == ("1.5", 900)
        assert part.note == "the canal is the natural border"
        assert str(part.extra["line"]).startswith("LINESTRING")
        seen.page.reload()
        frame = seen.map(paths=579)
        frame.locator("path.sx-line").wait_for(state="attached", timeout=10_000)
        at, unit = (
            frame.locator(selector).bounding_box()
            for selector in ("path.sx-line", f'path[data-code="{VIEN_AN}"]')
        )
        assert at is not None
        assert unit is not None
        assert abs(at["y"] + at["height"] / 2 - unit["y"] - unit["height"] / 2) < 4
        settled(seen)
        seen.page.get_by_role("button", name="Undo", exact=True).click()
        frame.locator("path.sx-line").wait_for(state="detached", timeout=10_000)


def test_an_exemption_is_recorded_and_taken_back(browser: Browser, planner: Server, tmp_path: Path) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        create(seen, "Exempt")
        seen.map(paths=579)
        choose(seen, VIEN_NOI, "1 selected")
        action(seen, "Record an exemption")
        enter(seen, "Note", "a tradition of its own")
        enter(seen, "Document", "12/BC-UBND")
        done(seen, "Record", "Viên Nội")
        (kept,) = parse_plan(saved_plan(seen, tmp_path)).exempt
        assert (kept.code, kept.note, kept.document) == (VIEN_NOI, "a tradition of its own", "12/BC-UBND")
        pick(seen, "Remove a recorded exemption", "Viên Nội")
        done(seen, "Record", "Viên Nội")
        assert parse_plan(saved_plan(seen, tmp_path)).exempt == ()


def test_a_full_disk_is_said_and_what_was_saved_stays(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite"
    with (
        running(str(path)) as started,
        visit(browser, f"{started.address}/workbench?lang=en") as seen,
    ):
        create(seen, "Full")
        seen.map(paths=579)
        choose(seen, VIEN_AN, "1 selected")
        choose(seen, VIEN_NOI, "2 selected")
        largest = max(file.stat().st_size for file in tmp_path.iterdir() if not file.name.endswith("-shm"))
        resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        press(seen, "Merge", "Not saved: Merge Viên An, Viên Nội")
        text = seen.page.inner_text("body")
        assert "disk" in text
        assert "Traceback" not in text
        # room again: what was not saved is saved
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, unlimited)
        press(seen, "Try again", "Done:")
        wait_for(seen, "version 2")
