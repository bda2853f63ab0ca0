"""What a visitor uploads: one clear message for what cannot be used, nothing lost, never a traceback."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geo.errors import SapxepError
from geo.register import Register
from geo.registers import embedded_register
from plans.files import embedded_plan, plan_text
from ui import session

BEFORE = embedded_register("hanoi-2024-12-31")
HEADER = "code,name,kind,district_code,district_name,area_km2,population\n"


def geojson(*features: tuple[dict[str, Any], dict[str, Any]], **members: Any) -> bytes:
    made = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    return json.dumps({"type": "FeatureCollection", "features": made, **members}).encode()


def polygon(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


SQUARE = polygon((105.8, 21), (105.9, 21), (105.9, 21.1), (105.8, 21.1), (105.8, 21))
METRES = polygon(
    (580000, 2320000), (590000, 2320000), (590000, 2330000), (580000, 2330000), (580000, 2320000)
)
BOW = polygon((105.8, 21), (105.9, 21.1), (105.9, 21), (105.8, 21.1), (105.8, 21))
OPEN = {"type": "Polygon", "coordinates": [[[105.8, 21], [105.9, 21]]]}


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


BAD: dict[str, tuple[str, str, bytes, str]] = {
    "layer without codes": ("layer", "a.geojson", geojson(({"name": "x"}, SQUARE)), "code"),
    "layer of strange codes": ("layer", "a.geojson", geojson(({"code": "99999"}, SQUARE)), "99999"),
    "layer in metres, unsaid": ("layer", "a.geojson", geojson(({"code": "00001"}, METRES)), "a.geojson"),
    "layer of points": (
        "layer",
        "a.geojson",
        geojson(({"code": "00001"}, {"type": "Point", "coordinates": [105.8, 21]})),
        "a.geojson",
    ),
    "layer with an unclosed ring": ("layer", "a.geojson", geojson(({"code": "00001"}, OPEN)), "a.geojson"),
    "layer without shapes": ("layer", "a.geojson", geojson(({"code": "00001"}, None)), "a.geojson"),  # type: ignore[arg-type]
    "layer with no rows": ("layer", "a.geojson", geojson(), "a.geojson"),
    "text called a layer": ("layer", "a.geojson", b"Xin ch\xc3\xa0o", "a.geojson"),
    "other JSON": ("layer", "a.json", b'{"a": [1, 2]}', "a.json"),
    "text called GeoPackage": ("layer", "a.gpkg", b"hello", "a.gpkg"),
    "text called FlatGeobuf": ("layer", "a.fgb", b"hello", "a.fgb"),
    "text called zip": ("layer", "a.zip", b"hello", "a.zip"),
    "zip without a Shapefile": ("layer", "a.zip", zipped("a.txt", b"hello"), "a.zip"),
    "zip with a broken Shapefile": ("layer", "a.zip", zipped("a.shp", b"hello"), "a.zip"),
    "empty layer file": ("layer", "a.geojson", b"", "a.geojson"),
    "plan that is no TOML": ("plan", "p.toml", b"id = = 3", "p.toml"),
    "plan that is empty": ("plan", "p.toml", b"", "p.toml"),
    "plan in another encoding": ("plan", "p.toml", "id = 'Hà'".encode("cp1258", "replace"), "p.toml"),
    "plan with an unknown code": (
        "plan",
        "p.toml",
        plan_text(embedded_plan("nq1286")).replace('code = "09637"', 'code = "99998"').encode(),
        "99998",
    ),
    "plan from a date without a register": (
        "plan",
        "p.toml",
        plan_text(embedded_plan("nq1286")).replace('base = "2024-12-31"', 'base = "2023-12-31"').encode(),
        "2023-12-31",
    ),
    "plan of wrong types": ("plan", "p.toml", b"id = 3\nbase = [1]\nunit = 7\n", "p.toml"),
    "register with a code twice": (
        "register",
        "r.csv",
        (HEADER + "00001,A,ward,001,Q,1,2\n00001,B,ward,001,Q,1,2\n").encode(),
        "00001",
    ),
    "register with text in numbers": (
        "register",
        "r.csv",
        (HEADER + "00001,A,ward,001,Q,một,2\n00004,B,ward,001,Q,1,hai\n").encode(),
        "hai",
    ),
    "register in another encoding": (
        "register",
        "r.csv",
        (HEADER + "00001,Phúc,ward,001,Q,1,2\n").encode("latin-1"),
        "UTF-8",
    ),
    "register without its columns": ("register", "r.csv", b"a,b\n1,2\n", "population"),
    "register without the plan's units": (
        "register",
        "r.csv",
        (HEADER + "00001,A,ward,001,Q,1,2\n").encode(),
        "00004",
    ),
    "empty register": ("register", "r.csv", b"", "r.csv"),
}
TAKE = {"layer": session._take_layer, "plan": session._take_plan, "register": session._take_register}


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr(session.st, "session_state", kept)
    return kept


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_used_is_refused_with_the_reason_and_nothing_changes(
    case: str, state: dict[str, Any]
) -> None:
    kind, name, content, named = BAD[case]
    with pytest.raises(SapxepError) as caught:
        TAKE[kind](name, content)
    for language in ("vi", "en"):
        said = caught.value.text(language)  # type: ignore[arg-type]
        assert named in said
        assert "/tmp" not in said
        assert "Traceback" not in said
    assert state == {}
    assert session.work().plan.id == embedded_plan("nq1286").id


def test_a_ring_that_crosses_itself_is_mended_and_said(state: dict[str, Any]) -> None:
    said = session._take_layer("a.geojson", geojson(({"code": "00001"}, BOW), ({"code": "00004"}, SQUARE)))()
    assert "00001" in said
    assert session.work().own_layer is not None


def test_another_coordinate_system_is_taken_where_the_file_names_it(state: dict[str, Any]) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32648"}}
    session._take_layer("a.geojson", geojson(({"code": "00001"}, METRES), crs=crs))
    layer = session.work().own_layer
    assert layer is not None
    assert 105 < layer.geometries[0].centroid.x < 107


def register_text(separator: str = ",", vintage: str = "", change: int = 0) -> bytes:
    rows = [HEADER.strip().split(",") + (["vintage"] if vintage else [])]
    for unit in BEFORE:
        cells = [unit.code, unit.name, unit.kind, unit.district_code, unit.district_name]
        cells += [str(unit.area_km2), str((unit.population or 0) + change)]
        rows.append(cells + ([vintage] if vintage else []))
    return "\n".join(separator.join(row) for row in rows).encode()


def test_a_register_with_semicolons_is_taken_and_its_figures_are_all_that_count(
    state: dict[str, Any],
) -> None:
    first = session.work().key
    said = session._take_register("r.csv", register_text(";"))()
    assert "579" in said
    assert ";" in said
    mine = session.work()
    assert mine.register.id == "r.csv"
    session._take_register("r.csv", register_text(change=1))
    other = session.work()
    assert len({first, mine.key, other.key}) == 3, "other figures in a file of the same name are another work"
    assert other.register["00001"].population == (BEFORE["00001"].population or 0) + 1


def test_a_register_of_another_date_waits_for_a_plan_that_starts_there(state: dict[str, Any]) -> None:
    said = session._take_register("r.csv", register_text(vintage="2023-12-31"))()
    assert "2023-12-31" in said
    assert session.work().register.vintage == "2024-12-31"
    text = plan_text(embedded_plan("nq1286")).replace('base = "2024-12-31"', 'base = "2023-12-31"')
    session._take_plan("p.toml", text.encode())
    assert session.work().register.id == "r.csv"


def test_a_plan_file_is_opened_and_equals_its_source(state: dict[str, Any]) -> None:
    session._take_plan("p.toml", plan_text(embedded_plan("nq1286")).encode())
    assert session.work().plan == embedded_plan("nq1286")


def test_a_file_taken_away_again_leaves_what_was_there_before(state: dict[str, Any]) -> None:
    session._take_register("r.csv", register_text())
    session._take_layer("a.geojson", geojson(({"code": "00001"}, SQUARE)))
    assert session.work().own_layer is not None
    assert session._forget("layer")
    assert session._forget("register")
    assert not session._forget("register")
    assert not session._forget("plan")
    assert session.work() == session.Work(embedded_plan("nq1286"), BEFORE, None)


def test_messages_show_what_a_file_holds_and_never_as_markup() -> None:
    shown = session.plain_lines("<b>*a*</b> `x` [y](z) $1$\nnext")
    assert "\\<b\\>\\*a\\*" in shown
    assert "\\[y\\]\\(z\\)" in shown
    assert shown.endswith("  \nnext")


def test_maps_of_both_sides_hold_split_units_once(
    state: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = session.work()
    before, after = session.map_before(work), session.map_after(work)
    assert before is not None
    assert after is not None
    assert len(before.codes) == 579
    assert {code for code in after.codes if code.endswith("*")} == {
        code + "*" for code, pairs in work.plan.by_source.items() if [t.part for _, t in pairs] != ["whole"]
    }
    assert after.schematic


def test_the_plan_of_2025_is_drawn_from_what_led_to_it(state: dict[str, Any]) -> None:
    work = session.work_of(embedded_plan("nq1656"))
    before, after = session.map_before(work), session.map_after(work)
    assert before is not None
    assert "00142*" in before.codes
    assert after is not None
    assert len(after.codes) == 126
    own = Register(work.register.vintage, work.register.units[:5], "mine")
    assert session._led_to(own) is None


def test_an_uploaded_layer_that_is_no_coverage_is_merged_and_said(state: dict[str, Any]) -> None:
    a = polygon((105.8, 21), (105.90005, 21), (105.90005, 21.1), (105.8, 21.1), (105.8, 21))
    b = polygon((105.9, 21), (106, 21), (106, 21.1), (105.9, 21.1), (105.9, 21))
    session._take_layer("a.geojson", geojson(({"code": "09637"}, a), ({"code": "09646"}, b)))
    work = session.work()
    before, after = session.map_before(work), session.map_after(work)
    assert before is not None
    assert after is not None
    assert before.notes == after.notes == ("cleaned",)
    assert not before.schematic
    assert after.codes == {"09646"}


def test_figures_differ_by_exactness_not_by_form() -> None:
    assert session._digest(BEFORE) == session._digest(BEFORE)
    changed = Register(
        BEFORE.vintage,
        (
            *(u for u in BEFORE if u.code != "00001"),
            SimpleNamespace(code="00001", vintage=BEFORE.vintage, area=Decimal(1)),  # type: ignore[arg-type]
        ),
        BEFORE.id,
    )
    assert session._digest(changed) != session._digest(BEFORE)
