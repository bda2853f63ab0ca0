"""The old parts against the new figure and the target, drawn with bars of our own: no library, no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ui.text import number

PART: Final = "#8fb3d1"
WHOLE: Final = "#0b4f8a"
TARGET: Final = "#a6480a"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, the figure (None = unknown), bounds where they are known; ``whole``: the new unit's."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    whole: bool = False


def bars_html(title: str, bars: Sequence[Bar], decimals: int, target: float | None, target_words: str) -> str:
    """Return bars on one axis from zero; bounds are a line with ends, the target a dashed line; figures in words."""
    reach = [x for bar in bars for x in (bar.value, bar.low, bar.high) if x is not None]
    most = max([*reach, target or 0.0, 0.0]) or 1.0
    rows = "".join(_row(bar, decimals, most, target) for bar in bars)
    note = (
        f'<div style="color:{TARGET};font-size:.84rem">┆ {escape(target_words)}</div>'
        if target is not None
        else ""
    )
    return (
        f'<figure role="img" aria-label="{escape(title, quote=True)}" style="margin:0">'
        f'<figcaption style="font-size:.88rem;font-weight:600;margin:.2rem 0 .3rem">{escape(title)}</figcaption>'
        f'<div style="display:grid;grid-template-columns:minmax(5rem,32%) 1fr auto;gap:.25rem .5rem;'
        f'align-items:center;font-size:.88rem">{rows}</div>{note}</figure>'
    )


def _row(bar: Bar, decimals: int, most: float, target: float | None) -> str:
    def percent(x: float) -> str:
        return f"{min(100.0, max(0.0, 100 * x / most)):.2f}%"

    colour = WHOLE if bar.whole else PART
    inside = ""
    if bar.value is not None:
        inside += (
            f'<span style="position:absolute;left:0;top:15%;height:70%;width:{percent(bar.value)};'
            f'background:{colour};border-radius:2px"></span>'
        )
    if bar.low is not None and bar.high is not None:
        wide = percent(bar.high - bar.low)
        inside += (
            f'<span style="position:absolute;left:{percent(bar.low)};top:44%;width:{wide};height:12%;'
            f'background:#111827"></span>'
            f'<span style="position:absolute;left:{percent(bar.low)};top:20%;width:2px;height:60%;'
            f'background:#111827"></span>'
            f'<span style="position:absolute;left:calc({percent(bar.high)} - 2px);top:20%;width:2px;height:60%;'
            f'background:#111827"></span>'
        )
    if target is not None:
        inside += (
            f'<span style="position:absolute;left:calc({percent(target)} - 1px);top:0;height:100%;'
            f'border-left:2px dashed {TARGET}"></span>'
        )
    said = number(bar.value, decimals)
    if bar.low is not None and bar.high is not None:
        span = f"{number(bar.low, decimals)} – {number(bar.high, decimals)}"
        said = f"{said} [{span}]" if bar.value is not None else span
    weight = "font-weight:600" if bar.whole else ""
    return (
        f'<span style="{weight};overflow-wrap:anywhere">{escape(bar.name)}</span>'
        f'<span style="position:relative;height:1.15rem;background:#eef1f4;border-radius:2px">{inside}</span>'
        f'<span style="{weight};text-align:right;font-variant-numeric:tabular-nums">{escape(said)}</span>'
    )
