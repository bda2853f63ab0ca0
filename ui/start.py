"""What the server does once when it starts, so that the first visitor does not wait for it."""

from __future__ import annotations

import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final

import streamlit as st

# what the first map needs, then what the verdicts need; the pause lets a first visitor's map be drawn in between.
# Not streamlit_folium, nor what imports it: Streamlit serves a component only if a visit's run has imported it.
_FIRST: Final = (
    "pyarrow",
    "pandas",
    "streamlit.components.v1.component_arrow",
    "streamlit.emojis",
    "PIL.Image",
    "folium.plugins",
    "ui.groups",
    "ui.unit_facts",
    "ui.legend",
    "rules.on_totals",
)
_THEN: Final = ("geo.adjacency", "rules.engine", "plans.territory")
_PAUSE_S: Final = 3.0
_SWITCH_S: Final = 0.001
# held while modules are loaded ahead and while a page's own is loaded: two threads that load modules which need each
# other could each see the other's half done
LOADING: Final = threading.RLock()


@asynccontextmanager
async def started(app: st.App) -> AsyncIterator[dict[str, Any]]:  # noqa: ARG001 (Streamlit's signature)
    """Load ahead while the server goes on to answer, and open the browser as `streamlit run` does."""
    # a page's script and the files it needs are served by threads of one process: at Python's 5 ms each of the some
    # hundred files of a first visit waits for the script several times over
    sys.setswitchinterval(_SWITCH_S)
    threading.Thread(target=load_ahead, name="load-ahead", daemon=True).start()
    if not st.get_option("server.headless"):
        threading.Thread(target=_open_browser, name="open-browser", daemon=True).start()
    yield {}


def load_ahead(pause: float = _PAUSE_S) -> None:
    """Import what the pages need and read the embedded plan, register and map; all of it stays in memory."""
    for name in _FIRST:
        with LOADING:
            import_module(name)
    import folium

    from geo.registers import embedded_for, embedded_register
    from plans.files import embedded_plan, embedded_plans
    from ui.session import Work, group_fills, register_after
    from ui.text import table

    table()
    # all of them: the list of plans shows their titles
    plan, *_ = [embedded_plan(name) for name in embedded_plans()]
    if register := embedded_for(plan.base):
        first = Work(plan, embedded_register(register))
        register_after(first)
        group_fills(first)
    # its templates are compiled on first use
    folium.Map(tiles=None).get_root().render()
    time.sleep(pause)
    for name in _THEN:
        with LOADING:
            import_module(name)


def _open_browser(seconds: float = 30) -> None:
    """Open the app in the browser once the server answers."""
    host = st.get_option("browser.serverAddress") or st.get_option("server.address") or "localhost"
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # read anew: the server takes the next port where one is in use
        base = str(st.get_option("server.baseUrlPath")).strip("/")
        address = f"http://{host}:{st.get_option('server.port')}/{base}"
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/_stcore/health", timeout=1):
                webbrowser.open(address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
