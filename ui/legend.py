"""The legend under a map, drawn by ourselves: swatches with their words, readable without colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from ui import colours
from ui.text import number, t


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: colour, words, and optionally stripes or a symbol."""

    fill: str
    words: str
    hatch: str = ""
    mark: str = ""


def legend_html(title: str, entries: Sequence[Entry], note: str = "") -> str:
    """Return a legend as HTML: title, swatches in a row that wraps, and a note (unit, source, basis)."""
    items = "".join(f"<li>{_swatch(entry)}<span>{escape(entry.words)}</span></li>" for entry in entries)
    small = f"<small>{escape(note)}</small>" if note else ""
    label = escape(f"{t('map.legend')}: {title}")
    return f'<section class="sx-legend" aria-label="{label}"><b>{escape(title)}</b><ul>{items}</ul>{small}</section>'


def scale_legend(
    title: str, scale: colours.Scale, *, decimals: int = 0, unit: str = "", note: str = ""
) -> str:
    """Return the legend of a figure's classes, with the class of missing figures and their number."""
    heading = f"{title} ({unit})" if unit else title
    return legend_html(heading, scale_entries(scale, decimals), note)


def scale_entries(scale: colours.Scale, decimals: int = 0) -> list[Entry]:
    """Return the entries of a scale: “from – to” by class, then missing figures where there are any."""
    entries = []
    for low, high, colour in scale.classes():
        left, right = number(low, decimals), number(high, decimals)
        entries.append(Entry(colour, left if left == right else f"{left} – {right}"))
    if scale.missing:
        words = f"{t('state.missing')}: {number(scale.missing)}"
        entries.append(Entry(colours.MISSING_FILL, words, hatch=colours.MISSING_HATCH))
    return entries


def outcome_entries(outcomes: Iterable[str]) -> list[Entry]:
    """Return the entries of verdict outcomes, each with its symbol beside the colour."""
    entries = []
    for outcome in outcomes:
        colour, mark = colours.OUTCOMES[outcome]
        entries.append(Entry(colour, t(f"outcome.{outcome}"), mark=mark))
    return entries


def _swatch(entry: Entry) -> str:
    fill = escape(entry.fill, quote=True)
    if entry.hatch:
        stripe = escape(entry.hatch, quote=True)
        fill = f"repeating-linear-gradient(45deg,{stripe} 0 3px,{fill} 3px 7px)"
    mark = escape(entry.mark)
    return f'<i style="background:{fill}" aria-hidden="true">{mark}</i>'
