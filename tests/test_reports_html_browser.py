"""The report opened as a file in a real browser, the network cut: nothing asked for, nothing wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geo.registers import embedded_register
from plans.files import embedded_plan
from reports.context import build_context
from reports.export import export
from tests.browser import needs_chromium, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-report"), needs_chromium]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "bao-cao.html"
    export(build_context(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31")), path)
    return path


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_stands_alone_and_fits_the_screen(browser: Browser, report: Path, width: int) -> None:
    with visit(browser, report.as_uri(), width) as found:
        page = found.page
        page.get_by_role("heading", level=1).wait_for()
        assert [url for url in found.requests if not url.startswith(("data:", report.as_uri()))] == []
        assert found.complaints == []
        drawn = page.evaluate("[...document.images].map(i => i.complete && i.naturalWidth > 1000)")
        assert drawn == [True, True]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # letters of a cell may not run into the next cell
        assert (
            page.evaluate(
                "[...document.querySelectorAll('td, th')].filter(c => c.scrollWidth > c.clientWidth + 1).length"
            )
            == 0
        )
        # a word is not broken letter by letter: no column of words is narrower than five letters
        assert (
            page.evaluate(
                "Math.min(...[...document.querySelectorAll('td:not(:empty)')]"
                ".filter(c => c.textContent.length > 12).map(c => c.clientWidth))"
            )
            >= 60
        )
        page.get_by_role("link", name="3. Các đơn vị hình thành").click()
        assert page.evaluate("document.querySelector('#s2').getBoundingClientRect().top") < 200
