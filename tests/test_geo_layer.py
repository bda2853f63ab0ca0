"""Boundary files: four formats, what is mended and said, what is refused and how; inspecting and importing."""

import json
import shutil
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.affinity import translate

from geo.errors import ExportError, InputFileError, LayerError
from geo.layer import Layer, areas_km2, embedded_layer, import_layer, inspect_layer, read_layer
from geo.register import Figure, Register, Unit

BASE = "2024-12-31"


def frame(codes=("00001", "00004", "00006"), field="code", crs="EPSG:4326"):
    """Squares of 0.01 degrees in a row."""
    boxes = [shapely.box(105.8 + i / 100, 21, 105.81 + i / 100, 21.01) for i in range(len(codes))]
    return gpd.GeoDataFrame({field: list(codes)}, geometry=boxes, crs="EPSG:4326").to_crs(crs)


def register(*codes):
    from decimal import Decimal

    figures = {"area_km2": Figure(Decimal("1.15"))}
    return Register(
        BASE,
        tuple(Unit(code, BASE, f"U{code}", "ward", "001", "Quận Ba Đình", figures=figures) for code in codes),
    )


def save(made, path):
    """Write a frame; a zip holds a Shapefile."""
    if path.suffix != ".zip":
        made.to_file(path)
        return path
    folder = path.with_suffix("")
    folder.mkdir()
    if made.crs is None:
        made.set_crs(4326).to_file(folder / "xa.shp")
        (folder / "xa.prj").unlink()
    else:
        made.to_file(folder / "xa.shp")
    return zipped(folder, path)


def zipped(folder, path, leave_out=()):
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            if file.suffix not in leave_out:
                archive.write(file, f"ranh/{file.name}")
    return path


def geojson(path, features, **members):
    path.write_text(
        json.dumps({"type": "FeatureCollection", **members, "features": features}), encoding="utf-8"
    )
    return path


def feature(code, coordinates, kind="Polygon", **properties):
    return {
        "type": "Feature",
        "properties": {"code": code, **properties},
        "geometry": None if coordinates is None else {"type": kind, "coordinates": coordinates},
    }


SQUARE = [[[105.8, 21], [105.81, 21], [105.81, 21.01], [105.8, 21.01], [105.8, 21]]]
BOW_TIE = [[[105.9, 21], [105.91, 21.01], [105.91, 21], [105.9, 21.01], [105.9, 21]]]
OPEN = [[[105.95, 21], [105.96, 21], [105.96, 21.01], [105.95, 21.01]]]


def said(problems):
    return "\n".join(problem.text("en") for problem in problems)


def refused(path, *words, **options):
    with pytest.raises((LayerError, InputFileError)) as caught:
        read_layer(path, **options)
    text = caught.value.text("en")
    assert path.name in text
    for word in words:
        assert word in text, text
    assert path.name in caught.value.text("vi")
    return caught.value


