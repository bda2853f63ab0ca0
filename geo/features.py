"""Opening a boundary file: its features as polygons in EPSG:4326, with everything that had to be mended.

Formats are told by their first bytes, not by name alone, so that no other driver is ever tried on a file.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import InputFileError, LayerError, Problem

FORMATS: Final = "GeoJSON (.geojson, .json), GeoPackage (.gpkg), Shapefile (.zip), FlatGeobuf (.fgb)"
CRS: Final = "EPSG:4326"
# longitude and latitude of Vietnam with its islands, degrees, generously
BOX: Final = (102.0, 6.0, 118.0, 24.0)
_POLYGONS: Final = (3, 6)
_MAGIC: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = {
    ".geojson": ("GeoJSON", (b"{",)),
    ".json": ("GeoJSON", (b"{",)),
    ".gpkg": ("GeoPackage", (b"SQLite format 3\x00",)),
    ".fgb": ("FlatGeobuf", (b"fgb",)),
    ".zip": ("Shapefile", (b"PK\x03\x04",)),
}
_LARGEST: Final = 2 << 30

Geometries = NDArray[np.object_]


@dataclass(frozen=True)
class Features:
    """The features of a file in its order; feature ``i`` is number ``i + 1``, which messages call its row.

    ``geometry`` holds polygons in EPSG:4326, None where ``problems`` says why there is none. ``crs`` is what the
    file states, empty where it states none; ``invalid`` holds (row, reason) of each geometry that was repaired.
    """

    file: str
    layer: str
    format: str
    crs: str
    columns: Mapping[str, NDArray[Any]]
    geometry: Geometries
    invalid: tuple[tuple[int, str], ...]
    reports: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def open_features(path: Path | str, name: str | None = None) -> Features:
    """Read the polygons of a file; ``name`` is what messages call it.

    Raises InputFileError when there is no such file, LayerError when it is no layer, has no features, states no
    coordinate system where one is needed, or lies outside Vietnam. What concerns single features is in ``problems``.
    """
    path = Path(path)
    shown = name or str(path)
    kind, source = _source(path, shown)
    layer, reports = _layer_name(source, shown)
    meta, wkb, columns, notes = _read(source, layer, shown)
    reports += notes
    if not len(wkb):
        raise LayerError(
            Problem("lớp ranh giới không có đối tượng nào", "the layer has no features", file=shown)
        )
    geometry, invalid, problems = _polygons(wkb, shown)
    if invalid:
        rows = ", ".join(str(row) for row, _ in invalid[:10]) + (" …" if len(invalid) > 10 else "")
        reports.append(
            Problem(
                f"đã sửa {len(invalid)} hình không hợp lệ (vòng tự cắt hoặc không khép kín); đối tượng: {rows}",
                f"{len(invalid)} invalid geometries (rings that cross or are not closed) were repaired; "
                f"features: {rows}",
                file=shown,
                found=invalid[0][1],
            )
        )
    crs = str(meta["crs"] or "")
    geometry, noted = _in_degrees(geometry, crs, shown)
    reports += noted
    return Features(
        shown, layer, kind, crs, columns, geometry, tuple(invalid), tuple(reports), tuple(problems)
    )


def _source(path: Path, shown: str) -> tuple[str, str]:
    """Return the format and what to hand to GDAL."""
    if path.suffix.lower() not in _MAGIC:
        raise LayerError(
            Problem(
                "không phải tệp ranh giới",
                "this is not a boundary file",
                file=shown,
                found=path.suffix or "?",
                accepted=FORMATS,
            )
        )
    kind, starts = _MAGIC[path.suffix.lower()]
    try:
        with path.open("rb") as stream:
            head = stream.read(64)
    except FileNotFoundError as error:
        raise InputFileError(Problem("không có tệp này", "there is no such file", file=shown)) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputFileError(
            Problem(f"không đọc được tệp: {reason}", f"the file cannot be read: {reason}", file=shown)
        ) from error
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(starts):
        raise _no_layer(shown, f"nội dung không phải {kind}", f"its content is not {kind}")
    if kind != "Shapefile":
        return kind, str(path.resolve())
    return kind, f"/vsizip/{path.resolve()}/{_shapefile_in(path, shown)}"


def _shapefile_in(path: Path, shown: str) -> str:
    """Return the one Shapefile in an archive that has all its parts."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _no_layer(shown, "tệp nén hỏng", "the archive is damaged") from error
    found = [name for name in names if name.lower().endswith(".shp") and "__macosx" not in name.lower()]
    if len(found) != 1 or size > _LARGEST:
        raise LayerError(
            Problem(
                "tệp nén phải chứa đúng một Shapefile",
                "the archive must hold one Shapefile",
                file=shown,
                found=", ".join(found or names[:5]) or "0",
                accepted=".shp + .shx + .dbf + .prj (< 2 GB)",
            )
        )
    lowered = {name.lower() for name in names}
    if lacking := [end for end in (".shx", ".dbf") if found[0][:-4].lower() + end not in lowered]:
        raise LayerError(
            Problem(
                "Shapefile thiếu tệp đi kèm",
                "a part of the Shapefile is missing",
                file=shown,
                field=", ".join(lacking),
                accepted=".shp + .shx + .dbf + .prj",
            )
        )
    return found[0]


