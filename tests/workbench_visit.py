"""What the workbench's browser tests share: a server that can be killed, and steps of a planner."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import ROOT, Visit, _wait_for, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Frame


class Server:
    """The app on one port, which can be killed without warning and started again."""

    def __init__(self, workspace: str) -> None:
        self.port, self.workspace = free_port(), workspace
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true"]
        command += [f"--server.port={self.port}", "--server.fileWatcherType=none"]
        own = {**os.environ, "PYTHONPATH": str(ROOT), "SAPXEP_WORKSPACE": self.workspace}
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=own, stdout=quiet, stderr=quiet, start_new_session=True
        )
        _wait_for(self.address, self.process)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def running(workspace: str) -> Iterator[Server]:
    started = Server(workspace)
    try:
        yield started
    finally:
        started.kill()


@pytest.fixture(scope="module", name="planner")
def one_planner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Yield one app with a workspace of its own for all tests of a file."""
    with running(str(tmp_path_factory.mktemp("workspace") / "w.sqlite")) as started:
        yield started


def wait_for(seen: Visit, words: str, timeout: float = 30_000) -> float:
    """Wait until the page says ``words``; return the seconds that it took, looked at in each frame."""
    start = time.perf_counter()
    seen.page.wait_for_function("w => document.body.innerText.includes(w)", arg=words, timeout=timeout)
    return time.perf_counter() - start


def choose(seen: Visit, code: str, words: str) -> float:
    """Click a unit on the map until ``words`` show; a first click right after loading may be lost."""
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    for attempt in (1, 2):
        frame = seen.map(paths=500)
        x, y = frame.evaluate("c => { const p = sapxep.pixel(c); return [p.x, p.y] }", code)
        start = time.perf_counter()
        frame.locator("#map_div").click(position={"x": x, "y": y})
        try:
            wait_for(seen, words, 20_000)
            return time.perf_counter() - start
        except PlaywrightTimeout:
            if attempt == 2:
                raise
    raise AssertionError


def settled(seen: Visit) -> None:
    """Wait until no run of the script is under way, and what it drew is on the screen."""
    seen.page.wait_for_timeout(400)
    seen.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(timeout=30_000)


def create(seen: Visit, name: str) -> None:
    field = seen.page.get_by_label("Name of the scenario").last
    field.wait_for(timeout=30_000)
    settled(seen)
    field.fill(name)
    field.press("Enter")
    seen.page.wait_for_function(
        "() => [...document.querySelectorAll('button')].some("
        "b => b.innerText.includes('Create the scenario') && !b.disabled)"
    )
    seen.page.get_by_role("button", name="Create the scenario").click()


def fill_of(frame: Frame, code: str) -> str:
    return str(frame.locator(f'path[data-code="{code}"]').get_attribute("fill"))


def filled(frame: Frame, code: str, colour: str) -> None:
    """Wait until a unit is drawn in a colour."""
    frame.wait_for_function(
        "([c, f]) => document.querySelector(`path[data-code=\"${c}\"]`).getAttribute('fill') === f",
        arg=[code, colour],
        timeout=30_000,
    )


def press(seen: Visit, name: str, words: str) -> float:
    start = time.perf_counter()
    seen.page.get_by_role("button", name=name, exact=True).click()
    wait_for(seen, words)
    return time.perf_counter() - start


def pick(seen: Visit, label: str, words: str) -> None:
    """Choose in a box the first option that holds ``words``."""
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    settled(seen)
    box = seen.page.get_by_role("combobox", name=label, exact=True).first
    box.click()
    option = seen.page.get_by_role("option").filter(has_text=words).first
    try:
        option.wait_for(timeout=2000)
    except PlaywrightTimeout:
        box.fill(words)
    option.click()
    settled(seen)


def enter(seen: Visit, label: str, words: str) -> None:
    """Type into a field and leave it."""
    settled(seen)
    field = seen.page.get_by_label(label, exact=True).first
    field.fill(words)
    field.press("Tab")
    settled(seen)


def search(seen: Visit, words: str, shown: str) -> None:
    """Take a unit into the selection by the search box."""
    settled(seen)
    box = seen.page.get_by_role("combobox", name="Add a unit (accents not needed)")
    box.click()
    box.fill(words)
    seen.page.get_by_role("option").filter(has_text=shown).first.click()
    wait_for(seen, f"{shown} ×")


def action(seen: Visit, name: str) -> None:
    pick(seen, "Action", name)


def done(seen: Visit, button: str, words: str) -> None:
    """Do what the form describes and wait until the page says so."""
    settled(seen)
    seen.page.locator(".st-key-workbench-do button").filter(has_text=button).click()
    seen.page.locator(".st-key-workbench-answer").filter(has_text=words).wait_for(timeout=20_000)


def draw_line(seen: Visit, code: str) -> None:
    """Draw a line by mouse from west to east across a unit."""
    frame = seen.map(paths=500)
    frame.locator('.sx-tool[data-tool="line"]').click()
    at = frame.locator("#map_div").bounding_box()
    box = frame.locator(f'path[data-code="{code}"]').bounding_box()
    assert at is not None
    assert box is not None
    y = box["y"] + box["height"] / 2
    for x in (box["x"] - 12, box["x"] + box["width"] + 12):
        seen.page.mouse.move(x, y, steps=2)
        seen.page.mouse.down()
        seen.page.mouse.up()
    seen.page.keyboard.press("Enter")


def saved_plan(seen: Visit, folder: Path) -> str:
    """Download the plan file and return its text."""
    settled(seen)
    with seen.page.expect_download() as got:
        seen.page.get_by_role("button", name="Download the plan file").first.click()
    path = folder / "plan.toml"
    got.value.save_as(path)
    return path.read_text(encoding="utf-8")
