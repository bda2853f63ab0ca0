"""The report as PDF, with the map sheets as its last pages; the font comes with a package, so Vietnamese is whole."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from geo.text import vietnamese_number
from reports.context import Context
from reports.facts import Bars, Grid, Text, sections
from reports.gridpdf import draw_grid
from reports.sheets import maps_pdf_bytes
from reports.wording import shown_name

if TYPE_CHECKING:
    from fpdf import FPDF
    from pypdf import PageObject

_FONT: Final = "DejaVu"
# a map sheet on a page that has a foot of its own: how much smaller, and where its corner lies (points)
_SCALE: Final = 0.92
_CORNER: Final = (34.0, 46.0)
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
    if context.layer is None:
        return bytes(pdf.output())
    return _with_maps(pdf, maps_pdf_bytes(context))


def _with_maps(pdf: FPDF, maps: bytes) -> bytes:
    """Return the report with a page for each map sheet, the sheets as they were drawn (vector), the feet ours."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    sheets = PdfReader(io.BytesIO(maps)).pages
    first = pdf.page
    for _ in sheets:
        pdf.add_page()
    book = PdfWriter(clone_from=io.BytesIO(bytes(pdf.output())))
    book.add_metadata({"/Producer": ""})
    for page, sheet in zip(book.pages[first:], sheets, strict=True):
        form = DecodedStreamObject()
        form.set_data(_content(sheet))
        form.update({
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): sheet.mediabox,
            NameObject("/Resources"): sheet["/Resources"].clone(book),
        })  # fmt: skip
        place = DecodedStreamObject()
        drawn = b"\nq %.4f 0 0 %.4f %.2f %.2f cm /Map Do Q\n" % (_SCALE, _SCALE, *_CORNER)
        place.set_data(_content(page) + drawn)
        page[NameObject("/Contents")] = book._add_object(place)
        # the resources are shared by all pages of the report: a copy, with the map
        resources = DictionaryObject(cast(DictionaryObject, page["/Resources"].get_object()))
        drawing = book._add_object(form.flate_encode())
        resources[NameObject("/XObject")] = DictionaryObject({NameObject("/Map"): drawing})
        page[NameObject("/Resources")] = resources
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def _content(page: PageObject) -> bytes:
    contents = page.get_contents()
    return b"" if contents is None else contents.get_data()


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
    if grid.rows:
        draw_grid(pdf, _FONT, Grid(tuple(map(_text, grid.heads)), tuple(tuple(map(_text, row)) for row in grid.rows),
                                   grid.widths, grid.numbers))  # fmt: skip
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
