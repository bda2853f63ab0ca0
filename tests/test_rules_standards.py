from __future__ import annotations

from decimal import Decimal

import pytest

from geo.register import Unit
from rules.engine import judge
from rules.standards import DEFAULTS, Facts, Options, standard_for
from tests.rules_data import formed, plan, register, unit

DELTA = "red-river-delta"


@pytest.mark.parametrize(
    ("facts", "regime", "area", "population"),
    [
        (Facts("ward", "urban_district", "plain", DELTA), "35/2023", "5.5", 15000),
        (Facts("ward", "town", "plain", DELTA), "35/2023", "5.5", 5000),
        (Facts("ward", "city", "plain", DELTA), "35/2023", "5.5", 7000),
        (Facts("commune", "rural_district", "plain", DELTA), "35/2023", "21", 8000),
        (Facts("commune", "town", "plain", "mekong-delta"), "35/2023", "30", 8000),
        (Facts("commune", "rural_district", "mountain", "north-midlands"), "35/2023", "50", 5000),
        (Facts("commune", "rural_district", "mountain", DELTA), "35/2023", "35", 5000),
        (Facts("township", "rural_district", "plain", DELTA), "35/2023", "14", 8000),
        (Facts("commune", "rural_district", "plain", DELTA), "76/2025", "21", 8000),
        (Facts("commune", "", "plain", DELTA), "112/2025", "21", 16000),
        (Facts("commune", "", "plain", "southeast"), "112/2025", "30", 16000),
        (Facts("commune", "", "mountain", DELTA), "112/2025", "70", 5000),
        (Facts("commune", "", "mountain", "north-midlands"), "112/2025", "100", 5000),
        (Facts("commune", "", "island", "southeast"), "112/2025", "15", 2500),
        (Facts("commune", "", "island", DELTA), "112/2025", "10.5", 2500),
        (Facts("ward", "", "plain", DELTA), "112/2025", "5.5", 21000),
    ],
)
def test_standards_by_kind_terrain_district_and_region(
    facts: Facts, regime: str, area: str, population: int
) -> None:
    standard = standard_for(facts, regime)
    assert standard is not None
    assert (standard.area_km2, standard.population) == (Decimal(area), Decimal(population))
    assert not standard.alternatives


@pytest.mark.parametrize(
    ("minority", "border", "share"),
    [
        ("29.99", False, "1"),
        ("30", False, "0.50"),
        ("39.99", False, "0.50"),
        ("40", False, "0.45"),
        ("90", False, "0.20"),
        ("100", False, "0.20"),
        (None, True, "0.50"),
        ("10", True, "0.50"),
        ("60", True, "0.35"),
    ],
)
def test_minorities_and_border_lower_the_population_in_steps(
    minority: str | None, border: bool, share: str
) -> None:
    percent = None if minority is None else Decimal(minority)
    standard = standard_for(Facts("commune", "rural_district", "mountain", DELTA, percent, border), "35/2023")
    assert standard is not None
    assert standard.population == 5000 * Decimal(share)
    # each standard takes its own reduction: the area factor does not use up the population's
    assert standard.area_km2 == 35


def test_one_reduction_at_most_for_each_standard() -> None:
    standard = standard_for(Facts("commune", "rural_district", "plain", DELTA, None, True, True), "35/2023")
    assert standard is not None
    assert standard.population == 4000
    assert len([f for f in standard.factors if f.quantity == "population"]) == 1


def test_a_factor_whose_text_was_not_read_decides_nothing_alone() -> None:
    facts = Facts("commune", "", "mountain", "north-midlands", Decimal(80))
    standard = standard_for(facts, "112/2025")
    assert standard is not None
    assert {s.population for s in standard.possible} == {5000, 5000 * Decimal("0.35")}


def test_unknown_terrain_gives_every_standard_that_could_be() -> None:
    standard = standard_for(Facts("commune", "", "", "southeast"), "112/2025")
    assert standard is not None
    assert {(s.area_km2, s.population) for s in standard.possible} == {(30, 16000), (100, 5000), (15, 2500)}
    narrowed = standard_for(
        Facts("commune", "", "", "southeast"), "112/2025", Options(unknown_terrain=("plain", "mountain"))
    )
    assert narrowed is not None
    assert len(narrowed.possible) == 2


