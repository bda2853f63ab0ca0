"""Polygons of the units formed and of the units that stay, dissolved from the old layer; GeoJSON of them.

A unit formed is drawn from its whole sources alone. A part has no geometry in the table, so none is drawn by guess:
the unit is marked as incomplete, and the source that is split is drawn whole and marked as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geo.errors import ExportError, Problem
from reports.context import Context
from reports.table import PART_WORDS, plain_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.layer import Layer

# what stands in the attribute geometry_state
COMPLETE: Final = "complete"
PARTIAL: Final = "partial"  # takes parts that are not drawn
SPLIT: Final = "split"  # a source unit whose parts are not drawn apart
ABSENT: Final = "absent"  # a source is not on the map


def layer_of(context: Context) -> Layer:
    """Return the context's layer. Raises ExportError when there is none."""
    if context.layer is None:
        raise ExportError(
            Problem(
                "không có lớp ranh giới cho sổ đơn vị này",
                "there is no boundary layer for this register",
                found=context.register.id,
                accepted="--boundaries FILE",
            )
        )
    return context.layer


def drawn_groups(context: Context) -> dict[str, str]:
    """Return the unit drawn for each source code: whole transfers and staying units; split sources stay themselves."""
    groups = {}
    for unit in context.register:
        pairs = context.plan.by_source.get(unit.code)
        if pairs is None:
            groups[unit.code] = unit.code
        elif pairs[0][1].part == "whole":
            groups[unit.code] = pairs[0][0].code
        else:
            groups[unit.code] = f"split:{unit.code}"
    return groups


def old_frame(context: Context) -> GeoDataFrame:
    """Return the units before: polygons with code, name, kind, district, figures and what becomes of them."""
    layer = layer_of(context)
    frame = layer.frame.loc[[code in context.register for code in layer.codes]].copy()
    rows: list[dict[str, Any]] = []
    for code in map(str, frame.index):
        unit = context.register[code]
        pairs = context.plan.by_source.get(code, ())
        rows.append(
            {
                "code": code,
                "name": unit.name,
                "kind": unit.kind,
                "district_code": unit.district_code,
                "district_name": unit.district_name,
                "area_km2": _float(unit.area_km2),
                "population": _float(unit.population),
                "role": "stays" if not pairs else "whole" if pairs[0][1].part == "whole" else "split",
                "to_codes": ", ".join(target.code for target, _ in pairs) or code,
                "schematic": layer.schematic,
            }
        )
    return _joined(frame, rows)


def new_frame(context: Context) -> GeoDataFrame:
    """Return the units after, and the split sources, with geometry_state; see the module."""
    from geo.dissolve import dissolve

    layer = layer_of(context)
    frame = dissolve(layer, drawn_groups(context))
    rows: list[dict[str, Any]] = []
    for key, missing in zip(map(str, frame.index), frame["missing"], strict=True):
        rows.append(
            _split_row(context, key[6:]) if key.startswith("split:") else _new_row(context, key, int(missing))
        )
        rows[-1]["schematic"] = layer.schematic
    return _joined(frame[["geometry"]], rows)


def _joined(frame: GeoDataFrame, rows: list[dict[str, Any]]) -> GeoDataFrame:
    from geopandas import GeoDataFrame

    return GeoDataFrame(rows, geometry=frame.geometry.to_list(), crs=frame.crs)


def _new_row(context: Context, code: str, missing: int) -> dict[str, Any]:
    unit = context.after[code]
    formed = context.formed_by_code.get(code)
    parts = [t for t in formed.plan.transfers if t.part != "whole"] if formed else []
    area, population = unit.figure("area_km2"), unit.figure("population")
    row: dict[str, Any] = {
        "code": code,
        "name": unit.name,
        "kind": unit.kind,
        "district_code": unit.district_code,
        "district_name": unit.district_name,
        "area_km2": _float(area.value),
        "area_low_km2": _float(area.bounds[0] if area.bounds else None),
        "area_high_km2": _float(area.bounds[1] if area.bounds else None),
        "population": _float(population.value),
        "population_low": _float(population.bounds[0] if population.bounds else None),
        "population_high": _float(population.bounds[1] if population.bounds else None),
        "stated_area_km2": _float(formed.stated["area_km2"] if formed else None),
        "stated_population": _float(formed.stated["population"] if formed else None),
        "basis": "register; stated_* as the instrument says",
        "estimated": any(figure.confidence == "estimated" for figure in (area, population))
        and formed is not None,
        "formed": formed is not None,
        "geometry_state": ABSENT if missing else PARTIAL if parts else COMPLETE,
        "not_drawn": "; ".join(
            f"{PART_WORDS[t.part]} {context.register[t.code].name} ({t.code})" for t in parts
        ),
        "outcome": _outcome(context, code),
    }
    return row


