"""Tables of the printed report: widths measured once, rows broken across pages where they are longer than one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reports.facts import Grid

if TYPE_CHECKING:
    from fpdf import FPDF

SIZE: Final = 7
_LINE: Final = 3.4  # mm a line of text
_PAD: Final = 0.7  # mm between a cell's border and its text
_HEAD: Final = (220, 230, 241)
_BORDER: Final = (154, 165, 177)
Lines = tuple[str, ...]


def wrapped(text: str, widths: Mapping[int, float], most: float) -> Lines:
    """Return text in lines no wider than ``most`` (thousandths of the type size); long words are broken.

    ``widths`` gives each character's width, by its code point.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, wide = "", 0.0
        for word in paragraph.split(" "):
            length = sum(widths.get(ord(c), 600.0) for c in word)
            space = widths.get(32, 318.0) if line else 0.0
            if wide + space + length <= most:
                line, wide = (f"{line} {word}" if line else word), wide + space + length
                continue
            if line:
                lines.append(line)
            *full, line = _broken(word, widths, most)
            lines += full
            wide = sum(widths.get(ord(c), 600.0) for c in line)
        lines.append(line)
    return tuple(lines)


def _broken(word: str, widths: Mapping[int, float], most: float) -> Iterator[str]:
    piece, wide = "", 0.0
    for c in word:
        length = widths.get(ord(c), 600.0)
        if piece and wide + length > most:
            yield piece
            piece, wide = "", 0.0
        piece, wide = piece + c, wide + length
    yield piece


def draw_grid(pdf: FPDF, font: str, grid: Grid) -> None:
    """Draw a table from where the page stands; the head is repeated on every page."""
    widths = [share * pdf.epw for share in grid.widths]
    most = [(width - 2 * _PAD) * 1000 * pdf.k / SIZE for width in widths]
    measures: dict[str, dict[int, float]] = {}
    for style in ("B", ""):
        pdf.set_font(font, style, SIZE)
        measures[style] = (
            {int(c): float(w) for c, w in pdf.current_font.cw.items()} if pdf.current_font else {}
        )

    @lru_cache(maxsize=4096)
    def cell(text: str, at: int, style: str) -> Lines:
        return wrapped(text, measures[style], most[at])

    margin, pdf.c_margin = pdf.c_margin, _PAD
    pdf.set_draw_color(*_BORDER)
    pdf.set_line_width(0.2)
    head = [cell(text, at, "B") for at, text in enumerate(grid.heads)]
    first = [cell(text, at, "") for at, text in enumerate(grid.rows[0])] if grid.rows else head
    high = _high(head) + min(_high(first), _LINE * 12)
    if pdf.get_y() + high > pdf.page_break_trigger:  # a head never stands alone at a page's foot
        pdf.add_page()
    _row(pdf, font, widths, head, grid.numbers, True)
    for row in grid.rows:
        lines = [cell(text, at, "") for at, text in enumerate(row)]
        while any(lines):
            fits = int((pdf.page_break_trigger - pdf.get_y() - 2 * _PAD) / _LINE)
            tall = max(map(len, lines))
            # a row is broken only where it would not fit on a page of its own
            if fits < min(tall, _most_lines(pdf, head)):
                pdf.add_page()
                _row(pdf, font, widths, head, grid.numbers, True)
                continue
            _row(pdf, font, widths, [part[:fits] for part in lines], grid.numbers, False)
            lines = [part[fits:] for part in lines]
    pdf.c_margin = margin


def _most_lines(pdf: FPDF, head: Sequence[Lines]) -> int:
    """Return how many lines a row may have on a page that holds the head and nothing else."""
    free = pdf.page_break_trigger - pdf.t_margin - _high(head) - 2 * _PAD
    return max(1, int(free / _LINE) - 1)


def _high(lines: Sequence[Lines]) -> float:
    return _LINE * max(map(len, lines)) + 2 * _PAD


def _row(
    pdf: FPDF, font: str, widths: Sequence[float], lines: Sequence[Lines], numbers: Sequence[int], head: bool
) -> None:
    high = _high(lines)
    if head and pdf.get_y() + high + _LINE > pdf.page_break_trigger:
        pdf.add_page()
    pdf.set_font(font, "B" if head else "", SIZE)
    pdf.set_fill_color(*(_HEAD if head else (255, 255, 255)))
    left, top = pdf.l_margin, pdf.get_y()
    for at, (width, texts) in enumerate(zip(widths, lines, strict=True)):
        pdf.rect(left, top, width, high, style="DF")
        for number, text in enumerate(texts):
            pdf.set_xy(left, top + _PAD + number * _LINE)
            pdf.cell(width, _LINE, text, align="R" if at in numbers else "L")
        left += width
    pdf.set_xy(pdf.l_margin, top + high)
