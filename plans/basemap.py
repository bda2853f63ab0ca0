"""The map that a register's units are judged and drawn on, where no one gives boundaries of his own.

A vintage without a schematic map of its own is drawn from the one before it, as the plan in between merged it:
who borders whom follows from the units' sources, a part counting as touching whatever its source touches.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from plans.files import embedded_plan, embedded_plans
from plans.plan import Plan

if TYPE_CHECKING:
    import networkx as nx

    from geo.layer import Layer

Neighbours = tuple["nx.Graph[str]", Mapping[str, int]]


def graph_after(plan: Plan, graph: nx.Graph[str]) -> nx.Graph[str]:
    """Return who borders whom after a plan: nodes are the codes of the units after, edges say no length.

    Two units border each other where sources of theirs do, or where they share a split source. For units that
    took parts this is the most that can be true, since the line of a part is unknown. A unit with a source that
    is not on the map is left away.
    """
    import networkx as nx

    targets: dict[str, list[str]] = {
        code: [unit.code for unit, _ in plan.by_source.get(code, ())] or [code] for code in graph
    }
    absent = {unit.code for unit in plan.units if not all(code in graph for code in unit.sources)}
    after: nx.Graph[str] = nx.Graph()
    after.add_nodes_from({code for found in targets.values() for code in found} - absent)
    pairs = [(a, b) for a, b in graph.edges] + [(code, code) for code in graph]
    after.add_edges_from(
        (one, other)
        for a, b in pairs
        for one in targets[a]
        for other in targets[b]
        if one != other and one in after and other in after
    )
    return after


def _plan_to(vintage: str) -> Plan | None:
    return next((plan for plan in map(embedded_plan, embedded_plans()) if plan.target == vintage), None)


@lru_cache(maxsize=4)
def base_layer(vintage: str) -> Layer | None:
    """Return the schematic layer of a vintage, drawn from the one before where need be; None where there is none.

    A unit that a plan split stands in it under no code: its new lines are unknown. Its polygon is left away.
    """
    from geo.layer import Layer, embedded_layer
    from plans.territory import layer_after

    stored = embedded_layer(vintage)
    plan = _plan_to(vintage)
    if stored is not None or plan is None or (before := base_layer(plan.base)) is None:
        return stored
    frame = layer_after(plan, before)
    whole = frame[frame["shared_by"] == ""]
    return Layer.of(dict(zip(whole.index, whole.geometry, strict=True)), f"hanoi-{vintage}", schematic=True)


@lru_cache(maxsize=4)
def base_neighbours(vintage: str) -> Neighbours | None:
    """Return (graph of neighbours, number of pieces by unit) on the schematic map; None where there is none.

    Pieces are known where the vintage has a map of its own.
    """
    from geo.adjacency import embedded_adjacency, pieces
    from geo.layer import embedded_layer

    layer = embedded_layer(vintage)
    graph = embedded_adjacency(vintage)
    if layer is not None and graph is not None:
        return graph, pieces(layer)
    plan = _plan_to(vintage)
    before = None if plan is None else base_neighbours(plan.base)
    return None if plan is None or before is None else (graph_after(plan, before[0]), {})


def neighbours_on(layer: Layer | None, vintage: str) -> tuple[nx.Graph[str] | None, Mapping[str, int] | None]:
    """Return (graph, pieces) of boundaries that a user gave, else those of the schematic map; (None, None) without."""
    if layer is None or layer.schematic:
        return base_neighbours(vintage) or (None, None)
    from geo.adjacency import adjacency, pieces

    return adjacency(layer), pieces(layer)
