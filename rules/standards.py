"""The standard that a unit is measured by: base figures by kind, terrain and district, then the special factors.

1211/2016 as amended by 27/2022 (Art. 3, 3a, 8, 9) to the end of 2025, 112/2025 (Art. 2, 3) since. Each standard takes
one reduction at most. Where a fact that selects is unknown, every standard that the unit could have is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import Final, Literal

from geo.register import Unit
from geo.registers import has_coast
from rules.book import Book, Rule, load_book
from rules.conditions import register
from rules.words import TERRAIN_VI

QUANTITIES: Final = ("area_km2", "population")
ONE: Final = Decimal(1)
TERRAINS: Final = ("plain", "mountain", "island")
_CITIES: Final = ("thành phố ", "thủ đô ", "tp ", "tp.")
_YES: Final = ("1", "true", "yes", "x", "có")

register("standard", "area_km2", "population")
register("standard-reference")
register("factor-region", "area_factor")
register("factor-minority-border", "start", "step", "points", "threshold", "floor")
register("factor-coastal", "population_factor")
register("factor-limit", "per_standard")


@dataclass(frozen=True, slots=True)
class Options:
    """How open questions of the law are read.

    ``due_2026``: under 112/2025 a unit is due where any figure falls short, or only where both do (no page says).
    ``mountain_delta_factor``: a mountain commune of the Red River Delta takes the area factor (by the letter).
    ``delta_factor``: False leaves the delta's factor away altogether, for a what-if.
    ``unknown_terrain``: what a unit of unknown terrain may be; narrowed where, say, islands are known to be marked.
    """

    due_2026: Literal["any", "both"] = "any"
    mountain_delta_factor: bool = True
    delta_factor: bool = True
    unknown_terrain: tuple[str, ...] = TERRAINS


DEFAULTS: Final = Options()


@dataclass(frozen=True, slots=True)
class Facts:
    """What selects a standard; "" and None mean unknown."""

    kind: str
    district_kind: str = ""
    terrain: str = ""
    region: str = ""
    minority_percent: Decimal | None = None
    border: bool = False
    coastal_poor: bool = False
    central_city: bool | None = None
    landlocked: bool = False


def facts_of(unit: Unit) -> Facts:
    """Return the facts of a unit that select its standard.

    Optional columns of a register: minority_percent (%), national_border and coastal_poor (yes / 1).
    """
    return Facts(
        unit.kind,
        unit.district_kind,
        unit.terrain,
        unit.region,
        unit.figure("minority_percent").value,
        _flag(unit, "national_border"),
        _flag(unit, "coastal_poor"),
        central_city(unit.province_name),
        has_coast(unit.province_name, unit.vintage) is False,
    )


def central_city(province: str) -> bool | None:
    """Whether a province's name is that of a centrally-run city; None where there is no name."""
    return province.casefold().startswith(_CITIES) if province else None


def _flag(unit: Unit, name: str) -> bool:
    if (value := unit.figure(name).value) is not None:
        return value > 0
    return unit.notes.get(name, "").casefold() in _YES


@dataclass(frozen=True, slots=True)
class Factor:
    """One reduction applied to one quantity."""

    rule: str
    quantity: str
    value: Decimal
    label_vi: str
    label_en: str


@dataclass(frozen=True, eq=False)
class Standard:
    """A minimum area (km²) and population (persons), before (``base_…``) and after the factors.

    ``alternatives``: other standards that the unit could have because a fact is unknown; a test is decided only
    where all agree. ``readings``: standards by another reading of the letter; this one decides, those are reported.
    """

    rule: str
    area_km2: Decimal
    population: Decimal
    base_area_km2: Decimal
    base_population: Decimal
    factors: tuple[Factor, ...] = ()
    assumed_vi: str = ""
    assumed_en: str = ""
    alternatives: tuple[Standard, ...] = ()
    readings: tuple[Standard, ...] = ()

    def required(self, quantity: str) -> Decimal:
        """The minimum after the factors."""
        return self.area_km2 if quantity == "area_km2" else self.population

    def base(self, quantity: str) -> Decimal:
        """The minimum before the factors."""
        return self.base_area_km2 if quantity == "area_km2" else self.base_population

    @lru_cache(maxsize=4096)  # noqa: B019 - standards are few, and kept for the life of the book anyway
    def labels(self, quantity: str, vi: bool) -> tuple[str, ...]:
        """The names of the factors applied to a quantity."""
        return tuple(f.label_vi if vi else f.label_en for f in self.factors if f.quantity == quantity)

    @cached_property
    def factor_ids(self) -> tuple[str, ...]:
        """Ids of the factors applied."""
        return tuple(dict.fromkeys(factor.rule for factor in self.factors))

    @cached_property
    def possible(self) -> tuple[Standard, ...]:
        """This standard and all that the unit could have instead."""
        return (self, *self.alternatives)


