"""The report as PDF, with the map sheets as its last pages; the font comes with a package, so Vietnamese is whole."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.text import vietnamese_number
from reports.context import Context
from reports.facts import Bars, Grid, Text, sections
from reports.sheets import draw, map_sheets
from reports.wording import shown_name

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT: Final = "DejaVu"
_BEFORE, _AFTER = (184, 196, 208), (43, 92, 138)


def pdf_bytes(context: Context) -> bytes:
    """Return the report and every map sheet as one PDF, A4 landscape."""
    pdf = _document(context)
    pdf.add_page()
    pdf.set_font(_FONT, "B", 16)
    pdf.multi_cell(
        0, 8, _text(shown_name(context.plan.title_vi or context.plan.id)), new_x="LMARGIN", new_y="NEXT"
    )
    pdf.set_font(_FONT, "", 10)
    pdf.multi_cell(0, 6, _text(shown_name(context.plan.title_en)), new_x="LMARGIN", new_y="NEXT")
    for section in sections(context):
        pdf.ln(3)
        pdf.set_font(_FONT, "B", 12)
        if pdf.get_y() > 170:
            pdf.add_page()
        pdf.multi_cell(0, 8, _text(section.title), new_x="LMARGIN", new_y="NEXT")
        for item in section.items:
            if isinstance(item, Text):
                _paragraph(pdf, item)
            elif isinstance(item, Grid):
                _table(pdf, item)
            else:
                _bars(pdf, item)
    if context.layer is not None:
        for sheet in map_sheets(context):
            pdf.add_page()
            pdf.image(io.BytesIO(draw(context, sheet, 130)), x=14, y=4, w=268)
    return bytes(pdf.output())


def _document(context: Context) -> FPDF:
    import matplotlib
    from fpdf import FPDF

    stamp = _text(context.stamp)

    class Paged(FPDF):
        def footer(self) -> None:
            self.set_y(-11)
            self.set_font(_FONT, "", 7)
            self.cell(0, 5, stamp)
            self.cell(0, 5, f"{self.page_no()}/{{nb}}", align="R")

    pdf = Paged(orientation="landscape", format="A4")
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pdf.add_font(_FONT, "", fonts / "DejaVuSans.ttf")
    pdf.add_font(_FONT, "B", fonts / "DejaVuSans-Bold.ttf")
    pdf.set_margins(12, 12, 12)
    pdf.set_auto_page_break(True, 15)
    decided = context.plan.decided
    pdf.set_creation_date(datetime(decided.year, decided.month, decided.day, tzinfo=UTC))
    pdf.set_title(shown_name(context.plan.title_vi or context.plan.id))
    pdf.set_keywords(context.stamp)
    pdf.set_producer("")
    pdf.set_creator("")
    pdf.set_lang("vi")
    return pdf


def _text(text: str) -> str:
    """Return text with a replacement for what the font lacks: characters outside the basic plane."""
    return "".join(c if ord(c) < 0x10000 else "\ufffd" for c in text)


def _paragraph(pdf: FPDF, item: Text) -> None:
    pdf.set_font(_FONT, "", 9)
    if item.warning:
        pdf.set_fill_color(255, 242, 204)
    pdf.multi_cell(0, 5, _text(item.text), fill=item.warning, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1)


def _table(pdf: FPDF, grid: Grid) -> None:
    from fpdf.fonts import FontFace

    if not grid.rows:
        return
    pdf.set_font(_FONT, "", 7)
    pdf.set_fill_color(255, 255, 255)  # cells would take the colour of what was drawn before
    head = FontFace(emphasis="BOLD", fill_color=(220, 230, 241))
    align = tuple("RIGHT" if at in grid.numbers else "LEFT" for at in range(len(grid.heads)))
    with pdf.table(
        col_widths=tuple(width * 100 for width in grid.widths), headings_style=head, line_height=4, padding=0.6,
        text_align=align, first_row_as_headings=True,
    ) as table:  # fmt: skip
        for row in (grid.heads, *grid.rows):
            cells = table.row()
            for text in row:
                cells.cell(_text(text))
    pdf.ln(2)


def _bars(pdf: FPDF, bars: Bars) -> None:
    most = max((*bars.before, *bars.after, 1.0))
    pdf.set_font(_FONT, "B", 9)
    pdf.cell(0, 6, _text(f"{bars.title} (nhạt: trước, đậm: sau)"), new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FONT, "", 7)
    for label, before, after in zip(bars.labels, bars.before, bars.after, strict=True):
        if pdf.get_y() > 185:
            pdf.add_page()
        top = pdf.get_y()
        pdf.set_xy(12, top)
        pdf.cell(50, 7, _text(label[:32]), align="R")
        for offset, value, colour in ((0.3, before, _BEFORE), (3.5, after, _AFTER)):
            pdf.set_fill_color(*colour)
            pdf.rect(64, top + offset, max(0.1, 180 * value / most), 3, style="F")
            pdf.set_xy(65 + 180 * value / most, top + offset)
            pdf.cell(20, 3, vietnamese_number(value))
        pdf.set_y(top + 7.5)
    pdf.set_x(pdf.l_margin)
