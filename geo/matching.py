"""Matching features without codes to the units of a register, by name and district.

A name is no key: Yên Viên is a township and a commune of one district, Hòa Phú lies in two districts. Where more
than one unit answers to what a feature says of itself, it is left without a code and reported, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from numpy.typing import NDArray

from geo.codes import as_text, plain_field
from geo.errors import Problem
from geo.register import DISTRICT_KIND_NAMES, KIND_NAMES, Kind, Register, Unit, kind_of
from geo.text import comparable_name, without_accents

# compared as plain_field gives them
NAME_FIELDS: Final = (
    "name", "ten", "tenxa", "tenphuong", "tenphuongxa", "tendvhc", "tendonvi", "unitname", "wardname", "communename",
    "fullname", "name3", "xa", "phuong", "phuongxa", "ward", "commune",
)  # fmt: skip
DISTRICT_FIELDS: Final = (
    "districtname", "district", "tenhuyen", "tenquan", "tenquanhuyen", "huyen", "quan", "quanhuyen", "name2",
)  # fmt: skip
KIND_FIELDS: Final = ("kind", "loai", "loaidvhc", "capdvhc", "type", "type3", "tenloai")
_KIND_WORDS: Final = tuple(KIND_NAMES.values())
_DISTRICT_WORDS: Final = tuple(DISTRICT_KIND_NAMES.values())

_Key = tuple[str, str]


@dataclass(frozen=True)
class Description:
    """What a feature says of itself: name, perhaps its kind, perhaps its district."""

    name: str
    kind: Kind | None = None
    district: str = ""


@dataclass(frozen=True)
class Matching:
    """Codes in the order of the features, None where no unit or no single unit was found; why is in ``reports``."""

    codes: tuple[str | None, ...]
    reports: tuple[Problem, ...]

    @property
    def matched(self) -> int:
        """How many features have a code."""
        return sum(code is not None for code in self.codes)


def _split(text: str, words: Sequence[str]) -> tuple[str, str]:
    """Return the word of kind that a name begins with (empty if none) and the rest: “Xã Yên Viên”."""
    form = comparable_name(text)
    for word in words:
        start = comparable_name(word) + " "
        if form.startswith(start) and len(form) > len(start):
            # “Xã” has as many words as its comparable form
            return word, " ".join(text.split()[len(word.split()) :])
    return "", " ".join(text.split())


def description(name: object, kind: object = None, district: object = None) -> Description:
    """Return a feature's description; a kind before the name (“Thị trấn Yên Viên”) counts as its kind."""
    word, rest = _split(as_text(name), _KIND_WORDS)
    return Description(rest, kind_of(word or as_text(kind)), as_text(district))


def describe(columns: Mapping[str, NDArray[Any]]) -> list[Description] | None:
    """Return the description of each feature of a table, None where no column holds names."""
    plain = {plain_field(column): column for column in reversed(list(columns))}

    def cells(fields: Sequence[str]) -> NDArray[Any] | None:
        found = next((plain[field] for field in fields if field in plain), None)
        return None if found is None else columns[found]

    names, districts, kinds = cells(NAME_FIELDS), cells(DISTRICT_FIELDS), cells(KIND_FIELDS)
    if names is None:
        return None
    return [
        description(
            names[i], None if kinds is None else kinds[i], None if districts is None else districts[i]
        )
        for i in range(len(names))
    ]


def _district(name: str, form: Callable[[str], str]) -> str:
    return form(_split(name, _DISTRICT_WORDS)[1])


def match_names(features: Sequence[Description], register: Register, file: str = "") -> Matching:
    """Return the code of each feature whose name, district and kind, as far as given, fit one unit alone.

    Spelling as written counts before spelling without accents. ``reports`` names each feature that fits no unit,
    and each that fits several, with the units.
    """
    forms: tuple[Callable[[str], str], ...] = (comparable_name, without_accents)
    tables: list[dict[str, list[Unit]]] = [{} for _ in forms]
    for unit in register:
        for form, table in zip(forms, tables, strict=True):
            table.setdefault(form(unit.name), []).append(unit)
    codes: list[str | None] = []
    reports: list[Problem] = []
    for row, feature in enumerate(features, 1):
        found: list[Unit] = []
        for form, table in zip(forms, tables, strict=True):
            found = [unit for unit in table.get(form(feature.name), []) if _fits(unit, feature, form)]
            if found:
                break
        codes.append(found[0].code if len(found) == 1 else None)
        if len(found) != 1:
            reports.append(_unmatched(row, feature, found, file))
    return Matching(tuple(codes), tuple(reports))


def _fits(unit: Unit, feature: Description, form: Callable[[str], str]) -> bool:
    if feature.kind is not None and unit.kind != feature.kind:
        return False
    if not feature.district or not unit.district_name:
        return True
    return _district(unit.district_name, form) == _district(feature.district, form)


def _unmatched(row: int, feature: Description, found: Sequence[Unit], file: str) -> Problem:
    asked = ", ".join(
        part for part in (KIND_NAMES.get(feature.kind or "", ""), feature.name, feature.district) if part
    )
    if not found:
        return Problem(
            "không có đơn vị nào trong sổ mang tên này",
            "no unit of the register has this name",
            file=file,
            row=row,
            field="name",
            found=asked or None,
        )
    units = "; ".join(
        f"{unit.code} {unit.full_name}" + (f", {unit.district_name}" if unit.district_name else "")
        for unit in found
    )
    return Problem(
        "tên ứng với nhiều đơn vị, không tự chọn; hãy ghi mã",
        "the name fits several units and none is chosen; give the code",
        file=file,
        row=row,
        field="name",
        found=asked,
        accepted=units,
    )
