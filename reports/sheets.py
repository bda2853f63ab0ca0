"""Map sheets (PNG, and pages of the PDF): before, after, one a district; legend, scale bar, north, source.

A schematic layer is marked as such on the map itself. Split sources are hatched: their parts are not drawn by guess.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, floor, log10, radians
from typing import TYPE_CHECKING, Any, Final

from reports.context import Context
from reports.layers import layer_of, new_frame, old_frame
from reports.table import shown
from reports.tables import TRANSFER_COLUMNS

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

A4: Final = (11.69, 8.27)
_LABELS_MOST: Final = 60
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
    """Draw one sheet on A4 landscape."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas
    from matplotlib.patches import Patch

    with mpl.rc_context({"font.family": "DejaVu Sans", "hatch.linewidth": 0.6, "text.parse_math": False}):
        figure = Canvas(figsize=A4)
        axes = figure.add_axes((0.03, 0.09, 0.70, 0.80))
        axes.set_axis_off()
        west, south, east, north = (float(x) for x in sheet.frame.total_bounds)
        middle = (south + north) / 2
        axes.set_aspect(1 / cos(radians(middle)))
        used = []
        for name, (colour, hatch, label) in sheet.classes.items():
            rows = sheet.frame[sheet.frame["class"] == name]
            if len(rows):
                rows.plot(
                    ax=axes,
                    color=colour,
                    edgecolor="#7a7a7a",
                    linewidth=0.4,
                    hatch=hatch or None,
                    aspect=None,
                )
                used.append(Patch(facecolor=colour, edgecolor="#7a7a7a", hatch=hatch or None, label=label))
        if sheet.labels:
            _names(axes, sheet.frame)
        margin = max(east - west, north - south) * 0.02
        axes.set_xlim(west - margin, east + margin)
        axes.set_ylim(south - margin, north + margin)
        figure.text(
            0.03, 0.945, _short(context.plan.title_vi or context.plan.id, 110), fontsize=12, weight="bold"
        )
        figure.text(0.03, 0.91, sheet.title, fontsize=11)
        figure.legend(handles=used, loc="upper left", bbox_to_anchor=(0.745, 0.86), frameon=False, fontsize=8,
                      title="Chú giải", alignment="left")  # fmt: skip
        if context.schematic:
            figure.text(0.75, 0.60, "SƠ ĐỒ / SCHEMATIC\nKhông phải ranh giới đo đạc", fontsize=10, weight="bold",
                        color="#b30000", va="top")  # fmt: skip
        _north(figure)
        _scale_bar(figure, axes, middle)
        source = f"Nguồn ranh giới: {_short(layer_of(context).name, 60)}"
        figure.text(0.03, 0.05, source + (" (sơ đồ / schematic)" if context.schematic else ""), fontsize=7)
        figure.text(0.03, 0.028, context.stamp, fontsize=7)
        return figure


def _short(text: str, most: int) -> str:
    clean = " ".join(str(shown(TRANSFER_COLUMNS[1], text)).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _names(axes: Any, frame: GeoDataFrame) -> None:
    points = frame.geometry.representative_point()
    size = 7 if len(frame) <= 25 else 5.5
    for x, y, name, kind in zip(points.x, points.y, frame["name"], frame["class"], strict=True):
        weight = "normal" if kind == "stays" else "bold"
        axes.text(
            x,
            y,
            _wrapped(_short(name, 40)),
            fontsize=size,
            ha="center",
            va="center",
            weight=weight,
        )


def _wrapped(name: str) -> str:
    words = name.split()
    return (
        name
        if len(name) <= 12
        else " ".join(words[: -(-len(words) // 2)]) + "\n" + " ".join(words[-(-len(words) // 2) :])
    )


def _north(figure: Figure) -> None:
    axes = figure.add_axes((0.93, 0.80, 0.05, 0.12))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.annotate(
        "", xy=(0.5, 0.72), xytext=(0.5, 0.05), arrowprops={"facecolor": "black", "width": 3, "headwidth": 9}
    )
    axes.text(0.5, 0.78, "B", ha="center", fontsize=11, weight="bold")


def _scale_bar(figure: Figure, axes: Any, latitude: float) -> None:
    """Draw a bar of a round length; true at the sheet's middle latitude."""
    figure.draw_without_rendering()
    left, right = axes.get_xlim()
    box = axes.get_position()
    km = (right - left) * 111.32 * cos(radians(latitude))
    length = round_length(km / 4)
    wide = box.width * length / km
    bar = figure.add_axes((0.75, 0.10, wide, 0.02))
    bar.set_axis_off()
    bar.set_xlim(0, 1)
    bar.set_ylim(0, 1)
    bar.plot([0, 0, 1, 1], [0.9, 0.1, 0.1, 0.9], color="black", linewidth=1.2, clip_on=False)
    text = f"{length:g}".replace(".", ",")
    figure.text(0.75, 0.135, f"{text} km", fontsize=8)


def round_length(km: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not above ``km``."""
    power = 10.0 ** floor(log10(km))
    return max(step * power for step in (1, 2, 5) if step * power <= km)


def draw(context: Context, sheet: MapSheet, dpi: int = 110) -> bytes:
    """Return one sheet as PNG."""
    out = io.BytesIO()
    # the library's version would otherwise stand in the file
    figure_of(context, sheet).savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()


def png_bytes(context: Context) -> bytes:
    """Return the sheet after the plan as PNG. Raises ExportError when there is no boundary layer."""
    sheets: Sequence[MapSheet] = list(map_sheets(context, districts=False))
    return draw(context, sheets[1], 200)


def before_png_bytes(context: Context) -> bytes:
    """Return the sheet before the plan as PNG."""
    return draw(context, next(map_sheets(context, districts=False)), 200)


def maps_pdf_bytes(context: Context) -> bytes:
    """Return all sheets as a PDF with one page each."""
    from matplotlib.backends.backend_pdf import PdfPages

    out = io.BytesIO()
    info = {"Title": _short(context.plan.title_vi or context.plan.id, 200), "Creator": "", "Producer": "",
            "CreationDate": None, "Keywords": context.stamp}  # fmt: skip
    with PdfPages(out, metadata=info) as book:
        for sheet in map_sheets(context):
            book.savefig(figure_of(context, sheet))
    return out.getvalue()
