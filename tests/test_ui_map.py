"""The map's parts without a browser: layers, colours, legends, what is sent, the page's reaction to a click."""

from __future__ import annotations

import json
import math
import os
import re
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box
from streamlit.testing.v1 import AppTest

from geo.errors import LayerError
from ui import colours, layers
from ui.legend import Entry, legend_html, scale_entries
from ui.map import BASE, MISSING, Outline, Style, figure_styles, hatched, outcome_style, restyling
from ui.maplayer import Restyle, UnitLayer

SQUARES = {f"{i:05}": box(105 + i, 21, 106 + i, 22) for i in range(4)}


def read(layer: layers.MapLayer, folder: Path) -> dict[str, dict[str, object]]:
    content = json.loads((folder / layer.url.rsplit("/", 1)[1]).read_text(encoding="utf-8"))
    return {feature["properties"]["code"]: feature for feature in content["features"]}


def test_a_layer_is_named_by_its_content_and_keeps_shared_edges(tmp_path: Path) -> None:
    cells = {"a": Polygon([(0, 0), (1 / 3, 0), (1 / 3, 1)]), "b": Polygon([(1 / 3, 0), (1, 0), (1 / 3, 1)])}
    layer = layers.publish(cells, {"a": {"name": "A"}}, folder=tmp_path)
    assert layer.codes == {"a", "b"}
    assert layer == layers.publish(cells, {"a": {"name": "A"}}, folder=tmp_path)
    assert layer.url != layers.publish(cells, {"a": {"name": "B"}}, folder=tmp_path).url
    found = read(layer, tmp_path)
    rings = {code: {tuple(at) for at in found[code]["geometry"]["coordinates"][0]} for code in "ab"}  # type: ignore[index]
    assert len(rings["a"] & rings["b"]) == 2
    at = found["a"]["properties"]["at"]  # type: ignore[index]
    assert cells["a"].contains(Point(at))


def test_only_the_layers_used_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "KEPT", 2)
    made = []
    for i in range(3):
        made.append(layers.publish({"a": box(i, 0, i + 1, 1)}, {}, folder=tmp_path))
        path = tmp_path / made[-1].url.rsplit("/", 1)[1]
        os.utime(path, (1000 + i, 1000 + i))
        if i == 1:
            # asked for again, so used again
            assert layers.publish({"a": box(0, 0, 1, 1)}, {}, folder=tmp_path) == made[0]
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {made[i].url.rsplit("/", 1)[1] for i in (0, 2)}


def test_a_layer_of_a_known_version_is_found_again_or_made_again(tmp_path: Path) -> None:
    first = layers.publish(SQUARES, {}, version="v1", folder=tmp_path)
    assert layers.publish(SQUARES, {}, version="v2", folder=tmp_path) != first
    assert layers.publish(SQUARES, {"00001": {"name": "x"}}, version="v1", folder=tmp_path) != first
    path = tmp_path / first.url.rsplit("/", 1)[1]
    before = path.read_bytes()
    path.unlink()
    assert layers.publish(SQUARES, {}, version="v1", folder=tmp_path) == first
    assert path.read_bytes() == before


def test_what_is_no_layer_is_refused_with_all_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LayerError, match="no units"):
        layers.publish({}, {}, folder=tmp_path)
    with pytest.raises(LayerError) as caught:
        layers.publish({"a": Point(0, 0), "b": shapely.LineString([(0, 0), (1, 1)])}, {}, folder=tmp_path)
    assert [problem.row for problem in caught.value.problems] == ["a", "b"]
    monkeypatch.setattr(layers, "LIMIT_MB", 0)
    with pytest.raises(LayerError, match="too large"):
        layers.publish(SQUARES, {}, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_sent_holds_codes_by_style_and_no_geometry() -> None:
    red, blue = Style(fill="#ff0000"), Style(fill="#0000ff", hatch="#ffffff", mark="!")
    sent = restyling(
        {"1": red, "2": blue, "3": red}, focus="2", outlines=[Outline(("1", "3"), dash="4")], notes={"1": "n"}
    )
    assert [(entry[0][0], entry[1]) for entry in sent["styles"]] == [("#ff0000", "1 3"), ("#0000ff", "2")]
    assert sent["styles"][1][0][4:] == ["#ffffff", "!"]
    assert sent["outlines"] == [["1 3", "#111827", 2.5, "4"]]
    assert (sent["focus"], sent["notes"]) == (["2"], {"1": "n"})


def test_names_cannot_end_the_script() -> None:
    assert "<" not in Restyle({"notes": {"1": "</script><b>"}}).state
    assert "<" not in UnitLayer({"url": "</script>"}).options


def test_all_addresses_of_the_map_are_local() -> None:
    import folium
    from folium.plugins import Draw, DualMap

    root = Path(__file__).resolve().parents[1] / "static"
    for element in (folium.Map, Draw, DualMap, UnitLayer({})):
        for _, url in [*element.default_js, *element.default_css]:
            assert url.startswith("../../app/static/")
            assert (root / url.removeprefix("../../app/static/").split("?")[0]).is_file(), url


VALUES = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6), st.just(math.nan)), max_size=60)


