"""GeoJSON text for the browser: compact, rounded alike on both sides of every border."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.layer import Layer

Properties = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class WebSize:
    """What a text costs on the way to the browser, in bytes, and what it draws."""

    features: int
    vertices: int
    bytes: int
    gzipped: int


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def geojson_text(
    geometries: Mapping[str, Any], properties: Properties, members: Mapping[str, object] | None = None
) -> str:
    """Return a FeatureCollection, one feature a line, each with its key as id.

    ``members`` are further members of the collection. Coordinates are written as they are; NaN among the
    properties raises ValueError.
    """
    head = _json({"type": "FeatureCollection", **(members or {})})[:-1]
    shapes = shapely.to_geojson(np.array(list(geometries.values()), dtype=object))
    features = (
        f'{{"type":"Feature","id":{_json(key)},"properties":{_json(dict(properties.get(key, {})))},"geometry":{shape}}}'
        for key, shape in zip(geometries, shapes, strict=True)
    )
    return f'{head},"features":[\n' + ",\n".join(features) + "\n]}\n"


def rounded(geometries: Any, decimals: int) -> Any:
    """Return geometries with coordinates rounded; vertices that neighbours share stay shared."""
    return shapely.remove_repeated_points(shapely.transform(geometries, lambda xy: np.round(xy, decimals)))


def web_geojson(layer: Layer | GeoDataFrame, properties: Properties, decimals: int = 5) -> str:
    """Return compact GeoJSON of a layer or of a frame in EPSG:4326, its index as feature ids.

    ``properties`` are given by key; a key without any has none. Five decimals are about one metre. Rows without
    geometry are left away.
    """
    frame: Any = getattr(layer, "frame", layer)  # Layer is not imported: it imports this module
    geometry = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    shapes = rounded(geometry.to_numpy(), decimals)
    return geojson_text(dict(zip(map(str, geometry.index), shapes, strict=True)), properties)


def web_size(text: str) -> WebSize:
    """Return the size of a GeoJSON text, plain and as a web server compresses it."""
    collection = shapely.from_geojson(text)
    content = text.encode()
    return WebSize(
        features=len(shapely.get_parts(collection)),
        vertices=int(shapely.get_num_coordinates(collection)),
        bytes=len(content),
        gzipped=len(gzip.compress(content, 6)),
    )
