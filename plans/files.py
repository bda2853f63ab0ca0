"""Plan files (TOML, contract: Plan). Reading, writing and reading again gives an equal plan.

Keys that we do not know are carried along, so that nothing another program wrote is lost.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, cast

import tomli_w

from geo.errors import PlanError, Problem
from geo.files import DATA, decode, read_bytes, write_text
from geo.register import KIND_NAMES, kind_of
from geo.registers import words
from plans.plan import CONFIDENCES, PARTS, Exemption, NewUnit, Part, Plan, Totals, Transfer

PLANS: Final = DATA / "plans"


def embedded_plans() -> tuple[str, ...]:
    """Return the ids of the embedded plans, in the order of their effective dates."""
    return tuple(sorted((path.stem for path in PLANS.glob("*.toml")), key=lambda name: (len(name), name)))


@lru_cache(maxsize=8)
def embedded_plan(plan_id: str) -> Plan:
    """Return an embedded plan by its id."""
    return read_plan(PLANS / f"{plan_id}.toml")


def load_plan(name: str) -> Plan:
    """Return an embedded plan by id, else the plan read from the file of that name.

    Raises PlanError when there is neither, naming the embedded ids.
    """
    if name in embedded_plans():
        return embedded_plan(name)
    if not Path(name).is_file():
        raise PlanError(
            Problem(
                "không có phương án này",
                "there is no such plan",
                found=name,
                accepted=", ".join((*embedded_plans(), "tệp .toml / a .toml file")),
            )
        )
    return read_plan(name)


def read_plan(path: Path | str) -> Plan:
    """Read a plan file. Raises PlanError listing every field that cannot be used."""
    return parse_plan(decode(read_bytes(path), str(path))[0], str(path))


def parse_plan(text: str, name: str = "") -> Plan:
    """Read a plan from TOML text; see read_plan."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PlanError(
            Problem(f"không phải TOML: {error}", f"not TOML: {error}", name, accepted="TOML")
        ) from error
    problems: list[Problem] = []
    top = _Table(name, "", document, problems)
    units = tuple(
        _unit(_Table(name, f"unit[{i}]", raw, problems)) for i, raw in enumerate(top.tables("unit"), 1)
    )
    exempt = tuple(
        Exemption(
            item.code("code"),
            item.text("ground", required=True),
            item.text("note"),
            item.text("document"),
            item.rest(),
        )
        for item in (
            _Table(name, f"exempt[{i}]", raw, problems) for i, raw in enumerate(top.tables("exempt"), 1)
        )
    )
    totals = _Table(name, "totals", top.table("totals"), problems)
    values: dict[str, Any] = {
        "id": top.text("id", required=True),
        "title_vi": top.text("title_vi"),
        "title_en": top.text("title_en"),
        "instrument": top.text("instrument"),
        "decided": top.date("decided"),
        "effective": top.date("effective"),
        "base": top.base(),
        "totals": Totals(
            units_concerned=totals.count("units_concerned"),
            units_formed=totals.count("units_formed"),
            units_before=totals.count("units_before"),
            units_after=totals.count("units_after"),
            extra=totals.rest(),
        ),
        "procedure": top.table("procedure"),
        "extra": top.rest(),
    }
    if problems:
        raise PlanError(problems)
    try:
        return Plan(units=units, exempt=exempt, **values)
    except PlanError as error:
        raise PlanError(
            Problem(p.vi, p.en, name or p.file, p.row, p.field, p.found, p.accepted) for p in error.problems
        ) from error


def _unit(item: _Table) -> NewUnit:
    item.label = f"unit {item.raw.get('code', item.label)}"
    transfers = tuple(
        _transfer(_Table(item.file, f"{item.label} from[{i}]", raw, item.problems))
        for i, raw in enumerate(item.tables("from"), 1)
    )
    kind = kind_of(item.text("kind", required=True))
    if kind is None and item.raw.get("kind"):
        item.problem("không phải loại đơn vị", "not a kind of unit", "kind", words(KIND_NAMES))
    return NewUnit(
        code=item.code("code"),
        name=item.text("name", required=True),
        kind=kind or "commune",
        transfers=transfers,
        district_code=item.text("district_code"),
        seat=item.code("seat", required=False),
        area_km2=item.area("area_km2"),
        population=item.count("population"),
        clause=item.text("clause"),
        source=item.text("source"),
        confidence=item.choice("confidence", CONFIDENCES),
        note=item.text("note"),
        extra=item.rest(),
    )


def _transfer(item: _Table) -> Transfer:
    return Transfer(
        code=item.code("code"),
        part=cast(Part, item.choice("part", PARTS, required=True) or "whole"),
        area_km2=item.area("area_km2"),
        population=item.count("population"),
        whole_area_km2=item.area("whole_area_km2"),
        whole_population=item.count("whole_population"),
        figures_from=item.text("figures_from"),
        shares=item.shares(),
        source=item.text("source"),
        confidence=item.choice("confidence", CONFIDENCES),
        note=item.text("note"),
        extra=item.rest(),
    )


