"""Map sheets (PNG, and pages of the PDF): before, after, one a district; legend, scale bar, north, source.

A schematic layer is marked as such on the map itself. Split sources are hatched: their parts are not drawn by guess.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, floor, log10, radians
from typing import TYPE_CHECKING, Any, Final

from reports.context import Context
from reports.layers import layer_of, new_frame, old_frame
from reports.wording import shown_name

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

A4: Final = (11.69, 8.27)
DPI: Final = 160
# left, bottom, width, height of the map on the sheet; where titles begin; where the legend stands
_BOX: Final = (0.03, 0.09, 0.70, 0.80)
_LEFT: Final = 0.03
_SIDE: Final = 0.745
_LEGEND_TOP: Final = 0.78
_OLD: Final = {
    "stays": ("#f2f0eb", "", "Giữ nguyên"),
    "whole": ("#9ecae1", "", "Nhập toàn bộ"),
    "split": ("#fbd7a8", "////", "Bị chia, chưa có ranh giới các phần"),
}
_NEW: Final = {
    "stays": ("#f2f0eb", "", "Giữ nguyên"),
    "formed": ("#9ecae1", "", "Hình thành hoặc thay đổi"),
    "partial": ("#c6dbef", "", "Hình thành, còn phần chưa vẽ"),
    "split": ("#fbd7a8", "////", "Đơn vị cũ bị chia, chưa có ranh giới các phần"),
    "absent": ("#d9d9d9", "....", "Thiếu ranh giới của đơn vị nguồn"),
}
Classes = dict[str, tuple[str, str, str]]


@dataclass(frozen=True)
class MapSheet:
    """One sheet: its title, polygons with ``class``, what the classes look like, and whether units are named."""

    title: str
    frame: GeoDataFrame
    classes: Classes
    labels: bool


def map_sheets(context: Context, districts: bool = True) -> Iterator[MapSheet]:
    """Yield the sheets: before, after, and (where asked) one a district that the plan changes."""
    old, new = classed(context)
    yield MapSheet(f"Trước sắp xếp ({context.plan.base})", old, _OLD, False)
    yield MapSheet(f"Sau sắp xếp ({context.plan.target})", new, _NEW, False)
    if not districts:
        return
    changed = sorted({context.register[code].district_code for code in context.plan.by_source} - {""})
    for code in changed:
        rows = new[new["district_code"] == code]
        if len(rows):
            yield MapSheet(f"{rows['district_name'].iloc[0]}, sau sắp xếp", rows, _NEW, True)


def classed(context: Context) -> tuple[GeoDataFrame, GeoDataFrame]:
    """Return the layers before and after with the class that they are drawn in."""
    old, new = old_frame(context), new_frame(context)
    state = new["geometry_state"]
    kinds = state.where(state != "complete", new["formed"].map({True: "formed", False: "stays"}))
    return old.assign(**{"class": old["role"]}), new.assign(**{"class": kinds})


def figure_of(context: Context, sheet: MapSheet) -> Figure:
    """Draw one sheet on A4 landscape.

    Everything is drawn in the figure's own coordinates: axes, ticks and legends of the library cost more than the map.
    """
    import matplotlib as mpl
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context({"font.family": "DejaVu Sans", "hatch.linewidth": 0.6, "text.parse_math": False}):
        figure = Canvas(figsize=A4)
        place = _place(sheet.frame)
        top = _LEGEND_TOP
        figure.text(_SIDE, top, "Chú giải", fontsize=9, va="top", weight="bold")
        top -= 0.032
        for name, (colour, hatch, label) in sheet.classes.items():
            rows = sheet.frame[sheet.frame["class"] == name]
            if len(rows):
                style = {
                    "facecolor": colour,
                    "edgecolor": "#7a7a7a",
                    "hatch": hatch or None,
                    "linewidth": 0.4,
                }
                figure.add_artist(
                    PathCollection(_paths(rows, place), transform=figure.transFigure, **style), clip=False
                )
                top = _legend_row(figure, top, style, label)
        if sheet.labels:
            _names(figure, sheet.frame, place)
        figure.text(
            _LEFT, 0.945, _short(context.plan.title_vi or context.plan.id, 105), fontsize=12, weight="bold"
        )
        figure.text(_LEFT, 0.91, _short(sheet.title, 120), fontsize=11)
        if context.schematic:
            figure.text(_SIDE, top - 0.02, "SƠ ĐỒ / SCHEMATIC\nKhông phải ranh giới đo đạc", fontsize=10,
                        weight="bold", color="#b30000", va="top")  # fmt: skip
        _north(figure)
        _scale_bar(figure, place)
        source = f"Nguồn ranh giới: {_short(layer_of(context).name, 60)}"
        figure.text(_LEFT, 0.05, source + (" (sơ đồ / schematic)" if context.schematic else ""), fontsize=7)
        figure.text(_LEFT, 0.028, context.stamp, fontsize=7)
        return figure


@dataclass(frozen=True, slots=True)
class _Place:
    """Where degrees come to lie on the sheet (0 to 1 across and up), and how many km the whole width spans."""

    scale: tuple[float, float]
    shift: tuple[float, float]
    km_across: float

    def __call__(self, coordinates: Any) -> Any:
        return coordinates * self.scale + self.shift


def _place(frame: GeoDataFrame) -> _Place:
    """Fit the frame's bounds into the map's box, a degree of longitude shortened as at the middle latitude."""
    west, south, east, north = (float(x) for x in frame.total_bounds)
    shorter = cos(radians((south + north) / 2))
    left, bottom, wide, high = _BOX
    # inches a degree of latitude
    inches = min(wide * A4[0] / max((east - west) * shorter, 1e-9), high * A4[1] / max(north - south, 1e-9))
    scale = (inches * shorter / A4[0], inches / A4[1])
    shift = (
        left + wide / 2 - scale[0] * (west + east) / 2,
        bottom + high / 2 - scale[1] * (south + north) / 2,
    )
    return _Place(scale, shift, A4[0] / inches * 111.32)


def _paths(frame: GeoDataFrame, place: _Place) -> list[Any]:
    """Return one path a polygon or multipolygon, holes included."""
    import numpy as np
    import shapely
    from matplotlib.path import Path

    made = []
    for shape in frame.geometry:
        rings = shapely.get_rings(shapely.get_parts(shapely.normalize(shape)))
        points, at = shapely.get_coordinates(rings, return_index=True)
        codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
        codes[np.flatnonzero(np.diff(at, prepend=-1))] = Path.MOVETO
        codes[np.flatnonzero(np.diff(at, append=len(rings)))] = Path.CLOSEPOLY
        made.append(Path(place(points), codes))
    return made


def _legend_row(figure: Figure, top: float, style: dict[str, Any], label: str) -> float:
    """Draw what a class looks like and its name; return where the next row begins."""
    from textwrap import wrap

    from matplotlib.patches import Rectangle

    lines = wrap(label, 36)
    box = Rectangle((_SIDE, top - 0.016), 0.02, 0.016, transform=figure.transFigure, **style)
    figure.add_artist(box, clip=False)
    figure.text(_SIDE + 0.026, top, "\n".join(lines), fontsize=8, va="top")
    return top - 0.012 - 0.017 * len(lines)


def _short(text: str, most: int) -> str:
    clean = shown_name(text)
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _names(figure: Figure, frame: GeoDataFrame, place: _Place) -> None:
    """Write the names of units, those that change first; where two would overlap, one is left out and counted."""
    frame = frame.loc[(frame["class"] == "stays").sort_values(kind="stable").index]
    points = frame.geometry.representative_point()
    size = 7 if len(frame) <= 25 else 5.5
    taken: list[tuple[float, float, float, float]] = []
    for x, y, name, kind in zip(points.x, points.y, frame["name"], frame["class"], strict=True):
        across, up = x * place.scale[0] + place.shift[0], y * place.scale[1] + place.shift[1]
        text = _wrapped(_short(name, 40))
        lines = text.split("\n")
        # half of what the text takes, a letter being some 0.6 of its size across
        wide = max(map(len, lines)) * 0.6 * size / 72 / A4[0] / 2
        high = len(lines) * 1.2 * size / 72 / A4[1] / 2
        box = (across - wide, up - high, across + wide, up + high)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            continue
        taken.append(box)
        figure.text(across, up, text, fontsize=size, ha="center", va="center",
                    weight="normal" if kind == "stays" else "bold")  # fmt: skip
    if left := len(frame) - len(taken):
        figure.text(_SIDE, 0.2, f"{left} tên không ghi vì chật.", fontsize=7)


def _wrapped(name: str) -> str:
    words = name.split()
    half = -(-len(words) // 2)
    return name if len(name) <= 12 else " ".join(words[:half]) + "\n" + " ".join(words[half:])


def _north(figure: Figure) -> None:
    from matplotlib.patches import FancyArrow

    figure.add_artist(
        FancyArrow(0.955, 0.815, 0, 0.065, width=0.003, head_width=0.011, head_length=0.026, color="black",
                   length_includes_head=True, transform=figure.transFigure),
        clip=False,
    )  # fmt: skip
    figure.text(0.955, 0.89, "B", ha="center", fontsize=11, weight="bold")


def _scale_bar(figure: Figure, place: _Place) -> None:
    """Draw a bar of a round length, at most a fifth of the sheet across; true at the sheet's middle latitude."""
    from matplotlib.lines import Line2D

    length = round_length(place.km_across / 5)
    right = _SIDE + length / place.km_across
    figure.add_artist(
        Line2D([_SIDE, _SIDE, right, right], [0.118, 0.102, 0.102, 0.118], color="black", linewidth=1.2),
        clip=False,
    )
    text = f"{length:g}".replace(".", ",")
    figure.text(_SIDE, 0.135, f"{text} km", fontsize=8)


