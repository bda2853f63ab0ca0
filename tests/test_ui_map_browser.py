"""The map in a real browser with the network cut: drawn, clicked, restyled in place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser import ROOT, Visit, needs_chromium, server, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), needs_chromium]

# 12 x 10 squares; the test's own script, so that hatching, marks and links are tried without any plan
DEMO = """
import streamlit as st
from shapely.geometry import box
from geo.registers import embedded_register
from ui.data import HANOI_2024, schematic_layer
from ui.layers import publish
from ui.map import Outline, Style, clicked, new_click, show_map, BASE
from ui.legend import Entry, legend_html

cells = {f"{i:02}{j:02}": box(105 + i / 50, 21 + j / 50, 105 + (i + 1) / 50, 21 + (j + 1) / 50)
         for i in range(12) for j in range(10)}
layer = publish(cells, {code: {"name": "Ô " + code, "district": "D" + code[0], "tip": ["Ô <b>" + code]}
                        for code in cells})

@st.fragment
def section():
    if click := new_click("demo"):
        st.session_state.setdefault("clicks", []).append((click.code, click.more))
    st.write("clicks:", " ".join(f"{code or 'none'}{'+' if more else ''}"
                                 for code, more in st.session_state.get("clicks", [])))
    red = st.checkbox("red")
    focus = "0101" if st.checkbox("focus") else None
    styles = {"0000": Style(fill="#ff0000" if red else "#00ff00"),
              "0001": Style(fill="#ffffff", hatch="#0000ff"), "0505": Style(mark="✕")}
    one, two = st.columns(2)
    with one:
        show_map("demo", layer, styles, focus=focus, outlines=[Outline(("0303", "0304"), "#ff00ff")],
                 legend=legend_html("Legend", [Entry("#00ff00", "green", mark="✓")]), link="pair")
    with two:
        show_map("other", layer, {}, link="pair")
    st.write("done", red, str(focus))

if "focus" in st.query_params:
    st.set_page_config(layout="wide")
    show_map("hanoi", schematic_layer(embedded_register(HANOI_2024)), {}, focus=st.query_params["focus"])
else:
    section()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "app.py").write_text(DEMO, encoding="utf-8")
    (folder / "static").symlink_to(ROOT / "static")
    with server(folder / "app.py") as address, visit(browser, address) as seen:
        yield seen


def click_unit(seen: Visit, code: str, nth: int = 0, modifiers: list[str] | None = None) -> None:
    frame = seen.map(nth)
    at = frame.evaluate("code => { const p = sapxep.pixel(code); return [p.x, p.y] }", code)
    frame.locator("#map_div").click(position={"x": at[0], "y": at[1]}, modifiers=modifiers)  # type: ignore[arg-type]


def click_until(seen: Visit, code: str, words: str) -> float:
    """Click a unit until ``words`` show, once more if the first click was lost; return seconds from the click."""
    for attempt in (1, 2):
        start = time.perf_counter()
        click_unit(seen, code)
        try:
            # asked at each frame: a locator's own waiting looks every half second
            seen.page.wait_for_function(
                "words => document.body.innerText.includes(words)", arg=words, timeout=5000
            )
            return time.perf_counter() - start
        except PlaywrightTimeout:
            if attempt == 2:
                raise
    raise AssertionError


def fill(seen: Visit, code: str) -> str:
    return str(seen.map().locator(f'path[data-code="{code}"]').get_attribute("fill"))


def test_all_units_are_drawn_and_nothing_leaves_the_machine(demo: Visit) -> None:
    frame = demo.map(paths=120)
    assert frame.locator("path.leaflet-interactive").count() == 120
    assert any("/app/static/layers/" in url for url in demo.requests)
    assert demo.leaving() == []
    assert demo.complaints == []
    assert frame.get_by_text("Bản đồ sơ đồ, không phải bản đồ đo đạc").is_visible()


