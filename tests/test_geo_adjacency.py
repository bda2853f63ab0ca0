"""Neighbours: against the true table, against counting on grids, with lines that do not fit."""

import csv
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.adjacency import adjacency, components, embedded_adjacency, metres, pieces
from geo.dissolve import dissolve
from geo.layer import Layer, areas_km2, read_layer

SHARED = Path(__file__).parents[1].parent / "shared"
STEP = 0.01


def grid_layer(labels):
    """One unit a label, made of square cells of 0.01 degrees."""
    labels = np.asarray(labels)
    cells = {}
    for (row, column), label in np.ndenumerate(labels):
        x, y = 105 + column * STEP, 21 + row * STEP
        # corners computed alike for neighbours
        corners = [np.round(v, 6) for v in (x, y, x + STEP, y + STEP)]
        cells.setdefault(f"{label:05}", []).append(shapely.box(*corners))
    return Layer.of({code: shapely.coverage_union_all(parts) for code, parts in cells.items()}, "grid")


def two(gap_m=0.0, extra_vertex=False):
    """Two squares side by side, with a gap (negative: an overlap) and perhaps a vertex that only one of them has."""
    gap = gap_m / (111_320 * np.cos(np.radians(21)))
    left = shapely.Polygon([(105, 21), (105.01, 21), (105.01, 21.01), (105, 21.01)])
    edge = (
        [(105.01 + gap, 21.01)] + ([(105.01 + gap, 21.0037)] if extra_vertex else []) + [(105.01 + gap, 21)]
    )
    right = shapely.Polygon([(105.02, 21), (105.02, 21.01), *edge])
    return Layer.of({"00001": left, "00004": right}, "two")


def length_m(lon_a, lat_a, lon_b, lat_b):
    return Geod(ellps="WGS84").inv(lon_a, lat_a, lon_b, lat_b)[2]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the polygons for tests")
def test_the_true_table_of_neighbours():
    with (SHARED / "boundaries/hanoi_adjacency_2024.csv").open(encoding="utf-8") as file:
        true = {
            frozenset((row["code_a"], row["code_b"])): float(row["shared_border_m"])
            for row in csv.DictReader(file)
            if row["touch"] == "edge"
        }
    graph = adjacency(read_layer(SHARED / "boundaries/hanoi_communes_2024.geojson"))
    found = {frozenset((a, b)): d["border_m"] for a, b, d in graph.edges(data=True)}
    assert set(found) == set(true)
    assert all(found[pair] == pytest.approx(length, rel=0.01) for pair, length in true.items())
    assert len(graph) == 579


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the polygons for tests")
def test_the_true_units_in_pieces():
    counts = pieces(read_layer(SHARED / "boundaries/hanoi_communes_2024.geojson"))
    several = "00304 00439 00532 09010 09556 09598 09601 09775 09784 09787 09829 09901 09904 10069 10213"
    assert {code for code, count in counts.items() if count > 1} == set(several.split())


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(st.integers(1, 6), min_size=n, max_size=n), min_size=2, max_size=5)
    )
)
def test_grids_against_counting_their_sides(labels):
    labels = np.array(labels)
    layer = grid_layer(labels)
    expected = {}
    for row, column in np.ndindex(labels.shape):
        x, y = 105 + column * STEP, 21 + row * STEP
        for other, ends in (
            ((row, column + 1), (x + STEP, y, x + STEP, y + STEP)),
            ((row + 1, column), (x, y + STEP, x + STEP, y + STEP)),
        ):
            if other[0] < labels.shape[0] and other[1] < labels.shape[1]:
                pair = frozenset((f"{labels[row, column]:05}", f"{labels[other]:05}"))
                if len(pair) == 2:
                    expected[pair] = expected.get(pair, 0) + length_m(*ends)
    graph = adjacency(layer)
    found = {frozenset((a, b)): d["border_m"] for a, b, d in graph.edges(data=True)}
    assert found == pytest.approx(expected, rel=1e-5)
    assert set(graph) == set(layer.codes)
    # merging keeps the area, and borders inside a group vanish
    groups = {code: "even" if int(code) % 2 == 0 else "odd" for code in layer.codes}
    merged = dissolve(layer, groups)
    assert sum(areas_km2(merged).values()) == pytest.approx(sum(areas_km2(layer.frame).values()), rel=1e-9)
    between = sum(length for pair, length in expected.items() if len({groups[code] for code in pair}) == 2)
    as_layer = Layer.of(dict(zip(merged.index, merged.geometry, strict=True)), "merged")
    assert sum(d["border_m"] for *_, d in adjacency(as_layer).edges(data=True)) == pytest.approx(
        between, rel=1e-5
    )


def test_contact_in_a_point_is_no_border():
    graph = adjacency(grid_layer([[1, 2], [3, 1]]))
    assert set(map(frozenset, graph.edges)) == {frozenset(("00001", "00002")), frozenset(("00001", "00003"))}


@pytest.mark.parametrize(
    "layer", [two(extra_vertex=True), two(0.3), two(0.3, True), two(-5.0), two(-5.0, True)]
)
def test_lines_that_do_not_fit_are_borders_within_the_tolerance(layer):
    side = length_m(105.01, 21, 105.01, 21.01)
    assert adjacency(layer)["00001"]["00004"]["border_m"] == pytest.approx(side, rel=0.01)
    assert adjacency(layer, tolerance_m=0).number_of_edges() == 0


def test_a_wide_gap_is_no_border_unless_it_is_tolerated():
    assert adjacency(two(8.0)).number_of_edges() == 0
    assert adjacency(two(8.0), tolerance_m=10).number_of_edges() == 1


def test_metres_against_the_geodesic():
    segments = np.array([[105.8, 21.0, 105.81, 21.02], [103.0, 8.5, 103.0, 8.6], [107.0, 23.0, 107.3, 23.0]])
    assert metres(segments) == pytest.approx([length_m(*row) for row in segments], rel=1e-5)


def test_components_leave_out_what_is_not_on_the_map():
    graph = adjacency(grid_layer([[1, 2, 3, 4]]))
    assert components(graph, ["00001", "00002", "00004", "99999"]) == [{"00001", "00002"}, {"00004"}]
    assert components(graph, []) == []


def test_pieces():
    assert pieces(grid_layer([[1, 2, 1], [3, 3, 1]])) == {"00001": 2, "00002": 1, "00003": 1}


def test_the_embedded_graph_is_cached_and_frozen():
    graph = embedded_adjacency("2024-12-31")
    assert graph is embedded_adjacency("2024-12-31")
    assert nx.is_connected(graph)
    with pytest.raises(nx.NetworkXError):
        graph.add_edge("00001", "99999")
