"""What build_context computes with rooms that are slow to import: verdicts, the embedded map."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from geo.layer import Layer
from geo.register import Register
from plans.basemap import base_layer, neighbours_on
from plans.crosswalk import Crosswalk
from plans.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from indicators.remap import Remapped


def embedded_layer_for(register: Register) -> Layer | None:
    """Return the embedded schematic layer of a register's vintage where it shows units of that register."""
    layer = base_layer(register.vintage)
    if layer is None or not any(code in register for code in layer.codes):
        return None
    return layer


def judged(plan: Plan, register: Register, layer: Layer | None) -> Any:
    """Return the Judgement of a plan on a layer, None where there is no rule book."""
    try:
        engine = importlib.import_module("rules.engine")
    except ModuleNotFoundError:
        return None
    graph, pieces = neighbours_on(layer, register.vintage)
    return engine.judge(plan, register, graph, pieces)


def remapped(observations: pd.DataFrame | None, links: Crosswalk, register: Register) -> Remapped | None:
    """Return indicators on the units after: of observations, else of the register's own figures (persons, km²).

    None where neither is there. Raises ObservationError when observations cannot be used.
    """
    from indicators.observations import register_observations
    from indicators.remap import remap

    if observations is not None:
        return remap(observations, links, register=register)
    own = register_observations(register)
    return None if own.frame.empty else remap(own, links, register=register)
