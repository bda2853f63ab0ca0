"""The boundaries of both ends of a way: the visitor's own, put together along the plans, else the schematic map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from plans.territory import SPLIT_MARK
from ui.data import fit_for_map, map_layer, schematic_layer
from ui.indicators_ways import Chain
from ui.layers import MapLayer, full_name, publish, split_properties, unit_properties
from ui.session import Work, map_after, map_before

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.layer import Layer


@dataclass(frozen=True)
class Drawn:
    """The map of one end of a way, None where there are no boundaries of that date.

    ``instead``: the visitor's own boundaries are in use, but this end had to be drawn from the schematic map.
    """

    layer: MapLayer | None
    instead: bool = False


def layers_of(chain: Chain, current: Work) -> tuple[Drawn, Drawn]:
    """Return the maps of the units that the figures were given for and of those asked for.

    The visitor's own boundaries serve every date from their own on: the units are put together as the plans say.
    They say nothing of the dates before.
    """
    ends = (_at(chain, 0, current), _at(chain, len(chain.plans), current))
    return (ends[1], ends[0]) if chain.back else ends


def _at(chain: Chain, place: int, current: Work) -> Drawn:
    register = chain.registers[place]
    own = next(
        (i for i, r in enumerate(chain.registers) if r.vintage == current.register.vintage),
        len(chain.registers),
    )
    if current.own_layer is not None and own <= place:
        if own == place:
            return Drawn(map_layer(current.own_layer, register))
        return Drawn(_put_together(chain, own, place, current.own_layer))
    if place == own:
        return Drawn(map_before(current))
    if place == own + 1 and chain.plans[own] == current.plan and current.own_layer is None:
        return Drawn(map_after(current))
    return Drawn(schematic_layer(register, _parents(chain, place)), current.own_layer is not None)


def _parents(chain: Chain, place: int) -> Mapping[str, list[str]] | None:
    """Return the names of what each unit took when it was formed; None before the first plan."""
    if not place:
        return None
    before = chain.registers[place - 1]
    return {
        unit.code: [full_name(before[transfer.code]) for transfer in unit.transfers]
        for unit in chain.plans[place - 1].units
    }


def joined(chain: Chain, first: int, last: int) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return the polygon that each unit of register ``first`` belongs to at ``last``, and the units that share one.

    As plans.territory.territory, over several plans: a unit whose parts all end in one unit belongs to it; one whose
    parts end in several keeps its polygon under its code with SPLIT_MARK, since no boundary between them is known.
    """
    from plans.crosswalk import chain_crosswalk

    walk = chain_crosswalk(chain.plans[first:last], chain.registers[first], ("population",))
    polygons, shared = {}, {}
    for (_, code), links in walk.by_source.items():
        targets = tuple(sorted({link.to_code for link in links}))
        if len(targets) == 1:
            polygons[code] = targets[0]
        else:
            polygons[code], shared[code] = code + SPLIT_MARK, targets
    return polygons, shared


@st.cache_resource(show_spinner=False, max_entries=8)
def _dissolved(
    key: str,  # noqa: ARG001 (the cache's key)
    _chain: Chain,
    _layer: Layer,
    first: int,
    last: int,
) -> tuple[GeoDataFrame, dict[str, tuple[str, ...]]]:
    from geo.dissolve import dissolve

    polygons, shared = joined(_chain, first, last)
    layer = fit_for_map(_layer)[0]
    return dissolve(layer, {code: polygons.get(code, code) for code in {*layer.codes, *polygons}}), shared


def _put_together(chain: Chain, first: int, last: int, layer: Layer) -> MapLayer:
    name = f"{chain.key}:{first}:{last}"
    frame, shared = _dissolved(name, chain, layer, first, last)
    before, after = chain.registers[first], chain.registers[last]
    properties = unit_properties(after, _parents(chain, last))
    for code, targets in shared.items():
        if code + SPLIT_MARK in frame.index and code in before:
            shared_by = (after[one] for one in targets if one in after)
            properties[code + SPLIT_MARK] = split_properties(before[code], shared_by)
    made = publish(
        dict(zip(frame.index, frame.geometry, strict=True)),
        properties,
        version=f"chain-{name}",
        schematic=layer.schematic,
        name=chain.plans[-1].id,
    )
    return replace(made, notes=fit_for_map(layer)[1])
