"""The folium elements of our own: the layer the browser fetches, and the script that restyles it.

streamlit-folium loads every script and style sheet that an element names; all of them are served by the
project, since one that cannot be loaded leaves the map blank.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Draw, DualMap
from folium.template import Template

from ui.layers import BASE_URL, STATIC

_LEAFLET: Final = "vendor/leaflet-1.9.4"
_DRAW: Final = "vendor/leaflet-draw-1.0.4"
_SYNC: Final = "vendor/leaflet.sync-0.2.4"


@lru_cache(maxsize=8)
def _versioned(name: str) -> str:
    """Return the address of a script of ours with its content's hash, so that no browser keeps an old one."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"{BASE_URL}/{name}?v={digest}"


def serve_locally() -> None:
    """Point folium's scripts and style sheets at those that the project serves."""
    folium.Map.default_js = [("leaflet", f"{BASE_URL}/{_LEAFLET}/leaflet.js")]
    folium.Map.default_css = [("leaflet_css", f"{BASE_URL}/{_LEAFLET}/leaflet.css")]
    Draw.default_js = [("draw_js", f"{BASE_URL}/{_DRAW}/leaflet.draw.js")]
    Draw.default_css = [("draw_css", f"{BASE_URL}/{_DRAW}/leaflet.draw.css")]
    DualMap.default_js = [("Leaflet.Sync", f"{BASE_URL}/{_SYNC}/L.Map.Sync.js")]


serve_locally()


def _script(value: object) -> str:
    """Return JSON that is safe inside a script, also one that is written into a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class UnitLayer(JSCSSMixin):
    """The layer of units, fetched by the browser from ``options["url"]``; its script is alike on every run."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = sapxep.start({{ this._parent.get_name() }}, {{ this.options }});"
        "{% endmacro %}"
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "UnitLayer"
        self.options = _script(dict(options))
        self.default_js = [("sapxep_map", _versioned("sapxep/map.js"))]
        if options.get("link"):
            self.default_js.insert(0, ("sapxep_link", _versioned("sapxep/link.js")))
        if options.get("tools"):
            self.default_js.insert(0, ("sapxep_select", _versioned("sapxep/select.js")))
        self.default_css = [("sapxep_map_css", _versioned("sapxep/map.css"))]


class Restyle(MacroElement):
    """What changes from run to run: styles by code, outlines, notes, focus. No geometry."""

    _template = Template("{% macro script(this, kwargs) %}sapxep.update({{ this.state }});{% endmacro %}")

    def __init__(self, state: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Restyle"
        self.state = _script(dict(state))
