"""Overview: the city in figures beside its map."""

from __future__ import annotations

from collections import Counter
from typing import Final

import streamlit as st

from geo.register import Kind
from geo.registers import embedded_register
from ui import colours
from ui.data import HANOI_2024, schematic_layer
from ui.layers import MapLayer
from ui.legend import Entry, legend_html
from ui.map import Style, show_map
from ui.text import number, t

_KIND_FILL: Final[dict[Kind, str]] = {
    "commune": colours.GROUPS[2],
    "ward": colours.GROUPS[0],
    "township": colours.GROUPS[1],
}


def page() -> None:
    """Draw the page."""
    st.title(t("app.title"))
    register = embedded_register(HANOI_2024)
    counts = Counter(unit.kind for unit in register)
    facts, place = st.columns([1, 3])
    with facts:
        st.metric(t("overview.units"), number(len(register)))
        st.metric(t("unit.population"), number(register.total("population")))
        st.metric(f"{t('unit.area')} (km²)", number(register.total("area_km2")))
    with place:
        layer = schematic_layer(register)
        if layer is None:
            st.info(t("map.no_layer"))
            return
        entries = [
            Entry(_KIND_FILL[kind], f"{t('kind.' + kind)}: {number(counts[kind])}")
            for kind in _KIND_FILL
            if counts[kind]
        ]
        styles = {unit.code: Style(fill=_KIND_FILL[unit.kind]) for unit in register}
        _map(layer, styles, legend_html(t("unit.kind"), entries))


@st.fragment
def _map(layer: MapLayer, styles: dict[str, Style], legend: str) -> None:
    show_map("overview-map", layer, styles, legend=legend)
