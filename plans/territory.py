"""Which polygons a plan merges, and which it cannot draw: a part without geometry is never drawn by guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from plans.plan import Plan

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.layer import Layer

# a split unit keeps its own polygon; the mark tells its key from the code of the unit that may reuse the code
SPLIT_MARK: Final = "*"


@dataclass(frozen=True)
class Territory:
    """What becomes of each old polygon. ``polygons``: old code -> key of the polygon it belongs to afterwards.

    The key is the code of the unit formed, or the old code with SPLIT_MARK for a unit that several units share;
    ``split`` names those, by old code, in the order of codes.
    """

    polygons: Mapping[str, str]
    split: Mapping[str, tuple[str, ...]]


def territory(plan: Plan, codes: Iterable[str]) -> Territory:
    """Return what becomes of the polygons of these units (codes of the base vintage)."""
    polygons, split = {}, {}
    for code in codes:
        pairs = plan.by_source.get(code, ())
        if not pairs:
            polygons[code] = code
        elif len(pairs) == 1 and pairs[0][1].part == "whole":
            polygons[code] = pairs[0][0].code
        else:
            polygons[code] = code + SPLIT_MARK
            split[code] = tuple(unit.code for unit, _ in pairs)
    return Territory(MappingProxyType(polygons), MappingProxyType(split))


def layer_after(plan: Plan, layer: Layer) -> GeoDataFrame:
    """Return the polygons after a plan, index ``group`` (see Territory.polygons), EPSG:4326.

    Columns: geometry, ``units`` (old units merged), ``missing`` (old units of the group without a polygon), and
    ``shared_by`` (codes of the units that share a split unit, joined by spaces; empty elsewhere).
    """
    from geo.dissolve import dissolve

    found = territory(plan, {*layer.codes, *plan.by_source})
    frame = dissolve(layer, found.polygons)
    shared = {code + SPLIT_MARK: " ".join(targets) for code, targets in found.split.items()}
    return frame.assign(shared_by=[shared.get(key, "") for key in frame.index])
