"""A boundary layer: the polygons of units by code, embedded or the user's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from geo.codes import ACCEPTED_CODES, ACCEPTED_FIELDS, find_code_field, read_codes
from geo.errors import ExportError, LayerError, Problem
from geo.features import CRS, Features, open_features
from geo.files import DATA, whole_file, write_text
from geo.matching import describe, match_names
from geo.web import geojson_text, rounded

if TYPE_CHECKING:
    from geo.register import Register

_NARROW_GAP: Final = 10 / 111_320  # degrees
_OUTPUTS: Final = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf"}

Geometries = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Layer:
    """Polygons of units in EPSG:4326: ``frame`` has the one column geometry, its index ``code`` is sorted and unique.

    The frame must not be changed: layers are cached, and equal when their contents are. ``schematic`` layers must be
    labelled as not surveyed wherever they are drawn. ``reports`` says what was mended or left out on reading.
    """

    frame: GeoDataFrame
    name: str
    schematic: bool = False
    reports: tuple[Problem, ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse codes that are unsorted or occur twice, empty polygons, and another coordinate system."""
        index = self.frame.index
        if not (index.is_unique and index.is_monotonic_increasing):
            raise ValueError("index must be sorted and unique codes")
        if self.frame.crs is None or self.frame.crs.to_epsg() != 4326:
            raise ValueError(f"crs must be EPSG:4326; got {self.frame.crs}")
        if shapely.is_missing(self.geometries).any() or shapely.is_empty(self.geometries).any():
            raise ValueError("every unit must have a polygon")

    @classmethod
    def of(
        cls,
        polygons: dict[str, Any],
        name: str,
        schematic: bool = False,
        reports: tuple[Problem, ...] = (),
    ) -> Layer:
        """Return a layer of polygons (lon/lat) by code."""
        codes = sorted(polygons)
        frame = GeoDataFrame(
            geometry=[polygons[code] for code in codes], index=np.array(codes, dtype=object), crs=CRS
        )
        return cls(frame.rename_axis("code"), name, schematic, reports)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Codes in the order of the rows."""
        return tuple(map(str, self.frame.index))

    @property
    def geometries(self) -> Geometries:
        """Polygons in the order of the rows, degrees."""
        return np.asarray(self.frame.geometry.to_numpy(), dtype=object)

    @cached_property
    def is_coverage(self) -> bool:
        """Whether neighbours share their vertices exactly and none overlap."""
        return bool(shapely.coverage_is_valid(self.geometries))

    @cached_property
    def misfits(self) -> tuple[str, ...]:
        """Codes of units whose lines overlap a neighbour's or run less than 10 m beside it without meeting."""
        edges = shapely.coverage_invalid_edges(self.geometries, gap_width=_NARROW_GAP)
        return tuple(np.asarray(self.codes, dtype=object)[~shapely.is_empty(edges)])

    @cached_property
    def content_hash(self) -> str:
        """A digest of codes and coordinates; names and order of reading do not count."""
        digest = hashlib.sha256("\n".join(self.codes).encode())
        for content in shapely.to_wkb(self.geometries, byte_order=1):
            digest.update(content)
        return digest.hexdigest()[:32]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and (self.content_hash, self.schematic) == (
            other.content_hash,
            other.schematic,
        )

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, code: object) -> bool:
        return code in self.frame.index


def areas_km2(frame: GeoDataFrame) -> dict[str, float]:
    """Return the area of each row on the ellipsoid in km², by its index (through an equal-area projection)."""
    areas = frame.geometry.to_crs(6933).area / 1e6
    return {str(key): float(value) for key, value in areas.items()}


@lru_cache(maxsize=4)
def embedded_layer(vintage: str) -> Layer | None:
    """Return the schematic layer of a vintage ("2024-12-31", "2025-07-01"), None where there is none."""
    path = DATA / "boundaries" / f"hanoi-{vintage}.geojson"
    if not path.is_file():
        return None
    features = open_features(path, path.name)
    codes = [str(code) for code in features.columns["code"]]
    return Layer.of(dict(zip(codes, features.geometry, strict=True)), path.stem, schematic=True)


def read_layer(
    path: Path | str,
    register: Register | None = None,
    *,
    name: str | None = None,
    match: bool = False,
) -> Layer:
    """Read a user's layer keyed by code: GeoJSON, GeoPackage, zipped Shapefile or FlatGeobuf, in any stated CRS.

    With a register, units that are not in it are left out and reported. ``match`` allows a layer without codes to be
    matched by name and district. ``name`` is what messages call the file. Raises InputFileError when the file is
    missing, LayerError listing everything else that makes it unusable.
    """
    features = open_features(path, name)
    return layer_of(features, register, match)


