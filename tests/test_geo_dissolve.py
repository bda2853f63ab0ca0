"""Dissolving: groups, districts, the whole; the text for the browser."""

import json

import pytest
import shapely

from geo.dissolve import dissolve, district_outlines, outline
from geo.layer import Layer, areas_km2, embedded_layer
from geo.register import Register, Unit
from geo.web import rounded, web_geojson, web_size


def squares(shift=0.0):
    """Four squares in a row; a shift makes the second overlap the first."""
    boxes = {
        f"0000{i}": shapely.box(105 + i / 100 - (shift if i == 2 else 0), 21, 105.01 + i / 100, 21.01)
        for i in range(1, 5)
    }
    return Layer.of(boxes, "squares")


def test_groups_are_merged_and_what_is_missing_is_counted():
    merged = dissolve(squares(), {"00001": "a", "00002": "a", "00004": "b", "99999": "b", "99998": "c"})
    assert list(merged.index) == ["a", "b"]
    assert merged.index.name == "group"
    assert merged.loc["a"].to_dict() == {"units": 2, "missing": 0, "geometry": merged.geometry["a"]}
    assert merged.loc["b", "missing"] == 1
    assert merged.geometry["a"].equals(shapely.box(105.01, 21, 105.03, 21.01))
    assert merged.crs.to_epsg() == 4326


def test_overlaps_are_healed_not_counted_twice():
    layer = squares(shift=0.002)
    assert not layer.is_coverage
    merged = dissolve(layer, {"00001": "a", "00002": "a"})
    assert merged.geometry["a"].area == pytest.approx(0.02 * 0.01)


def test_no_groups():
    assert len(dissolve(squares(), {})) == 0


def test_outline():
    assert outline(squares(), ["00001", "00002"]).equals(shapely.box(105.01, 21, 105.03, 21.01))
    assert outline(squares()).bounds == pytest.approx((105.01, 21, 105.05, 21.01))
    assert outline(squares(), ["99999"]) is None


def test_districts():
    units = [
        Unit(f"0000{i}", "2024-12-31", f"U{i}", "commune", "271" if i < 3 else "272", f"Huyện D{i // 3}")
        for i in range(1, 5)
    ]
    districts = district_outlines(squares(), Register("2024-12-31", tuple(units)))
    assert districts["units"].to_dict() == {"271": 2, "272": 2}
    without = Register("2025-07-01", (Unit("00001", "2025-07-01", "U", "commune"),))
    assert len(district_outlines(squares(), without)) == 0


def test_the_whole_city_dissolves_to_its_area():
    layer = embedded_layer("2024-12-31")
    merged = dissolve(layer, {code: code[:3] for code in layer.codes})
    assert sum(areas_km2(merged).values()) == pytest.approx(sum(areas_km2(layer.frame).values()), rel=1e-9)


def test_web_geojson_holds_properties_and_rounds_alike():
    layer = embedded_layer("2024-12-31")
    text = web_geojson(layer, {"00001": {"name": "Phúc Xá", "population": None}}, decimals=4)
    collection = json.loads(text)
    first = collection["features"][0]
    assert (first["id"], first["properties"]) == ("00001", {"name": "Phúc Xá", "population": None})
    assert all(len(str(x).partition(".")[2]) <= 4 for x, _ in first["geometry"]["coordinates"][0])
    shapes = shapely.get_parts(shapely.from_geojson(text))
    assert shapely.coverage_is_valid(shapes)
    size = web_size(text)
    assert size.features == 579
    assert size.bytes == len(text.encode()) < 400_000
    assert size.gzipped < size.bytes / 3
    with pytest.raises(ValueError):
        web_geojson(layer, {"00001": {"population": float("nan")}})


def test_web_geojson_takes_a_frame_and_leaves_out_rows_without_geometry():
    merged = dissolve(squares(), {"00001": "a", "00002": "b"})
    merged.loc["b", "geometry"] = None
    assert [f["id"] for f in json.loads(web_geojson(merged, {}))["features"]] == ["a"]


def test_rounding_leaves_no_repeated_points():
    shape = shapely.Polygon([(105, 21), (105.01, 21), (105.0100001, 21), (105.01, 21.01)])
    assert shapely.get_num_coordinates(rounded(shape, 5)) == 4
