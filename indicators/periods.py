"""Periods (2024, 2024-H1, 2024-Q3, 2024-07, 2024-12-31) and the days on which Hanoi's map changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

#: days on which another map came into force: Resolution 1286/NQ-UBTVQH15, Resolution 1656/NQ-UBTVQH15
CHANGES: Final = (date(2025, 1, 1), date(2025, 7, 1))

_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|(\d{2})(?:-(\d{2}))?))?")
ACCEPTED: Final = "2024, 2024-H1, 2024-Q3, 2024-07, 2024-12-31"


@lru_cache(maxsize=4096)
def span(period: str) -> tuple[date, date] | None:
    """Return the first day of a period and the day after its last; None when it is no period.

    A date is a stock's moment and spans that day.
    """
    match = _PERIOD.fullmatch(period)
    if match is None:
        return None
    year = int(match[1])
    try:
        if match[5]:
            day = date(year, int(match[4]), int(match[5]))
            return day, day + timedelta(days=1)
        if match[2]:
            first, months = 6 * int(match[2]) - 5, 6
        elif match[3]:
            first, months = 3 * int(match[3]) - 2, 3
        elif match[4]:
            first, months = int(match[4]), 1
        else:
            first, months = 1, 12
        after = first + months
        return date(year, first, 1), date(year + (after > 12), (after - 1) % 12 + 1, 1)
    except ValueError:
        return None


def normal_period(text: str) -> str | None:
    """Return a period in the contract's form; 2024.0, 31/12/2024, 07/2024, Q3/2024 and “Năm 2024” are understood."""
    words = text.strip()
    words = re.sub(r"^(năm|nam|year)\s+", "", words, flags=re.IGNORECASE)
    words = re.sub(r"^(\d{4})\.0$", r"\1", words)
    words = re.sub(r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00$", r"\1", words)
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", words):
        words = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    elif match := re.fullmatch(r"(?:tháng\s+)?(\d{1,2})/(\d{4})", words, re.IGNORECASE):
        words = f"{match[2]}-{int(match[1]):02d}"
    elif match := re.fullmatch(r"(?:quý\s+|Q)([1-4])/(\d{4})", words, re.IGNORECASE):
        words = f"{match[2]}-Q{match[1]}"
    return words if span(words) else None


def straddled(period: str, vintage: str) -> date | None:
    """Return the day within a period on which the map of ``vintage`` had given way, None where there is none.

    Calendar 2025 on the map of 1 January 2025 exists as its first half only (reference: indicators, 2.2).
    """
    found = span(period)
    if found is None:
        return None
    return next((day for day in CHANGES if day.isoformat() > vintage and found[0] < day < found[1]), None)


def year_before(period: str) -> str:
    """Return the same period one year before: 2024-Q3 gives 2023-Q3."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


def after_vintage(periods: Iterable[str], vintage: str) -> list[str]:
    """Return the periods that begin when the map of ``vintage`` was no longer in force."""
    gone = [day for day in CHANGES if day.isoformat() > vintage]
    return [p for p in periods if gone and (found := span(p)) is not None and found[0] >= gone[0]]