def _no_layer(shown: str, vi: str, en: str) -> LayerError:
    return LayerError(
        Problem(
            f"không đọc được như lớp ranh giới: {vi}",
            f"cannot be read as a boundary layer: {en}",
            file=shown,
            accepted=FORMATS,
        )
    )


def _gdal_failed(source: str, shown: str, error: Exception) -> LayerError:
    """Return the error, with the place where the JSON breaks off if that is why."""
    reason = " ".join(str(error).replace(source, shown).split())
    if source.lower().endswith(("json",)):
        try:
            json.loads(Path(source).read_bytes())
        except json.JSONDecodeError as broken:
            at = f"{broken.lineno}:{broken.colno} ({broken.msg})"
            return _no_layer(shown, f"JSON hỏng ở {at}", f"malformed JSON at {at}")
        except (UnicodeDecodeError, OSError):
            pass
    return _no_layer(shown, reason, reason)


def _layer_name(source: str, shown: str) -> tuple[str, list[Problem]]:
    """Return the layer with polygons; of several the first is taken, and this is reported."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # said again when the layer is read
            listed = [(str(layer), str(geometry)) for layer, geometry in pyogrio.list_layers(source)]
    except pyogrio.errors.DataSourceError as error:
        raise _gdal_failed(source, shown, error) from error
    if not listed:
        raise _no_layer(shown, "không có lớp nào", "it holds no layer")
    areal = [
        layer
        for layer, geometry in listed
        if "Polygon" in geometry or geometry in ("Unknown", "GeometryCollection")
    ]
    if not areal:
        types = ", ".join(f"{layer}: {geometry}" for layer, geometry in listed)
        raise LayerError(
            Problem("không có lớp vùng", "there is no layer of polygons", file=shown, found=types)
        )
    if len(areal) == 1:
        return areal[0], []
    note = Problem(
        f"tệp có {len(areal)} lớp; dùng lớp “{areal[0]}”",
        f"the file has {len(areal)} layers; “{areal[0]}” is used",
        file=shown,
        found=", ".join(areal),
    )
    return areal[0], [note]


class _Read(NamedTuple):
    meta: dict[str, Any]
    wkb: Geometries
    columns: dict[str, NDArray[Any]]
    notes: list[Problem]


def _read(source: str, layer: str, shown: str) -> _Read:
    import pyogrio

    try:
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always")
            meta, _, wkb, data = pyogrio.raw.read(source, layer=layer, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise _gdal_failed(source, shown, error) from error
    if wkb is None:
        raise LayerError(Problem("lớp không có hình học", "the layer has no geometry", file=shown))
    # what GDAL says of rings is found again, with its row, when the geometry is read
    texts = dict.fromkeys(text for remark in remarks if "ring" not in (text := str(remark.message)).lower())
    notes = [
        Problem("lưu ý khi đọc tệp", "a remark from reading the file", file=shown, found=text)
        for text in list(texts)[:5]
    ]
    return _Read(meta, wkb, dict(zip(map(str, meta["fields"]), data, strict=True)), notes)


def _polygons(wkb: Geometries, shown: str) -> tuple[Geometries, list[tuple[int, str]], list[Problem]]:
    """Return valid polygons (None where there are none), what was repaired, and what could not be."""
    made: Geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    alone = (shapely.get_type_id(made) == 6) & (shapely.get_num_geometries(made) == 1)
    made[alone] = shapely.get_geometry(made[alone], 0)
    made[shapely.is_empty(made)] = None
    absent = shapely.is_missing(made)
    unread = absent & np.array([content is not None for content in wkb])
    made[unread] = shapely.from_wkb(wkb[unread], on_invalid="fix")
    types = shapely.get_type_id(made)
    bad = ~shapely.is_missing(made) & np.isin(types, _POLYGONS) & (unread | ~shapely.is_valid(made))
    reasons = shapely.is_valid_reason(made)
    invalid = [(int(i) + 1, "ring not closed" if unread[i] else str(reasons[i])) for i in np.flatnonzero(bad)]
    if bad.any():
        made[bad] = [_areal(geometry) for geometry in shapely.make_valid(made[bad], method="structure")]
    problems = []
    for i in range(len(made)):
        kind = made[i].geom_type if made[i] is not None else ""
        if kind in ("Polygon", "MultiPolygon") and not made[i].is_empty:
            continue
        problems.append(
            Problem(
                "đối tượng không phải vùng" if kind else "đối tượng không có hình học",
                "the feature is not a polygon" if kind else "the feature has no geometry",
                file=shown,
                row=i + 1,
                field="geometry",
                found=kind or None,
                accepted="Polygon, MultiPolygon",
            )
        )
        made[i] = None
    return made, invalid, problems


def _areal(geometry: Any) -> Any:
    """Return the polygons of a geometry, one polygon as itself, None where no area is left."""
    parts = [part for part in shapely.get_parts(geometry, return_index=False) if part.area > 0]
    flat = [inner for part in parts for inner in shapely.get_parts(part) if inner.geom_type == "Polygon"]
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else shapely.multipolygons(flat)


def _in_degrees(geometry: Geometries, crs: str, shown: str) -> tuple[Geometries, list[Problem]]:
    """Return the geometry in EPSG:4326; all of it must lie in Vietnam."""
    import pyproj

    reports = []
    if not crs:
        reports.append(
            Problem(
                "tệp không ghi hệ tọa độ; tọa độ trông như kinh độ, vĩ độ, đã đọc là EPSG:4326",
                "the file states no coordinate system; coordinates look like longitude and latitude and were "
                "read as EPSG:4326",
                file=shown,
            )
        )
    else:
        try:
            stated = pyproj.CRS.from_user_input(crs)
            if not stated.equals(pyproj.CRS(CRS), ignore_axis_order=True):
                turn = pyproj.Transformer.from_crs(stated, CRS, always_xy=True)
                geometry = shapely.transform(
                    geometry, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))
                )
                reports.append(
                    Problem(
                        "đã chuyển tọa độ sang EPSG:4326",
                        "coordinates were transformed to EPSG:4326",
                        file=shown,
                        found=stated.name,
                    )
                )
        except pyproj.exceptions.ProjError as error:
            raise LayerError(
                Problem(
                    "không chuyển được hệ tọa độ sang EPSG:4326",
                    "the coordinate system cannot be transformed to EPSG:4326",
                    file=shown,
                    found=crs[:80],
                )
            ) from error
    _check_place(geometry, crs, shown)
    # a tenth of a millimetre: what neighbours share differs by less only through arithmetic
    return shapely.transform(geometry, lambda xy: np.round(xy, 9)), reports


def _check_place(geometry: Geometries, crs: str, shown: str) -> None:
    bounds = shapely.bounds(geometry)
    known = ~shapely.is_missing(geometry)
    low, high = np.array(BOX[:2]), np.array(BOX[2:])
    within = (bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1)
    outside = np.flatnonzero(known & ~within)
    if not len(outside):
        return
    turned = bounds[outside][:, [1, 0, 3, 2]]
    swapped = bool((turned[:, :2] >= low).all() and (turned[:, 2:] <= high).all())
    vi = "kinh độ và vĩ độ bị đổi chỗ" if swapped else "tọa độ không nằm ở Việt Nam"
    en = "longitude and latitude are swapped" if swapped else "coordinates do not lie in Vietnam"
    if not crs:
        vi = "tệp không ghi hệ tọa độ, và " + vi
        en = "the file states no coordinate system, and " + en
    accepted = "102–118°E, 6–24°N (EPSG:4326), or a stated CRS (.prj)"
    raise LayerError(
        Problem(
            vi,
            en,
            file=shown,
            row=int(i) + 1,
            field="geometry",
            found=", ".join(f"{value:.6g}" for value in bounds[i]),
            accepted=accepted,
        )
        for i in outside[: 1 if len(outside) == known.sum() else None]
    )
