"""The schematic map: Voronoi cells of representative points, merged by unit.

A map that may be given away where surveyed boundaries may not: it holds who borders whom and rough areas, not lines.
Eight measured points stand for each unit and further points for the land just outside the city; a cell is what
lies nearest to its point, a unit the union of its cells, and the cells of the outside points are left away.

``python -m geo.schematic`` writes the stored layers anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from geo.files import DATA, read_csv, write_text
from geo.web import geojson_text

FOLDER: Final = DATA / "boundaries"
POINTS: Final = FOLDER / "source" / "representative_points.csv"
# column of the points that names the unit of each vintage
VINTAGES: Final[Mapping[str, str]] = {"2024-12-31": "code", "2025-07-01": "unit_2025"}
DESCRIPTION: Final = (
    "Bản đồ sơ đồ, không phải ranh giới đo đạc / Schematic, not surveyed: Voronoi cells of representative points "
    "(data/boundaries/README.md)"
)
DECIMALS: Final = 5  # about one metre
_PLANE: Final = 32648  # UTM 48N, metres
_NECK_M: Final = 100.0

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Points:
    """Representative points: columns ``code`` and ``unit_2025`` (empty outside the city), x, y in metres (UTM 48N)."""

    keys: pd.DataFrame
    xy: NDArray[np.float64]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which points lie in the city."""
        return np.asarray(self.keys["code"] != "")


def stored_path(vintage: str) -> Path:
    """Return where the schematic layer of a vintage is stored."""
    return FOLDER / f"hanoi-{vintage}.geojson"


def read_points(path: Path = POINTS) -> Points:
    """Read code, lon, lat (degrees), unit_2025; raises InputFileError as read_csv does."""
    table = pd.DataFrame(list(read_csv(path).rows))
    lon, lat = table["lon"].astype(float).to_numpy(), table["lat"].astype(float).to_numpy()
    x, y = Transformer.from_crs(4326, _PLANE, always_xy=True).transform(lon, lat)
    return Points(table[list(VINTAGES.values())], np.column_stack([x, y]))


def cells(points: Points) -> Geometries:
    """Return the Voronoi cell of each point, in the order of the points, in metres.

    Raises ValueError when points coincide or a cell does not hold its point.
    """
    if len(distinct := np.unique(points.xy, axis=0)) != len(points.xy):
        raise ValueError(f"points must differ; got {len(distinct)} places for {len(points.xy)} points")
    sites = np.asarray(shapely.points(points.xy))
    made: Geometries = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(list(sites)), ordered=True)
    )
    if len(made) != len(sites) or not shapely.contains(made, sites).all():
        raise ValueError(
            f"each point must have a cell of its own; got {len(made)} cells of {len(sites)} points"
        )
    return bridged(made, points.inside)


def bridged(made: Geometries, inside: NDArray[np.bool_]) -> Geometries:
    """Return the cells with the city's pieces joined where outside cells cut it by a hair's breadth.

    Where two outside cells meet between two pieces of the city, a neck of at most 2 x 100 m width is given to the
    cell on the larger piece's side. The neck's corners become vertices of both cells, so that the coverage stays exact.
    """
    made = made.copy()
    while len(pieces := _by_area(shapely.coverage_union_all(made[inside]))) > 1:
        small, rest = pieces[0], shapely.coverage_union_all(pieces[1:])
        ends = shapely.get_coordinates(small)
        distance, nearest = cKDTree(shapely.get_coordinates(rest)).query(ends)
        end = ends[int(np.argmin(distance))]
        start = shapely.get_coordinates(rest)[nearest[int(np.argmin(distance))]]
        a, b = _owner(made, inside, start), _owner(made, inside, end)
        made[a], made[b] = _joined(made[a], start, made[b], end)
    return made


def _by_area(geometry: Any) -> Geometries:
    parts: Geometries = shapely.get_parts(geometry)
    return parts[np.argsort(shapely.area(parts), kind="stable")]


def _owner(made: Geometries, inside: NDArray[np.bool_], vertex: NDArray[np.float64]) -> int:
    """Return the one inside cell with this vertex; a corner of the outline belongs to one cell alone."""
    owners = np.flatnonzero(inside & (shapely.distance(made, shapely.points(vertex)) == 0))
    if len(owners) != 1:
        raise ValueError(f"one inside cell must hold the vertex; got {len(owners)}")
    return int(owners[0])


def _joined(first: Any, start: NDArray[np.float64], second: Any, end: NDArray[np.float64]) -> tuple[Any, Any]:
    """Return both cells, the first one grown over the gap between its vertex ``start`` and ``end`` of the second."""
    before_a, next_a, ring_a = _beside(first, start)
    before_b, next_b, ring_b = _beside(second, end)
    # both rings run the same way round, so the side before the one vertex faces the side after the other
    grown = np.vstack([before_a, next_b, end, before_b, next_a, ring_a])
    marked = np.vstack([before_b, end, next_b, ring_b])
    return shapely.polygons(grown), shapely.polygons(marked)


def _beside(
    cell: Any, vertex: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return a point before and one after a vertex of a ring, and the ring's other vertices from there on."""
    ring = shapely.get_coordinates(shapely.orient_polygons(cell))[:-1]
    at = int(np.argmin(((ring - vertex) ** 2).sum(axis=1)))
    others = np.roll(ring, -at, axis=0)[1:]
    steps = [others[-1] - vertex, others[0] - vertex]
    before, after = (vertex + step * min(0.5, _NECK_M / max(float(np.hypot(*step)), 1e-9)) for step in steps)
    return before, after, others


def units(made: Geometries, keys: pd.Series[str]) -> dict[str, Any]:
    """Return the union of the cells of each key, in lon/lat rounded to 1e-5 degrees; empty keys are left away.

    Vertices that cells share are rounded alike, so the coverage stays exact.
    """
    back = Transformer.from_crs(_PLANE, 4326, always_xy=True)

    def rounded(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(np.column_stack(back.transform(xy[:, 0], xy[:, 1])), DECIMALS)

    labels = keys.to_numpy()
    codes = sorted(set(labels) - {""})
    merged = np.array([shapely.coverage_union_all(made[labels == code]) for code in codes])
    flat = shapely.remove_repeated_points(shapely.transform(merged, rounded))
    return dict(zip(codes, shapely.orient_polygons(shapely.normalize(flat)), strict=True))


def build(vintage: str, points: Points | None = None) -> str:
    """Return the GeoJSON text of a vintage's schematic layer, keyed by code.

    Raises KeyError for a vintage that has no schematic map, ValueError when the result is not an exact coverage.
    """
    column = VINTAGES[vintage]
    points = points or read_points()
    geometries = units(cells(points), points.keys[column])
    array = np.array(list(geometries.values()))
    if not shapely.coverage_is_valid(array) or not shapely.is_valid(array).all():
        raise ValueError("the schematic layer must be an exact coverage")
    return geojson_text(
        geometries,
        {code: {"code": code} for code in geometries},
        {"name": f"hanoi-{vintage}", "description": DESCRIPTION, "schematic": True},
    )


def main() -> None:
    """Write every schematic layer."""
    points = read_points()
    for vintage in VINTAGES:
        write_text(stored_path(vintage), build(vintage, points))


if __name__ == "__main__":
    main()