def test_unknown_region_is_judged_with_and_without_the_factor_an_unknown_word_without() -> None:
    unknown = standard_for(Facts("commune", "rural_district", "plain", ""), "35/2023")
    strange = standard_for(Facts("commune", "rural_district", "plain", "atlantis"), "35/2023")
    assert unknown is not None
    assert strange is not None
    assert {s.area_km2 for s in unknown.possible} == {30, 21}
    assert [s.area_km2 for s in strange.possible] == [30]


def test_a_mountain_commune_of_the_delta_reports_both_readings() -> None:
    facts = Facts("commune", "rural_district", "mountain", DELTA)
    letter, other = (
        standard_for(facts, "35/2023", Options(mountain_delta_factor=flag)) for flag in (True, False)
    )
    assert letter is not None
    assert other is not None
    assert (letter.area_km2, [s.area_km2 for s in letter.readings]) == (35, [50])
    assert (other.area_km2, [s.area_km2 for s in other.readings]) == (50, [35])


def test_kinds_without_figures_in_the_law_have_no_standard() -> None:
    assert standard_for(Facts("special_zone"), "112/2025") is None
    assert standard_for(Facts("township", "rural_district", "plain", DELTA), "112/2025") is None


def due(
    subject: Unit, regime: str = "35/2023", options: Options = DEFAULTS
) -> tuple[bool | None, tuple[str, ...]]:
    units = register(subject, unit("09999", "100", 100000))
    [source, _] = judge(plan(), units, regime=regime, options=options).sources
    return source.due, source.due_by


SEVENTY, THREE_TIMES = "mandatory-both-below-70", "mandatory-commune-area20-pop300"


@pytest.mark.parametrize(
    ("area", "population", "expected"),
    [
        # plain commune of the delta: 14.7 km² and 5,600 persons; 4.2 km² and 24,000 persons
        ("14.69", 5599, [SEVENTY]),
        ("14.7", 5599, []),
        ("14.69", 5600, []),
        ("14.71", 5601, []),
        ("4.19", 23999, [THREE_TIMES]),
        ("4.2", 23999, []),
        ("4.19", 24000, []),
        ("4.199", 5599, [SEVENTY, THREE_TIMES]),
        ("4.20", 5599, [SEVENTY]),
    ],
)
def test_below_is_strict_and_both_at_once_in_2023(area: str, population: int, expected: list[str]) -> None:
    found, by = due(unit("00001", area, population, region=DELTA))
    assert (found, list(by)) == (bool(expected), expected)


@pytest.mark.parametrize(
    ("kind", "district", "area", "population", "expected"),
    [
        ("ward", "urban_district", "1.09", 44999, True),
        ("ward", "urban_district", "1.1", 44999, False),
        ("ward", "urban_district", "1.09", 45000, False),
        ("ward", "town", "1.09", 14999, True),
        ("ward", "town", "1.09", 15000, False),
        ("ward", "urban_district", "3.84", 10499, True),
        ("ward", "urban_district", "3.85", 10499, False),
        ("township", "rural_district", "9.79", 5599, True),
        ("township", "rural_district", "9.8", 5599, False),
        ("township", "rural_district", "2.79", 23999, True),
        ("township", "rural_district", "2.8", 23999, False),
    ],
)
def test_lines_of_wards_and_townships_in_2023(
    kind: str, district: str, area: str, population: int, expected: bool
) -> None:
    assert (
        due(unit("00001", area, population, kind=kind, district_kind=district, region=DELTA))[0] is expected
    )


@pytest.mark.parametrize(
    ("area", "population", "expected"),
    [("20.99", 8000, True), ("21", 7999, True), ("21", 8000, False), ("21.01", 8001, False)],
)
def test_either_figure_makes_due_in_2025(area: str, population: int, expected: bool) -> None:
    found, by = due(unit("00001", area, population, region=DELTA), "76/2025")
    assert (found, by) == (expected, ("r25-trigger",) if expected else ())