def round_length(km: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not above ``km``."""
    power = 10.0 ** floor(log10(km))
    return max(step * power for step in (1, 2, 5) if step * power <= km)


def draw(context: Context, sheet: MapSheet, dpi: int = DPI) -> bytes:
    """Return one sheet as PNG."""
    out = io.BytesIO()
    # the library's version would otherwise stand in the file; level 6 costs three times as long for 5 % less
    figure_of(context, sheet).savefig(
        out, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
    )
    return out.getvalue()


def overview_pngs(context: Context) -> tuple[bytes, bytes]:
    """Return the sheets before and after as PNG, drawn once a context. Raises ExportError when there is no layer."""

    def make() -> tuple[bytes, bytes]:
        before, after = map_sheets(context, districts=False)
        return draw(context, before), draw(context, after)

    return context.once("overview", make)


def png_bytes(context: Context) -> bytes:
    """Return the sheet after the plan as PNG. Raises ExportError when there is no boundary layer."""
    return overview_pngs(context)[1]


def before_png_bytes(context: Context) -> bytes:
    """Return the sheet before the plan as PNG."""
    return overview_pngs(context)[0]


def maps_pdf_bytes(context: Context) -> bytes:
    """Return all sheets as a PDF with one page each, drawn once a context."""
    return context.once("maps", lambda: _maps_pdf(context))


def _maps_pdf(context: Context) -> bytes:
    from matplotlib.backends.backend_pdf import PdfPages

    out = io.BytesIO()
    info = {"Title": _short(context.plan.title_vi or context.plan.id, 200), "Creator": "", "Producer": "",
            "CreationDate": None, "Keywords": context.stamp}  # fmt: skip
    with PdfPages(out, metadata=info) as book:
        for sheet in map_sheets(context):
            book.savefig(figure_of(context, sheet))
    return out.getvalue()