def test_restyling_changes_colours_and_keeps_the_very_nodes(demo: Visit) -> None:
    frame = demo.map(paths=120)
    assert fill(demo, "0000") == "#00ff00"
    frame.evaluate("document.querySelector('path[data-code=\"0000\"]').kept = true")
    fetched = sum("/layers/" in url for url in demo.requests)
    demo.page.get_by_text("red", exact=True).click()
    frame.wait_for_function(
        "document.querySelector('path[data-code=\"0000\"]').getAttribute('fill') === '#ff0000'"
    )
    assert frame.evaluate("document.querySelector('path[data-code=\"0000\"]').kept") is True
    assert sum("/layers/" in url for url in demo.requests) == fetched
    assert demo.complaints == []


def test_hatching_marks_and_outlines_are_drawn(demo: Visit) -> None:
    frame = demo.map(paths=120)
    hatch = fill(demo, "0001")
    assert hatch.startswith("url(#")
    stripes = frame.locator(f"pattern[id='{hatch[5:-1]}'] rect")
    assert [stripes.nth(i).get_attribute("fill") for i in (0, 1)] == ["#ffffff", "#0000ff"]
    assert frame.locator(".sx-mark").all_inner_texts() == ["✕"]
    # two squares in one outline: one closed line of six corners, the shared border left out
    line = frame.locator('path[stroke="#ff00ff"]')
    assert line.count() == 1
    shape = str(line.get_attribute("d"))
    assert shape.count("M") == 1
    corners = {
        tuple(map(float, corner.split(" "))) if " " in corner else corner
        for corner in shape.replace("M", " L").replace(" L", "L").split("L")
        if corner
    }
    assert len(corners) in (4, 6)


def test_click_reports_the_code_each_time_and_beside_all_units_none(demo: Visit) -> None:
    click_until(demo, "0202", "0202")
    click_unit(demo, "0707", modifiers=["Shift"])
    demo.page.get_by_text("0707+").wait_for(timeout=5000)
    demo.map().locator("#map_div").click(position={"x": 5, "y": 300})
    demo.page.get_by_text("0707+ none").wait_for(timeout=5000)
    # the same unit again is a new click
    click_unit(demo, "0707")
    demo.page.get_by_text("none 0707").wait_for(timeout=5000)


def test_a_click_is_told_once_and_at_once(demo: Visit) -> None:
    """st_folium itself waits 250 ms, which would be most of what a person waits for."""
    frame = demo.map(0)
    frame.evaluate(
        """() => {
          window.told = []; window.pressed = 0;
          document.addEventListener('click', () => { window.pressed = performance.now(); }, true);
          const post = window.given = window.parent.postMessage.bind(window.parent);
          window.parent.postMessage = (message, target) => {
            if (message.type === 'streamlit:setComponentValue') window.told.push(performance.now());
            post(message, target);
          };
        }"""
    )
    try:
        click_unit(demo, "0704")
        demo.page.wait_for_timeout(800)
        told, pressed = frame.evaluate("[window.told, window.pressed]")
    finally:
        frame.evaluate("() => { window.parent.postMessage = window.given; }")
    assert len(told) == 1
    assert 0 <= told[0] - pressed < 200


def test_tooltip_shows_text_never_markup(demo: Visit) -> None:
    frame = demo.map()
    at = frame.evaluate("code => { const p = sapxep.pixel(code); return [p.x, p.y] }", "0402")
    frame.locator("#map_div").hover(position={"x": at[0], "y": at[1]})
    tip = frame.locator(".sx-tip")
    tip.wait_for()
    assert tip.inner_text().strip() == "Ô <b>0402"


