"""One look for all pages: what Streamlit's theme does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import streamlit as st

CSS: Final = """
<style>
.stMainBlockContainer { padding: 2.6rem 2rem 2rem; max-width: 1600px; }
.stMainBlockContainer h1 { font-size: 1.7rem; padding: 0 0 .2rem; text-wrap: balance; }
.stMainBlockContainer h2 { font-size: 1.25rem; padding: .6rem 0 .2rem; }
.stMainBlockContainer h3 { font-size: 1.05rem; padding: .4rem 0 .1rem; }
iframe[title^="streamlit_folium"] { border: 1px solid #c9d1da; border-radius: 6px; }
.sx-legend { font-size: .86rem; line-height: 1.35; color: #1c2733; }
.sx-legend ul { display: flex; flex-wrap: wrap; gap: .2rem .9rem; list-style: none; margin: .25rem 0; }
.sx-legend li { display: flex; align-items: center; gap: .35rem; margin: 0 !important; font-size: .86rem !important; }
.sx-legend i {
  flex: none; width: 1.5rem; height: 1rem; border: 1px solid #6b7684; border-radius: 2px; font-style: normal;
  font-size: .8rem; line-height: .95rem; text-align: center; font-weight: 700; color: #111827;
}
.sx-facts { display: grid; grid-template-columns: auto 1fr; gap: .15rem .8rem; font-size: .92rem; }
.sx-facts, .sx-legend ul, .sx-verdicts { margin: 0 !important; padding: 0 !important; }
.sx-facts dt { color: #4a5665; margin: 0 !important; font-weight: 400; }
.sx-facts dd { margin: 0 !important; font-variant-numeric: tabular-nums; }
.sx-legend small { color: #4a5665; }
.sx-table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .2rem 0 .4rem; }
.sx-table th, .sx-table td { padding: .16rem .35rem; border-bottom: 1px solid #dde3ea; text-align: right; }
.sx-table th { color: #4a5665; font-weight: 600; }
.sx-table td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.sx-table th:first-child, .sx-table td:first-child { text-align: left; white-space: normal; }
.sx-table tr.sx-total td { font-weight: 600; border-top: 1px solid #8a94a1; }
.sx-wide { overflow-x: auto; }
.sx-verdicts { list-style: none; }
.sx-verdicts li {
  display: flex; gap: .5rem; align-items: center; margin: 0 0 .15rem !important; padding: 0;
  font-size: .92rem !important;
}
.sx-verdicts i {
  flex: none; width: 1.4rem; text-align: center; font-style: normal; font-weight: 700; border-radius: 3px;
  border: 1px solid #6b7684; color: #111827; font-size: .85rem;
}
.sx-verdicts b { min-width: 2.2rem; text-align: right; font-variant-numeric: tabular-nums; }
.sx-source { color: #4a5665; font-size: .84rem; line-height: 1.4; overflow-wrap: anywhere; }
.sx-source p { font-size: inherit !important; margin: 0 0 .3rem !important; }
@media (max-width: 1000px) {
  .st-key-map-controls .stColumn { min-width: 15rem; }
  .st-key-map-controls .stColumn:first-child { min-width: 100%; }
  .st-key-map-controls .stHorizontalBlock { flex-wrap: wrap; }
  .st-key-overview-body .stHorizontalBlock, .st-key-map-body .stHorizontalBlock { flex-wrap: wrap; }
  .st-key-overview-body .stColumn, .st-key-map-body .stColumn { min-width: 100%; }
  .st-key-dashboard-body .stHorizontalBlock, .st-key-compare-body .stHorizontalBlock { flex-wrap: wrap; }
  .st-key-dashboard-body .stColumn, .st-key-compare-body .stColumn { min-width: 100%; }
  .st-key-workbench-body .stHorizontalBlock { flex-wrap: wrap; }
  .st-key-workbench-body .stColumn { min-width: 100%; }
}
@media (max-width: 640px) { .stMainBlockContainer { padding: 4rem .8rem 2rem; } }
@media print {
  .stSidebar, header, .stButton, .stSelectbox, .stButtonGroup, .stFileUploader { display: none !important; }
  .stMainBlockContainer { padding: 0; }
  .sx-legend i, .sx-verdicts i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  iframe[title^="streamlit_folium"] { break-inside: avoid; }
}
</style>
"""


def apply_style() -> None:
    """Put the style sheet into the page; call once a run."""
    st.html(CSS)


def facts_html(facts: Mapping[str, str]) -> str:
    """Return names and values as a list of two columns; unlike a table of Streamlit's it can be read aloud."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f'<dl class="sx-facts">{rows}</dl>'


def table_html(header: Sequence[str], rows: Sequence[Sequence[str]], total: int | None = None) -> str:
    """Return a small table: words in the first column, figures in the others; row ``total`` stands out."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        ('<tr class="sx-total">' if i == total else "<tr>")
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for i, row in enumerate(rows)
    )
    return f'<table class="sx-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
