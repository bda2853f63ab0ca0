"""What every run of the tests ends with: what was skipped and why, and whether the browser tests ran."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.browser import one_browser, one_server  # noqa: F401 (the fixtures browser and address)
from tests.workbench_visit import one_planner  # noqa: F401 (the fixture planner)

settings.register_profile(
    "project", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.load_profile("project")

# CI sets it: a run in which the browser tests did not run is then a failure, not a run with a gap
REQUIRE_BROWSER = "SAPXEP_REQUIRE_BROWSER"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # a click right after a page has loaded is lost now and then; two more tries tell that from a fault
    for item in items:
        if "_browser" in item.nodeid:
            item.add_marker(pytest.mark.flaky(reruns=2))


def _browser_tests_passed(reporter: pytest.TerminalReporter) -> int:
    return sum(
        "_browser" in report.nodeid and report.when == "call" for report in reporter.stats.get("passed", [])
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    if os.environ.get(REQUIRE_BROWSER) and not _browser_tests_passed(reporter) and exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        skipped[reason] = skipped.get(reason, 0) + 1
    for reason, count in sorted(skipped.items()):
        terminalreporter.write_line(f"skipped {count}: {reason.removeprefix('Skipped: ')}")
    if os.environ.get(REQUIRE_BROWSER) and not _browser_tests_passed(terminalreporter):
        terminalreporter.write_line("no browser test ran, and this run requires them")
