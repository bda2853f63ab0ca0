"""The register of units at a date.

A unit is identified by (code, vintage), never by its code alone: codes are reused after a merger. Neither is
(district, name) a key: Yên Viên is a township and a commune of one district.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, cast

from geo.errors import Problem, RegisterError

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["commune", "ward", "township", "special_zone"]
DistrictKind = Literal["urban_district", "rural_district", "town", "city", ""]
Terrain = Literal["plain", "mountain", "island", ""]

KIND_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"commune": "xã", "ward": "phường", "township": "thị trấn", "special_zone": "đặc khu"}
)
DISTRICT_KIND_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"urban_district": "quận", "rural_district": "huyện", "town": "thị xã", "city": "thành phố"}
)
REGIONS: Final = (
    "red-river-delta",
    "north-midlands",
    "north-central",
    "central-highlands",
    "southeast",
    "mekong-delta",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a unit with where it is from.

    ``value`` is None when unknown; ``low`` and ``high`` then bound it where bounds are known (a unit that
    took an unmeasured part of another). Areas are in km², populations in persons.
    """

    value: Decimal | None
    source: str = ""
    as_of: str = ""
    confidence: str = ""
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def bounds(self) -> tuple[Decimal, Decimal] | None:
        """Return (low, high), equal for a known value; None when nothing is known."""
        if self.value is not None and self.low is None and self.high is None:
            return self.value, self.value
        if self.low is not None and self.high is not None:
            return self.low, self.high
        return None


UNKNOWN: Final = Figure(None)


@dataclass(frozen=True, slots=True)
class Unit:
    """One commune-level unit in one vintage; figures area_km2 (km²) and population (persons) count most."""

    code: str
    vintage: str
    name: str
    kind: Kind
    district_code: str = ""
    district_name: str = ""
    district_kind: DistrictKind = ""
    province_code: str = ""
    province_name: str = ""
    terrain: Terrain = ""
    region: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict, hash=False)
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def figure(self, name: str) -> Figure:
        """Return the named figure, or one that is unknown."""
        return self.figures.get(name, UNKNOWN)

    @property
    def area_km2(self) -> Decimal | None:
        """Area in km², None when unknown."""
        return self.figure("area_km2").value

    @property
    def population(self) -> int | None:
        """Population in persons, None when unknown."""
        value = self.figure("population").value
        return None if value is None else int(value)

    @property
    def full_name(self) -> str:
        """The name with its kind: “xã Hòa Phú”."""
        return f"{KIND_NAMES[self.kind]} {self.name}"


@dataclass(frozen=True)
class Register:
    """All units of one vintage, immutable, in the order of their codes. Codes are unique."""

    vintage: str
    units: tuple[Unit, ...]
    id: str = ""
    reports: tuple[Problem, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        """Sort by code and refuse a code that occurs twice or a unit of another vintage."""
        object.__setattr__(self, "units", tuple(sorted(self.units, key=lambda unit: unit.code)))
        if len(self.by_code) != len(self.units):
            raise RegisterError(Problem("mã đơn vị lặp lại", "codes must be unique", file=self.id))
        strangers = {unit.vintage for unit in self.units} - {self.vintage}
        if strangers:
            raise RegisterError(
                Problem(
                    "thời điểm khác với sổ",
                    "units must be of the register's vintage",
                    file=self.id,
                    field="vintage",
                    found=", ".join(sorted(strangers)),
                    accepted=self.vintage,
                )
            )

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Units by code."""
        return MappingProxyType({unit.code: unit for unit in self.units})

    @cached_property
    def districts(self) -> Mapping[str, str]:
        """Names of districts by code, in the order of codes; empty since July 2025."""
        pairs = sorted(
            {(unit.district_code, unit.district_name) for unit in self.units if unit.district_code}
        )
        return MappingProxyType(dict(pairs))

    def __len__(self) -> int:
        return len(self.units)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units)

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def __getitem__(self, code: str) -> Unit:
        return self.by_code[code]

    def total(self, figure: str) -> Decimal | None:
        """Return the exact sum of a figure over all units; None when one of them is unknown."""
        return exact_sum(unit.figure(figure).value for unit in self.units)

    def figure_names(self) -> tuple[str, ...]:
        """Return the names of all figures that any unit carries; area_km2 and population come first."""
        names = dict.fromkeys(("area_km2", "population"))
        for unit in self.units:
            names.update(dict.fromkeys(unit.figures))
        return tuple(names)

    def frame(self) -> pd.DataFrame:
        """Return one row a unit: identity as text, figures as float64 (missing = NaN), index = code."""
        import pandas as pd  # slow to import, and most commands do without

        rows = [
            {
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "district_code": unit.district_code,
                "district_name": unit.district_name,
                "district_kind": unit.district_kind,
                "province_code": unit.province_code,
                "province_name": unit.province_name,
                "terrain": unit.terrain,
                "region": unit.region,
                **{
                    name: float(value) if (value := unit.figure(name).value) is not None else float("nan")
                    for name in self.figure_names()
                },
            }
            for unit in self.units
        ]
        return pd.DataFrame(rows).set_index("code", drop=False)


def exact_sum(values: Iterable[Decimal | int | None]) -> Decimal | None:
    """Return the exact decimal sum, or None when any addend is unknown: missing is not zero."""
    total = Decimal(0)
    for value in values:
        if value is None:
            return None
        total += value
    return total


def kind_of(text: str) -> Kind | None:
    """Return the kind that an English or Vietnamese word names, or None."""
    word = " ".join(text.casefold().split())
    for kind, vietnamese in KIND_NAMES.items():
        if word in (kind, vietnamese, kind.replace("_", " ")):
            return cast(Kind, kind)
    return None


def district_kind_of(name: str) -> DistrictKind:
    """Return the kind of a district as its name's first words say it, empty when they do not."""
    lowered = name.casefold().strip()
    for kind, word in DISTRICT_KIND_NAMES.items():
        if lowered.startswith(word + " "):
            return cast(DistrictKind, kind)
    return ""
