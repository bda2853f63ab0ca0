"""Small words of the workbench: times, file names, text that Markdown leaves alone."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Return text with Markdown's signs made harmless."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#+-!|~$:" else c for c in text)


def time_words(at: str) -> str:
    """Return a stored time (ISO 8601, UTC): day/month/year hour:minute UTC."""
    day, _, clock = at.partition("T")
    return f"{'/'.join(reversed(day.split('-')))} {clock[:5]} UTC" if clock else "—"


def file_name(text: str) -> str:
    """Return a name for a file to download, without signs that a disk refuses."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60] or "plan"
