"""What the pages share, cached once for all visits: registers and map layers."""

from __future__ import annotations

import json

import streamlit as st
from shapely.geometry import shape

from geo.errors import Language
from geo.files import DATA, read_bytes
from geo.register import Register
from geo.registers import embedded_register
from ui.layers import MapLayer, in_use, publish, unit_properties
from ui.text import language

HANOI_2024 = "hanoi-2024-12-31"


def schematic_layer(register: Register) -> MapLayer | None:
    """Return the published schematic layer of an embedded register in the current language, or None."""
    layer = _published(register.id, language())
    if layer is not None and not in_use(layer):
        _published.clear()
        layer = _published(register.id, language())
    return layer


@st.cache_resource(show_spinner=False, max_entries=8)
def _published(register_id: str, chosen: Language) -> MapLayer | None:
    # tooltips are part of the layer, so the language is part of the key
    assert chosen == language()
    path = DATA / "boundaries" / f"{register_id}.geojson"
    if not path.exists():
        return None
    features = json.loads(read_bytes(path))["features"]
    geometries = {feature["properties"]["code"]: shape(feature["geometry"]) for feature in features}
    return publish(geometries, unit_properties(embedded_register(register_id)), name=path.name)
