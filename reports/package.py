"""The GeoPackage: old and new units, transfers, crosswalk, verdicts, metadata; it opens styled in QGIS."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reports.annexes import codes_sheet, crosswalk_sheet
from reports.context import Context
from reports.evidence import indicators_sheet, verdicts_sheet
from reports.layers import metadata_rows, new_frame, old_frame
from reports.styles import NEW_RULES, OLD_RULES, qml, sld
from reports.table import Sheet, visible
from reports.tables import parts_sheet, transfers_sheet, units_sheet

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

OLD: Final = "units_before"
NEW: Final = "units_after"


def package_bytes(context: Context) -> bytes:
    """Return the GeoPackage as bytes. Raises ExportError when there is no boundary layer."""
    sheets = (transfers_sheet(context), units_sheet(context), parts_sheet(context), codes_sheet(context),
              crosswalk_sheet(context), verdicts_sheet(context), indicators_sheet(context))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.gpkg"
        _write(path, OLD, old_frame(context))
        _write(path, NEW, _drawn(new_frame(context)))
        stamp = f"{context.plan.decided.isoformat()}T00:00:00.000Z"
        with closing(sqlite3.connect(path)) as database:
            for sheet in sheets:
                if sheet is not None:
                    _table(database, sheet, stamp)
            _metadata(database, context, stamp)
            _styles(database, stamp)
            # the writer's clock is the one thing that would differ from run to run
            database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
            database.commit()
            database.execute("VACUUM")
        return path.read_bytes()


def _drawn(frame: GeoDataFrame) -> GeoDataFrame:
    """Return the new units with what they are drawn as: stays, formed, or the state of a geometry that is not whole."""
    formed = frame["formed"].map({True: "formed", False: "stays"})
    return frame.assign(drawn_as=frame["geometry_state"].where(frame["geometry_state"] != "complete", formed))


def _write(path: Path, name: str, frame: GeoDataFrame) -> None:
    import shapely

    polygons = frame.geometry.map(
        lambda shape: shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape
    )
    clean = frame.assign(
        geometry=polygons, **{c: frame[c].map(visible) for c in ("name", "district_name") if c in frame}
    )
    clean.to_file(path, layer=name, driver="GPKG", engine="pyogrio", geometry_type="MultiPolygon")


def _table(database: sqlite3.Connection, sheet: Sheet, stamp: str) -> None:
    kinds = {"area": "REAL", "share": "REAL", "percent": "REAL", "number": "REAL", "count": "INTEGER"}
    columns = ", ".join(f'"{c.key}" {kinds.get(c.kind, "TEXT")}' for c in sheet.columns)
    database.execute(
        f'CREATE TABLE "{sheet.key}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {columns})'
    )
    names = ", ".join(f'"{c.key}"' for c in sheet.columns)
    marks = ", ".join("?" for _ in sheet.columns)
    rows = [
        [visible(cell) if isinstance(cell, str) else None if cell is None else
         float(cell) if kinds.get(column.kind) == "REAL" else int(cell)
         for column, cell in zip(sheet.columns, row, strict=True)]
        for row in sheet.rows
    ]  # fmt: skip
    database.executemany(f'INSERT INTO "{sheet.key}" ({names}) VALUES ({marks})', rows)
    _register(database, sheet.key, f"{sheet.vi} / {sheet.en}", stamp)


def _register(database: sqlite3.Connection, name: str, title: str, stamp: str) -> None:
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES (?, 'attributes', ?, ?, ?)",
        (name, name, title, stamp),
    )


def _metadata(database: sqlite3.Connection, context: Context, stamp: str) -> None:
    database.execute(
        "CREATE TABLE about (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT, value TEXT)"
    )
    database.executemany(
        "INSERT INTO about (name, value) VALUES (?, ?)", [(n, visible(v)) for n, v in metadata_rows(context)]
    )
    _register(database, "about", "Thông tin và giới hạn / metadata", stamp)


def _styles(database: sqlite3.Connection, stamp: str) -> None:
    database.execute(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
        "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
        "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
        "update_time DATETIME)"
    )
    for name, attribute, rules in ((OLD, "role", OLD_RULES), (NEW, "drawn_as", NEW_RULES)):
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
            "VALUES ('', '', ?, 'geom', ?, ?, ?, 1, '', '', NULL, ?)",
            (name, name, qml(attribute, rules), sld(name, attribute, rules), stamp),
        )
    _register(database, "layer_styles", "QGIS", stamp)
