"""The workbench in a real browser with the network cut: a merger built by clicks survives reload, kill and restart."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geo.registers import embedded_register
from plans.edit import Merge, empty_plan
from plans.workspace import open_workspace
from tests import postgres
from tests.browser import Visit, needs_chromium, visit
from tests.workbench_visit import Server, choose, create, fill_of, filled, press, running, settled, wait_for
from ui.workbench_map import CHOSEN_FILL

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench-browser"), needs_chromium]
CODES = ("10357", "10360", "10363")


def build(seen: Visit) -> dict[str, float]:
    """Build Viên An + Viên Nội + Hoa Sơn to Hoa Viên by clicks; return seconds by step."""
    times = {"click to selection": 0.0}
    for count, code in enumerate(CODES, 1):
        times["click to selection"] = max(
            times["click to selection"], choose(seen, code, f"{count} selected")
        )
    wait_for(seen, "Hoa Sơn commune · 10363")
    settled(seen)  # what is typed while a run is under way may be lost
    name = seen.page.get_by_role("combobox", name="Name")
    name.fill("Hoa Viên")
    seen.page.get_by_role("option").filter(has_text="Hoa Viên").first.click()
    wait_for(seen, "Hoa Viên commune · 10363")
    times["merge to verdicts"] = press(seen, "Merge", "Done:")
    return times


def test_a_merger_built_by_clicks_survives_undo_redo_reload_and_kill(
    browser: Browser, planner: Server
) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        # a second try of this test must not meet the scenario of the first
        create(seen, f"Ứng Hòa {time.time_ns()}")
        frame = seen.map(paths=579)
        frame.evaluate('c => { document.querySelector(`path[data-code="${c}"]`).kept = true }', CODES[0])
        before = frame.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
        plain = fill_of(frame, CODES[0])
        layers = sum("/layers/" in url for url in seen.requests)
        times = build(seen)
        text = seen.page.inner_text("body")
        for words in ("Hoa Viên commune · 10363", "16,02", "19.233", "Not met: 16.0158 km² of 21 km²", "new"):
            assert words in text
        # the same nodes, the same view, no geometry again: neither flash nor jump
        # the words come a little before the colours
        frame.wait_for_function(
            "([c, fills]) => !fills.includes("
            "document.querySelector(`path[data-code=\"${c}\"]`).getAttribute('fill'))",
            arg=[CODES[0], [plain, CHOSEN_FILL]],
        )
        merged = fill_of(frame, CODES[0])
        assert frame.evaluate('c => document.querySelector(`path[data-code="${c}"]`).kept', CODES[0]) is True
        assert frame.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]") == before
        assert sum("/layers/" in url for url in seen.requests) == layers
        for name, colour, version in (("Undo", plain, 3), ("Redo", merged, 4)):
            start = time.perf_counter()
            seen.page.get_by_role("button", name=name, exact=True).click()
            filled(frame, CODES[0], colour)
            wait_for(seen, f"version {version}")
            wait_for(seen, "Now at step:")
            times[name] = time.perf_counter() - start
        wait_for(seen, "Not met: 16.0158 km²")
        # a click on the verdict zooms to the group
        seen.page.get_by_role("button", name="Not met: 16.0158 km²").first.click()
        frame.wait_for_function("z => map.getZoom() > z + 1", arg=before[0])
        assert "scenario=" in seen.page.url
        seen.page.reload()
        frame = seen.map(paths=579)
        filled(frame, CODES[0], merged)
        planner.kill()
        planner.start()
        seen.page.reload()
        frame = seen.map(paths=579)
        filled(frame, CODES[0], merged)
        seen.page.get_by_role("button", name="History (1)").click()
        seen.page.get_by_role("button", name="Merge Viên An, Viên Nội, Hoa Sơn").wait_for(timeout=5000)
        assert seen.leaving() == []
        print("; ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items()))


def test_the_scenario_is_compared_with_1286(browser: Browser, planner: Server) -> None:
    register = embedded_register("hanoi-2024-12-31")
    plan = empty_plan(register, date(2024, 11, 14), date(2025, 1, 1), "thu", "trial")
    store = open_workspace(planner.workspace)
    if "Hoa Viên" not in [item.name for item in store.scenarios()]:
        store.create("Hoa Viên", Merge(CODES, name="Hoa Viên").apply(plan, register), "", "")
    store.close()
    with visit(browser, f"{planner.address}/compare?lang=en") as seen:
        box = seen.page.get_by_role("combobox", name="Plans (A, B, …)")
        box.wait_for(timeout=30_000)
        box.fill("Hoa Viên")
        seen.page.get_by_role("option").filter(has_text="Scenario: Hoa Viên").first.click()
        wait_for(seen, "Scenario: Hoa Viên", 20_000)
        seen.page.keyboard.press("Escape")
        first, other = seen.map(0, 579), seen.map(1, 579)
        # tables are drawn on a canvas; what they say stands in cells for screen readers
        seen.page.get_by_text("All 1").first.wait_for()
        search = seen.page.get_by_placeholder("accents not needed").first
        search.fill("vien an")
        search.press("Enter")
        wait_for(seen, "are shown; the filters leave out")
        words = "Viên An: with Viên Nội, Hoa Sơn in A, C, alone in B"
        seen.page.locator("[role=gridcell]", has_text=words).first.wait_for(state="attached")
        zoom = first.evaluate("map.getZoom()")
        first.locator("#map_div").hover()
        seen.page.mouse.wheel(0, -300)
        first.wait_for_function("z => map.getZoom() > z", arg=zoom)
        other.wait_for_function(
            "z => Math.abs(map.getZoom() - z) < 0.01", arg=first.evaluate("map.getZoom()")
        )
        assert seen.leaving() == []


def test_two_tabs_never_overwrite_each_other_in_silence(browser: Browser, planner: Server) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as one:
        create(one, "Two tabs")
        one.map(paths=579)
        one.page.wait_for_url("**scenario=**")
        with visit(browser, one.page.url) as two:
            two.map(paths=579)
            choose(two, CODES[0], "1 selected")
            choose(two, CODES[1], "2 selected")
            press(two, "Merge", "Done:")
            choose(one, CODES[1], "1 selected")
            choose(one, CODES[2], "2 selected")
            press(one, "Merge", "saved this scenario since you opened it")
            assert "Not saved: Merge Viên Nội, Hoa Sơn" in one.page.inner_text("body")
            one.page.get_by_role("button", name="Save as a copy").click()
            wait_for(one, "Two tabs (copy)")
            wait_for(one, "version 1")
            press(two, "Undo", "version 3")


def test_a_box_selects_the_units_in_it(browser: Browser, planner: Server) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        create(seen, "Box")
        frame = seen.map(paths=579)
        points = [frame.evaluate("c => { const p = sapxep.pixel(c); return [p.x, p.y] }", c) for c in CODES]
        left, top = min(x for x, _ in points) - 2, min(y for _, y in points) - 2
        right, bottom = max(x for x, _ in points) + 2, max(y for _, y in points) + 2
        frame.locator('.sx-tool[data-tool="box"]').click()
        at = frame.locator("#map_div").bounding_box()
        assert at is not None
        seen.page.mouse.move(at["x"] + left, at["y"] + top)
        seen.page.mouse.down()
        seen.page.mouse.move(at["x"] + right, at["y"] + bottom, steps=4)
        seen.page.mouse.up()
        wait_for(seen, " selected (")
        text = seen.page.inner_text("body")
        assert all(name in text for name in ("Viên An commune ×", "Viên Nội commune ×", "Hoa Sơn commune ×"))
        assert frame.locator(".sx-sheet").count() == 0


def test_a_workspace_of_a_newer_version_is_left_as_it_is(browser: Browser, tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "newer.sqlite"
    open_workspace(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sapxep_meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    content = path.read_bytes()
    with running(str(path)) as started, visit(browser, f"{started.address}/workbench?lang=en") as seen:
        wait_for(seen, "the workspace is of a newer version", 30_000)
        wait_for(seen, "Try again")
        assert "Traceback" not in seen.page.inner_text("body")
    assert path.read_bytes() == content


@pytest.mark.skipif(postgres.programs() is None, reason="PostgreSQL is not installed")
def test_on_postgresql_a_lost_connection_keeps_the_last_good_state(browser: Browser) -> None:
    folder = postgres.programs()
    assert folder is not None
    database = postgres.Server(folder)
    try:
        database.start()
        with (
            running(database.database()) as started,
            visit(browser, f"{started.address}/workbench?lang=en") as seen,
        ):
            create(seen, "Office")
            seen.map(paths=579)
            choose(seen, CODES[0], "1 selected")
            choose(seen, CODES[1], "2 selected")
            database.stop("immediate")
            press(seen, "Merge", "Not saved:")
            assert "Traceback" not in seen.page.inner_text("body")
            database.start()
            press(seen, "Try again", "Done:")
            wait_for(seen, "version 2")
    finally:
        database.remove()


def test_a_plan_file_of_nonsense_is_refused_and_nothing_is_created(
    browser: Browser, planner: Server, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text('id = "x"\n[[unit]]\ncode = 12 = 13\n', encoding="utf-8")
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        seen.page.get_by_text("a plan file", exact=True).click()
        given = seen.page.locator('[data-testid="stMain"] input[type="file"]')
        given.wait_for(state="attached")
        given.set_input_files(broken)
        wait_for(seen, "broken.toml")
        create(seen, "Nonsense")
        wait_for(seen, "broken.toml:")
        assert "Traceback" not in seen.page.inner_text("body")
        assert "scenario=" not in seen.page.url
        seen.page.reload()
        wait_for(seen, "Scenarios (")
        assert "Nonsense" not in seen.page.inner_text("body")
