"""How long a person waits for the first map, and for another figure on it.

``python benchmarks/first_map.py [RUNS]`` starts the app anew for each run, opens it in Debian's chromium with the
network cut, and prints a table: the best and the median of all runs, in milliseconds.

- ready: from the start of the process until the server answers;
- first visit: from opening the address until every unit is drawn, the server having run nothing before;
- from start: both together, the browser opening the address as soon as the server answers;
- first visit, later: the same to a server that has been up for 8 seconds;
- second visit: another visitor, the server warm, the browser's cache empty;
- opened again: the same visitor, with what the browser has kept;
- an empty page: another script of one line, its server warm, the browser's cache empty: what Streamlit itself takes;
- verdicts: from opening the address until the counts of verdicts stand beside the map (first visit);
- figure, server: from the choice of another figure on the Map page, as the browser sends it, until the server's last
  word on it has arrived (more than the server's own time, never less);
- figure, seen: from the click on the choice until the units have the new colours.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, WebSocket  # noqa: E402

from tests.browser import Visit, chromium, free_port, visit  # noqa: E402

UNITS = 579
UP_FOR = 8.0
FIGURES = ("Area (km²)", "Population density (persons/km²)", "Population (persons)")


def start(script: Path = ROOT / "app.py") -> tuple[subprocess.Popen[bytes], str, float]:
    """Start the app as `make app` does and return it with its address and the seconds until it answered."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "streamlit"),
            "run",
            str(script),
            "--server.headless=true",
            f"--server.port={port}",
        ],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    while time.perf_counter() - begun < 60:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return process, address, time.perf_counter() - begun
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise TimeoutError("the app did not answer")


def drawn(page: Page, address: str) -> float:
    """Return the seconds from opening the address until all units are drawn."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    Visit(page).map(paths=UNITS)
    return time.perf_counter() - begun


def visited(browser: Browser, address: str) -> tuple[float, float, float]:
    """Return the seconds of a visit until all units are drawn, until the verdicts' counts stand there, and of another.

    The other is by the same visitor, with what the browser has kept of the first.
    """
    with visit(browser, "about:blank") as seen:
        begun = time.perf_counter()
        shown = drawn(seen.page, address)
        seen.page.locator(".sx-verdicts").wait_for(timeout=30_000)
        judged = time.perf_counter() - begun
        return shown, judged, drawn(seen.page, address)


def empty(browser: Browser) -> float:
    """Return the seconds until a page of one line is seen, by a visitor to a server that another has visited."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text("import streamlit as st\n\nst.html('<p class=\"seen\">.</p>')\n", encoding="utf-8")
        process, address, _ = start(script)
        try:
            taken = 0.0
            for _ in range(2):
                with visit(browser, "about:blank") as seen:
                    begun = time.perf_counter()
                    seen.page.goto(address, wait_until="commit")
                    seen.page.locator(".seen").wait_for()
                    taken = time.perf_counter() - begun
            return taken
        finally:
            process.terminate()
            process.wait(10)


def figures(browser: Browser, address: str) -> tuple[float, float]:
    """Choose each figure on the Map page twice; return the median seconds on the server, and until it is seen."""
    frames: list[tuple[str, float]] = []
    served, shown = [], []
    with visit(browser, "about:blank") as seen:
        page = seen.page

        def listen(socket: WebSocket) -> None:
            socket.on("framesent", lambda _: frames.append(("sent", time.perf_counter())))
            socket.on("framereceived", lambda _: frames.append(("received", time.perf_counter())))

        page.on("websocket", listen)
        page.goto(f"{address}/map?lang=en")
        frame = seen.map(paths=UNITS)
        page.wait_for_timeout(2000)
        for words in FIGURES * 2:
            fill = "document.querySelector('path[data-code=\"00001\"]').getAttribute('fill')"
            count = frame.evaluate("sapxep.applied")
            page.get_by_role("combobox", name="Colour by").click()
            option = page.get_by_role("option", name=words, exact=True)
            option.wait_for()
            frames.clear()
            begun = time.perf_counter()
            option.click()
            frame.wait_for_function(f"n => sapxep.applied > n && {fill}", arg=count, polling=10)
            shown.append(time.perf_counter() - begun)
            page.wait_for_timeout(700)
            sent = next(at for kind, at in frames if kind == "sent")
            served.append(max(at for kind, at in frames if kind == "received") - sent)
    return statistics.median(served), statistics.median(shown)


def later(browser: Browser) -> float:
    """Return the seconds of a first visit to a server that has been up for some seconds, as a person's mostly is."""
    process, address, _ = start()
    try:
        time.sleep(UP_FOR)
        return visited(browser, address)[0]
    finally:
        process.terminate()
        process.wait(10)


def run(browser: Browser) -> dict[str, float]:
    """Return the seconds of one start of the app, and of another for the visit that comes later."""
    rested, bare = later(browser), empty(browser)
    process, address, ready = start()
    try:
        first, verdicts, _ = visited(browser, address)
        second, _, again = visited(browser, address)
        served, shown = figures(browser, address)
        return {
            "ready": ready,
            "first visit": first,
            "from start": ready + first,
            "first visit, later": rested,
            "second visit": second,
            "opened again": again,
            "an empty page": bare,
            "verdicts": verdicts,
            "figure, server": served,
            "figure, seen": shown,
        }
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with chromium() as browser:
        # a first page of any kind, so that the browser itself is started
        browser.new_page().close()
        found = [run(browser) for _ in range(runs)]
    print(f"{runs} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds")
    print(f"{'':20}{'best':>8}{'median':>8}")
    for name in found[0]:
        values = [one[name] * 1000 for one in found]
        print(f"{name:20}{min(values):8.0f}{statistics.median(values):8.0f}")


if __name__ == "__main__":
    main()