class _Table:
    """One TOML table being read; what is wrong is added to ``problems`` and a harmless value returned."""

    def __init__(self, file: str, label: str, raw: object, problems: list[Problem]) -> None:
        self.file, self.label, self.problems = file, label, problems
        self.used: set[str] = set()
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.problem("phải là một bảng", "must be a table", "", "[bảng / table]")

    def problem(self, vi: str, en: str, field: str, accepted: str) -> None:
        found = str(self.raw.get(field, "")) or "(trống / empty)"
        self.problems.append(Problem(vi, en, self.file, self.label or None, field, found, accepted))

    def _value(self, key: str, required: bool, accepted: str) -> Any:
        self.used.add(key)
        value = self.raw.get(key)
        if required and (value is None or value == ""):
            self.problem("thiếu", "missing", key, accepted)
            return None
        return value

    def text(self, key: str, required: bool = False) -> str:
        value = self._value(key, required, "văn bản / text")
        if value is not None and not isinstance(value, str):
            self.problem("phải là văn bản trong ngoặc kép", "must be text in quotes", key, '"…"')
            return ""
        return value or ""

    def choice(self, key: str, accepted: tuple[str, ...], required: bool = False) -> str:
        before = len(self.problems)
        value = self.text(key, required)
        if len(self.problems) == before and value not in (*accepted, ""):
            self.problem("giá trị không có trong danh mục", "not one of the words", key, ", ".join(accepted))
            return ""
        return value

    def code(self, key: str, required: bool = True) -> str:
        before = len(self.problems)
        value = self.text(key, required)
        if (
            len(self.problems) == before
            and value
            and not (value.isascii() and value.isdigit() and len(value) == 5)
        ):
            self.problem("không phải mã đơn vị", "not a unit's code", key, '"00001"-"99999"')
        return value

    def area(self, key: str) -> Decimal | None:
        value = self._value(key, False, "")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 5000:
            self.problem("không phải diện tích", "not an area", key, "0-5000 km²")
            return None
        return Decimal(value)

    def count(self, key: str) -> int | None:
        value = self._value(key, False, "")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.problem("không phải số đếm", "not a count", key, "0, 1, 2, …")
            return None
        return value

    def shares(self) -> dict[str, Decimal]:
        found = {}
        for base, value in self.table("shares").items():
            if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
                self.problem(f"tỷ lệ của {base} không hợp lệ", f"not a share: {base}", "shares", "0-1")
            else:
                found[base] = Decimal(value)
        return found

    def date(self, key: str) -> date:
        value = self._value(key, True, "YYYY-MM-DD")
        if isinstance(value, datetime) or (value is not None and not isinstance(value, date)):
            self.problem("không phải ngày", "not a date", key, "YYYY-MM-DD")
            value = None
        return value or date.min

    def base(self) -> str:
        value = self._value("base", True, '"YYYY-MM-DD"')
        try:
            return date.fromisoformat(str(value)).isoformat() if value is not None else ""
        except ValueError:
            self.problem("không phải thời điểm", "not a vintage", "base", '"YYYY-MM-DD"')
            return ""

    def table(self, key: str) -> Mapping[str, Any]:
        self.used.add(key)
        value = self.raw.get(key, {})
        if not isinstance(value, dict):
            self.problem("phải là một bảng", "must be a table", key, f"[{key}]")
            return {}
        return value

    def tables(self, key: str) -> list[Any]:
        self.used.add(key)
        value = self.raw.get(key, [])
        if not isinstance(value, list):
            self.problem("phải là danh sách bảng", "must be a list of tables", key, f"[[{key}]]")
            return []
        return value

    def rest(self) -> dict[str, Any]:
        return {key: value for key, value in self.raw.items() if key not in self.used}


def plan_text(plan: Plan) -> str:
    """Return a plan as TOML in stable order, for review line by line and for reading again."""
    document: dict[str, Any] = {
        "id": plan.id,
        "title_vi": plan.title_vi,
        "title_en": plan.title_en,
        "instrument": plan.instrument,
        "decided": plan.decided,
        "effective": plan.effective,
        "base": plan.base,
        **plan.extra,
        "totals": {**_present(plan.totals), **plan.totals.extra},
        "unit": [
            {
                **_present(unit, skip=("transfers",)),
                **unit.extra,
                "from": [_filled(t) for t in unit.transfers],
            }
            for unit in plan.units
        ],
        "exempt": [_filled(exemption) for exemption in plan.exempt],
        "procedure": dict(plan.procedure),
    }
    kept = {key: value for key, value in document.items() if value not in ({}, [])}
    # tables after values: TOML would put a later plain key inside the table before it
    kept = dict(sorted(kept.items(), key=lambda item: _is_table(item[1])))
    return tomli_w.dumps(kept, multiline_strings=False)


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)
    )


def _filled(item: Transfer | Exemption) -> dict[str, Any]:
    return {**_present(item), **item.extra}


def _present(item: object, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields that say something, in the order of the class."""
    fields: Mapping[str, Callable[..., object]] = item.__dataclass_fields__  # type: ignore[attr-defined]
    return {
        name: value
        for name in fields
        if name not in ("extra", *skip) and (value := getattr(item, name)) not in (None, "", {})
    }


def write_plan(plan: Plan, path: Path | str) -> None:
    """Write a plan file, whole or not at all."""
    write_text(path, plan_text(plan))
