"""What can be said of a boundary layer before it is used: codes, overlaps, gaps, areas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.codes import find_code_field
from geo.features import open_features
from geo.layer import Layer, areas_km2, layer_of

if TYPE_CHECKING:
    from geo.register import Register

_LEAST_KM2: Final = 1e-6  # one square metre
_AREA_DIFFERS: Final = 0.15


def inspect(path: Path | str, register: Register | None = None) -> dict[str, Any]:
    """Return features, coordinate system, codes against the register, fit of the lines, and areas (km²).

    ``misfits`` lists units whose lines overlap or nearly meet a neighbour's, ``overlaps`` pairs of units with the
    area they share, ``gaps`` holes that no unit covers (a lake without a unit is one too), ``area_differs`` units whose
    area departs from the register's by more than 15 %. Without a register, what needs one is None.
    Raises as read_layer does.
    """
    features = open_features(path)
    layer = layer_of(features, register, match=True) if _by_name(features.columns) else layer_of(features)
    known = None if register is None else {unit.code for unit in register}
    codes = set(layer.codes)
    areas = areas_km2(layer.frame)
    parts = shapely.get_num_geometries(layer.geometries)
    overlaps = [] if layer.is_coverage else _overlaps(layer)
    gaps = _gaps(layer)
    return {
        "file": features.file,
        "format": features.format,
        "layer": features.layer,
        "features": len(features.geometry),
        "crs": features.crs or None,
        "code_field": find_code_field(features.columns),
        "units": len(layer),
        "matched": None if known is None else len(codes & known),
        "missing": None if known is None else sorted(known - codes),
        "unknown": None if known is None else sorted(codes - known),
        "exact_coverage": layer.is_coverage,
        "misfits": list(layer.misfits),
        "overlaps": [{"a": a, "b": b, "area_km2": round(area, 6)} for a, b, area in overlaps],
        "gaps": [
            {"lon": round(lon, 5), "lat": round(lat, 5), "area_km2": round(area, 6)}
            for lon, lat, area in gaps
        ],
        "invalid": [{"row": row, "reason": reason} for row, reason in features.invalid],
        "multipart": {code: int(n) for code, n in zip(layer.codes, parts, strict=True) if n > 1},
        "area_km2": round(sum(areas.values()), 4),
        "register_area_km2": None if register is None else _register_area(register),
        "area_differs": None if register is None else _differences(areas, register),
        "reports": [{"vi": report.text("vi"), "en": report.text("en")} for report in layer.reports],
    }


def _by_name(columns: Any) -> bool:
    return find_code_field(columns) is None


def _register_area(register: Register) -> float | None:
    total = register.total("area_km2")
    return None if total is None else float(total)


def _overlaps(layer: Layer) -> list[tuple[str, str, float]]:
    """Return pairs of units that share more than one square metre, the largest first."""
    shapes = layer.geometries
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    shared = shapely.intersection(shapes[i], shapes[j])
    keep = shapely.area(shared) > 0
    areas = _km2(shared[keep])
    found = [
        (layer.codes[a], layer.codes[b], area)
        for a, b, area in zip(i[keep], j[keep], areas, strict=True)
        if area > _LEAST_KM2
    ]
    return sorted(found, key=lambda pair: -pair[2])


def _gaps(layer: Layer) -> list[tuple[float, float, float]]:
    """Return holes of the whole that no unit covers, as a point inside and an area, the largest first."""
    whole = (
        shapely.coverage_union_all(layer.geometries)
        if layer.is_coverage
        else shapely.union_all(layer.geometries)
    )
    rings, owner = shapely.get_rings(shapely.get_parts(whole), return_index=True)
    inner = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    if not len(inner):
        return []
    holes = shapely.polygons(rings[inner])
    points = np.asarray(shapely.point_on_surface(holes))
    found = [
        (float(point.x), float(point.y), area)
        for point, area in zip(points, _km2(holes), strict=True)
        if area > _LEAST_KM2
    ]
    return sorted(found, key=lambda gap: -gap[2])


def _km2(shapes: Any) -> list[float]:
    from geopandas import GeoDataFrame

    return list(areas_km2(GeoDataFrame(geometry=list(shapes), crs=4326)).values()) if len(shapes) else []


def _differences(areas: dict[str, float], register: Register) -> list[dict[str, Any]]:
    found = []
    for code, area in areas.items():
        stated = register[code].area_km2 if code in register else None
        if stated and abs(area / float(stated) - 1) > _AREA_DIFFERS:
            found.append(
                {
                    "code": code,
                    "area_km2": round(area, 4),
                    "register_area_km2": float(stated),
                    "ratio": round(area / float(stated), 3),
                }
            )
    return sorted(found, key=lambda row: -abs(np.log(row["ratio"])))
