"""A dividing line drawn on the map: what lies on either side of it, and whether the stated area fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from plans.plan import Plan

# a stated area further from the drawn one than this (in % of it) is pointed out: a line drawn by hand on a map of
# a city cannot be truer
TOLERANCE_PERCENT: Final = Decimal(5)


@dataclass(frozen=True, slots=True)
class Division:
    """The shares in [0, 1] of a polygon left and right of a line, seen along it; they sum to 1."""

    left: Decimal
    right: Decimal
    wkt: str


def divided(polygon: BaseGeometry, points: Sequence[tuple[float, float]]) -> Division | None:
    """Return what lies on either side of a line, None where it does not cut the polygon in two.

    Coordinates are lon, lat (degrees, WGS 84). Shares of areas in degrees: within a commune a degree of longitude
    changes by less than 0.1 %, so they are those on the ground.
    """
    if len(points) < 2:
        return None
    line = LineString(points)
    if not line.is_simple or line.length == 0:
        return None
    parts = [part for part in split(polygon, line).geoms if part.area > 0] if polygon.crosses(line) else []
    if len(parts) < 2:
        return None
    areas = {"left": 0.0, "right": 0.0}
    for part in parts:
        side = _side(part, line)
        if side is None:
            return None
        areas[side] += part.area
    if not areas["left"] or not areas["right"]:
        return None
    left = Decimal(str(round(areas["left"] / (areas["left"] + areas["right"]), 6)))
    return Division(left, 1 - left, line.wkt)


def kept_lines(plan: Plan) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return the dividing lines that a plan keeps beside its parts, as points (lon, lat).

    What a plan file was given instead of a line (WKT on the globe) is left out.
    """
    found = dict.fromkeys(
        str(t.extra["line"]) for unit in plan.units for t in unit.transfers if "line" in t.extra
    )
    lines = (shapely.from_wkt(text, on_invalid="ignore") for text in found)
    return tuple(
        tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(line))
        for line in lines
        if isinstance(line, LineString) and not line.is_empty and _on_the_globe(line)
    )


def _on_the_globe(line: LineString) -> bool:
    west, south, east, north = line.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _side(part: BaseGeometry, line: LineString) -> str | None:
    """Tell on which side of the line a part lies; None where it does not touch the line."""
    shared = part.boundary.intersection(line.buffer(1e-9))
    if shared.is_empty or shared.length == 0:
        return None
    longest = max(getattr(shared, "geoms", [shared]), key=lambda piece: piece.length)
    middle = line.project(longest.interpolate(0.5, normalized=True))
    step = min(line.length, 1e-6)
    a, b = line.interpolate(max(0, middle - step)), line.interpolate(min(line.length, middle + step))
    dx, dy = b.x - a.x, b.y - a.y
    length = (dx * dx + dy * dy) ** 0.5
    if not length:
        return None
    at = line.interpolate(middle)
    nudge = 1e-7
    left = shapely.Point(at.x - dy / length * nudge, at.y + dx / length * nudge)
    return "left" if part.distance(left) < nudge / 2 else "right"


def deviation_percent(stated: Decimal, drawn: Decimal) -> Decimal | None:
    """Return by how much a stated area is off the drawn one, in % of the drawn one, rounded to 0.1."""
    if not drawn:
        return None
    return (100 * (stated - drawn) / drawn).quantize(Decimal("0.1"))
