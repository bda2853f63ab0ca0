"""Who borders whom, and by how many metres.

Borders are compared segment by segment, which is exact and fast where neighbours share their vertices. Lines that do
not fit (a border drawn twice with other vertices, a narrow gap, an overlap) are compared with a tolerance of half a
metre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import networkx as nx
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.layer import Layer, embedded_layer

TOLERANCE_M: Final = 0.5
# lines that meet in a point run beside each other for some tolerances' length; that is no border
_LEAST: Final = 10.0
_DEGREE_M: Final = 111_320.0
_A: Final = 6378137.0
_E2: Final = 0.0066943799901413165

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]


def metres(segments: Floats) -> Floats:
    """Return the lengths in metres of straight segments given as rows lon, lat, lon, lat (degrees, WGS 84).

    On the ellipsoid, with the radii of curvature at the middle latitude: better than 1e-5 for segments below 50 km.
    """
    lon_a, lat_a, lon_b, lat_b = np.radians(segments).T
    middle = (lat_a + lat_b) / 2
    root = np.sqrt(1 - _E2 * np.sin(middle) ** 2)
    east = _A / root * np.cos(middle) * (lon_b - lon_a)
    north = _A * (1 - _E2) / root**3 * (lat_b - lat_a)
    lengths: Floats = np.hypot(east, north)
    return lengths


def _segments(lines: Geometries) -> tuple[Floats, Ints]:
    """Return all segments of (multi)lines, the ends of each in one order, and the line that each belongs to."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    inner = part[1:] == part[:-1]
    first, second = xy[:-1][inner], xy[1:][inner]
    turned = (first[:, 0] > second[:, 0]) | ((first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1]))
    first[turned], second[turned] = second[turned], first[turned]
    return np.hstack([first, second]), owner[part[1:][inner]].astype(np.int64)


def _length(line: shapely.Geometry) -> float:
    return float(metres(_segments(np.array([line], dtype=object))[0]).sum())


def _shared(geometries: Geometries) -> tuple[pd.DataFrame, Floats]:
    """Return borders (a, b, border_m) of identical segments, and the segments that occur twice."""
    segments, owner = _segments(shapely.boundary(geometries))
    order = np.lexsort((owner, *segments.T))
    rows, owners = segments[order], owner[order]
    same = (rows[1:] == rows[:-1]).all(axis=1)
    at = np.flatnonzero(same & (owners[1:] != owners[:-1]))
    borders = pd.DataFrame({"a": owners[at], "b": owners[at + 1], "border_m": metres(rows[at])})
    return borders, rows[:-1][same]


def _near(geometries: Geometries, twins: Floats, tolerance_m: float) -> pd.DataFrame:
    """Return borders (a, b, border_m) of lines that do not fit: gaps up to the tolerance, and overlaps.

    The border of two units is the mean length of the one's line in or near the other.
    """
    tolerance = tolerance_m / _DEGREE_M
    misfit = np.asarray(shapely.coverage_invalid_edges(geometries, gap_width=tolerance))
    segments, owner = _segments(misfit)
    exact = set(map(tuple, twins.tolist()))
    loose = np.array([tuple(row) not in exact for row in segments.tolist()], dtype=bool)
    if not loose.any():
        return pd.DataFrame({"a": [], "b": [], "border_m": []})
    segments, owner = segments[loose], owner[loose]
    owners = np.unique(owner)
    lines = [shapely.multilinestrings(segments[owner == unit].reshape(-1, 2, 2)) for unit in owners]
    at, other = shapely.STRtree(geometries).query(lines, predicate="dwithin", distance=tolerance)
    apart = owners[at] != other
    at, other = at[apart], other[apart]
    wide = {
        unit: shapely.buffer(geometries[unit], tolerance, quad_segs=2, join_style="mitre")
        for unit in np.unique(other)
    }
    lengths = [_length(shapely.intersection(lines[i], wide[j])) for i, j in zip(at, other, strict=True)]
    pair = np.sort(np.column_stack([owners[at], other]), axis=1)
    table = pd.DataFrame({"a": pair[:, 0], "b": pair[:, 1], "border_m": lengths})
    return table.groupby(["a", "b"], as_index=False).mean()


def adjacency(layer: Layer, tolerance_m: float = TOLERANCE_M) -> nx.Graph[str]:
    """Return the graph of units (nodes: codes) that share a border of positive length, ``border_m`` in metres.

    Neighbours whose lines do not share their vertices count where they run within ``tolerance_m`` of each other, or
    overlap, for at least ten times the tolerance; 0 compares identical segments only. Contact in a point is no border.
    """
    codes, geometries = layer.codes, layer.geometries
    borders, twins = _shared(geometries)
    if tolerance_m > 0:
        near = _near(geometries, twins, tolerance_m)
        borders = pd.concat([borders, near[near["border_m"] >= _LEAST * tolerance_m].astype(borders.dtypes)])
    total = borders.groupby(["a", "b"], as_index=False)["border_m"].sum()
    total = total[total["border_m"] > 0]
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(codes)
    graph.add_edges_from(
        (codes[a], codes[b], {"border_m": length})
        for a, b, length in zip(*(total[column].tolist() for column in ("a", "b", "border_m")), strict=True)
    )
    return graph


@lru_cache(maxsize=4)
def embedded_adjacency(vintage: str) -> nx.Graph[str] | None:
    """Return the frozen graph of the schematic map of a vintage, None where there is none."""
    layer = embedded_layer(vintage)
    return None if layer is None else nx.freeze(adjacency(layer))


def components(graph: nx.Graph[str], codes: Iterable[str]) -> list[set[str]]:
    """Return the connected sets among these units, the largest first; units that are not on the map are left away."""
    found = nx.connected_components(graph.subgraph(codes))
    return sorted(found, key=lambda part: (-len(part), min(part)))


def pieces(layer: Layer) -> Mapping[str, int]:
    """Return of how many polygons each unit consists, by code."""
    counts = shapely.get_num_geometries(layer.geometries)
    return MappingProxyType(dict(zip(layer.codes, map(int, counts), strict=True)))
