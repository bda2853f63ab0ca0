"""Start the app on a free port and open it in Debian's chromium with the network cut."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARGS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def server(script: Path = ROOT / "app.py", environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run a Streamlit script from the project's root and yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.fileWatcherType=none", "--server.enableStaticServing=true"]
    own = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, process)
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"streamlit ended with status {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer in {seconds} s")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser that resolves no name but this machine's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """A page with what it asked for and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def leaving(self) -> list[str]:
        """Return the addresses asked for that are not on this machine."""
        local = re.compile(r"^(https?|wss?)://(127\.0\.0\.1|localhost)[:/]|^(data|blob|about):")
        return [url for url in self.requests if not local.match(url)]

    def check(self) -> None:
        """Fail where the page asked another machine, was answered with an error or complained in the console."""
        assert self.leaving() == []
        # Streamlit itself asks for its endpoints below the page's path first
        assert all(url.endswith(("/_stcore/health", "/_stcore/host-config")) for url in self.failed)
        assert [text for text in self.complaints if "404" not in text] == []

    def map(self, nth: int = 0, paths: int = 1, timeout: float = 30_000) -> Frame:
        """Return the frame of the nth map, once it has drawn at least ``paths`` polygons."""
        frame_element = self.page.locator('iframe[title^="streamlit_folium"]').nth(nth)
        frame_element.wait_for(timeout=timeout)
        handle = frame_element.element_handle()
        frame = handle.content_frame() if handle else None
        assert frame is not None
        frame.wait_for_function(
            "n => window.sapxep && window.sapxep.applied"
            " && document.querySelectorAll('path.leaflet-interactive').length >= n",
            arg=paths,
            timeout=timeout,
        )
        return frame


@contextmanager
def visit(browser: Browser, address: str, width: int = 1280, height: int = 900) -> Iterator[Visit]:
    """Open an address in a context of its own, recording requests and console errors."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    seen = Visit(context.new_page())
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.on("websocket", lambda socket: seen.requests.append(socket.url))
    seen.page.on(
        "console",
        lambda message: seen.complaints.append(message.text) if message.type == "error" else None,
    )
    seen.page.on("response", lambda answer: seen.failed.append(answer.url) if answer.status >= 400 else None)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    try:
        seen.page.goto(address)
        yield seen
    finally:
        context.close()


@contextmanager
def opened(browser: Browser, address: str, page: str, words: str) -> Iterator[Visit]:
    """Open a page of the app in a language, vi or en, and check it on leaving."""
    with visit(browser, f"{address}/{page}" + ("?lang=en" if words == "en" else "")) as seen:
        yield seen
        seen.check()


def choose(
    page: Page, label: str | re.Pattern[str], option: str, typed: str = "", timeout: float = 90_000
) -> None:
    """Choose an option of the first box with a label; of a long list only a part is drawn until it is ``typed``."""
    from playwright.sync_api import expect

    box = page.get_by_role("combobox", name=label).first
    box.click(timeout=timeout)
    if typed:
        box.fill(typed)
    found = page.get_by_role("option").filter(has_text=option).first
    # the list is drawn anew while it narrows: a click may meet an option that is gone
    expect(found).to_be_visible(timeout=timeout)
    if typed:
        box.press("Enter")
    else:
        found.click()


@pytest.fixture(scope="module", name="browser")
def one_browser() -> Iterator[Browser]:
    """Yield one browser for all tests of a file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", name="address")
def one_server() -> Iterator[str]:
    """Yield the address of one server of the app for all tests of a file."""
    with server() as found:
        yield found
