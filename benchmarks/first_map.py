"""How long a person waits for the first map, and for another figure on it.

``python benchmarks/first_map.py [RUNS]`` starts the app anew for each run, opens it in Debian's chromium with the
network cut, and prints a table: the best and the median of all runs, in milliseconds.

- ready: from the start of the process until the server answers;
- first visit: from opening the address until every unit is drawn, the server having run nothing before;
- from start: both together, the browser opening the address as soon as the server answers;
- second visit: another visitor, the server warm, the browser's cache empty;
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
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page  # noqa: E402

from tests.browser import chromium, free_port, visit  # noqa: E402

UNITS = 579
FIGURES = ("area_km2", "density", "population")


def start() -> tuple[subprocess.Popen[bytes], str, float]:
    """Start the app as `make app` does and return it with its address and the seconds until it answered."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "streamlit"),
            "run",
            "app.py",
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


def drawn(browser: Browser, address: str) -> tuple[float, float]:
    """Return the seconds until all units are drawn, and until the verdicts' counts stand there (NaN: never)."""
    begun = time.perf_counter()
    with visit(browser, address) as seen:
        frame = seen.map(paths=UNITS)
        shown = time.perf_counter() - begun
        coloured = "document.querySelectorAll('path[data-code]').length >= " + str(UNITS)
        frame.wait_for_function(coloured)
        try:
            seen.page.locator(".sx-verdicts").wait_for(timeout=300)
        except Exception:
            return shown, float("nan")
        return shown, time.perf_counter() - begun


def figure(page: Page, name: str, fill: Callable[[], str]) -> tuple[float, float]:
    """Choose another figure; return the seconds until the server's last word, and until the colours changed."""
    raise NotImplementedError


def run(browser: Browser) -> dict[str, float]:
    """Return the seconds of one start of the app."""
    process, address, ready = start()
    try:
        first, verdicts = drawn(browser, address)
        second, _ = drawn(browser, address)
        return {
            "ready": ready,
            "first visit": first,
            "from start": ready + first,
            "second visit": second,
            "verdicts": verdicts,
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
    print(f"{'':16}{'best':>8}{'median':>8}")
    for name in found[0]:
        values = [one[name] * 1000 for one in found]
        print(f"{name:16}{min(values):8.0f}{statistics.median(values):8.0f}")


if __name__ == "__main__":
    main()
