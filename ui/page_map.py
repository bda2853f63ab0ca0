"""Map: colour by any figure, find a unit with or without accents, see the unit clicked."""

from __future__ import annotations

import streamlit as st

from geo.register import Register, Unit
from geo.registers import embedded_register
from geo.text import without_accents
from ui import colours
from ui.data import HANOI_2024, schematic_layer
from ui.layers import MapLayer, full_name
from ui.legend import scale_legend
from ui.map import Outline, figure_styles, new_click, show_map
from ui.style import facts_html
from ui.text import number, t

_KEY = "map-page"


def page() -> None:
    """Draw the page."""
    st.title(t("page.map"))
    register = embedded_register(HANOI_2024)
    layer = schematic_layer(register)
    if layer is None:
        st.info(t("map.no_layer"))
        return
    _section(register, layer)


@st.fragment
def _section(_register: Register, _layer: MapLayer) -> None:
    left, right = st.columns([3, 1])
    with right:
        figure = st.selectbox(
            t("map.colour_by"),
            ["population", "area_km2", "density", ""],
            format_func=lambda name: t(f"map.figure_{name or 'none'}"),
            key="map-figure",
        )
        chosen, focus = _chosen(_register)
        _details(_register.by_code.get(chosen or ""))
    values = _values(_register, figure)
    scale = colours.scale(values.values())
    decimals = 2 if figure == "area_km2" else 0
    with left:
        show_map(
            _KEY,
            _layer,
            figure_styles(values, scale) if figure else {},
            focus=focus,
            outlines=[Outline((chosen,))] if chosen else [],
            legend=scale_legend(t(f"map.figure_{figure}"), scale, decimals=decimals) if figure else "",
        )


def _chosen(register: Register) -> tuple[str | None, str | None]:
    """Return the unit chosen, by search or by click, whichever came last, and the unit to zoom to."""
    click = new_click(_KEY)
    if click is not None:
        st.session_state["map-search"] = click.code or None
        st.session_state["map-focus"] = None
    by_search = st.selectbox(
        t("map.search"),
        [unit.code for unit in sorted(register, key=_search_order)],
        index=None,
        format_func=lambda code: _search_label(register[code]),
        placeholder=t("map.search_placeholder"),
        filter_mode="contains",
        key="map-search",
    )
    if click is None and by_search != st.session_state.get("map-chosen"):
        st.session_state["map-focus"] = by_search
    st.session_state["map-chosen"] = by_search
    return by_search, st.session_state.get("map-focus")


def _search_order(unit: Unit) -> tuple[str, str]:
    return without_accents(unit.name), unit.code


def _search_label(unit: Unit) -> str:
    # the box matches what it shows, so the form without accents is shown too
    plain = without_accents(f"{unit.name} {unit.district_name}")
    return f"{full_name(unit)} ({unit.district_name}) · {plain} · {unit.code}"


def _details(unit: Unit | None) -> None:
    if unit is None:
        st.caption(t("map.no_unit"))
        return
    st.subheader(full_name(unit))
    rows = {
        t("unit.code"): unit.code,
        t("unit.district"): unit.district_name,
        t("unit.area"): f"{number(unit.area_km2)} km²",
        t("unit.population"): number(unit.population),
    }
    st.html(facts_html(rows))


def _values(register: Register, figure: str) -> dict[str, float | None]:
    def value(unit: Unit) -> float | None:
        if figure == "density":
            area, persons = unit.area_km2, unit.population
            return None if area is None or persons is None or not area else float(persons / area)
        known = unit.figure(figure).value
        return None if known is None else float(known)

    return {unit.code: value(unit) for unit in register}