def standard_for(
    facts: Facts | Unit, regime: str, options: Options = DEFAULTS, book: Book | None = None
) -> Standard | None:
    """Return the standard of a unit under a regime, or None where the law sets no figures for its kind."""
    if isinstance(facts, Unit):
        facts = facts_of(facts)
    return _standard_for(facts, regime, options, book or load_book())


@lru_cache(maxsize=16384)
def _standard_for(facts: Facts, regime: str, options: Options, book: Book) -> Standard | None:
    rules = _rules_of(book, regime)
    worlds = [s for world in _worlds(facts, rules, options) for s in _in_world(world, facts, rules, options)]
    if not worlds:
        return None
    first, *rest = _distinct(worlds)
    return replace(first, alternatives=tuple(rest), readings=tuple(_readings(facts, rules, options, first)))


@lru_cache(maxsize=16)
def _rules_of(book: Book, regime: str) -> tuple[Rule, ...]:
    """Return standards and factors of a regime; they do not change within it."""
    return tuple(
        rule
        for rule in book.in_force(book.day_of(regime, date.min))
        if rule.level.startswith("commune")
        and (rule.condition.startswith("factor-") or rule.condition in ("standard", "standard-due"))
    )


def _worlds(facts: Facts, rules: tuple[Rule, ...], options: Options) -> Iterator[Facts]:
    """Yield the facts with every unknown that selects a standard or a factor filled in each possible way."""
    mine = [rule for rule in rules if facts.kind in rule.kinds]
    by_terrain = any(
        rule.terrains or any(name.endswith(TERRAINS) for name in rule.parameters) for rule in mine
    )
    terrains = options.unknown_terrain if not facts.terrain and by_terrain else (facts.terrain,)
    if facts.landlocked and len(terrains) > 1:
        terrains = tuple(terrain for terrain in terrains if terrain != "island")
    district_kinds: tuple[str, ...] = (facts.district_kind,)
    if not facts.district_kind and any(rule.district_kinds for rule in mine):
        district_kinds = tuple(dict.fromkeys(kind for rule in mine for kind in rule.district_kinds))
    regions: tuple[str, ...] = (facts.region,)
    if not facts.region:
        regions = ("", *dict.fromkeys(region for rule in mine for region in rule.regions))
    for terrain, district_kind, region in product(terrains, district_kinds, regions):
        yield replace(facts, terrain=terrain, district_kind=district_kind, region=region)


def applies(rule: Rule, facts: Facts) -> bool:
    """Whether a rule's selectors fit the facts; an unknown terrain fits every selector."""
    return (
        (not rule.kinds or facts.kind in rule.kinds)
        and (not rule.terrains or not facts.terrain or facts.terrain in rule.terrains)
        and (not rule.district_kinds or facts.district_kind in rule.district_kinds)
        and (not rule.regions or facts.region in rule.regions)
    )


def _in_world(
    world: Facts, facts: Facts, rules: tuple[Rule, ...], options: Options, delta: bool | None = None
) -> Iterator[Standard]:
    """Yield the standard of fully known facts; a second one where a factor's text was not read."""
    base = next((r for r in rules if r.condition in ("standard", "standard-due") and applies(r, world)), None)
    if base is None:
        return
    found: list[tuple[Rule, Factor]] = []
    for rule in rules:
        if rule.condition.startswith("factor-") and applies(rule, world):
            if rule.condition == "factor-region":
                wanted = options.mountain_delta_factor if delta is None else delta
                if not options.delta_factor or (world.terrain == "mountain" and not wanted):
                    continue
            found += [(rule, factor) for factor in _factors(rule, world)]
    most = min((int(r.number("per_standard")) for r in rules if r.condition == "factor-limit"), default=None)
    read = _best((factor for rule, factor in found if rule.text_read != "unverified"), most)
    every = _best((factor for _, factor in found), most)
    assumed_vi, assumed_en = _assumed(world, facts)
    yield _made(base, world.terrain, read, assumed_vi, assumed_en)
    if every != read:
        # a text that was not read decides nothing by itself: judged with and without it
        yield _made(
            base,
            world.terrain,
            every,
            ", ".join(filter(None, (assumed_vi, "nếu áp dụng yếu tố đặc thù chưa xác minh"))),
            ", ".join(filter(None, (assumed_en, "if the unverified special factor applies"))),
        )


