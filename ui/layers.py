"""Boundary layers as files that the browser fetches once.

A layer's file is named by a hash of what is in it, so its address changes exactly when it does.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import Language, LayerError, Problem
from geo.files import whole_file
from geo.register import Unit
from geo.web import geojson_text, rounded
from ui.text import language, number, text_in

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
FOLDER: Final = STATIC / "layers"
KEPT: Final = 40
LIMIT_MB: Final = 40
DECIMALS: Final = 6  # of a degree, 0.1 m
# relative to the map's frame (/component/streamlit_folium.st_folium/): right under any baseUrlPath
BASE_URL: Final = "../../app/static"


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A published layer: the address the map's frame fetches it from, and its units' codes.

    ``schematic`` puts the notice on the map. ``notes``: what was done to draw it, said below: cleaned, simplified.
    """

    url: str
    codes: frozenset[str]
    schematic: bool = True
    notes: tuple[str, ...] = ()


def is_there(layer: MapLayer, folder: Path = FOLDER) -> bool:
    """Whether a published layer's file is still kept; asking keeps it longer."""
    return _touched(folder / Path(layer.url).name)


def full_name(unit: Unit, chosen: Language | None = None) -> str:
    """Return a unit's name with its kind: “Xã Hòa Phú”, “Hòa Phú commune”; the current language by default."""
    words = chosen or language()
    kind = text_in(words, f"kind.{unit.kind}")
    name = text_in(words, "unit.full_name", kind=kind, name=unit.name)
    return name[:1].upper() + name[1:]


def tooltip_lines(unit: Unit, predecessors: Iterable[str], chosen: Language) -> list[str]:
    """Return a unit's tooltip: name with kind, district, area (km²), population (persons), predecessors."""
    lines = [full_name(unit, chosen)]
    if unit.district_name:
        lines.append(unit.district_name)
    for key, figure, measure in (
        ("unit.area", unit.figure("area_km2"), "km²"),
        ("unit.population", unit.figure("population"), text_in(chosen, "unit.persons")),
    ):
        if figure.value is None and figure.bounds is not None:
            low, high = (number(limit) for limit in figure.bounds)
            shown = f"{text_in(chosen, 'map.range', low=low, high=high)} {measure}"
        else:
            shown = number(figure.value) if figure.value is None else f"{number(figure.value)} {measure}"
        lines.append(f"{text_in(chosen, key)}: {shown}")
    if parents := ", ".join(predecessors):
        lines.append(f"{text_in(chosen, 'unit.predecessors')}: {parents}")
    return lines


def unit_properties(
    units: Iterable[Unit], predecessors: Mapping[str, Iterable[str]] | None = None
) -> dict[str, dict[str, object]]:
    """Return what the map needs of each unit by code: name, district (for outlines), and the tooltip's lines.

    The lines are in the current language. ``predecessors``: full names by code.
    """
    parents, chosen = predecessors or {}, language()
    return {
        unit.code: {
            "name": unit.name,
            "district": unit.district_name,
            "tip": tooltip_lines(unit, parents.get(unit.code, ()), chosen),
        }
        for unit in units
    }


def split_properties(unit: Unit, shared_by: Iterable[Unit]) -> dict[str, object]:
    """Return what the map needs of a unit that keeps its polygon and that several new ones share."""
    chosen = language()
    names = ", ".join(full_name(other, chosen) for other in shared_by)
    return {
        "name": unit.name,
        "district": unit.district_name,
        "tip": [full_name(unit, chosen), text_in(chosen, "map.split", names=names)],
    }


def publish(
    geometries: Mapping[str, BaseGeometry],
    properties: Mapping[str, Mapping[str, object]],
    *,
    version: str = "",
    schematic: bool = True,
    name: str = "",
    folder: Path = FOLDER,
) -> MapLayer:
    """Write a layer for the browser and return it.

    ``geometries``: polygons in WGS 84 by code, with shared edges that are exactly equal, for the map draws the
    outline of a group from them. ``properties``: see unit_properties. ``version``: a hash of the geometries, where
    it is known; a layer published before is then found without being built again. Raises LayerError when the
    layer is empty, a shape is no polygon, or the file exceeds LIMIT_MB.
    """
    if version:
        known = json.dumps([version, schematic, DECIMALS, properties], ensure_ascii=False).encode()
        path = folder / f"{hashlib.sha256(known).hexdigest()[:20]}.geojson"
        if _touched(path):
            return MapLayer(f"{BASE_URL}/layers/{path.name}", frozenset(geometries), schematic)
    problems = [
        Problem(
            "hình không phải vùng",
            "the shape is not a polygon",
            file=name,
            row=code,
            found=shape.geom_type,
            accepted="Polygon, MultiPolygon",
        )
        for code, shape in geometries.items()
        if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty
    ]
    if not geometries:
        problems.append(Problem("lớp không có đơn vị nào", "the layer has no units", file=name))
    if problems:
        raise LayerError(problems)
    shapes = rounded(np.array(list(geometries.values()), dtype=object), DECIMALS)
    label_points = shapely.get_coordinates(shapely.point_on_surface(shapes)).round(DECIMALS).tolist()
    own = {
        code: {"code": code, "at": at, **properties.get(code, {"name": code, "tip": [code]})}
        for code, at in zip(geometries, label_points, strict=True)
    }
    content = geojson_text(dict(zip(geometries, shapes, strict=True)), own).encode()
    if len(content) > LIMIT_MB * 2**20:
        raise LayerError(
            Problem(
                "lớp quá lớn cho trình duyệt; hãy giản lược hình",
                "the layer is too large for a browser; simplify the shapes",
                file=name,
                found=f"{len(content) / 2**20:.0f} MB",
                accepted=f"{LIMIT_MB} MB",
            )
        )
    if not version:
        path = folder / f"{hashlib.sha256(content).hexdigest()[:20]}.geojson"
    if not _touched(path):
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as beside:
            beside.write_bytes(content)
        _clean(folder)
    return MapLayer(f"{BASE_URL}/layers/{path.name}", frozenset(geometries), schematic)


def _touched(path: Path) -> bool:
    """Mark a file as used now, so that it is kept; False when there is none."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def _clean(folder: Path) -> None:
    """Remove all but the KEPT layers used last; another visitor may be removing the same ones."""
    times = []
    for path in folder.glob("[!.]*.geojson"):
        try:
            times.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:
            continue
    for _, path in sorted(times, reverse=True)[KEPT:]:
        path.unlink(missing_ok=True)
