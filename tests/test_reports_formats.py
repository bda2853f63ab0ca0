"""Every kind of document: same plan, same bytes; nothing invented; opened by GDAL and by a PDF's own structure."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pyogrio
import pytest

from geo.errors import ExportError
from geo.layer import Layer, embedded_layer
from geo.register import Figure, Register, Unit
from geo.registers import embedded_register
from plans.files import embedded_plan
from plans.plan import NewUnit, Plan, Transfer
from reports.bundle import bundle_bytes
from reports.context import Context, build_context
from reports.export import FORMATS, export, export_bytes
from reports.facts import sections
from reports.layers import new_frame
from reports.resolution import letters
from reports.sheets import round_length
from reports.sums import total_after
from reports.wording import by_district

PLAN = embedded_plan("nq1286")
REGISTER = embedded_register("hanoi-2024-12-31")
LAYER = embedded_layer("2024-12-31")
# small enough to draw quickly: one district, where three communes became Phú Hồng
DISTRICT = Register(REGISTER.vintage, tuple(u for u in REGISTER if u.district_code == "271"), "ba-vi")
assert LAYER is not None
NEAR = Layer(LAYER.frame.loc[[code in DISTRICT for code in LAYER.codes]], LAYER.name, schematic=True)
BAVI = Plan("bavi", "Ba Vì", "Ba Vi", PLAN.instrument, PLAN.decided, PLAN.effective, PLAN.base,
            tuple(u for u in PLAN.units if u.code == "09646"))  # fmt: skip


@pytest.fixture(scope="module")
def context() -> Context:
    return build_context(PLAN, REGISTER)


@pytest.fixture(scope="module")
def small() -> Context:
    return Context(BAVI, DISTRICT, layer=NEAR)


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("suffix", [s for s in FORMATS if s != "zip"])
def test_same_plan_same_bytes(small: Context, suffix: str) -> None:
    first = export_bytes(small, suffix)
    assert first == export_bytes(Context(BAVI, DISTRICT, layer=NEAR), suffix)
    assert len(first) > 300


def test_verdicts_are_computed_and_hashed(context: Context) -> None:
    assert context.judged is not None
    assert all(len(value) >= 32 for value in context.hashes.values())
    other = Context(BAVI, REGISTER)
    assert other.hashes["plan"] != context.hashes["plan"]
    assert other.hashes["register"] == context.hashes["register"]


def test_every_printed_document_bears_the_hashes(small: Context) -> None:
    stamp = small.hashes["plan"][:12]
    assert stamp in export_bytes(small, "html").decode()
    assert small.hashes["plan"] in export_bytes(small, "geojson").decode()
    with zipfile.ZipFile(io.BytesIO(export_bytes(small, "docx"))) as archive:
        assert any(stamp.encode() in archive.read(name) for name in archive.namelist() if "footer" in name)
    with zipfile.ZipFile(io.BytesIO(export_bytes(small, "xlsx"))) as archive:
        assert stamp.encode() in archive.read("xl/worksheets/sheet2.xml")


def test_resolution_by_district(context: Context) -> None:
    found = {clauses.code: clauses for clauses in by_district(context)}
    bavi = found["271"]
    assert "Huyện Ba Vì" in bavi.heading
    assert len(bavi.points) == 1
    assert "Thành lập xã Phú Hồng trên cơ sở toàn bộ" in bavi.points[0]
    for name, area, people in (("Châu Sơn", "3,55", "4.937"), ("Phú Phương", "", ""), ("Tản Hồng", "", "")):
        assert f"xã {name} ({area}" in bavi.points[0]
        assert people in bavi.points[0]
    assert "diện tích tự nhiên là 16,67 km²" in bavi.points[0]
    assert "quy mô dân số là 29.153 người" in bavi.points[0]
    assert bavi.closing.startswith("Sau khi sắp xếp, Huyện Ba Vì có 29 đơn vị hành chính cấp xã")
    giay = " ".join(found["005"].points)
    assert "[chưa có số liệu]" in giay
    assert "trong khoảng từ" in giay
    assert "độ tin cậy thấp" in giay


def test_resolution_document(context: Context) -> None:
    text = words(export_bytes(context, "docx"))
    for wanted in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Điều 1.", "Điều 3.",
                   "[Họ và tên]", "Nơi nhận:", "PHỤ LỤC", "từ ngày 01 tháng 01 năm 2025", "16,67 (NQ)"):  # fmt: skip
        assert wanted in text
    assert "Số: [số]/NQ" in text
    for unit in PLAN.units:
        assert unit.name in text
    assert "data integrity" not in text


def test_points_have_letters() -> None:
    assert letters(6) == ["a", "b", "c", "d", "đ", "e"]
    assert len(set(letters(100))) == 100


def test_parts_keep_the_totals_of_their_district() -> None:
    """Unknown parts within one district leave its sum known; a part that leaves it does not."""
    context = Context(PLAN, REGISTER)
    assert total_after(context, None, "population") == REGISTER.total("population")
    assert total_after(context, "005", "area_km2") == sum(
        (u.area_km2 or Decimal(0) for u in REGISTER if u.district_code == "005"), Decimal(0)
    )
    units = tuple(
        Unit(f"0000{i}", "2024-12-31", f"U{i}", "commune", d, f"Huyện {d}",
             figures={"area_km2": Figure(Decimal(i)), "population": Figure(Decimal(i * 100))})
        for i, d in ((1, "001"), (2, "001"), (3, "002"))
    )  # fmt: skip
    part = Plan("p", "", "", "", date(2025, 1, 1), date(2025, 1, 2), "2024-12-31", (
        NewUnit("00001", "X", "commune", (Transfer("00001"), Transfer("00002", "part"))),
        NewUnit("00003", "Y", "commune", (Transfer("00003"), Transfer("00002", "remainder"))),
    ))  # fmt: skip
    crossing = Context(part, Register("2024-12-31", units, "r"))
    assert total_after(crossing, "001", "area_km2") is None
    assert total_after(crossing, None, "area_km2") == 6


def test_geopackage_opens(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    export(context, path)
    layers = {str(name) for name, _ in pyogrio.list_layers(path)}
    assert {
        "units_before",
        "units_after",
        "transfers",
        "crosswalk",
        "verdicts",
        "about",
        "layer_styles",
    } <= layers
    before, after = (pyogrio.read_dataframe(path, layer=name) for name in ("units_before", "units_after"))
    assert len(before) == 579
    assert after["geometry_state"].value_counts().to_dict() == {"complete": 512, "partial": 10, "split": 8}
    assert str(after.crs) == "EPSG:4326"
    transfers = pyogrio.read_dataframe(path, layer="transfers")
    assert len(transfers) == sum(1 for _ in PLAN.transfers)
    assert transfers["former_code"].iloc[0] == "00004"
    with closing(sqlite3.connect(path)) as database:
        styles = database.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {name for name, _, _ in styles} == {"units_before", "units_after"}
    assert all("categorizedSymbol" in qml and default for _, qml, default in styles)


def test_parts_are_not_drawn_by_guess(context: Context) -> None:
    frame = new_frame(context)
    split = frame[frame["geometry_state"] == "split"]
    assert set(split["code"]) == {
        code for code, pairs in PLAN.by_source.items() if pairs[0][1].part != "whole"
    }
    partial = set(frame[frame["geometry_state"] == "partial"]["code"])
    takers = {unit.code for unit in PLAN.units if any(t.part != "whole" for t in unit.transfers)}
    assert partial <= takers
    assert frame["not_drawn"].ne("").sum() == len(split) + len(partial)


def test_geojson_of_new_units(context: Context) -> None:
    document = json.loads(export_bytes(context, "geojson"))
    by_code = {
        f["properties"]["code"]: f["properties"] for f in document["features"] if f["properties"]["formed"]
    }
    assert by_code["09646"]["stated_area_km2"] == 16.67
    assert document["sha256_plan"] == context.hashes["plan"]


def test_html_is_one_file_without_requests(context: Context) -> None:
    text = export_bytes(context, "html").decode()
    assert not re.findall(r'(?:src|href)="(?!data:|#)', text)
    assert "<script" not in text
    assert "@import" not in text
    assert "url(" not in text
    assert "<svg" in text
    assert "Phú Hồng" in text
    assert "sơ đồ, không phải ranh giới đo đạc" in text


def test_names_are_escaped(small: Context) -> None:
    unit = NewUnit("09646", '<b onclick="x">&', "commune", BAVI.units[0].transfers)
    plan = Plan(
        "x", "<script>alert(1)</script>", "", "", date(2025, 1, 1), date(2025, 1, 2), PLAN.base, (unit,)
    )
    text = export_bytes(Context(plan, DISTRICT), "html").decode()
    assert "<script" not in text
    assert "&lt;b onclick=" in text


def test_long_names_and_controls_in_every_format(tmp_path: Path) -> None:
    name = "Tên Rất Dài " * 40 + "\x07=1"
    unit = NewUnit("09646", name, "commune", BAVI.units[0].transfers, note="\x00" * 3)
    plan = Plan("x", name, name, "", date(2025, 1, 1), date(2025, 1, 2), PLAN.base, (unit,))
    for suffix in set(FORMATS) - {"zip"}:
        export(Context(plan, DISTRICT, layer=NEAR), tmp_path / f"a.{suffix}")
        assert (tmp_path / f"a.{suffix}").stat().st_size


def test_report_says_what_is_unknown(context: Context) -> None:
    text = repr(sections(context))
    assert "không giả định" in text
    assert "là hai cơ sở" in text
    assert "độ tin cậy thấp" in text
    without = repr(sections(Context(PLAN, REGISTER)))
    assert "chưa được đánh giá" in without
    assert "Không có lớp ranh giới" in without


def test_without_a_layer_maps_are_refused_and_the_rest_is_given() -> None:
    bare = Context(BAVI, DISTRICT)
    for suffix in ("png", "gpkg", "geojson"):
        with pytest.raises(ExportError, match="no boundary layer"):
            export_bytes(bare, suffix)
    content = bundle_bytes(bare)
    assert content == bundle_bytes(Context(BAVI, DISTRICT))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        assert "bang.xlsx" in names
        assert not {name for name in names if name.startswith("ban-do")}
        assert "no boundary layer" in archive.read("README.txt").decode()


def test_zip_holds_all_and_describes_its_tables(small: Context) -> None:
    told: list[tuple[str, int, int]] = []
    content = bundle_bytes(small, lambda title, done, of: told.append((title, done, of)))
    assert [done for _, done, _ in told] == list(range(len(told)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in ("phuong-an.toml", "bang.xlsx", "du-thao-nghi-quyet.docx", "bao-cao.pdf", "ban-do.gpkg"):
            assert name in names
        metadata = json.loads(archive.read("csv/csv-metadata.json"))
        for table in metadata["tables"]:
            head = archive.read(f"csv/{table['url']}").decode().split("\n", 1)[0].split(",")
            assert head == [column["name"] for column in table["tableSchema"]["columns"]]


@pytest.mark.parametrize(("km", "length"), [(0.9, 0.5), (7, 5), (20.1, 20), (1, 1), (199, 100)])
def test_scale_bar_has_a_round_length(km: float, length: float) -> None:
    assert round_length(km) == pytest.approx(length)
