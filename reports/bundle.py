"""All documents of a plan in one ZIP: the same plan gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from typing import Final

from plans.files import plan_text
from reports.annexes import plan_sheet, workbook_sheets
from reports.context import Context
from reports.csvfile import sheet_csv
from reports.csvw import csvw_text
from reports.layers import geojson_bytes, metadata_rows
from reports.package import package_bytes
from reports.printed import pdf_bytes
from reports.report import html_bytes
from reports.resolution import resolution_bytes
from reports.sheets import before_png_bytes, maps_pdf_bytes, png_bytes
from reports.tables import csv_sheet
from reports.workbook import workbook_bytes

_ALWAYS: Final[tuple[tuple[str, str, Callable[[Context], bytes]], ...]] = (
    ("bang.xlsx", "Sổ tính / workbook", workbook_bytes),
    ("du-thao-nghi-quyet.docx", "Dự thảo nghị quyết / draft resolution", resolution_bytes),
    ("bao-cao.html", "Báo cáo / report", html_bytes),
    ("bao-cao.pdf", "Báo cáo, bản đồ / report, maps", pdf_bytes),
)
_MAPPED: Final[tuple[tuple[str, str, Callable[[Context], bytes]], ...]] = (
    ("ban-do.gpkg", "GeoPackage", package_bytes),
    ("don-vi-moi.geojson", "GeoJSON", geojson_bytes),
    ("ban-do-truoc.png", "Bản đồ trước / map before", before_png_bytes),
    ("ban-do-sau.png", "Bản đồ sau / map after", png_bytes),
    ("ban-do.pdf", "Bản đồ từng huyện / maps by district", maps_pdf_bytes),
)
Progress = Callable[[str, int, int], None]


def members(context: Context, progress: Progress | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents; ``progress`` is told what comes next, how many are done, and of how many."""
    makers = (*_ALWAYS, *(_MAPPED if context.layer is not None else ()))
    yield "phuong-an.toml", plan_text(context.plan).encode()
    tables = [("csv/transfers.csv", csv_sheet(context))]
    tables += [
        (f"csv/{sheet.key}.csv", sheet)
        for sheet in workbook_sheets(context)
        if sheet.key not in ("transfers", plan_sheet(context).key)
    ]
    for name, sheet in tables:
        yield name, sheet_csv(sheet).encode()
    names = [(name.removeprefix("csv/"), sheet) for name, sheet in tables]
    yield "csv/csv-metadata.json", csvw_text(context, names).encode()
    for done, (name, title, make) in enumerate(makers):
        if progress is not None:
            progress(title, done, len(makers))
        yield name, make(context)
    if progress is not None:
        progress("", len(makers), len(makers))


def bundle_bytes(context: Context, progress: Progress | None = None) -> bytes:
    """Return everything as one ZIP; what needs a map is left away, and said in README.txt, where there is none."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("README.txt", _readme(context).encode()), *members(context, progress)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _readme(context: Context) -> str:
    lines = [f"{name}: {value}" for name, value in metadata_rows(context)]
    if context.layer is None:
        lines.append("Không có lớp ranh giới nên không có bản đồ / no boundary layer, hence no maps")
    if context.judged is None:
        lines.append("Chưa đánh giá theo quy tắc / not judged")
    return "\n".join(lines) + "\n"
