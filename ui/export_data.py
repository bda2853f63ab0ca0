"""What the Export page makes documents from, and what it keeps of them: no words, no widgets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.errors import Language
from plans.crosswalk import plan_crosswalk
from reports.context import Context
from reports.export import FORMATS
from reports.table import KIND_WORDS, PART_WORDS, Cell, Column, shown, visible
from ui.session import Work, judgement
from ui.text import text_in
from ui.workbench_indicators import observations_for

if TYPE_CHECKING:
    from indicators.remap import Remapped
    from reports.table import Sheet

# which indicators go into the documents: the register's own figures, the illustrative dossiers, none
INDICATORS: Final = ("register", "dossiers", "none")
SINGLE: Final = tuple(suffix for suffix in FORMATS if suffix != "zip")
MAPS: Final = ("gpkg", "geojson", "png")
KEPT: Final = 24
_NAME_MOST: Final = 60

# columns whose cells stand in both languages in the documents
_MARKS: Final = ("mark", "area_basis", "population_basis")

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """A document as it was made: its bytes and the seconds that it took."""

    content: bytes
    seconds: float


def choices(current: Work) -> tuple[str, ...]:
    """Return the indicators that can be had for a plan's base vintage."""
    return tuple(
        name for name in INDICATORS if name != "dossiers" or observations_for(current.register.vintage)
    )


@st.cache_resource(show_spinner=False, max_entries=12)
def _context(key: str, indicators: str, _work: Work) -> Context:  # noqa: ARG001 (the cache's key)
    from reports.compute import embedded_layer_for, remapped

    plan, register = _work.plan, _work.register
    layer = _work.own_layer if _work.own_layer is not None else embedded_layer_for(register)
    links = plan_crosswalk(plan, register)
    after = None
    if indicators == "register":
        after = remapped(None, links, register)
    elif indicators == "dossiers" and (dossiers := observations_for(register.vintage)) is not None:
        after = marked(remapped(dossiers.frame, links, register))
    return Context(plan, register, judgement(_work), after, layer, links)


def illustrative_mark() -> str:
    """Return the mark of illustrative values in documents, in both languages whatever the visit's."""
    return f"{text_in('vi', 'export.mark')} / {text_in('en', 'export.mark')}"


def marked(remapped: Remapped | None) -> Remapped | None:
    """Return illustrative indicators with their mark beside every value and sum, so that none is taken for fact."""
    if remapped is None:
        return None
    totals, mark = remapped.totals, illustrative_mark()
    return replace(
        remapped,
        inputs=remapped.inputs.assign(mark=mark),
        frame=remapped.frame.assign(mark=mark),
        totals=totals.assign(indicator=totals["indicator"].astype(str) + f" ({mark})"),
    )


def context_of(current: Work, indicators: str) -> Context:
    """Return what documents are made from, kept between runs. Raises PlanError, ObservationError."""
    return _context(current.key, indicators, current)


def remember(kept: MutableMapping[Key, Made], key: Key, made: Made, most: int = KEPT) -> None:
    """Keep a document, and let the oldest go where there are more than ``most``."""
    kept.pop(key, None)
    kept[key] = made
    while len(kept) > most:
        del kept[next(iter(kept))]


def file_name(plan_id: str, suffix: str) -> str:
    """Return the name a document is saved under: the plan's id in characters that every system takes."""
    stem = re.sub(r"[^\w.-]+", "-", plan_id).strip("-.")[:_NAME_MOST]
    return f"{stem or 'plan'}.{suffix}"


def size_text(size: int) -> tuple[float, str]:
    """Return a number of bytes as a figure and its unit (kB of 1000 bytes, MB of 1,000,000)."""
    return (size / 1e6, "MB") if size >= 1_000_000 else (size / 1e3, "kB")


def sheets_of(context: Context, suffix: str) -> tuple[Sheet, ...]:
    """Return the tables that a document holds, the merger table first; empty where it holds none as such."""
    from reports.annexes import workbook_sheets
    from reports.tables import csv_sheet, transfers_sheet, units_sheet

    if suffix == "xlsx":
        sheets = workbook_sheets(context)
        first = ("transfers", "units")
        return tuple(sorted(sheets, key=lambda s: first.index(s.key) if s.key in first else len(first)))
    if suffix == "csv":
        return (csv_sheet(context),)
    if suffix == "gpkg":
        return (units_sheet(context), transfers_sheet(context))
    return (units_sheet(context),) if suffix == "geojson" else ()


_BOTH: Final = re.compile(r"([^;/ ](?:[^;/]*[^;/ ])?) / ([^;/]+)")


def cell_in(column: Column, cell: Cell, chosen: Language) -> Cell:
    """Return a cell for the screen: codes of kinds and parts in words, of marks in both languages the half wanted."""
    if not isinstance(cell, str):
        return cell
    if column.words is not None:
        if chosen == "vi":
            return shown(column, cell)
        return text_in(chosen, f"kind.{cell}") if cell in KIND_WORDS else visible(cell)
    if column.key in _MARKS:
        return _BOTH.sub(lambda match: match[2 if chosen == "en" else 1], visible(cell))
    if column.key == "predecessors" and chosen == "en":
        for word, own in PART_WORDS.items():
            cell = cell.replace(f"({own})", f"({word})")
    return visible(cell)


def docx_outline(content: bytes, most: int = 40) -> list[str]:
    """Return the first paragraphs of a document that say something."""
    import docx

    lines = [paragraph.text.strip() for paragraph in docx.Document(io.BytesIO(content)).paragraphs]
    return [line for line in lines if line][:most]


def report_outline(context: Context) -> list[tuple[str, str]]:
    """Return the report's sections with the first words of each."""
    from reports.facts import Text, sections

    return [
        (section.title, next((item.text for item in section.items if isinstance(item, Text)), ""))
        for section in sections(context)
    ]


def zip_members(content: bytes) -> list[tuple[str, int]]:
    """Return names and sizes in bytes of what an archive holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, info.file_size) for info in archive.infolist()]
