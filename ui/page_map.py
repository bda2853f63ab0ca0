"""Map: the units before and after the plan, coloured by what one asks, found by name, and read by a click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from geo.register import Register, Unit
from geo.text import without_accents
from plans.territory import SPLIT_MARK
from ui.colouring import SIDES, Colouring, Side, choices, colour, on_layer, title_of
from ui.layers import MapLayer, full_name
from ui.map import Outline, new_click, show_map
from ui.session import Work, group_fills, judgement, map_after, map_before, register_after, work
from ui.text import t
from ui.unit_card import unit_card
from ui.unit_facts import day

VIEWS: Final = ("before", "after", "both")
_HEIGHT: Final = 560
# the unit in view: (side, code); one place for it, since the widgets' own state goes when a page is left
_UNIT: Final = "map-unit"
_FOCUS: Final = "map-focus"
_VIEW: Final = "map-side"
_FIGURE: Final = "map-figure-kept"
Chosen = tuple[Side, str]


def page() -> None:
    """Draw the page."""
    st.title(t("page.map"))
    current = work()
    opened = st.session_state.pop("map-open", None)
    if opened is not None:
        choose(*opened)
        # the switch may still hold what was chosen on an earlier visit
        st.session_state["map-view"] = opened[0]
    _section(current)


def choose(side: Side, code: str, focus: bool = True) -> None:
    """Put a unit into view."""
    st.session_state[_UNIT] = (side, code)
    st.session_state[_FOCUS] = (side, code) if focus else None


@st.fragment
def _section(_work: Work) -> None:
    registers: dict[Side, Register] = {"before": _work.register, "after": register_after(_work)}
    controls = st.container(key="map-controls").columns([1.4, 1, 1.4], vertical_alignment="bottom")
    with controls[0]:
        sides = _sides(registers)
    with controls[1]:
        name = _figure(_work.register, sides)
    _take_click(sides)
    with controls[2]:
        chosen = _searched(registers, sides)
    layers = {side: (map_before if side == "before" else map_after)(_work) for side in sides}
    colouring = colour(
        name, _work.plan, registers, sides, lambda: group_fills(_work), lambda: judgement(_work)
    )
    if len(sides) == 1:
        left, right = st.container(key="map-body").columns([2.7, 1])
        with left:
            _map(sides[0], layers[sides[0]], colouring, chosen, linked=False)
    else:
        for column, side in zip(st.columns(2), sides, strict=True):
            with column:
                st.markdown(f"**{_heading(side, registers[side])}**")
                _map(side, layers[side], colouring, chosen, linked=True)
        right = st.container()
    if colouring.legend:
        with left if len(sides) == 1 else st.container():
            st.html(colouring.legend)
    with right:
        unit_card(_work, registers, chosen, layers, choose, wide=len(sides) > 1)


def _heading(side: Side, register: Register) -> str:
    return t(f"map.{side}_on", day=day(register.vintage), units=len(register))


def _sides(registers: Mapping[Side, Register]) -> tuple[Side, ...]:
    """Draw the switch of views and return the sides to show."""
    kept = st.session_state.get(_VIEW, "before")
    st.session_state.setdefault("map-view", kept)
    view = st.segmented_control(
        t("map.view"),
        VIEWS,
        format_func=lambda one: (
            t("map.view_both") if one == "both" else f"{t('map.view_' + one)} ({len(registers[one])})"
        ),
        key="map-view",
        required=True,
    )
    st.session_state[_VIEW] = view = view or kept
    return SIDES if view == "both" else ("after",) if view == "after" else ("before",)


def _figure(register: Register, sides: tuple[Side, ...]) -> str:
    """Draw the choice of what to colour by and return it; the choice is kept while other pages are open."""
    names = choices(register, sides)
    kept = st.session_state.get(_FIGURE, names[0])
    if st.session_state.get("map-figure") not in names:
        st.session_state["map-figure"] = kept if kept in names else names[0]
    name = str(st.selectbox(t("map.colour_by"), names, format_func=title_of, key="map-figure"))
    st.session_state[_FIGURE] = name
    return name


def _take_click(sides: tuple[Side, ...]) -> None:
    """Take a new click on any of the maps; beside all units it ends the choice."""
    for side in sides:
        click = new_click(f"map-{side}")
        if click is not None and click.code:
            choose(side, click.code, focus=False)
        elif click is not None:
            st.session_state[_UNIT] = st.session_state[_FOCUS] = None


def _searched(registers: Mapping[Side, Register], sides: tuple[Side, ...]) -> Chosen | None:
    """Draw the search, which shows the unit in view, and return that unit: by search, click, or from another page."""
    labels = _labels(registers, sides)
    kept: Chosen | None = st.session_state.get(_UNIT)
    # a split unit's own polygon after the plan is no unit to search for
    shown = f"{kept[0]}:{kept[1]}" if kept else None
    st.session_state["map-search"] = shown if shown in labels else None
    st.selectbox(
        t("map.search"),
        list(labels),
        index=None,
        format_func=lambda key: labels.get(key, key),
        placeholder=t("map.search_placeholder"),
        filter_mode="contains",
        key="map-search",
        on_change=_search_changed,
    )
    return kept if kept and kept[0] in sides and _exists(registers, kept) else None


def _search_changed() -> None:
    found = st.session_state.get("map-search")
    if found is None:
        st.session_state[_UNIT] = st.session_state[_FOCUS] = None
        return
    side, _, code = found.partition(":")
    choose("after" if side == "after" else "before", code)


def _exists(registers: Mapping[Side, Register], chosen: Chosen) -> bool:
    side, code = chosen
    if side == "after" and code.endswith(SPLIT_MARK):
        return code.removesuffix(SPLIT_MARK) in registers["before"]
    # before the plan, a polygon that an earlier plan split stands for the unit that kept the code, where one did
    return code.removesuffix(SPLIT_MARK) in registers[side]


def _labels(registers: Mapping[Side, Register], sides: tuple[Side, ...]) -> dict[str, str]:
    """Return the words of each unit to search among, by “side:code”, in the order of names without accents."""
    several = len(sides) > 1
    found = [
        (
            without_accents(unit.name),
            unit.code,
            f"{side}:{unit.code}",
            search_label(unit) + (f" · {t('map.view_' + side)}" if several else ""),
        )
        for side in sides
        for unit in registers[side]
    ]
    return {key: label for _, _, key, label in sorted(found)}


def search_label(unit: Unit) -> str:
    """Return what the search shows and matches: the name and, since the box matches what it shows, the plain form."""
    plain = without_accents(f"{unit.name} {unit.district_name}")
    district = f" ({unit.district_name})" if unit.district_name else ""
    return f"{full_name(unit)}{district} · {plain} · {unit.code}"


def _map(
    side: Side, layer: MapLayer | None, colouring: Colouring, chosen: Chosen | None, *, linked: bool
) -> None:
    if layer is None:
        st.info(t("map.no_layer"))
        return
    focus: Chosen | None = st.session_state.get(_FOCUS)
    outlined = _polygons(chosen[1], layer) if chosen and chosen[0] == side else ()
    show_map(
        f"map-{side}",
        layer,
        on_layer(colouring.styles.get(side, {}), layer.codes),
        focus=(_polygons(focus[1], layer) or None) if focus and focus[0] == side else None,
        outlines=[Outline(outlined)] if outlined else [],
        notes=colouring.notes.get(side, {}),
        height=_HEIGHT,
        link="map-sides" if linked else "",
    )


def _polygons(code: str, layer: MapLayer) -> tuple[str, ...]:
    """Return the key of a unit's polygon on a layer, its own or one it shares; empty where it is not on it."""
    return tuple(key for key in (code, code + SPLIT_MARK) if key in layer.codes)[:1]
