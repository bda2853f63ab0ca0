"""Matching by name and district: homonyms, spellings, and never a guess."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import LayerError
from geo.layer import import_layer, read_layer
from geo.matching import describe, description, match_names
from geo.register import Register, Unit

BASE = "2024-12-31"
UNITS = [
    ("00526", "Yên Viên", "township", "018", "Huyện Gia Lâm"),
    ("00532", "Yên Viên", "commune", "018", "Huyện Gia Lâm"),
    ("10108", "Hòa Phú", "commune", "277", "Huyện Chương Mỹ"),
    ("10438", "Hòa Phú", "commune", "281", "Huyện Ứng Hòa"),
    ("00001", "Phúc Xá", "ward", "001", "Quận Ba Đình"),
    ("00289", "Minh Khai", "ward", "007", "Quận Hai Bà Trưng"),
    ("00613", "Minh Khai", "ward", "021", "Quận Bắc Từ Liêm"),
    ("09877", "Hoá An", "commune", "274", "Huyện Hoài Đức"),
    ("09878", "Hoa An", "commune", "274", "Huyện Hoài Đức"),
]


@pytest.fixture
def register():
    return Register(BASE, tuple(Unit(code, BASE, name, kind, d, dn) for code, name, kind, d, dn in UNITS))


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        (("Phúc Xá",), "00001"),
        (("PHÚC XÁ", None, "BA ĐÌNH"), "00001"),
        (("phuc xa", None, "Ba Dinh"), "00001"),
        (("Phường Phúc Xá", None, "Quận Ba Đình"), "00001"),
        (("Hoà Phú", None, "Ứng Hoà"), "10438"),
        (("Xã Yên Viên", None, "Gia Lâm"), "00532"),
        (("Thị trấn Yên Viên", None, "Gia Lâm"), "00526"),
        (("Yên Viên", "Xã", "Gia Lâm"), "00532"),
        (("Yên Viên", "township", "Gia Lâm"), "00526"),
        (("Hóa An", None, "Hoài Đức"), "09877"),
        (("Hoa An", None, "Hoài Đức"), "09878"),
    ],
)
def test_one_unit_alone_fits(register, feature, code):
    found = match_names([description(*feature)], register)
    assert found.codes == (code,)
    assert found.reports == ()


@pytest.mark.parametrize(
    ("feature", "units"),
    [
        (("Yên Viên", None, "Gia Lâm"), ["00526 thị trấn Yên Viên", "00532 xã Yên Viên"]),
        (("Xã Hòa Phú",), ["10108", "10438", "Huyện Ứng Hòa"]),
        (("Hoạ An", None, "Hoài Đức"), ["09877", "09878"]),  # fits both, without accents only
    ],
)
def test_several_fit_and_none_is_chosen(register, feature, units):
    found = match_names([description("Phúc Xá"), description(*feature)], register, "a.gpkg")
    assert found.codes == ("00001", None)
    (report,) = found.reports
    assert (report.file, report.row, report.field) == ("a.gpkg", 2, "name")
    assert all(unit in report.accepted for unit in units)


@pytest.mark.parametrize(
    "feature", [("Phúc Xá", None, "Hoàn Kiếm"), ("Xã Phúc Xá",), ("Không Có",), ("",), (None, None, None)]
)
def test_none_fits(register, feature):
    found = match_names([description(*feature)], register)
    assert found.codes == (None,)
    assert "no unit of the register" in found.reports[0].text("en")


def test_a_name_that_begins_like_a_kind_keeps_its_words():
    assert description("Xã Đàn").name == "Đàn"
    assert description("Xã").name == "Xã"
    assert description("Thị trấn Chúc Sơn").kind == "township"


def test_columns_are_recognised():
    columns = {
        "TEN_XA": np.array(["Xã Yên Viên"], dtype=object),
        "TEN_HUYEN": np.array(["Gia Lâm"], dtype=object),
    }
    (found,) = describe(columns)
    assert (found.name, found.kind, found.district) == ("Yên Viên", "commune", "Gia Lâm")
    assert describe({"x": np.array([1])}) is None


def named(tmp_path, names, districts):
    boxes = [shapely.box(105.8 + i / 100, 21, 105.81 + i / 100, 21.01) for i in range(len(names))]
    made = gpd.GeoDataFrame({"ten_xa": names, "ten_huyen": districts}, geometry=boxes, crs=4326)
    made.to_file(tmp_path / "names.gpkg")
    return tmp_path / "names.gpkg"


def test_import_gives_codes_by_name_and_says_what_it_left_out(tmp_path, register):
    path = named(tmp_path, ["Yên Viên", "Thị trấn Yên Viên", "phuc xa"], ["Gia Lâm", "Gia Lâm", "Ba Đình"])
    layer = import_layer(path, tmp_path / "out.geojson", register)
    assert layer.codes == ("00001", "00526")
    text = "\n".join(report.text("en") for report in layer.reports)
    assert "2 of 3 features were matched by name" in text
    assert "row 1, field name: the name fits several units" in text
    assert read_layer(tmp_path / "out.geojson").codes == layer.codes


def test_a_layer_without_codes_is_not_read_by_name_unasked(tmp_path, register):
    path = named(tmp_path, ["Phúc Xá"], ["Ba Đình"])
    with pytest.raises(LayerError, match="no column holds units' codes"):
        read_layer(path, register)
    assert read_layer(path, register, match=True).codes == ("00001",)
    with pytest.raises(LayerError, match="no column holds units' codes"):
        read_layer(named(tmp_path, ["Không Có"], ["Ba Đình"]), register, match=True)