@pytest.mark.parametrize(
    ("area", "population", "any_", "both"),
    [
        ("20.99", 16000, True, False),
        ("21", 15999, True, False),
        ("20.99", 15999, True, True),
        ("21", 16000, False, False),
    ],
)
def test_any_or_both_is_an_option_in_2026(area: str, population: int, any_: bool, both: bool) -> None:
    subject = unit("00001", area, population, region=DELTA)
    assert due(subject, "112/2025")[0] is any_
    assert due(subject, "112/2025", Options(due_2026="both"))[0] is both


def test_a_missing_figure_is_undetermined_unless_the_other_decides() -> None:
    assert due(unit("00001", None, 100, region=DELTA))[0] is None
    assert due(unit("00001", None, 100000, region=DELTA))[0] is False
    assert due(unit("00001", "1", None, region=DELTA), "76/2025")[0] is True
    units = register(unit("00001", None, 100, region=DELTA))
    [source] = judge(plan(), units).sources
    assert source.result is None
    assert source.reason_en == "area missing"


@pytest.mark.parametrize(
    ("area", "population", "outcome"),
    [
        ("21", 8000, "pass"),
        ("20.999", 8000, "fail"),
        ("21", 7999, "fail"),
        ("21.001", 8001, "pass"),
    ],
)
def test_from_is_inclusive_for_the_unit_formed(area: str, population: int, outcome: str) -> None:
    units = register(unit("00001", "10", 4000, region=DELTA), unit("00002", "10", 4000, region=DELTA))
    merged = formed("00001", ["00001", "00002"], area_km2=Decimal(area), population=population)
    judgement = judge(plan(merged), units)
    [verdict] = [v for v in judgement.of("00001") if v.rule == "post-merge-meets-standard"]
    assert verdict.outcome == outcome
    assert verdict.margin == {"area_km2": Decimal(area) - 21, "population": population - 8000}
    assert verdict.factors == ("factor-red-river-delta-area",)
    assert (verdict.instrument, verdict.article, verdict.severity) == ("35/2023/UBTVQH15", "4", "advisory")


@pytest.mark.parametrize(
    ("terrain", "area", "population", "rule", "outcome"),
    [
        ("plain", "21", 16000, "r25-xa-other", "pass"),
        ("plain", "21", 15999, "r25-xa-other", "fail"),
        ("mountain", "70", 5000, "r25-xa-mountain", "pass"),
        ("mountain", "69.99", 5000, "r25-xa-mountain", "fail"),
    ],
)
def test_orientation_of_2025(terrain: str, area: str, population: int, rule: str, outcome: str) -> None:
    units = register(*(unit(c, terrain=terrain, region=DELTA) for c in ("00001", "00002")))
    merged = formed("00001", ["00001", "00002"], area_km2=Decimal(area), population=population)
    found = {v.rule: v.outcome for v in judge(plan(merged), units, regime="76/2025").of("00001")}
    assert found[rule] == outcome
    assert len([name for name in found if name.startswith("r25-xa")]) == 1


@pytest.mark.parametrize(
    ("province", "terrain", "population", "outcome"),
    [
        ("Thành phố Hà Nội", "plain", 45000, "pass"),
        ("Thành phố Hà Nội", "plain", 44999, "fail"),
        ("Thủ đô Hà Nội", "plain", 44999, "fail"),
        ("Tỉnh Bắc Ninh", "plain", 21000, "pass"),
        ("Tỉnh Bắc Ninh", "plain", 20999, "fail"),
        ("Tỉnh Lào Cai", "mountain", 15000, "pass"),
        ("Tỉnh Lào Cai", "mountain", 14999, "fail"),
        ("", "plain", 30000, "undetermined"),
    ],
)
def test_ward_of_2025_by_where_it_lies(province: str, terrain: str, population: int, outcome: str) -> None:
    sources = [
        unit(c, kind="ward", district_kind="urban_district", terrain=terrain, region="x", province=province)
        for c in ("00001", "00002")
    ]
    merged = formed("00001", ["00001", "00002"], kind="ward", area_km2=Decimal("5.5"), population=population)
    found = {v.rule: v for v in judge(plan(merged), register(*sources), regime="76/2025").of("00001")}
    assert found["r25-phuong"].outcome == outcome
