"""CSVW: what the columns of the CSV files mean, as JSON beside them (W3C: Metadata Vocabulary for Tabular Data)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from reports.context import Context
from reports.table import Sheet

_TYPES: Final = {
    "area": "decimal",
    "percent": "decimal",
    "share": "decimal",
    "number": "decimal",
    "count": "integer",
}
_UNITS: Final = {"area": "km²", "percent": "%", "share": "[0, 1]"}


def csvw_text(context: Context, tables: Sequence[tuple[str, Sheet]]) -> str:
    """Return the metadata of a group of tables, each with the name of its file."""
    document: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "dc:title": {"vi": context.plan.title_vi, "en": context.plan.title_en},
        "dc:source": context.plan.instrument,
        "dc:date": context.plan.decided.isoformat(),
        "dc:identifier": [f"sha256:{name}:{value}" for name, value in context.hashes.items() if value],
        "tables": [_table(name, sheet) for name, sheet in tables],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _table(name: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "url": name,
        "dc:title": {"vi": sheet.vi, "en": sheet.en},
        "rdfs:comment": {"vi": sheet.note_vi, "en": sheet.note_en},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {
            "columns": [
                {
                    "name": column.key,
                    "titles": {"und": column.key, "vi": column.vi, "en": column.en},
                    "datatype": _TYPES.get(column.kind, "string"),
                    "null": "",
                    **({"dc:description": _UNITS[column.kind]} if column.kind in _UNITS else {}),
                }
                for column in sheet.columns
            ],
            "primaryKey": list(sheet.identity),
        },
    }
