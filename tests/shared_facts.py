"""Where the real polygons and ground truths for tests stand, outside the project; tests skip without them."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared(relative: str) -> Path:
    """Return the path of a shared file, or skip the test with the reason."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs {relative}, which is not part of the project")
    return path
