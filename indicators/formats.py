"""Writing remapped observations: CSV with CSVW metadata beside it, XLSX, Parquet, and the reproducibility sheet."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from geo.errors import ExportError, Problem
from geo.files import whole_file, write_text
from indicators.remap import Remapped

FORMATS: Final = ("csv", "xlsx", "parquet")
_NUMBERS: Final = ("value", "numerator", "denominator", "low", "high", "coverage")
#: a worksheet's rows
_SHEET_ROWS: Final = 1_048_575
_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "unit_code": ("Mã đơn vị", "Unit code"),
    "vintage": ("Thời điểm của sổ đơn vị", "Vintage of the units"),
    "period": ("Kỳ", "Period"),
    "indicator": ("Chỉ tiêu", "Indicator"),
    "value": ("Giá trị; trống = không có", "Value; empty = none"),
    "numerator": ("Tử số", "Numerator"),
    "denominator": ("Mẫu số", "Denominator"),
    "status": ("Trạng thái SDMX", "SDMX observation status"),
    "low": ("Cận dưới", "Lower bound"),
    "high": ("Cận trên", "Upper bound"),
    "method": ("Cách tính", "Method"),
    "base": ("Cơ sở chia", "Base of the split"),
    "parents": ("Mã các đơn vị gốc", "Codes of the parents"),
    "parents_missing": ("Mã các đơn vị gốc thiếu số liệu", "Codes of the parents without a figure"),
    "coverage": ("Tỷ trọng đơn vị gốc có số liệu", "Share of the parents that is known"),
    "reason": ("Lý do, ghi chú", "Reason"),
}


@dataclass(frozen=True)
class Provenance:
    """What a result rests on: names and SHA-256 of the inputs, versions, the time."""

    inputs: tuple[tuple[str, str, str], ...]
    options: Mapping[str, str] = field(default_factory=dict)
    when: str = ""

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the sheet's rows: what, name, value."""
        versions = [
            ("software", "sapxep", _version()),
            ("software", "python", platform.python_version()),
            ("software", "numpy", np.__version__),
            ("software", "pandas", pd.__version__),
        ]
        options = [("option", name, value) for name, value in self.options.items()]
        return [*self.inputs, *options, *versions, ("time", "UTC", self.when)]


def provenance(
    inputs: Mapping[str, Path | str | bytes], options: Mapping[str, str] | None = None
) -> Provenance:
    """Return the provenance of a result: a hash of each input by its role (plan, register, observations, ...).

    Raises ExportError when an input can no longer be read.
    """
    rows = []
    for role, source in inputs.items():
        name = role if isinstance(source, bytes) else Path(source).name
        try:
            content = source if isinstance(source, bytes) else Path(source).read_bytes()
        except OSError as error:
            raise ExportError(
                Problem("không đọc lại được đầu vào", "an input cannot be read again", file=str(source))
            ) from error
        rows.append((role, name, hashlib.sha256(content).hexdigest()))
    when = datetime.now(UTC).replace(microsecond=0).isoformat()
    return Provenance(tuple(rows), dict(options or {}), when)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sapxep")
    except PackageNotFoundError:
        return "0"


def write_remapped(remapped: Remapped, path: Path | str, made_from: Provenance | None = None) -> list[Path]:
    """Write remapped observations; the ending says the format. Returns the files written.

    CSV: decimal point, empty = no value, with CSVW metadata (W3C, Metadata Vocabulary for Tabular Data) and, where
    a provenance is given, the reproducibility sheet beside it. XLSX: sheets of results, totals, reports and
    reproducibility, codes as text. Parquet: the same in its metadata. Whole or not at all.
    Raises ExportError for another ending, or when nothing can be written there.
    """
    path = Path(path)
    made_from = made_from or provenance({})
    writers = {"csv": _write_csv, "xlsx": _write_xlsx, "parquet": _write_parquet}
    writer = writers.get(path.suffix.lower().removeprefix("."))
    if writer is None:
        raise ExportError(
            Problem(
                "không ghi được định dạng này",
                "unknown format",
                str(path),
                found=path.suffix,
                accepted="csv, xlsx, parquet",
            )
        )
    return writer(remapped, path, made_from)


def number_text(values: pd.Series) -> pd.Series:
    """Return numbers as the shortest text that reads back equal: 12 not 12.0, at most 12 significant digits kept."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(float)
    rounded = np.round(numbers, 9)
    whole = np.isfinite(rounded) & (rounded == np.rint(rounded)) & (np.abs(rounded) < 1e15)
    texts = np.full(len(numbers), "", dtype=object)
    texts[whole] = rounded[whole].astype(np.int64).astype(str)
    other = np.isfinite(rounded) & ~whole
    texts[other] = [np.format_float_positional(number, trim="-") for number in rounded[other]]
    worded = (
        values.map(lambda cell: isinstance(cell, str)).to_numpy(bool)
        if not is_numeric_dtype(values.dtype)
        else None
    )
    if worded is not None:
        texts[worded] = values[worded].map(guarded)
    return pd.Series(texts, index=values.index)


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def text_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame as it stands in files: all text, numbers in the shortest form."""
    columns = {}
    for column in frame.columns:
        if column in _NUMBERS:
            columns[column] = number_text(frame[column])
        else:
            # few different texts, many rows: each is guarded once
            texts = frame[column].astype(str).astype("category")
            columns[column] = texts.cat.rename_categories([guarded(str(t)) for t in texts.cat.categories])
    return pd.DataFrame(columns)