@given(VALUES, st.sampled_from(["quantile", "equal"]), st.integers(1, 9))
def test_every_value_has_a_class_whose_limits_hold_it_and_missing_has_none(
    values: list[float | None], method: colours.Method, count: int
) -> None:
    scale = colours.scale(values, count, method)
    known = [value for value in values if value is not None and not math.isnan(value)]
    assert scale.missing == len(values) - len(known)
    assert len(scale.colours) == len(scale.breaks) + 1 == len(set(scale.colours))
    for value in known:
        assert any(
            low is not None and high is not None and low <= value <= high and colour == scale.colour(value)
            for low, high, colour in scale.classes()
        )
    assert scale.colour(None) is None
    assert scale.colour(math.nan) is None


def test_quantiles_hold_as_many_units_each() -> None:
    scale = colours.scale(range(60), 6)
    sizes = [sum(scale.colour(value) == colour for value in range(60)) for colour in scale.colours]
    assert sizes == [10] * 6


@pytest.mark.parametrize("count", [3, 5, 7])
def test_sequential_colours_darken_evenly_enough_to_be_told_apart_without_hue(count: int) -> None:
    steps = [colours.luminance(colour) ** (1 / 3) for colour in colours.ramp(colours.SEQUENTIAL, count)]
    gaps = [a - b for a, b in pairwise(steps)]
    assert min(gaps) > 0.05
    assert max(gaps) < 2.5 * min(gaps)


def test_differences_have_a_neutral_class_around_zero() -> None:
    scale = colours.diverging([-10, 0, 3, None])
    assert scale.colour(0) == colours.ramp(colours.DIVERGING, 7)[3]
    assert scale.colour(-10) == scale.colours[0] != scale.colour(10)
    assert scale.missing == 1


def test_missing_is_grey_and_hatched_and_zero_is_not() -> None:
    values = {"1": 0.0, "2": None, "3": 5.0}
    scale = colours.scale(values.values())
    styles = figure_styles(values, scale)
    assert styles["2"] == MISSING
    assert styles["1"].fill == scale.colours[0]
    assert not styles["1"].hatch
    words = [(entry.words, bool(entry.hatch)) for entry in scale_entries(scale)]
    assert words[-1] == ("Chưa có số liệu: 1", True)


def test_outcomes_differ_in_symbol_as_well_as_in_colour() -> None:
    assert len({mark for _, mark in colours.OUTCOMES.values()}) == len(colours.OUTCOMES)
    assert len({outcome_style(outcome).fill for outcome in colours.OUTCOMES}) == len(colours.OUTCOMES)


def test_hatching_keeps_the_rest_of_a_style() -> None:
    assert hatched({"1": Style(fill="#123456")}, {"1": "#ffffff", "2": "#000000"}) == {
        "1": Style(fill="#123456", hatch="#ffffff"),
        "2": Style(fill=BASE.fill, hatch="#000000"),
    }


def test_legend_shows_text_never_markup() -> None:
    html = legend_html("<b>", [Entry("#fff", "<i>", mark="<")], "<u>")
    assert not re.search(r"<b><|<i>&|<u>", html.replace("<b>&lt;b&gt;</b>", ""))
    assert "&lt;i&gt;" in html


def page() -> AppTest:
    def script() -> None:
        from ui import page_map

        page_map.page()

    return AppTest.from_function(script, default_timeout=30)


def test_a_click_shows_the_unit_and_the_next_choice_replaces_it() -> None:
    app = page().run()
    assert not app.exception
    assert "00632" not in str([html.proto.body for html in app.get("html")])
    click = {"properties": {"code": "00632", "more": False, "at": 1}}
    app.session_state["map-before"] = {"last_active_drawing": click}
    app.run()
    assert not app.exception
    assert [element.value for element in app.subheader] == ["Phường Phú Đô"]
    app.selectbox(key="map-search").select("before:10417").run()
    assert [element.value for element in app.subheader] == ["Xã Hòa Phú"]


