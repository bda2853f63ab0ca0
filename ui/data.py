"""What the pages share: registers and map layers, read once for all visits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.files import DATA, read_bytes
from geo.register import Register
from ui.kept import Kept
from ui.layers import MapLayer, is_there, publish, unit_properties
from ui.text import language

if TYPE_CHECKING:
    from geo.layer import Layer

HANOI_2024 = "hanoi-2024-12-31"
# degrees: gaps and overlaps below some 10 m are slips of the pen
SNAPPING: Final = 1e-7
GAP: Final = 1e-4
# more than a browser draws with ease; the 579 units of Hanoi, surveyed, have 27,000
VERTICES: Final = 250_000
Predecessors = Mapping[str, Iterable[str]]


_SCHEMATIC: Final[Kept[MapLayer]] = Kept(8)


def schematic_layer(register: Register, predecessors: Predecessors | None = None) -> MapLayer | None:
    """Return the published schematic layer of an embedded register's vintage, None where there is none.

    ``predecessors``: full names by code, for the tooltip.
    """
    found = _schematic(register.vintage)
    if found is None:
        return None
    geometries, version = found

    def made() -> MapLayer:
        # a register of the user's own may lack units that the map has
        return publish(geometries, unit_properties(register, predecessors), version=version)

    # its tooltips take longer to word and to look up than the rest of a run
    return _SCHEMATIC(register, language(), made, is_there) if predecessors is None else made()


def schematic_geometries(vintage: str) -> Mapping[str, BaseGeometry] | None:
    """Return the polygons of an embedded vintage by code, None where there are none."""
    found = _schematic(vintage)
    return None if found is None else found[0]


def map_layer(layer: Layer, register: Register, predecessors: Predecessors | None = None) -> MapLayer:
    """Return a layer of geo's, such as one that a user gave, as published for the map; see fit_for_map.

    Raises LayerError when it is too large for a browser.
    """
    shown, notes = fit_for_map(layer)
    made = publish(
        dict(zip(shown.codes, shown.geometries, strict=True)),
        unit_properties(register, predecessors),
        version=shown.content_hash,
        schematic=layer.schematic,
        name=layer.name,
    )
    return replace(made, notes=notes)


@lru_cache(maxsize=8)
def fit_for_map(layer: Layer) -> tuple[Layer, tuple[str, ...]]:
    """Return the layer as the map can draw it, and what was done to it: “cleaned”, “simplified”; often nothing.

    The map draws outlines from borders that neighbours share, so a layer that is no exact coverage is made one, and
    one that is heavy for a browser is simplified, borders alike on both sides. Rules judge the layer as it came.
    """
    shapes, notes = layer.geometries, []
    clean = getattr(shapely, "coverage_clean", None)  # GEOS 3.14 has it, older ones do not
    if not layer.is_coverage and clean is not None:
        cleaned = np.asarray(clean(shapes, snapping_distance=SNAPPING, gap_width=GAP))
        # a unit that lies wholly under others would vanish: it stays as it came
        shapes = np.where(_drawable(cleaned), cleaned, shapes)
        notes.append("cleaned")
    tolerance = 2e-5
    while shapely.get_num_coordinates(shapes).sum() > VERTICES and tolerance < 0.01:
        simple = np.asarray(shapely.coverage_simplify(shapes, tolerance))
        shapes = np.where(_drawable(simple), simple, shapes)
        tolerance *= 2
        if "simplified" not in notes:
            notes.append("simplified")
    if not notes:
        return layer, ()
    polygons = dict(zip(layer.codes, shapes, strict=True))
    return type(layer).of(polygons, layer.name, layer.schematic, layer.reports), tuple(notes)


def _drawable(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(~shapely.is_empty(shapes) & np.isin(shapely.get_type_id(shapes), (3, 6)))


@lru_cache(maxsize=4)
def _schematic(vintage: str) -> tuple[Mapping[str, BaseGeometry], str] | None:
    # read without geopandas, which takes a second to import: the first map should not wait for it
    path = DATA / "boundaries" / f"hanoi-{vintage}.geojson"
    if not path.exists():
        return None
    content = read_bytes(path)
    geometries = {
        feature["properties"]["code"]: shape(feature["geometry"])
        for feature in json.loads(content)["features"]
    }
    return geometries, hashlib.sha256(content).hexdigest()
