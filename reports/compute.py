"""What build_context computes with rooms that are slow to import: verdicts, the embedded map."""

from __future__ import annotations

import importlib
from typing import Any

from geo.layer import Layer
from geo.register import Register
from plans.basemap import base_layer, neighbours_on
from plans.plan import Plan


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