def test_focus_zooms_once_and_linked_maps_follow_the_pointer(demo: Visit) -> None:
    frame, other = demo.map(), demo.map(1)
    before = frame.evaluate("map.getZoom()")
    demo.page.get_by_text("focus", exact=True).click()
    frame.wait_for_function("z => map.getZoom() > z + 0.5", arg=before)
    frame.locator(".sx-fit").click()
    frame.wait_for_function("z => Math.abs(map.getZoom() - z) < 0.3", arg=before)
    demo.page.get_by_text("red", exact=True).click()
    demo.page.wait_for_timeout(800)
    assert abs(frame.evaluate("map.getZoom()") - before) < 0.3, "a change of colour pulled the map back"
    frame.locator("#map_div").hover()
    demo.page.mouse.wheel(0, -300)
    frame.wait_for_function("z => map.getZoom() > z", arg=before)
    other.wait_for_function("z => Math.abs(map.getZoom() - z) < 0.01", arg=frame.evaluate("map.getZoom()"))


def test_a_map_opened_on_a_unit_and_resized_while_zooming_is_drawn_to_its_edges(
    demo: Visit, browser: Browser
) -> None:
    drawn = """() => {
        const svg = document.querySelector(".leaflet-overlay-pane svg").getBoundingClientRect();
        const box = map.getContainer().getBoundingClientRect();
        const covers = svg.left <= box.left && svg.top <= box.top && svg.right >= box.right
            && svg.bottom >= box.bottom;
        const empty = [...document.querySelectorAll("path[data-code]")].filter(path => {
            const at = sapxep.pixel(path.dataset.code), size = map.getSize();
            return at.x > 0 && at.y > 0 && at.x < size.x && at.y < size.y && path.getAttribute("d") === "M0 0";
        });
        return covers && !empty.length && map.getSize().x === map.getContainer().clientWidth;
    }"""
    with visit(browser, f"{demo.page.url.split('?')[0]}?focus=00004") as seen:
        frame = seen.map(paths=579)
        frame.wait_for_function("map.getZoom() > 13")
        frame.wait_for_function(drawn, timeout=5000)
        for width, code in ((900, "10417"), (1280, "00004"), (700, "10417")):
            frame.evaluate("code => sapxep.update({focus: [code]})", code)
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.wait_for_timeout(700)
            frame.wait_for_function(drawn, timeout=5000)
            assert frame.evaluate("code => map.getBounds().contains(sapxep.place(code))", code)


@pytest.fixture(scope="module")
def app(browser: Browser) -> Iterator[Visit]:
    with server() as address, visit(browser, f"{address}/map?lang=en") as seen:
        yield seen


def harmless(seen: Visit) -> bool:
    # Streamlit itself asks for its endpoints below the page's path first
    return all(url.endswith(("/_stcore/health", "/_stcore/host-config")) for url in seen.failed)


def test_map_page_finds_units_by_click_and_by_search_without_accents(app: Visit) -> None:
    frame = app.map(paths=579)
    assert frame.locator("path.leaflet-interactive").count() == 579
    assert frame.get_by_text("Schematic map, not surveyed").is_visible()
    seconds = click_until(app, "09787", "09787")
    print(f"click to result: {seconds:.2f} s")
    search = app.page.get_by_role("combobox", name="Find a unit")
    search.fill("yen vien")
    options = app.page.get_by_role("option")
    options.first.wait_for()
    assert [text.split(" · ")[0] for text in options.all_inner_texts()] == [
        "Yên Viên township (Huyện Gia Lâm)",
        "Yên Viên commune (Huyện Gia Lâm)",
    ]
    before = frame.evaluate("map.getZoom()")
    options.filter(has_text="commune").first.click()
    frame.wait_for_function("z => map.getZoom() > z + 1", arg=before)
    assert app.leaving() == []
    assert harmless(app)


def test_nothing_but_streamlits_own_endpoints_fails(app: Visit) -> None:
    errors = [text for text in app.complaints if "404" not in text]
    assert errors == []
    assert harmless(app)


def test_every_script_of_the_map_is_on_disk() -> None:
    from ui import maplayer

    for name in ("vendor/leaflet-1.9.4/leaflet.js", "sapxep/map.js", "sapxep/map.css"):
        assert Path(ROOT / "static" / name).stat().st_size > 0
    assert maplayer.BASE_URL.startswith("../../")
