"""Writing a plan's documents: one function for all formats, chosen by the target's suffix, whole file or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from geo.errors import ExportError, Problem
from geo.files import whole_file
from reports.context import Context


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of document: its suffix, what it is called, and the function that makes its bytes."""

    suffix: str
    vi: str
    en: str
    media_type: str
    maker: str

    def make(self, context: Context) -> bytes:
        """Return the document; the module that makes it is imported only now."""
        module, _, name = self.maker.partition(":")
        return cast(Callable[[Context], bytes], getattr(import_module(module), name))(context)


FORMATS: Final[Mapping[str, Format]] = {
    item.suffix: item
    for item in (
        Format("xlsx", "Sổ tính các bảng", "Workbook of all tables",
               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "reports.workbook:workbook_bytes"),
        Format("csv", "Bảng điều chuyển (CSV)", "Merger table (CSV)", "text/csv", "reports.csvfile:transfers_csv"),
        Format("docx", "Dự thảo nghị quyết và phụ lục", "Draft resolution and annex",
               "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
               "reports.resolution:resolution_bytes"),
        Format("gpkg", "Gói bản đồ GeoPackage", "GeoPackage, styled for QGIS", "application/geopackage+sqlite3",
               "reports.package:package_bytes"),
        Format("geojson", "Đơn vị mới (GeoJSON)", "New units (GeoJSON)", "application/geo+json",
               "reports.layers:geojson_bytes"),
        Format("png", "Bản đồ sau sắp xếp (PNG)", "Map sheet after (PNG)", "image/png", "reports.sheets:png_bytes"),
        Format("html", "Báo cáo (HTML)", "Report (HTML)", "text/html", "reports.report:html_bytes"),
        Format("pdf", "Báo cáo và bản đồ (PDF)", "Report with map sheets (PDF)", "application/pdf",
               "reports.printed:pdf_bytes"),
        Format("zip", "Toàn bộ hồ sơ (ZIP)", "All documents (ZIP)", "application/zip", "reports.bundle:bundle_bytes"),
    )
}  # fmt: skip


def export_bytes(context: Context, suffix: str) -> bytes:
    """Return a document of a plan as bytes. Raises ExportError naming the formats there are."""
    made = FORMATS.get(suffix.lower().lstrip("."))
    if made is None:
        raise _unknown(suffix, "")
    return made.make(context)


def export(context: Context, target: Path | str) -> None:
    """Write a document of a plan; its format is the target's suffix.

    Raises ExportError when the suffix is none of FORMATS or the target cannot be written; the old file is left whole.
    """
    target = Path(target)
    suffix = target.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        raise _unknown(target.suffix, str(target))
    if target.is_dir():
        raise ExportError(Problem("là thư mục, không phải tệp", "this is a folder, not a file", str(target)))
    content = FORMATS[suffix].make(context)
    with whole_file(target) as beside:
        beside.write_bytes(content)


def _unknown(suffix: str, file: str) -> ExportError:
    return ExportError(
        Problem(
            "không có dạng tài liệu này",
            "there is no such kind of document",
            file,
            field="-o",
            found=suffix or "(trống / empty)",
            accepted=", ".join(f".{name}" for name in FORMATS),
        )
    )