def test_a_click_beside_all_units_ends_the_choice_and_an_emptied_search_too() -> None:
    app = page().run()
    app.selectbox(key="map-search").select("before:10417").run()
    assert app.session_state["map-unit"] == app.session_state["map-focus"] == ("before", "10417")
    app.session_state["map-before"] = {
        "last_active_drawing": {"properties": {"code": "", "more": False, "at": 5}}
    }
    app.run()
    assert not app.subheader
    assert app.selectbox(key="map-search").value is None
    app.selectbox(key="map-search").select("before:00632").run()
    assert [element.value for element in app.subheader] == ["Phường Phú Đô"]
    app.selectbox(key="map-search").set_value(None).run()
    assert not app.subheader


def test_what_becomes_of_a_unit_leads_to_it_on_the_other_side() -> None:
    app = page().run()
    app.selectbox(key="map-search").select("before:00142").run()
    assert {"Phường Phúc Lợi (một phần)", "Phường Phúc Đồng (một phần)"} <= {one.label for one in app.button}
    next(one for one in app.button if one.label.startswith("Phường Phúc Lợi")).click().run()
    assert not app.exception
    assert app.session_state["map-side"] == "after"
    assert [element.value for element in app.subheader] == ["Phường Phúc Lợi"]
    assert "Phường Sài Đồng (một phần)" in {one.label for one in app.button}


def test_a_split_unit_is_shown_as_such_after_the_plan_and_bounds_as_from_to() -> None:
    app = page()
    app.session_state["map-open"] = ("after", "00142*")
    app.run()
    assert not app.exception
    assert [element.value for element in app.subheader] == ["Phường Sài Đồng"]
    assert any("chưa biết đường chia" in caption.value for caption in app.caption)
    app.selectbox(key="map-search").select("after:00160").run()
    body = str([html.proto.body for html in app.get("html")])
    assert "từ 21.794 đến 116.197 người" in body


def test_another_page_opens_the_map_on_a_unit_of_either_side() -> None:
    app = page().run()
    app.session_state["map-open"] = ("after", "09646")
    app.run()
    assert app.session_state["map-view"] == "after"
    assert [element.value for element in app.subheader] == ["Xã Phú Hồng"]
    labels = {one.label for one in app.button}
    assert {"Xã Châu Sơn (toàn bộ)"} <= labels


@pytest.mark.parametrize("plan", ["nq1286", "nq1656"])
def test_both_sides_take_every_colouring_of_both_plans(plan: str) -> None:
    from plans.files import embedded_plan
    from ui.colouring import SIDES, choices

    app = page()
    app.session_state["session:opened"] = embedded_plan(plan)
    app.session_state["session:plan"] = "uploaded"
    app.session_state["map-view"] = "both"
    app.run()
    assert not app.info, "both maps are there"
    names = app.selectbox(key="map-figure").options
    assert len(names) == len(choices(app_register(plan), SIDES)) >= 8
    for name in choices(app_register(plan), SIDES):
        app.selectbox(key="map-figure").select(name).run()
        assert not app.exception, name
        assert not app.error, name


def app_register(plan: str) -> object:
    from geo.registers import embedded_for, embedded_register
    from plans.files import embedded_plan

    return embedded_register(str(embedded_for(embedded_plan(plan).base)))


def test_tiles_are_on_the_map_only_for_whoever_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import map as map_module

    given: list[str] = []
    monkeypatch.setattr(map_module, "st_folium", lambda drawn, **_: given.append(drawn.get_root().render()))
    layer = layers.MapLayer("../../app/static/layers/x.geojson", frozenset("a"))
    map_module.show_map("k", layer, {})
    monkeypatch.setenv(map_module.TILES, "http://127.0.0.1:9/{z}/{x}/{y}.png")
    monkeypatch.setenv(map_module.TILES_CREDIT, "Bản đồ nền")
    map_module.show_map("k", layer, {})
    assert "tileLayer" not in given[0]
    assert "http://127.0.0.1:9/{z}/{x}/{y}.png" in given[1]
    assert "Bản đồ nền" in given[1] or "B\\u1ea3n" in given[1]
