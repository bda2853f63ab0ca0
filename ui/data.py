"""What the pages share: registers and map layers, read once for all visits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.files import DATA, read_bytes
from geo.register import Register
from ui.layers import MapLayer, publish, unit_properties

if TYPE_CHECKING:
    from geo.layer import Layer

HANOI_2024 = "hanoi-2024-12-31"
Predecessors = Mapping[str, Iterable[str]]


def schematic_layer(register: Register, predecessors: Predecessors | None = None) -> MapLayer | None:
    """Return the published schematic layer of an embedded register's vintage, None where there is none.

    ``predecessors``: full names by code, for the tooltip. A layer published before costs some 10 ms.
    """
    found = _schematic(register.vintage)
    if found is None:
        return None
    geometries, version = found
    return publish(geometries, unit_properties(register, predecessors), version=version)


def map_layer(layer: Layer, register: Register, predecessors: Predecessors | None = None) -> MapLayer:
    """Return a layer of geo's, such as one that a user gave, as published for the map.

    Raises LayerError when it is too large for a browser.
    """
    return publish(
        dict(zip(layer.codes, layer.geometries, strict=True)),
        unit_properties(register, predecessors),
        version=layer.content_hash,
        schematic=layer.schematic,
        name=layer.name,
    )


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