@pytest.mark.parametrize("ending", [".geojson", ".json", ".gpkg", ".fgb", ".zip"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3405", "EPSG:32648"])
def test_every_format_in_every_crs(tmp_path, ending, crs):
    path = save(frame(crs=crs), tmp_path / f"ranh giới{ending}")
    layer = read_layer(path)
    assert layer.codes == ("00001", "00004", "00006")
    assert layer.frame.crs.to_epsg() == 4326
    assert not layer.schematic
    # GeoJSON of a projected frame is written with its CRS, seven decimals of a metre
    exact = frame().geometry.to_numpy()
    assert shapely.hausdorff_distance(layer.geometries, np.asarray(exact)).max() < 1e-6
    assert ("transformed to EPSG:4326" in said(layer.reports)) == (crs != "EPSG:4326")


@pytest.mark.parametrize("field", ["code", "Code", "ma", "ma_xa", "MAXA", "ward_code", "Mã xã", "gso2019"])
def test_the_column_of_codes_is_found(tmp_path, field):
    made = frame(field=field).assign(district_code="001", name=["Phúc Xá", "Trúc Bạch", "Vĩnh Phúc"])
    assert read_layer(save(made, tmp_path / "a.gpkg")).codes == ("00001", "00004", "00006")


def test_order_of_features_does_not_matter(tmp_path):
    forward = read_layer(save(frame(), tmp_path / "a.gpkg"))
    backward = read_layer(save(frame().iloc[::-1], tmp_path / "b.fgb"))
    assert forward == backward
    assert hash(forward) == hash(backward)
    moved = read_layer(save(frame().assign(geometry=lambda f: f.translate(0.001)), tmp_path / "c.gpkg"))
    assert moved != forward


@pytest.mark.parametrize("codes", [(1, 4, 6), (1.0, 4.0, 6.0), ("1", "4", "00006")])
def test_lost_leading_zeros_are_restored_and_this_is_said(tmp_path, codes):
    layer = read_layer(save(frame(codes), tmp_path / "a.gpkg"))
    assert layer.codes == ("00001", "00004", "00006")
    assert "leading zeros were restored" in said(layer.reports)
    assert "1 → 00001" in said(layer.reports)


def test_what_has_not_lost_zeros_is_not_restored(tmp_path):
    # district codes, and one code in both forms: which one is meant is not known
    refused(save(frame(("001", "004", "00006")), tmp_path / "a.gpkg"), "no column holds units' codes")
    refused(
        save(frame(("1", "00001", "00006")), tmp_path / "b.gpkg"), "row 1, field code", "equals another one"
    )


def test_all_bad_codes_are_listed_at_once(tmp_path):
    path = save(frame(("00001", None, "0004", "xã", "00010", "00013", "00016")), tmp_path / "a.gpkg")
    error = refused(
        path, "row 2, field code: the code is empty", "row 3", "“0004”", "row 4", "“xã”", "5 digits"
    )
    assert [problem.row for problem in error.problems] == [2, 3, 4]


def test_no_column_of_codes(tmp_path):
    made = frame(field="name").assign(name=["Phúc Xá", "Trúc Bạch", "Vĩnh Phúc"])
    refused(
        save(made, tmp_path / "a.geojson"),
        "no column holds units' codes",
        "found “name”",
        "accepted: code, ma",
    )
    refused(save(made, tmp_path / "b.geojson"), "no column holds", register=register("00001"))
    refused(save(frame()[["geometry"]], tmp_path / "c.geojson"), "no column holds units' codes")


def test_features_that_are_no_polygons(tmp_path):
    path = geojson(
        tmp_path / "a.geojson",
        [
            feature("00001", SQUARE),
            feature("00004", [105.8, 21], "Point"),
            feature("00006", None),
            feature("x", SQUARE),
        ],
    )
    error = refused(
        path, "row 2, field geometry: the feature is not a polygon; found “Point”", "row 3", "row 4"
    )
    assert [problem.row for problem in error.problems] == [2, 3, 4]
    points = frame().assign(geometry=lambda f: f.geometry.representative_point())
    refused(save(points, tmp_path / "b.gpkg"), "no layer of polygons", "Point")


def test_invalid_rings_are_repaired_and_this_is_said(tmp_path):
    path = geojson(
        tmp_path / "a.geojson", [feature("00001", SQUARE), feature("00004", BOW_TIE), feature("00006", OPEN)]
    )
    layer = read_layer(path)
    assert shapely.is_valid(layer.geometries).all()
    assert layer.frame.geometry["00004"].area == pytest.approx(0.00005)
    assert layer.frame.geometry["00006"].area == pytest.approx(0.0001)
    text = said(layer.reports)
    assert "2 invalid geometries" in text
    assert "features: 2, 3" in text


def test_several_features_of_a_code_are_merged_and_this_is_said(tmp_path):
    layer = read_layer(save(frame(("00001", "00004", "00001")), tmp_path / "a.gpkg"))
    assert layer.codes == ("00001", "00004")
    assert layer.frame.geometry["00001"].geom_type == "MultiPolygon"
    assert "found “00001 (2)”" in said(layer.reports)


def test_no_stated_crs(tmp_path):
    path = save(frame().set_crs(None, allow_override=True), tmp_path / "a.zip")
    assert "states no coordinate system" in said(read_layer(path).reports)
    metres = frame(crs="EPSG:3405").set_crs(None, allow_override=True)
    refused(save(metres, tmp_path / "b.zip"), "states no coordinate system", "do not lie in Vietnam", ".prj")


def test_coordinates_elsewhere(tmp_path):
    refused(
        geojson(tmp_path / "a.geojson", [feature("00001", [[[y, x] for x, y in SQUARE[0]]])]), "are swapped"
    )
    metres = [[[580000, 2320000], [581000, 2320000], [581000, 2321000], [580000, 2320000]]]
    error = refused(
        geojson(tmp_path / "b.geojson", [feature("00001", SQUARE), feature("00004", metres)]),
        "do not lie in Vietnam",
    )
    assert [problem.row for problem in error.problems] == [2]


def test_not_a_layer_at_all(tmp_path):
    def file(name, content):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    refused(tmp_path / "none.geojson", "there is no such file")
    refused(file("a.csv", b"code,name\n"), "not a boundary file", "GeoJSON", "FlatGeobuf")
    refused(file("a.geojson", b"code,name\n"), "its content is not GeoJSON")
    refused(file("c.geojson", b'{"a": 1}'), "cannot be read as a boundary layer")
    refused(file("d.geojson", b""), "its content is not GeoJSON")
    refused(file("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200), "cannot be read as a boundary layer")
    refused(file("b.gpkg", b'{"type":"FeatureCollection","features":[]}'), "its content is not GeoPackage")
    refused(file("a.fgb", b"fgb\x03fgb\x00" + b"\xff" * 50), "cannot be read as a boundary layer")
    refused(file("a.zip", b"PK\x03\x04broken"), "archive is damaged")
    # a virtual dataset may point at any file of the machine
    vrt = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>x.gpkg</SrcDataSource></OGRVRTLayer>'
    refused(file("e.geojson", vrt), "its content is not GeoJSON")
    (tmp_path / "folder.geojson").mkdir()
    refused(tmp_path / "folder.geojson", "cannot be read")


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb", ".zip"])
@pytest.mark.parametrize("share", [0.4, 0.8, 0.99])
def test_half_a_file_is_never_read_as_a_whole_one(tmp_path, ending, share):
    source = save(embedded_layer(BASE).frame.iloc[:60].reset_index(), tmp_path / f"a{ending}")
    if ending == ".zip":
        source = tmp_path / "a" / "xa.shp"
    content = source.read_bytes()
    cut = source if ending == ".zip" else tmp_path / f"cut{ending}"
    cut.write_bytes(content[: int(len(content) * share)])
    refused(zipped(tmp_path / "a", tmp_path / "cut.zip") if ending == ".zip" else cut)


def test_an_empty_layer(tmp_path):
    refused(geojson(tmp_path / "a.geojson", []), "the layer has no features")
    refused(save(frame().iloc[:0], tmp_path / "b.gpkg"), "the layer has no features")


def test_archives_without_one_whole_shapefile(tmp_path):
    folder = tmp_path / "two"
    folder.mkdir()
    frame().to_file(folder / "a.shp")
    refused(zipped(folder, tmp_path / "dbf.zip", [".dbf"]), "a part of the Shapefile is missing", ".dbf")
    frame().to_file(folder / "b.shp")
    refused(zipped(folder, tmp_path / "two.zip"), "must hold one Shapefile", "a.shp", "b.shp")
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "readme.txt").write_text("x")
    refused(zipped(folder, tmp_path / "none.zip"), "must hold one Shapefile", "readme.txt")


def test_a_file_of_several_layers(tmp_path):
    path = tmp_path / "a.gpkg"
    frame().to_file(path, layer="xa")
    frame(("00010",)).to_file(path, layer="xa_2")
    layer = read_layer(path)
    assert layer.codes == ("00001", "00004", "00006")
    assert "the file has 2 layers; “xa” is used" in said(layer.reports)


def test_against_a_register(tmp_path):
    path = save(frame(), tmp_path / "a.gpkg")
    layer = read_layer(path, register("00001", "00004", "00007"), name="tải lên.gpkg")
    assert layer.codes == ("00001", "00004")
    text = said(layer.reports)
    assert "tải lên.gpkg" in text
    assert "1 codes that are not in the register were left out; found “00006”" in text
    assert "1 units of the register are not on the map; found “00007”" in text
    refused(path, "none of the layer's codes is in the register", register=register("20001"))


def test_lines_that_do_not_fit_are_reported(tmp_path):
    made = frame()
    made.loc[1, "geometry"] = translate(made.geometry[1], -0.00003)
    text = said(read_layer(save(made, tmp_path / "a.gpkg")).reports)
    assert "lines of 3 units do not fit" in text


def test_inspect(tmp_path):
    made = frame(("00001", "00004", "00006", "00006"))
    made.loc[1, "geometry"] = translate(made.geometry[1], -0.001)  # over the first, and away from the third
    made.loc[3, "geometry"] = translate(made.geometry[3], 0.5)
    found = inspect_layer(save(made.to_crs(3405), tmp_path / "a.gpkg"), register("00001", "00004", "00007"))
    assert json.loads(json.dumps(found)) == found
    assert (found["features"], found["units"], found["matched"]) == (4, 3, 2)
    assert (found["missing"], found["unknown"]) == (["00007"], ["00006"])
    assert (found["code_field"], found["crs"], found["format"]) == ("code", "EPSG:3405", "GeoPackage")
    assert found["multipart"] == {"00006": 2}
    assert not found["exact_coverage"]
    (overlap,) = found["overlaps"]
    assert (overlap["a"], overlap["b"]) == ("00001", "00004")
    assert overlap["area_km2"] == pytest.approx(0.115, rel=0.01)
    assert found["area_km2"] == pytest.approx(4 * 1.1506, rel=1e-3)
    assert found["area_differs"] == []
    assert found["register_area_km2"] == pytest.approx(3.45)


def test_inspect_finds_gaps_and_differing_areas(tmp_path):
    ring = shapely.box(105.8, 21, 105.83, 21.03) - shapely.box(105.81, 21.01, 105.82, 21.02)
    made = gpd.GeoDataFrame({"ma": ["00001"]}, geometry=[ring], crs=4326)
    found = inspect_layer(save(made, tmp_path / "a.fgb"), register("00001"))
    (gap,) = found["gaps"]
    assert gap["area_km2"] == pytest.approx(1.15, rel=0.01)
    assert 105.81 < gap["lon"] < 105.82
    assert found["area_differs"][0]["ratio"] == pytest.approx(8.0, rel=0.01)
    assert inspect_layer(tmp_path / "a.fgb")["matched"] is None


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".fgb"])
def test_import_writes_what_reads_back_equal(tmp_path, ending):
    path = save(frame((1, 4, 6), field="MA_XA", crs="EPSG:3405"), tmp_path / "a.zip")
    out = tmp_path / f"out{ending}"
    out.write_text("old")
    made = import_layer(path, out)
    again = read_layer(out)
    assert again.codes == made.codes
    assert shapely.equals_exact(again.geometries, made.geometries, 1e-7, normalize=True).all()
    assert again.is_coverage
    assert list(gpd.read_file(out).columns)[-2:] == ["code", "geometry"]
    assert {p.name for p in tmp_path.iterdir()} == {"a", "a.zip", out.name}


def test_import_refuses_and_leaves_what_was_there(tmp_path):
    path = save(frame(("x", "y", "z")), tmp_path / "a.gpkg")
    out = tmp_path / "out.gpkg"
    out.write_text("old")
    with pytest.raises(LayerError):
        import_layer(path, out)
    assert out.read_text() == "old"
    good = save(frame(), tmp_path / "b.gpkg")
    with pytest.raises(ExportError, match="cannot be written"):
        import_layer(good, tmp_path / "out.dxf")
    with pytest.raises(ExportError):
        import_layer(good, tmp_path / "no folder" / "out.gpkg")


def test_a_layer_keeps_its_promises():
    shapes = {"00004": shapely.box(105, 21, 105.1, 21.1), "00001": shapely.box(105.1, 21, 105.2, 21.1)}
    layer = Layer.of(shapes, "x")
    assert layer.codes == ("00001", "00004")
    assert "00001" in layer
    with pytest.raises(ValueError, match="sorted and unique"):
        Layer(layer.frame.iloc[::-1], "x")
    with pytest.raises(ValueError, match="EPSG:4326"):
        Layer(layer.frame.to_crs(3405), "x")
    with pytest.raises(ValueError, match="must have a polygon"):
        Layer.of({"00001": shapely.Polygon()}, "x")


def test_areas_are_geodesic():
    from pyproj import Geod

    layer = embedded_layer(BASE)
    areas = areas_km2(layer.frame)
    for code in layer.codes[::100]:
        true = abs(Geod(ellps="WGS84").geometry_area_perimeter(layer.frame.geometry[code])[0]) / 1e6
        assert areas[code] == pytest.approx(true, rel=1e-5)


def test_embedded_layers_are_cached():
    assert embedded_layer(BASE) is embedded_layer(BASE)
