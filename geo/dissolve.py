"""Merging polygons of units into the polygons of new units, districts, or any group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.features import CRS
from geo.layer import Layer

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.register import Register


def _union(geometries: NDArray[np.object_], coverage: bool) -> Any:
    if len(geometries) == 1:
        return geometries[0]
    return shapely.coverage_union_all(geometries) if coverage else shapely.union_all(geometries)


def dissolve(layer: Layer, groups: Mapping[str, str]) -> GeoDataFrame:
    """Return the union of the polygons of each group, index ``group`` in sorted order, EPSG:4326.

    ``groups`` maps a unit's code to its group. Columns: geometry, ``units`` (how many were merged), ``missing`` (how
    many units of the group are not on the map: its polygon is then not whole). Groups with no unit on the map are
    absent. A coverage is merged by its shared edges; any other layer by overlay, which heals overlaps but not gaps.
    """
    from geopandas import GeoDataFrame

    position = {code: i for i, code in enumerate(layer.codes)}
    geometries = layer.geometries
    members: dict[str, list[int]] = {}
    missing: dict[str, int] = {}
    for code, group in groups.items():
        if code in position:
            members.setdefault(group, []).append(position[code])
        else:
            missing[group] = missing.get(group, 0) + 1
    keys = sorted(members)
    return GeoDataFrame(
        {
            "units": [len(members[key]) for key in keys],
            "missing": [missing.get(key, 0) for key in keys],
        },
        geometry=[_union(geometries[members[key]], layer.is_coverage) for key in keys],
        index=np.array(keys, dtype=object),
        crs=CRS,
    ).rename_axis("group")


def outline(layer: Layer, codes: Iterable[str] | None = None) -> Any:
    """Return the union of these units' polygons (of all where None), None where none of them is on the map."""
    wanted = set(layer.codes if codes is None else codes)
    chosen = layer.geometries[[code in wanted for code in layer.codes]]
    return _union(chosen, layer.is_coverage) if len(chosen) else None


def district_outlines(layer: Layer, register: Register) -> GeoDataFrame:
    """Return the outline of each district, index ``group`` = its code; no row where the register has no districts."""
    return dissolve(layer, {unit.code: unit.district_code for unit in register if unit.district_code})
