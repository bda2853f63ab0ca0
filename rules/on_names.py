# ruff: noqa: ARG001 - every condition takes rule, view and subject, whether it reads them or not
"""Naming rules: compared without regard to case, composition and the tone's position (Hòa and Hoà are one name).

Only units formed or renamed are judged.
"""

from __future__ import annotations

import re

from geo.register import Unit
from plans.apply import FormedUnit
from rules.book import Rule
from rules.conditions import Finding, register
from rules.view import View, name_key
from rules.words import joined


def _others(found: list[Unit], code: str) -> list[Unit]:
    return sorted((unit for unit in found if unit.code != code), key=lambda unit: unit.code)


def _listed(units: list[Unit], vi: bool) -> str:
    return joined([f"{unit.full_name if vi else unit.name} ({unit.code})" for unit in units])


def _unique_district(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """No other unit of the kind with the name in the district; the name with another kind is information."""
    if not view.is_new(item.plan):
        return None
    unit = item.unit
    if not unit.district_code:
        return Finding("undetermined", "Sổ đơn vị không ghi huyện", "The register gives no district")
    same = _others(view.names_by_district.get((unit.district_code, name_key(unit.name)), []), unit.code)
    twins = [other for other in same if other.kind == unit.kind]
    required, measured = {"same_name": 0}, {"same_name": len(twins)}
    if twins:
        return Finding(
            "fail",
            f"Trùng tên với {_listed(twins, True)} trong {unit.district_name}",
            f"The name is also that of {_listed(twins, False)} in {unit.district_name}",
            measured,
            required,
        )
    if same:
        return Finding(
            "pass",
            f"Cùng tên nhưng khác loại: {_listed(same, True)}",
            f"The same name with another kind: {_listed(same, False)}",
            measured,
            required,
            severity="information",
        )
    return Finding(
        "pass",
        f"Không trùng tên trong {unit.district_name}",
        f"No other unit of the name in {unit.district_name}",
        measured,
        required,
    )


def _unique_province(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """No other unit of the commune level with the name in the province, of whatever kind (76/2025 Art. 7 cl. 2)."""
    if not view.is_new(item.plan):
        return None
    unit = item.unit
    same = _others(view.names_by_province.get((unit.province_code, name_key(unit.name)), []), unit.code)
    return Finding(
        "fail" if same else "pass",
        f"Trùng tên với {_listed(same, True)} trong tỉnh, thành phố"
        if same
        else "Không trùng tên trong tỉnh, thành phố",
        f"The name is also that of {_listed(same, False)} in the province"
        if same
        else "No other unit of the name in the province",
        {"same_name": len(same)},
        {"same_name": 0},
    )


def _reused(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """One of the sources' names, or several of them joined by a hyphen; another name is information only."""
    if not view.is_new(item.plan):
        return None
    old = {name_key(source.name): source.name for source in item.sources}
    name = item.plan.name
    parts = [part.strip() for part in re.split(r"[-–]", name)]
    if name_key(name) in old:
        return Finding("pass", f"Dùng lại tên {name}", f"The name {name} is kept")
    if len(parts) > 1 and all(name_key(part) in old for part in parts):
        return Finding("pass", f"Ghép tên cũ: {name}", f"Old names joined: {name}")
    names = joined(sorted(old.values()))
    return Finding(
        "fail",
        f"Tên mới {name}, không phải một trong các tên cũ: {names}",
        f"A new name, {name}, none of the old ones: {names}",
        severity="information",
    )


def _numbered(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Numbered names are encouraged, not required: said where a name is numbered."""
    if not view.is_new(item.plan) or not re.search(r"\s\d+$", item.plan.name):
        return None
    return Finding("pass", f"Tên đánh số: {item.plan.name}", f"A numbered name: {item.plan.name}")


def _characters(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Letters of the Vietnamese alphabet and digits; other letters only of a minority's language."""
    pattern = str(rule.parameters["pattern"].value)
    strange = sorted({c for c in item.plan.name.casefold() if not re.fullmatch(pattern, c)})
    shown = " ".join(strange)
    return Finding(
        "fail" if strange else "pass",
        f"Ký tự ngoài bảng chữ cái tiếng Việt và chữ số: {shown}"
        if strange
        else "Chữ cái tiếng Việt và chữ số",
        f"Characters beyond the Vietnamese alphabet and digits: {shown}"
        if strange
        else "Letters of the Vietnamese alphabet and digits",
        {"strange": len(strange)},
        {"strange": 0},
    )


register("name-unique-district", unit=_unique_district, shared=True)
register("name-unique-province", unit=_unique_province, shared=True)
register("name-reused", unit=_reused)
register("name-numbered", unit=_numbered)
register("name-characters", "pattern", unit=_characters)
