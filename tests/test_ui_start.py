"""What the server loads ahead: enough for the first map, and never the component that a visit must import itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from ui.start import load_ahead
load_ahead(0)
have = [name for name in ("pandas", "pyarrow", "folium", "geopandas", "rules.engine") if name in sys.modules]
print(*have, "streamlit_folium" in sys.modules)
"""


def test_the_first_visit_finds_what_it_needs_loaded_and_registers_the_map_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["pandas", "pyarrow", "folium", "geopandas", "rules.engine", "False"]


def test_the_server_is_told_to_load_ahead_and_a_visit_runs_the_pages() -> None:
    from streamlit.web.server.app_discovery import discover_asgi_app

    found = discover_asgi_app(ROOT / "app.py")
    assert found.is_asgi_app
    assert found.import_string == "app:app"