def _write_csv(remapped: Remapped, path: Path, made_from: Provenance) -> list[Path]:
    with whole_file(path) as beside:
        text_frame(remapped.frame).to_csv(beside, index=False, lineterminator="\n", encoding="utf-8")
    metadata = path.with_name(path.name + "-metadata.json")
    write_text(
        metadata, json.dumps(csvw(remapped, path.name, made_from), ensure_ascii=False, indent=1) + "\n"
    )
    return [path, metadata]


def csvw(remapped: Remapped, url: str, made_from: Provenance) -> dict[str, object]:
    """Return the CSVW metadata of a result, with its totals, reports and provenance."""
    columns = []
    for name in remapped.frame.columns:
        vi, en = _TITLES[str(name)]
        number = name in _NUMBERS and is_numeric_dtype(remapped.frame[name].dtype)
        datatype: object = {"base": "decimal"} if number else "string"
        if name == "status":
            datatype = {"base": "string", "format": "^[A-Z]$"}
        columns.append(
            {
                "name": name,
                "titles": {"vi": vi, "en": en},
                "datatype": datatype,
                "null": "",
                "required": name in ("unit_code", "vintage", "period", "indicator", "status"),
            }
        )
    marks = {
        i.id: i.marks
        for i in remapped.catalogue
        if i.marks and i.id in set(remapped.frame["indicator"].unique())
    }
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"language": "vi"}],
        "url": url,
        "dc:title": f"{remapped.from_vintage} → {remapped.to_vintage}",
        "dc:created": made_from.when,
        "dc:description": "; ".join(f"{name}: {mark}" for name, mark in marks.items()),
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True},
        "tableSchema": {"primaryKey": ["unit_code", "vintage", "period", "indicator"], "columns": columns},
        "notes": [
            {"role": "reproducibility", "rows": [list(row) for row in made_from.rows()]},
            {"role": "reports", "rows": [{"vi": p.text("vi"), "en": p.text("en")} for p in remapped.reports]},
            {"role": "totals", "rows": _plain(remapped.totals)},
        ],
    }


def _plain(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(name): cell.item() if isinstance(cell, np.generic) else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def _write_xlsx(remapped: Remapped, path: Path, made_from: Provenance) -> list[Path]:
    if len(remapped.frame) > _SHEET_ROWS:
        raise ExportError(
            Problem(
                "quá nhiều dòng cho một trang tính; hãy ghi CSV hoặc Parquet",
                "too many rows for a worksheet; write CSV or Parquet",
                str(path),
                found=str(len(remapped.frame)),
                accepted=str(_SHEET_ROWS),
            )
        )
    import xlsxwriter

    with whole_file(path) as beside:
        book = xlsxwriter.Workbook(
            str(beside), {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
        )
        header = book.add_format({"bold": True})
        frame = remapped.frame
        cells = [
            [None if number != number else number for number in frame[name].tolist()]
            if name in _NUMBERS
            else frame[name].astype(str).tolist()
            for name in frame.columns
        ]
        _sheet(book, "results", [str(name) for name in frame.columns], list(zip(*cells, strict=True)), header)
        totals = remapped.totals
        _sheet(
            book,
            "totals",
            [str(n) for n in totals.columns],
            [list(r.values()) for r in _plain(totals)],
            header,
        )
        _sheet(
            book, "reports", ["vi", "en"], [(p.text("vi"), p.text("en")) for p in remapped.reports], header
        )
        _sheet(book, "reproducibility", ["what", "name", "value"], made_from.rows(), header)
        book.close()
    return [path]


def _sheet(
    book: object, name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], header: object
) -> None:
    sheet = book.add_worksheet(name)  # type: ignore[attr-defined]
    sheet.write_row(0, 0, columns, header)
    sheet.freeze_panes(1, 0)
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(at, column, cell)
            elif isinstance(cell, int | float):
                sheet.write_number(at, column, cell)
            elif cell not in (None, ""):
                sheet.write_string(at, column, str(cell))


def _write_parquet(remapped: Remapped, path: Path, made_from: Provenance) -> list[Path]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    frame = remapped.frame
    if not is_numeric_dtype(frame["value"].dtype):
        frame = frame.assign(value=number_text(frame["value"]))
    table = pa.Table.from_pandas(frame, preserve_index=False)
    notes = json.dumps(csvw(remapped, path.name, made_from), ensure_ascii=False).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"csvw": notes})
    with whole_file(path) as beside:
        pq.write_table(table, beside)
    return [path]
