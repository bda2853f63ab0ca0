"""The report as one HTML file: no script, no request leaves it, charts and map are inline."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final

from geo.text import vietnamese_number
from reports.context import Context
from reports.facts import Bars, Grid, Section, Text, sections
from reports.sheets import map_sheets, overview_pngs
from reports.wording import shown_name

_STYLE: Final = """
body{font:15px/1.5 "Noto Sans","DejaVu Sans",Arial,sans-serif;max-width:1120px;margin:2rem auto;
padding:0 1rem;color:#222}
h1{font-size:1.6rem}h2{margin-top:2.2rem;border-bottom:2px solid #2b5c8a;padding-bottom:.2rem}
table{border-collapse:collapse;width:100%;margin:.8rem 0;font-size:13px;table-layout:fixed}
th,td{border:1px solid #c4ccd4;padding:.25rem .4rem;vertical-align:top;overflow-wrap:anywhere}
th{background:#dce6f1;text-align:left}td.n{text-align:right}thead{display:table-header-group}tr{break-inside:avoid}
p.warning{background:#fff2cc;border-left:4px solid #d9a400;padding:.4rem .7rem}
img,svg{max-width:100%;height:auto}figure{margin:1rem 0}figcaption{font-size:13px;color:#555}
footer{margin-top:3rem;font-size:12px;color:#555;border-top:1px solid #ccc}nav a{margin-right:1rem}
h1,h2,p,footer,figcaption{overflow-wrap:anywhere}div.t{overflow-x:auto}
@media (max-width:700px){div.t table{min-width:1180px}}
@media print{body{max-width:none;margin:0}nav{display:none}}
"""
_BEFORE, _AFTER = "#b8c4d0", "#2b5c8a"


def html_bytes(context: Context) -> bytes:
    """Return the report as HTML in UTF-8."""
    found = sections(context)
    title = escape(shown_name(context.plan.title_vi or context.plan.id))
    nav = "".join(f'<a href="#s{i}">{escape(section.title)}</a>' for i, section in enumerate(found))
    body = "".join(_section(i, section) for i, section in enumerate(found))
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{escape(shown_name(context.plan.title_en))}</p><nav>{nav}</nav>{_maps(context)}{body}"
        f"<footer>{escape(context.stamp)}</footer></body></html>\n"
    ).encode()


def _maps(context: Context) -> str:
    if context.layer is None:
        return ""
    figures = []
    for sheet, png in zip(map_sheets(context, districts=False), overview_pngs(context), strict=True):
        data = b64encode(png).decode()
        caption = escape(
            sheet.title + (" — sơ đồ, không phải ranh giới đo đạc / schematic" if context.schematic else "")
        )
        figures.append(
            f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    return "".join(figures)


def _section(number: int, section: Section) -> str:
    items = "".join(_item(item) for item in section.items)
    return f'<section id="s{number}"><h2>{escape(section.title)}</h2>{items}</section>'


def _item(item: Text | Grid | Bars) -> str:
    if isinstance(item, Text):
        mark = ' class="warning"' if item.warning else ""
        return f"<p{mark}>{escape(item.text)}</p>"
    return bars_svg(item) if isinstance(item, Bars) else _table(item)


def _table(grid: Grid) -> str:
    columns = "".join(f'<col style="width:{width * 100:.1f}%">' for width in grid.widths)
    heads = "".join(f"<th>{escape(head)}</th>" for head in grid.heads)
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td class="n">{escape(cell)}</td>' if at in grid.numbers else f"<td>{escape(cell)}</td>"
            for at, cell in enumerate(row)
        )
        + "</tr>"
        for row in grid.rows
    )
    return (
        f'<div class="t"><table><colgroup>{columns}</colgroup><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>'
        "</table></div>"
    )


def bars_svg(bars: Bars) -> str:
    """Return a chart of horizontal bars, before over after, as SVG."""
    most = max((*bars.before, *bars.after, 1.0))
    height = 30 + 34 * len(bars.labels)
    parts = [
        f'<text x="0" y="16" font-weight="bold">{escape(bars.title)}</text>',
        f'<rect x="520" y="6" width="12" height="12" fill="{_BEFORE}"/><text x="537" y="16">trước</text>',
        f'<rect x="600" y="6" width="12" height="12" fill="{_AFTER}"/><text x="617" y="16">sau</text>',
    ]
    for i, (label, before, after) in enumerate(zip(bars.labels, bars.before, bars.after, strict=True)):
        top = 30 + 34 * i
        parts.append(f'<text x="190" y="{top + 18}" text-anchor="end">{escape(label[:28])}</text>')
        for offset, value, colour in ((0, before, _BEFORE), (13, after, _AFTER)):
            wide = 480 * value / most
            parts.append(f'<rect x="200" y="{top + offset}" width="{wide:.1f}" height="12" fill="{colour}"/>')
            parts.append(
                f'<text x="{205 + wide:.1f}" y="{top + offset + 10}" font-size="10">{vietnamese_number(value)}</text>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 {height}" width="740" role="img" '
        f'font-family="DejaVu Sans, Noto Sans, sans-serif" font-size="12">{"".join(parts)}</svg>'
    )