def layer_of(features: Features, register: Register | None = None, match: bool = False) -> Layer:
    """Return the layer that opened features make; see read_layer."""
    codes, reports, problems = _codes(features, register, match)
    problems = [*features.problems, *problems]
    if problems:
        raise LayerError(
            sorted(problems, key=lambda p: (p.row is None, p.row if isinstance(p.row, int) else 0))
        )
    groups: dict[str, list[int]] = {}
    for i, code in enumerate(codes):
        if code is not None and (register is None or code in register):
            groups.setdefault(code, []).append(i)
    strangers = {code for code in codes if code is not None} - set(groups)
    if not groups:
        raise LayerError(
            Problem(
                "không mã nào của lớp có trong sổ đơn vị",
                "none of the layer's codes is in the register",
                file=features.file,
                found=", ".join(sorted(strangers)[:5]) or None,
                accepted=None
                if register is None
                else ", ".join([unit.code for unit in register][:3]) + ", …",
            )
        )
    if strangers:
        reports.append(
            Problem(
                f"bỏ qua {len(strangers)} mã không có trong sổ đơn vị",
                f"{len(strangers)} codes that are not in the register were left out",
                file=features.file,
                found=_listed(sorted(strangers)),
            )
        )
    if register is not None and (missing := [unit.code for unit in register if unit.code not in groups]):
        reports.append(
            Problem(
                f"{len(missing)} đơn vị của sổ không có trên bản đồ",
                f"{len(missing)} units of the register are not on the map",
                file=features.file,
                found=_listed(missing),
            )
        )
    if several := sorted(code for code, rows in groups.items() if len(rows) > 1):
        reports.append(
            Problem(
                f"{len(several)} mã có nhiều đối tượng, đã gộp lại",
                f"{len(several)} codes have several features, which were merged",
                file=features.file,
                found=_listed([f"{code} ({len(groups[code])})" for code in several]),
            )
        )
    polygons = {
        code: features.geometry[rows[0]] if len(rows) == 1 else shapely.union_all(features.geometry[rows])
        for code, rows in groups.items()
    }
    layer = Layer.of(polygons, Path(features.file).stem, reports=(*features.reports, *reports))
    if not (loose := layer.misfits):
        return layer
    fit = Problem(
        f"đường ranh của {len(loose)} đơn vị không khớp với đơn vị kề bên (hở dưới 10 m hoặc chồng lấn)",
        f"lines of {len(loose)} units do not fit their neighbours' (gaps below 10 m, or overlaps)",
        file=features.file,
        found=_listed(list(loose)),
    )
    return Layer(layer.frame, layer.name, False, (*layer.reports, fit))


def _listed(items: list[str], limit: int = 20) -> str:
    return ", ".join(items[:limit]) + (" …" if len(items) > limit else "")


def _codes(
    features: Features, register: Register | None, match: bool
) -> tuple[list[str | None], list[Problem], list[Problem]]:
    """Return the code of each feature, reports and problems."""
    column = find_code_field(features.columns)
    if column is not None:
        return read_codes(features.columns[column], features.file, column)
    none: list[str | None] = [None] * len(features.geometry)
    described = describe(features.columns) if match and register is not None else None
    if described is not None and register is not None:
        found = match_names(described, register, features.file)
        if found.matched:
            said = Problem(
                f"không có cột mã; đã đối chiếu theo tên {found.matched} trong {len(described)} đối tượng",
                f"no column of codes; {found.matched} of {len(described)} features were matched by name",
                file=features.file,
            )
            return list(found.codes), [said, *found.reports], []
    fields = ", ".join(features.columns) or "—"
    return (
        none,
        [],
        [
            Problem(
                "không có cột mã đơn vị",
                "no column holds units' codes",
                file=features.file,
                found=fields,
                accepted=f"{ACCEPTED_FIELDS}: {ACCEPTED_CODES}",
            )
        ],
    )


def import_layer(path: Path | str, out: Path | str, register: Register | None = None) -> Layer:
    """Read a layer, by code or, with a register, by name and district, and write it keyed by ``code`` in EPSG:4326.

    The format follows the ending of ``out``: .geojson, .gpkg, .fgb. Raises as read_layer does, and ExportError when
    it cannot be written; nothing half-written is left.
    """
    out = Path(out)
    if (driver := _OUTPUTS.get(out.suffix.lower())) is None:
        raise ExportError(
            Problem(
                "không ghi được dạng tệp này",
                "this format cannot be written",
                file=str(out),
                found=out.suffix or "?",
                accepted=", ".join(_OUTPUTS),
            )
        )
    layer = read_layer(path, register, match=True)
    if driver == "GeoJSON":
        shapes = rounded(layer.geometries, 7)
        write_text(
            out,
            geojson_text(
                dict(zip(layer.codes, shapes, strict=True)),
                {code: {"code": code} for code in layer.codes},
                {"name": layer.name},
            ),
        )
        return layer
    import pyogrio

    with whole_file(out) as beside:
        beside.unlink()  # drivers want to make the file themselves
        multi = [
            shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape])
            for shape in layer.geometries
        ]
        pyogrio.raw.write(
            str(beside),
            shapely.to_wkb(np.array(multi, dtype=object)),
            [np.array(layer.codes, dtype=object)],
            ["code"],
            layer=layer.name,
            driver=driver,
            geometry_type="MultiPolygon",
            crs=CRS,
        )
    return layer


def inspect_layer(path: Path | str, register: Register | None = None) -> dict[str, Any]:
    """Return what can be said of a layer, ready for JSON; see geo.inspection.inspect."""
    from geo.inspection import inspect

    return inspect(path, register)
