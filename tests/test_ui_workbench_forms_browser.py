"""Groups and scenarios in the workbench, made form by form in a real browser with the network cut."""

from __future__ import annotations

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
    pick,
    press,
    saved_plan,
    search,
    settled,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench-forms-browser"), needs_chromium]
VIEN_AN, VIEN_NOI, HOA_SON = "10357", "10360", "10363"


def test_groups_are_made_moved_named_seated_and_dissolved(
    browser: Browser, planner: Server, tmp_path: Path
) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        create(seen, "Forms")
        seen.map(paths=579)
        # found without accents, from the district's list, by a click
        search(seen, "vien an", "Viên An commune")
        settled(seen)
        seen.page.get_by_text("Choose from a district").click()
        pick(seen, "District", "Ung Hoa")
        seen.page.get_by_role("button", name="Viên Nội commune").click()
        wait_for(seen, "2 selected")
        done(seen, "Merge", "Merge Viên An, Viên Nội")
        choose(seen, HOA_SON, "1 selected")
        action(seen, "Move to another group")
        pick(seen, "To", "← Viên An")
        wait_for(seen, "If this is done")
        done(seen, "Move", "Move Hoa Sơn")
        action(seen, "Rename")
        pick(seen, "Name", "Hoa Viên")
        done(seen, "Rename", "Hoa Viên")
        action(seen, "Choose the seat (and the code)")
        pick(seen, "Seat", "Hoa Sơn")
        done(seen, "Set the seat", "Hoa Sơn")
        wait_for(seen, "Hoa Viên commune · 10363")
        action(seen, "Change the kind")
        pick(seen, "Kind", "ward")
        done(seen, "Change the kind", "ward")
        search(seen, "vien noi", "Viên Nội commune")
        action(seen, "Detach from its group")
        done(seen, "Detach", "Viên Nội")
        plan = parse_plan(saved_plan(seen, tmp_path))
        assert [(u.code, u.name, u.kind, sorted(u.sources)) for u in plan.units] == [
            (HOA_SON, "Hoa Viên", "ward", [VIEN_AN, HOA_SON])
        ]
        action(seen, "Dissolve a group")
        done(seen, "Dissolve", "Hoa Viên")
        assert parse_plan(saved_plan(seen, tmp_path)).units == ()
        press(seen, "Undo", "version 9")
        assert seen.leaving() == []
        assert [text for text in seen.complaints if "404" not in text] == []


def test_scenarios_are_annotated_copied_renamed_deleted_and_made_from_a_file(
    browser: Browser, planner: Server, tmp_path: Path
) -> None:
    with visit(browser, f"{planner.address}/workbench?lang=en") as seen:
        create(seen, "Listed")
        seen.map(paths=579)
        choose(seen, VIEN_AN, "1 selected")
        choose(seen, VIEN_NOI, "2 selected")
        done(seen, "Merge", "Merge Viên An, Viên Nội")
        text = saved_plan(seen, tmp_path)
        seen.page.get_by_role("button", name="All scenarios").click()
        wait_for(seen, "Scenarios (")

        def manage(name: str) -> None:
            settled(seen)
            card = seen.page.locator('[class*="st-key-workbench-row"]').filter(has_text=name)
            card.get_by_role("button", name="Manage").first.click()
            settled(seen)

        manage("Listed")
        panel = seen.page.locator('[data-testid="stPopoverBody"]')
        panel.get_by_label("Note", exact=True).fill("for the hearing")
        panel.get_by_label("Note", exact=True).press("Control+Enter")
        settled(seen)
        panel.get_by_role("button", name="Save the note").click()
        wait_for(seen, "for the hearing")
        seen.page.keyboard.press("Escape")
        manage("Listed")
        panel.get_by_role("button", name="Copy", exact=True).click()
        wait_for(seen, "Listed (copy)")
        seen.page.keyboard.press("Escape")
        manage("Listed (copy)")
        panel.get_by_label("Name of the scenario").fill("Second reading")
        panel.get_by_label("Name of the scenario").press("Enter")
        settled(seen)
        panel.get_by_role("button", name="Rename", exact=True).click()
        wait_for(seen, "Second reading")
        seen.page.keyboard.press("Escape")
        # the file that was downloaded makes a scenario with the same units
        path = tmp_path / "again.toml"
        path.write_text(text, encoding="utf-8")
        seen.page.get_by_text("a plan file", exact=True).click()
        given = seen.page.locator('[data-testid="stMain"] input[type="file"]')
        given.wait_for(state="attached")
        given.set_input_files(path)
        wait_for(seen, "again.toml")
        create(seen, "From a file")
        seen.page.wait_for_url("**scenario=**")
        seen.map(paths=579)
        assert parse_plan(saved_plan(seen, tmp_path)).units == parse_plan(text).units
        assert [text for text in seen.complaints if "404" not in text] == []
