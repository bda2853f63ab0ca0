"""Colours for units formed, such that no two that touch are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from plans.plan import Plan
from ui import colours


def group_colours(
    plan: Plan,
    geometries: Mapping[str, Any],
    *,
    after: bool = False,
    palette: tuple[str, ...] = colours.GROUPS,
) -> Mapping[str, str]:
    """Return a colour for each unit formed, by its code.

    ``geometries``: polygons of the units before, or of those ``after``. Units formed whose polygons touch take
    different colours while the palette lasts (a planar map needs few); without polygons the colours take turns.
    """
    owners = {code: [unit.code for unit, _ in pairs] for code, pairs in plan.by_source.items()}
    touching: dict[str, set[str]] = {unit.code: set() for unit in plan.units}
    for units in owners.values():
        _join(touching, units)
    if after:
        owners = {unit.code: [unit.code] for unit in plan.units}
    codes = [code for code in owners if code in geometries]
    if codes:
        shapes = np.array([geometries[code] for code in codes], dtype=object)
        for i, j in shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist():
            if i < j:
                _join(touching, [*owners[codes[i]], *owners[codes[j]]])
    chosen: dict[str, int] = {}
    used = [0] * len(palette)
    # those with most neighbours first; of the colours left, the one used least so far
    for code in sorted(touching, key=lambda one: (-len(touching[one]), one)):
        taken = {chosen[other] for other in touching[code] if other in chosen}
        free = [i for i in range(len(palette)) if i not in taken] or list(range(len(palette)))
        chosen[code] = min(free, key=lambda i: (used[i], i))
        used[chosen[code]] += 1
    return MappingProxyType({code: palette[i] for code, i in chosen.items()})


def _join(touching: dict[str, set[str]], units: Iterable[str]) -> None:
    together = set(units)
    for code in together:
        touching[code] |= together - {code}