def _factors(rule: Rule, world: Facts) -> Iterator[Factor]:
    """Yield the reductions of one factor rule that the facts give rise to."""

    def factor(quantity: str, value: Decimal) -> Factor:
        return Factor(
            rule.id, quantity, value, rule.label_vi or rule.title_vi, rule.label_en or rule.title_en
        )

    if rule.condition == "factor-region":
        yield factor("area_km2", rule.number("area_factor"))
    elif rule.condition == "factor-minority-border":
        threshold, share = rule.number("threshold"), world.minority_percent
        many = share is not None and share >= threshold and world.terrain == "mountain"
        if many and share is not None:
            steps = (share - threshold) // rule.number("points")
            value = max(rule.number("floor"), rule.number("start") - rule.number("step") * steps)
            yield factor("population", value)
        elif world.border:
            yield factor("population", rule.number("start"))
    elif rule.condition == "factor-coastal" and world.coastal_poor:
        yield factor("population", rule.number("population_factor"))


def _best(factors: Iterable[Factor], most: int | None) -> tuple[Factor, ...]:
    """Return the greatest reductions of each quantity, as many as each standard may take (1211 Art. 3a: one)."""
    ordered = sorted(factors, key=lambda factor: factor.value)
    return tuple(
        factor for q in QUANTITIES for factor in [item for item in ordered if item.quantity == q][:most]
    )


def _made(base: Rule, terrain: str, factors: tuple[Factor, ...], vi: str, en: str) -> Standard:
    def figure(quantity: str) -> Decimal:
        by_terrain = f"{quantity}_{terrain}"
        return base.number(by_terrain if base.has(by_terrain) else quantity)

    area, population = figure("area_km2"), figure("population")
    shares = {q: prod((f.value for f in factors if f.quantity == q), start=ONE) for q in QUANTITIES}
    return Standard(
        base.id,
        area * shares["area_km2"],
        population * shares["population"],
        area,
        population,
        factors,
        vi,
        en,
    )


def _assumed(world: Facts, facts: Facts) -> tuple[str, str]:
    """Return in words what a world takes for given that is not known."""
    vi, en = [], []
    if world.terrain != facts.terrain:
        vi.append(f"nếu là {TERRAIN_VI[world.terrain]}")
        en.append(f"if {world.terrain}")
    if world.region != facts.region:
        vi.append(f"nếu thuộc vùng {world.region}")
        en.append(f"if in {world.region}")
    if world.district_kind != facts.district_kind:
        vi.append(f"nếu thuộc {world.district_kind}")
        en.append(f"if of a {world.district_kind}")
    return ", ".join(vi), ", ".join(en)


def _distinct(standards: Iterable[Standard]) -> list[Standard]:
    """Return standards that differ in figures, the first of each."""
    found: dict[tuple[Decimal, Decimal], Standard] = {}
    for standard in standards:
        found.setdefault((standard.area_km2, standard.population), standard)
    return list(found.values())


def _readings(facts: Facts, rules: tuple[Rule, ...], options: Options, first: Standard) -> Iterator[Standard]:
    """Yield the other reading for a mountain commune of the delta: with the area factor, or without it."""
    if facts.terrain != "mountain" or not options.delta_factor:
        return
    for other in _in_world(facts, facts, rules, options, delta=not options.mountain_delta_factor):
        if other.area_km2 != first.area_km2:
            with_it = not options.mountain_delta_factor
            yield replace(
                other,
                assumed_vi=f"nếu xã miền núi {'được' if with_it else 'không'} áp dụng hệ số vùng",
                assumed_en=f"if a mountain commune {'takes' if with_it else 'does not take'} the region's factor",
            )
            return
