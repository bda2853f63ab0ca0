"""The plan being changed by an action, and what all edits do to it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NoReturn

from geo.errors import Language, PlanError, Problem
from geo.register import KIND_NAMES, Kind, Register, Unit, kind_of
from geo.registers import words
from plans.plan import Exemption, NewUnit, Plan, Transfer

# from this day on there are no townships (Law 72/2025/QH15, article 1)
NO_TOWNSHIPS: Final = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages."""

    vi: str
    en: str

    def text(self, language: Language = "vi") -> str:
        """Return the sentence in a language."""
        return self.vi if language == "vi" else self.en


def refuse(
    vi: str,
    en: str,
    row: str | None = None,
    field: str | None = None,
    found: str | None = None,
    accepted: str = "",
) -> NoReturn:
    """Raise PlanError with one problem."""
    raise PlanError(Problem(vi, en, "", row, field, found, accepted or None))


class Draft:
    """A plan on its way to the next one: its units by code, and what all actions do to them."""

    def __init__(self, plan: Plan, register: Register) -> None:
        self.before, self.register = plan, register
        self.units: dict[str, NewUnit] = dict(plan.by_code)
        self.exempt: dict[str, Exemption] = {exemption.code: exemption for exemption in plan.exempt}
        self.values: dict[str, Any] = {}

    def plan(self) -> Plan:
        """Return the plan as it stands; raises PlanError when it contradicts itself."""
        return replace(
            self.before, units=tuple(self.units.values()), exempt=tuple(self.exempt.values()), **self.values
        )

    def source(self, code: str) -> Unit:
        """Return a source unit. Raises PlanError when the register has none of this code."""
        if code not in self.register:
            refuse(
                "không có đơn vị này trong sổ",
                "the register has no such unit",
                None,
                "code",
                code,
                f"mã trong sổ {self.register.id} / a code of the register {self.register.id}",
            )
        return self.register[code]

    def pieces(self, code: str) -> dict[str, Transfer]:
        """Return what becomes of a source unit: transfers by code of the unit formed; none = it stays."""
        return {unit.code: t for unit in self.units.values() for t in unit.transfers if t.code == code}

    def unit(self, code: str) -> NewUnit:
        """Return a unit of the plan, or a unit that stays as one formed from itself alone.

        Raises PlanError when there is neither.
        """
        if code in self.units:
            return self.units[code]
        stays = self.source(code)
        if held := self.pieces(code):
            refuse(
                f"{stays.name} không còn là đơn vị riêng trong phương án, đã nhập vào "
                + ", ".join(self.name(c) for c in held),
                f"{stays.name} is no unit of its own in this plan; it went to "
                + ", ".join(self.name(c) for c in held),
                code,
                "unit",
                code,
                ", ".join(held),
            )
        return NewUnit(stays.code, stays.name, stays.kind, (Transfer(stays.code),))

    def formed(self, code: str) -> NewUnit:
        """Return a unit that the plan forms or changes. Raises PlanError when there is none of this code."""
        if code not in self.units:
            refuse(
                "phương án không hình thành đơn vị này",
                "the plan forms no such unit",
                None,
                "unit",
                code,
                ", ".join(self.units) or "—",
            )
        return self.units[code]

    def free(self, code: str) -> None:
        """Raise PlanError when a unit of the plan has this code."""
        if code in self.units:
            refuse(
                f"mã {code} đã thuộc {self.name(code)}",
                f"the code {code} belongs to {self.name(code)}",
                None,
                "code",
                code,
            )

    def put(self, old: str, unit: NewUnit) -> None:
        """Put a unit in the place of the one of code ``old``; a unit that changes nothing leaves the plan.

        Raises PlanError when another unit has the code.
        """
        self.units.pop(old, None)
        self.free(unit.code)
        if not self.changes_nothing(unit):
            self.units[unit.code] = unit

    def changes_nothing(self, unit: NewUnit) -> bool:
        """Tell whether a unit is nothing but one source unit, whole, under its own code, name and kind."""
        if [t.part for t in unit.transfers] != ["whole"] or unit.code != unit.transfers[0].code:
            return False
        own = self.register[unit.code]
        return (unit.name, unit.kind, unit.district_code or own.district_code) == (
            own.name,
            own.kind,
            own.district_code,
        )

    def regroup(self, unit: NewUnit, transfers: Iterable[Transfer]) -> None:
        """Give a unit other transfers and settle what follows.

        What an instrument stated of the unit as it was (figures, clause, source) no longer holds and is
        dropped. A code whose source left passes to the seat, else to the most populous source; a unit that
        nothing is left of leaves the plan; one source left alone gets back its code, the kind that the group
        gave it, and its name where the group bore the name of another unit of the district.
        """
        left = tuple(sorted(transfers, key=lambda t: t.code))
        gone = set(unit.sources) - {t.code for t in left}
        if not left:
            self.units.pop(unit.code, None)
            return
        settled = replace(unit, transfers=left)
        if left != tuple(sorted(unit.transfers, key=lambda t: t.code)):
            districts = {self.register[t.code].district_code for t in left}
            settled = replace(
                settled,
                seat=unit.seat if unit.seat in settled.sources else "",
                district_code=unit.district_code if unit.district_code in districts else "",
                area_km2=None,
                population=None,
                clause="",
                source="",
                confidence="",
            )
        alone = bool(gone) and [t.part for t in left] == ["whole"]
        if unit.code in gone or alone:
            settled = replace(settled, code=settled.seat or self.default_seat(left))
        if alone:
            own = self.register[left[0].code]
            if any(
                other.name == unit.name
                and other.code != own.code
                and other.district_code == own.district_code
                for other in self.register
            ):
                settled = replace(settled, name=own.name)
            if unit.kind == self.default_kind(unit.sources):
                settled = replace(settled, kind=own.kind)
        self.put(unit.code, settled)

    def take_out(self, codes: Iterable[str], but: str = "") -> None:
        """Take source units, with all their pieces, out of every unit but one."""
        out = set(codes)
        held = [u for u in self.units.values() if u.code != but and not out.isdisjoint(u.sources)]
        for unit in held:
            self.regroup(unit, (t for t in unit.transfers if t.code not in out))

    def default_seat(self, transfers: Iterable[Transfer]) -> str:
        """Return the most populous of the sources, those that come whole before the others."""
        order = {"whole": 0, "remainder": 1, "part": 2}
        return min(
            transfers, key=lambda t: (order[t.part], -(self.register[t.code].population or 0), t.code)
        ).code

    def default_kind(self, sources: Iterable[str]) -> Kind:
        """Return the kind of what sources form together: any ward makes a ward, else any township a township.

        Townships only before July 2025; a person may choose otherwise.
        """
        kinds: set[Kind] = {self.register[code].kind for code in sources}
        if len(kinds) == 1:
            return kinds.pop()
        if "ward" in kinds:
            return "ward"
        return "township" if "township" in kinds and self.before.effective < NO_TOWNSHIPS else "commune"

    def name(self, code: str) -> str:
        """Return the name of a unit of the plan, else of a source."""
        return self.units[code].name if code in self.units else self.source_name(code)

    def source_name(self, code: str) -> str:
        """Return a source's name, with its district where the register has the name more than once."""
        if code not in self.register:
            return code
        unit = self.register[code]
        twice = sum(other.name == unit.name for other in self.register) > 1
        return f"{unit.name} ({unit.district_name or unit.code})" if twice else unit.name

    def names(self, codes: Iterable[str]) -> str:
        """Return the names of sources in the order given."""
        return ", ".join(self.source_name(code) for code in codes)


def labels(kind: str, name: str) -> Words:
    """Return a unit's name with its kind: “xã Hoa Viên”, “Hoa Viên commune”."""
    return Words(f"{KIND_NAMES.get(kind, kind)} {name}", f"{name} {kind.replace('_', ' ')}")


def checked_kind(word: str) -> Kind:
    """Return the kind that a word names. Raises PlanError for any other word."""
    if (kind := kind_of(word)) is None:
        refuse("không phải loại đơn vị", "not a kind of unit", None, "kind", word, words(KIND_NAMES))
    return kind


def checked_name(name: str) -> str:
    """Return a name with single spaces, composed. Raises PlanError when it is empty or longer than 100 signs."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if not name or len(name) > 100:
        refuse("tên trống hoặc quá dài", "the name is empty or too long", None, "name", name, "1-100")
    return name


def checked_code(code: str) -> str:
    """Return a unit's code. Raises PlanError when it is not five digits."""
    if not (code.isascii() and code.isdigit() and len(code) == 5):
        refuse("không phải mã đơn vị", "not a unit's code", None, "code", code, '"00001"-"99999"')
    return code
