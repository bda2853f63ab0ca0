"""The map that every page shows: drawn once, then restyled without a flash.

Call show_map inside a fragment of the page's own (st.fragment), so that a click reruns that fragment alone:

    @st.fragment
    def section() -> None:
        code = clicked("plan-map")          # known before the map is drawn, so it can be outlined at once
        show_map("plan-map", layer, styles, outlines=[Outline((code,))] if code else [])
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import folium
import streamlit as st
from streamlit_folium import st_folium

from ui import colours
from ui.layers import MapLayer
from ui.maplayer import Restyle, UnitLayer
from ui.text import t

HEIGHT: Final = 560
WORDS: Final = ("loading", "failed", "fit")
TOOL_WORDS: Final = ("box", "line", "box_hint", "line_hint")
# a tile layer for whoever has one, e.g. https://tiles.example.vn/{z}/{x}/{y}.png; none by default: no network
TILES: Final = "SAPXEP_TILES"
TILES_CREDIT: Final = "SAPXEP_TILES_CREDIT"


@dataclass(frozen=True, slots=True)
class Style:
    """How a unit is drawn. ``hatch``: the colour of stripes over the fill; ``mark``: a symbol at its label."""

    fill: str = colours.NEUTRAL
    stroke: str = "#8a94a1"
    weight: float = 0.6
    opacity: float = 0.9
    hatch: str = ""
    mark: str = ""


BASE: Final = Style()
MISSING: Final = Style(fill=colours.MISSING_FILL, hatch=colours.MISSING_HATCH)


@dataclass(frozen=True, slots=True)
class Outline:
    """A line around a set of units, which the browser draws from their shared borders."""

    codes: tuple[str, ...]
    stroke: str = "#111827"
    weight: float = 2.5
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points (lon, lat), drawn over the units with a white edge."""

    points: tuple[tuple[float, float], ...]
    stroke: str = "#111827"
    weight: float = 2.5
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A click on the map: the unit's code (empty beside all units), ``more`` with Ctrl or Shift held.

    With tools also ``codes``, the units in a box (None where it was none), or ``line``, points (lon, lat).
    """

    code: str
    more: bool
    at: int
    codes: tuple[str, ...] | None = None
    line: tuple[tuple[float, float], ...] = ()


def last_click(key: str) -> Click | None:
    """Return the last click on the map ``key``, also before the map is drawn in this run."""
    state = st.session_state.get(key)
    drawing = state.get("last_active_drawing") if isinstance(state, Mapping) else None
    if not drawing:
        return None
    given = drawing["properties"]
    boxed = given.get("codes")
    return Click(
        str(given["code"]),
        bool(given.get("more")),
        int(given.get("at", 0)),
        None if boxed is None else tuple(map(str, boxed)),
        tuple((float(lon), float(lat)) for lon, lat in given.get("line") or ()),
    )


def new_click(key: str) -> Click | None:
    """Return the last click once: for actions such as adding a unit to a group; None on later runs."""
    click = last_click(key)
    seen = f"{key}:seen"
    if click is None or st.session_state.get(seen) == click.at:
        return None
    st.session_state[seen] = click.at
    return click


def clicked(key: str) -> str | None:
    """Return the code of the unit clicked last; None when there is none, or the last click was beside all."""
    click = last_click(key)
    return (click.code or None) if click else None


def show_map(
    key: str,
    layer: MapLayer,
    styles: Mapping[str, Style],
    *,
    focus: str | Sequence[str] | None = None,
    outlines: Sequence[Outline] = (),
    lines: Sequence[Line] = (),
    notes: Mapping[str, str] | None = None,
    districts: bool = True,
    height: int = HEIGHT,
    legend: str = "",
    link: str = "",
    tools: bool = False,
) -> str | None:
    """Draw the map and return the code of the unit clicked last, or None.

    ``styles`` by code, units not named are drawn as BASE. ``focus``: the unit or units to zoom to, once for each
    change of focus. ``notes``: a last line of the tooltip by code (the figure that is coloured). ``districts``:
    outlines by the units' district. ``legend``: HTML of ui.legend, shown below. ``link``: maps with the same
    link on a page show the same extent. ``tools``: a box and a line can be drawn (see Click).
    """
    options: dict[str, Any] = {
        "url": layer.url,
        "base": _compact(BASE),
        "districts": ["#5b6675", 1.3] if districts else None,
        "notice": t("map.schematic") if layer.schematic else "",
        "words": {word: t(f"map.{word}") for word in WORDS + (TOOL_WORDS if tools else ())},
        "link": link,
        "tools": tools,
    }
    # built anew on each run: st_folium changes the map it is given, so it must not be kept
    drawn = folium.Map(location=(21.0, 105.7), zoom_start=10, tiles=None)
    if tiles := os.environ.get(TILES):
        folium.TileLayer(tiles, attr=os.environ.get(TILES_CREDIT, " ")).add_to(drawn)
    UnitLayer(options).add_to(drawn)
    update = folium.FeatureGroup()
    update.add_child(
        Restyle(restyling(styles, focus=focus, outlines=outlines, lines=lines, notes=notes or {}))
    )
    st_folium(
        drawn,
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=["last_active_drawing"],
        feature_group_to_add=update,
    )
    if legend:
        st.html(legend)
    for note in layer.notes:
        st.caption(t(f"map.layer_{note}"))
    return clicked(key)


def restyling(
    styles: Mapping[str, Style],
    *,
    focus: str | Sequence[str] | None = None,
    outlines: Sequence[Outline] = (),
    lines: Sequence[Line] = (),
    notes: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the browser is told on each run: codes grouped by style, no geometry."""
    grouped: dict[Style, list[str]] = {}
    for code, style in styles.items():
        grouped.setdefault(style, []).append(code)
    return {
        "styles": [[_compact(style), " ".join(codes)] for style, codes in grouped.items()],
        "outlines": [[" ".join(line.codes), line.stroke, line.weight, line.dash] for line in outlines],
        "lines": [[line.points, line.stroke, line.weight, line.dash] for line in lines],
        "notes": dict(notes),
        "focus": ([focus] if isinstance(focus, str) else list(focus)) if focus else None,
    }


def _compact(style: Style) -> list[Any]:
    return [style.fill, style.stroke, style.weight, style.opacity, style.hatch, style.mark]


def figure_styles(values: Mapping[str, float | None], scale: colours.Scale) -> dict[str, Style]:
    """Return a style a unit by the class of its figure; a missing figure is grey and hatched, never zero."""
    by_colour: dict[str | None, Style] = {colour: Style(fill=colour) for colour in scale.colours}
    by_colour[None] = MISSING
    return {code: by_colour[scale.colour(value)] for code, value in values.items()}


def outcome_style(outcome: str) -> Style:
    """Return the style of a verdict's outcome: pass, fail, advisory, exempt or undetermined."""
    colour, mark = colours.OUTCOMES[outcome]
    return Style(fill=colour, mark="" if outcome == "pass" else mark)


def hatched(styles: Mapping[str, Style], stripes: Mapping[str, str]) -> dict[str, Style]:
    """Return the styles with stripes of a colour by code: units of which a part without geometry goes elsewhere."""
    return {
        **styles,
        **{code: replace(styles.get(code, BASE), hatch=colour) for code, colour in stripes.items()},
    }