def _split_row(context: Context, code: str) -> dict[str, Any]:
    unit = context.register[code]
    targets = ", ".join(target.code for target, _ in context.plan.by_source[code])
    row = dict.fromkeys(
        ("area_km2", "area_low_km2", "area_high_km2", "population", "population_low", "population_high",
         "stated_area_km2", "stated_population"), float("nan"))  # fmt: skip
    return {
        "code": code,
        "name": unit.name,
        "kind": unit.kind,
        "district_code": unit.district_code,
        "district_name": unit.district_name,
        **row,
        "basis": "",
        "estimated": False,
        "formed": False,
        "geometry_state": SPLIT,
        "not_drawn": f"chia cho {targets} / split among {targets}",
        "outcome": "",
    }


def _outcome(context: Context, code: str) -> str:
    """Return the worst mandatory or advisory outcome of a unit, empty when the plan was not judged."""
    if context.judged is None or code not in context.formed_by_code:
        return ""
    outcomes = {
        verdict["outcome"]
        for verdict in context.judged["verdicts"]
        if verdict.get("subject") == code and verdict["severity"] in ("mandatory", "advisory")
    }
    return next((word for word in ("fail", "undetermined", "exempt", "pass") if word in outcomes), "")


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def geojson_bytes(context: Context) -> bytes:
    """Return the units after as GeoJSON: polygons by code, bounds and states as properties, hashes at the top."""
    from geo.web import geojson_text

    frame = new_frame(context)
    properties = {}
    geometries = {}
    for record, geometry in zip(
        frame.drop(columns="geometry").to_dict("records"), frame.geometry, strict=True
    ):
        key = ("split:" if record["geometry_state"] == SPLIT else "") + str(record["code"])
        properties[key] = {str(k): _json(v) for k, v in record.items()}
        geometries[key] = geometry
    top = {
        "name": f"{context.plan.id}-{context.plan.target}",
        "description": "Sơ đồ, không phải ranh giới đo đạc / schematic, not surveyed"
        if context.schematic
        else "",
        "plan": context.plan.id,
        **{f"sha256_{key}": value for key, value in context.hashes.items()},
    }
    return geojson_text(geometries, properties, top).encode()


def _json(value: Any) -> Any:
    if isinstance(value, float):
        if value != value:
            return None
        return int(value) if value.is_integer() and abs(value) >= 1000 else float(value)
    return value.item() if hasattr(value, "item") else value


def metadata_rows(context: Context) -> list[tuple[str, str]]:
    """Return what a reader of the data must know, as names and values."""
    plan = context.plan
    counts = f"{len(context.register)} → {len(context.after)}"
    return [
        ("plan", plan.id),
        ("title_vi", plan.title_vi),
        ("title_en", plan.title_en),
        ("instrument", plan.instrument),
        ("decided", plan.decided.isoformat()),
        ("effective", plan.target),
        ("base", plan.base),
        ("units", counts),
        ("area before (km², register)", _number(context.register.total("area_km2"))),
        ("population before (register)", _number(context.register.total("population"))),
        (
            "map",
            (context.layer.name if context.layer else "")
            + (" (sơ đồ / schematic)" if context.schematic else ""),
        ),
        (
            "geometry_state",
            "complete; partial: takes parts that are not drawn; split: a source drawn whole; absent",
        ),
        (
            "bases",
            "Figures are the register's; stated_* are the instrument's. They are never added together.",
        ),
        *((f"sha256_{key}", value) for key, value in context.hashes.items()),
    ]


def _number(value: Any) -> str:
    return "" if value is None else plain_number(value)
