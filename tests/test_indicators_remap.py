"""Remapping on a small plan worked by hand, and on Resolution 1286."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrosswalkError, ObservationError
from geo.registers import embedded_register
from indicators.catalogue import Catalogue, Indicator, embedded_catalogue
from indicators.explain import explain
from indicators.links import base_name
from indicators.observations import parse_observations, register_observations
from indicators.remap import COLUMNS, Remapped, remap
from plans.crosswalk import Crosswalk, Link, compose, plan_crosswalk
from plans.files import embedded_plan

NAN = float("nan")
PERIOD = "2024"


def indicator(name: str, kind: str, unit: str = "hồ sơ", **more: str) -> Indicator:
    return Indicator(name, name, name, "", unit, more.pop("direction", "up"), kind, **more)


def link(source: str, target: str, base: str, share: str | None, low: str = "0", high: str = "1") -> Link:
    value = None if share is None else Decimal(share)
    relation = "whole" if share == "1" else "part"
    if value is not None:
        return Link(source, target, relation, base, value, value, value)
    return Link(source, target, relation, base, None, Decimal(low), Decimal(high))


def small(*bases: tuple[str, str]) -> Crosswalk:
    """A and B merge into X; C is divided between X and Y by each base's share of X; D goes on as Y; E stays."""
    links = []
    for base, share in bases:
        rest = str(1 - Decimal(share)) if share else None
        links += [link("A", "X", base, "1"), link("B", "X", base, "1"), link("D", "Y", base, "1")]
        links += [link("C", "X", base, share or None), link("C", "Y", base, rest), link("E", "E", base, "1")]
    return Crosswalk("2024-12-31", "2025-01-01", tuple(links))


MERGE = Crosswalk(
    "2024-12-31", "2025-01-01",
    tuple(link(a, b, "population", "1") for a, b in (("A", "X"), ("B", "X"), ("C", "X"), ("E", "E"))),
)  # fmt: skip


def rows(
    name: str, cells: dict[str, object], period: str = PERIOD, status: dict[str, str] | None = None
) -> pd.DataFrame:
    """Cells by unit: a value, or (numerator, denominator), or (value, numerator, denominator)."""
    found = []
    for code, cell in cells.items():
        value, top, bottom = (
            (NAN, *cell)
            if isinstance(cell, tuple) and len(cell) == 2
            else cell
            if isinstance(cell, tuple)
            else (cell, NAN, NAN)
        )
        mark = (status or {}).get(code, "A" if value == value or top == top else "")
        found.append((code, "2024-12-31", period, name, value, top, bottom, mark))
    return pd.DataFrame(
        found,
        columns=[
            "unit_code",
            "vintage",
            "period",
            "indicator",
            "value",
            "numerator",
            "denominator",
            "status",
        ],
    )


def run(frame: pd.DataFrame, crosswalk: Crosswalk, *catalogue: Indicator, **options: object) -> Remapped:
    return remap(frame, crosswalk, Catalogue(catalogue), **options)  # type: ignore[arg-type]


def cell(result: Remapped, unit: str, name: str | None = None, period: str = PERIOD) -> pd.Series:
    frame = result.frame
    chosen = frame[(frame["unit_code"] == unit) & (frame["period"] == period)]
    if name:
        chosen = chosen[chosen["indicator"] == name]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_the_frame_has_the_columns_of_the_contract_and_a_row_for_every_unit() -> None:
    result = run(rows("N", {"A": 1.0, "B": 2.0, "C": 3.0, "E": 4.0}), MERGE, indicator("N", "count-flow"))
    assert tuple(result.frame.columns) == COLUMNS
    assert list(result.frame["unit_code"]) == ["E", "X"]
    row = cell(result, "X")
    assert (row["value"], row["status"], row["method"], row["base"], row["parents"]) == (
        6,
        "A",
        "sum",
        "",
        "A B C",
    )
    assert (row["vintage"], row["parents_missing"], row["coverage"], row["reason"]) == (
        "2025-01-01",
        "",
        1.0,
        "",
    )


def test_a_divided_count_goes_by_the_closest_base_with_the_other_as_range() -> None:
    # by people 27 : 73, by area 15 : 85, as in Sài Đồng
    crosswalk = small(("population", "0.269"), ("area", "0.151"))
    frame = rows("N", {"A": 10.0, "B": 20.0, "C": 100.0, "D": 5.0, "E": 1.0})
    result = run(frame, crosswalk, indicator("N", "count-flow"))
    x, y = cell(result, "X"), cell(result, "Y")
    assert (x["value"], y["value"]) == (10 + 20 + 27, 73 + 5)
    assert (x["low"], x["high"]) == (30 + 15, 30 + 27)
    assert (y["low"], y["high"]) == (5 + 73, 5 + 85)
    assert (x["status"], x["base"], x["method"]) == ("E", "population", "sum")
    by_area = run(frame, crosswalk, indicator("N", "count-flow"), base="area")
    assert (cell(by_area, "X")["value"], cell(by_area, "Y")["value"]) == (45, 90)
    assert cell(by_area, "X")["base"] == "area"


def test_dossiers_and_households_come_before_people() -> None:
    crosswalk = small(("population", "0.5"), ("dossiers", "0.2"), ("households", "0.4"), ("area", "0.9"))
    result = run(rows("N", dict.fromkeys("ABCDE", 10.0)), crosswalk, indicator("N", "count-flow"))
    assert (cell(result, "X")["value"], cell(result, "X")["base"]) == (22, "dossiers")
    people = run(rows("N", dict.fromkeys("ABCDE", 10.0)), crosswalk, indicator("N", "count-stock", "người"))
    assert (cell(people, "X")["value"], cell(people, "X")["base"]) == (25, "population")


def test_square_kilometres_go_by_area_whatever_is_asked() -> None:
    crosswalk = small(("population", "0.5"), ("area", "0.1"))
    frame = rows("L", {"A": 1.05, "B": 2.1, "C": 0.33, "D": 1.0, "E": 1.0})
    result = run(frame, crosswalk, indicator("L", "count-stock", "km²"), base="population")
    # 0.033 of 0.33 in hundredths: 0.03, the rest 0.30
    assert (cell(result, "X")["value"], cell(result, "Y")["value"]) == (3.18, 1.3)
    assert cell(result, "X")["base"] == "area"


def test_a_part_without_a_share_has_bounds_and_no_point() -> None:
    result = run(
        rows("N", {"A": 10.0, "B": 20.0, "C": 100.0, "D": 5.0, "E": 1.0}),
        small(("population", "")),
        indicator("N", "count-flow"),
    )
    x = cell(result, "X")
    assert np.isnan(x["value"])
    assert (x["low"], x["high"], x["method"], x["status"]) == (30, 130, "bounds", "O")
    total = result.totals.iloc[0]
    assert (total["total_before"], total["total_after"], total["in_bounds"], total["equal"]) == (
        136,
        136,
        135,
        True,
    )


def test_an_unknown_base_is_refused_with_those_there_are() -> None:
    with pytest.raises(CrosswalkError, match="population"):
        run(
            rows("N", {"A": 1.0}), small(("population", "0.5")), indicator("N", "count-flow"), base="dossiers"
        )


def test_a_merged_rate_is_pooled_and_not_the_mean_of_the_rates() -> None:
    result = run(
        rows("R", {"A": (90.0, 100.0), "B": (1.0, 10.0), "C": (0.0, 90.0), "E": (1.0, 3.0)}),
        MERGE,
        indicator("R", "ratio", "%"),
    )
    x = cell(result, "X")
    assert x["value"] == pytest.approx(100 * 91 / 200)
    assert x["value"] != pytest.approx((90 + 10 + 0) / 3)
    assert (x["numerator"], x["denominator"], x["method"], x["status"]) == (91, 200, "pooled-ratio", "A")
    assert cell(result, "E")["value"] == pytest.approx(100 / 3)


def test_a_rate_takes_its_counts_or_its_weight_from_other_indicators() -> None:
    catalogue = (
        indicator("R", "ratio", "%", numerator="N", denominator="D"),
        indicator("S", "ratio", "%", denominator="D"),
        indicator("N", "count-flow"),
        indicator("D", "count-flow"),
    )
    units = "ABCE"
    frame = pd.concat(
        [
            rows("R", dict(zip(units, (90.0, 10.0, 0.0, 50.0), strict=True))),
            rows("S", dict(zip(units, (90.0, 10.0, 0.0, 50.0), strict=True))),
            rows("N", dict(zip(units, (90.0, 1.0, 0.0, 5.0), strict=True))),
            rows("D", dict(zip(units, (100.0, 10.0, 90.0, 10.0), strict=True))),
        ]
    )
    result = run(frame, MERGE, *catalogue)
    assert cell(result, "X", "R")["value"] == pytest.approx(45.5)
    assert cell(result, "X", "R")["method"] == "pooled-ratio"
    assert cell(result, "X", "S")["value"] == pytest.approx(45.5)
    assert cell(result, "X", "S")["method"] == "weighted-mean"


def test_a_rate_without_denominator_is_refused_with_its_range() -> None:
    result = run(rows("R", {"A": 90.0, "B": 10.0, "C": 40.0, "E": 50.0}), MERGE, indicator("R", "ratio", "%"))
    x = cell(result, "X")
    assert np.isnan(x["value"])
    assert (x["low"], x["high"], x["method"]) == (10, 90, "refused")
    assert "averaged" in x["reason"]
    # what is not merged keeps its rate
    assert (cell(result, "E")["value"], cell(result, "E")["method"]) == (50, "inherited")


def test_zero_over_zero_is_not_a_number() -> None:
    result = run(
        rows("R", {"A": (0.0, 0.0), "B": (0.0, 0.0), "C": (0.0, 0.0), "E": (1.0, 2.0)}),
        MERGE,
        indicator("R", "ratio", "%"),
    )
    x = cell(result, "X")
    assert np.isnan(x["value"])
    assert (x["status"], x["numerator"], x["denominator"]) == ("M", 0, 0)
    # one parent of zero over zero takes nothing from the others
    mixed = run(
        rows("R", {"A": (0.0, 0.0), "B": (1.0, 2.0), "C": (0.0, 2.0), "E": (1.0, 2.0)}),
        MERGE,
        indicator("R", "ratio", "%"),
    )
    assert cell(mixed, "X")["value"] == 25


def test_a_missing_parent_leaves_no_value_but_the_partial_sum_and_the_coverage() -> None:
    frame = rows("N", {"A": 10.0, "B": NAN, "E": 1.0})
    x = cell(run(frame, MERGE, indicator("N", "count-flow")), "X")
    assert np.isnan(x["value"])
    assert (x["low"], x["status"], x["method"], x["parents_missing"]) == (10, "O", "missing", "B C")
    assert np.isnan(x["high"])
    assert x["coverage"] == pytest.approx(1 / 3)


def test_numerator_and_denominator_count_the_same_parents() -> None:
    frame = rows("R", {"A": (5.0, 10.0), "B": (NAN, NAN, 100.0), "C": (1.0, 10.0), "E": (1.0, 2.0)})
    x = cell(run(frame, MERGE, indicator("R", "ratio", "%")), "X")
    assert np.isnan(x["value"])
    assert np.isnan(x["denominator"])
    assert x["parents_missing"] == "B"


def test_a_suppressed_parent_leaves_the_sum_suppressed() -> None:
    frame = rows("N", {"A": 10.0, "B": NAN, "C": 3.0, "E": 1.0}, status={"B": "Q"})
    x = cell(run(frame, MERGE, indicator("N", "count-flow")), "X")
    assert (x["status"], x["method"]) == ("Q", "missing")


def test_statuses_combine_by_precedence() -> None:
    frame = rows("N", {"A": 10.0, "B": 1.0, "C": 3.0, "E": 1.0}, status={"A": "P", "B": "D"})
    assert cell(run(frame, MERGE, indicator("N", "count-flow")), "X")["status"] == "D"


def test_bounds_of_a_divided_rate_hold_for_every_division() -> None:
    crosswalk = small(("population", ""))
    n, d = 30, 100
    frame = rows(
        "R", {"A": (5.0, 20.0), "B": (2.0, 4.0), "C": (float(n), float(d)), "D": (1.0, 2.0), "E": (1.0, 2.0)}
    )
    x = cell(run(frame, crosswalk, indicator("R", "ratio", "%")), "X")
    rates = [
        100 * (7 + top) / (24 + bottom)
        for bottom in range(d + 1)
        for top in range(max(0, n - d + bottom), min(n, bottom) + 1)
    ]
    assert x["low"] == pytest.approx(min(rates))
    assert x["high"] == pytest.approx(max(rates))


def test_bounds_of_a_rate_with_a_known_share_are_frechet_bounds() -> None:
    frame = rows(
        "R", {"A": (5.0, 20.0), "B": (2.0, 4.0), "C": (30.0, 100.0), "D": (1.0, 2.0), "E": (1.0, 2.0)}
    )
    x = cell(run(frame, small(("population", "0.4")), indicator("R", "ratio", "%")), "X")
    assert x["value"] == pytest.approx(100 * (7 + 12) / (24 + 40))
    assert x["status"] == "E"
    # the part has 40 of the 100; of its 30, none to 30 can lie in it
    assert (x["low"], x["high"]) == (pytest.approx(100 * 7 / 64), pytest.approx(100 * 37 / 64))


def test_a_period_on_two_maps_is_refused() -> None:
    frame = rows("N", {"A": 1.0}, "2025").assign(vintage="2025-01-01")
    later = Crosswalk("2025-01-01", "2025-07-01", (link("A", "A", "population", "1"),))
    with pytest.raises(ObservationError, match="two maps"):
        run(frame, later, indicator("N", "count-flow"))
    half = rows("N", {"A": 1.0}, "2025-H1").assign(vintage="2025-01-01")
    assert cell(run(half, later, indicator("N", "count-flow")), "A", period="2025-H1")["value"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vintage": "2020-01-01"}, "vintage"),
        ({"unit_code": "Z"}, "no such unit"),
        ({"indicator": "NONE"}, "no such indicator"),
    ],
)
def test_what_is_not_understood_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(ObservationError, match=message):
        run(rows("N", {"A": 1.0}).assign(**change), MERGE, indicator("N", "count-flow"))


def test_duplicates_are_refused() -> None:
    twice = pd.concat([rows("N", {"A": 1.0}), rows("N", {"A": 2.0})])
    with pytest.raises(ObservationError, match="duplicate"):
        run(twice, MERGE, indicator("N", "count-flow"))


def fractions(d: int, n: int, least: float, most: float) -> list[tuple[int, int]]:
    """Every (numerator, denominator) that a part of a unit with n of d can have, its denominator in a range."""
    return [
        (top, bottom)
        for bottom in range(d + 1)
        if least * d <= bottom <= most * d
        for top in range(max(0, n - d + bottom), min(n, bottom) + 1)
    ]


pairs = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda p: (min(p), max(p)))


@settings(deadline=None, max_examples=60)
@given(pairs, pairs, pairs)
def test_bounds_of_a_rate_are_those_of_all_divisions(
    a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]
) -> None:
    divided = [link(source, target, "population", None) for source in "BC" for target in "XY"]
    crosswalk = Crosswalk("2024-12-31", "2025-01-01", (link("A", "X", "population", "1"), *divided))
    frame = rows("R", {k: (float(v[0]), float(v[1])) for k, v in zip("ABC", (a, b, c), strict=True)})
    x = cell(run(frame, crosswalk, indicator("R", "ratio", "%")), "X")
    rates = [
        100 * (a[0] + p[0] + q[0]) / (a[1] + p[1] + q[1])
        for p in fractions(b[1], b[0], 0, 1)
        for q in fractions(c[1], c[0], 0, 1)
        if a[1] + p[1] + q[1]
    ]
    if rates:
        assert x["low"] <= min(rates) + 1e-9
        assert x["high"] >= max(rates) - 1e-9
        # and no wider, where some denominator is sure to be there
        if a[1]:
            assert (x["low"], x["high"]) == (pytest.approx(min(rates)), pytest.approx(max(rates)))


def test_people_divided_by_area_keep_wide_bounds() -> None:
    # the share by area says little of people: all of the divided unit may lie in either part
    result = run(
        rows("P", {"A": 10.0, "B": 20.0, "C": 100.0, "D": 5.0, "E": 1.0}),
        small(("area", "0.4")),
        indicator("P", "count-stock", "người"),
    )
    x = cell(result, "X")
    assert (x["value"], x["low"], x["high"], x["base"]) == (70, 30, 130, "area")


shares = st.integers(0, 1000).map(lambda n: str(Decimal(n) / 1000))
counts = st.lists(st.integers(0, 10**9), min_size=5, max_size=5)


@settings(deadline=None, max_examples=60)
@given(counts, shares, shares)
def test_counts_are_conserved_to_the_unit(values: list[int], people: str, area: str) -> None:
    frame = rows("N", dict(zip("ABCDE", map(float, values), strict=True)))
    result = run(frame, small(("population", people), ("area", area)), indicator("N", "count-flow"))
    assert int(result.frame["value"].sum()) == sum(values)
    assert bool(result.totals["equal"].all())
    bounded = result.frame.dropna(subset=["low", "high"])
    assert (bounded["low"] <= bounded["value"]).all()
    assert (bounded["value"] <= bounded["high"]).all()


@settings(deadline=None, max_examples=60)
@given(counts, st.sets(st.integers(0, 4)), st.sampled_from(["", "0.3"]))
def test_what_is_missing_or_bounded_is_still_accounted_for(
    values: list[int], gone: set[int], share: str
) -> None:
    cells: dict[str, object] = {c: NAN if i in gone else float(values[i]) for i, c in enumerate("ABCDE")}
    result = run(rows("N", cells), small(("population", share)), indicator("N", "count-flow"))
    total = result.totals.iloc[0]
    assert (
        total["total_before"] == total["total_after"] == sum(v for i, v in enumerate(values) if i not in gone)
    )
    assert total["missing_before"] == len(gone)
    known = result.frame[~result.frame["value"].isna()]
    assert (known["parents_missing"] == "").all()


@settings(deadline=None, max_examples=30)
@given(counts, st.permutations(range(5)))
def test_the_order_of_rows_does_not_matter(values: list[int], order: list[int]) -> None:
    frame = rows("N", dict(zip("ABCDE", map(float, values), strict=True)))
    crosswalk = small(("population", "0.3"))
    one = run(frame, crosswalk, indicator("N", "count-flow")).frame
    other = run(frame.iloc[order], crosswalk, indicator("N", "count-flow")).frame
    assert one["value"].tolist() == other["value"].tolist()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=5, max_size=5))
def test_two_steps_equal_the_composed_one(pairs: list[tuple[int, int]]) -> None:
    first = small(("population", "0.25"))
    second = Crosswalk(
        "2025-01-01",
        "2025-07-01",
        (
            link("X", "Z", "population", "1"),
            link("Y", "Z", "population", "1"),
            link("E", "E", "population", "1"),
        ),
    )
    parts = {code: (float(min(a, b)), float(max(a, b))) for code, (a, b) in zip("ABCDE", pairs, strict=True)}
    catalogue = (indicator("N", "count-flow"), indicator("R", "ratio", "%"))
    frame = pd.concat([rows("R", parts), rows("N", {code: pair[1] for code, pair in parts.items()})])
    frame = frame.assign(period="2024")
    middle = run(frame, first, *catalogue)
    two = run(middle.observations().frame, second, *catalogue).frame
    one = run(frame, compose(first, second), *catalogue).frame
    assert two["unit_code"].tolist() == one["unit_code"].tolist()
    np.testing.assert_allclose(two["value"].to_numpy(float), one["value"].to_numpy(float), rtol=1e-9)


def test_the_crosswalk_is_resolved_for_the_profiles_of_the_file_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from indicators import links

    asked: list[links.Profile] = []
    resolved = links._resolved
    monkeypatch.setattr(
        links, "_resolved", lambda walk, wanted: asked.append(wanted) or resolved(walk, wanted)
    )
    frame = rows("N", dict.fromkeys("ABCDE", 10.0))
    run(frame, small(("population", "0.3")), indicator("N", "count-flow"))
    assert asked == [links.Profile(links.ORDER)]


# --- Resolution 1286 ---


@pytest.fixture(scope="module")
def nq1286() -> Crosswalk:
    return plan_crosswalk(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))


@pytest.fixture(scope="module")
def census(nq1286: Crosswalk) -> Remapped:
    return remap(register_observations(embedded_register("hanoi-2024-12-31")), nq1286, embedded_catalogue())


def test_people_of_the_526_units_are_those_of_the_579(census: Remapped) -> None:
    people = census.totals.set_index("indicator").loc["POP"]
    assert people["total_before"] == people["total_after"] == 8_053_663
    assert people["equal"]
    assert (census.frame["indicator"] == "POP").sum() == 526


def figure(result: Remapped, code: str, name: str = "POP") -> float:
    frame = result.frame
    return float(frame.loc[(frame["unit_code"] == code) & (frame["indicator"] == name), "value"].iloc[0])


def test_phu_hong_is_its_three_communes(census: Remapped) -> None:
    register = embedded_register("hanoi-2024-12-31")
    assert figure(census, "09646") == sum(
        register[code].population or 0 for code in ("09637", "09631", "09646")
    )


def test_hoa_phu_of_ung_hoa_is_hoa_nam_and_hoa_phu_and_not_that_of_chuong_my(census: Remapped) -> None:
    register = embedded_register("hanoi-2024-12-31")
    assert register["10414"].name == "Hòa Nam"
    assert figure(census, "10417") == (register["10414"].population or 0) + (
        register["10417"].population or 0
    )
    assert figure(census, "10417") != figure(census, "10108")
    row = census.frame[(census.frame["unit_code"] == "10417") & (census.frame["indicator"] == "POP")].iloc[0]
    assert "another territory" in row["reason"]


def test_sai_dong_goes_by_people_and_by_area(nq1286: Crosswalk) -> None:
    frame = pd.DataFrame(
        [(u.code, "2024-12-31", "2024", "DOS_RECEIVED", 1000.0 if u.code == "00142" else 0.0, NAN, NAN, "A")
         for u in embedded_register("hanoi-2024-12-31")],
        columns=["unit_code", "vintage", "period", "indicator", "value", "numerator", "denominator", "status"],
    )  # fmt: skip
    people = remap(frame, nq1286, embedded_catalogue())
    area = remap(frame, nq1286, embedded_catalogue(), base="area")
    assert (cell(people, "00151")["value"], cell(people, "00136")["value"]) == (269, 731)
    assert (cell(area, "00151")["value"], cell(area, "00136")["value"]) == (151, 849)
    row = cell(people, "00151")
    assert (row["status"], row["base"], row["low"], row["high"]) == ("E", "population", 151, 269)


def test_density_is_people_over_area(census: Remapped, nq1286: Crosswalk) -> None:
    base = register_observations(embedded_register("hanoi-2024-12-31"), "2024")
    density = (
        base.frame[base.frame["indicator"] == "POP"]
        .astype({"indicator": str})
        .assign(indicator="DENSITY", value=NAN, status="A")
    )
    frame = pd.concat([base.frame.astype({"indicator": str}), density])
    result = remap(frame, nq1286, embedded_catalogue())
    row = cell(result, "09646", "DENSITY")
    assert row["value"] == pytest.approx(figure(census, "09646") / figure(census, "09646", "LAND_AREA"))
    # a part is measured on both bases, each by its own share
    part = cell(result, "00151", "DENSITY")
    assert part["value"] == pytest.approx(
        figure(census, "00151") / figure(census, "00151", "LAND_AREA"), rel=1e-3
    )


def test_the_calculation_is_said_in_words(census: Remapped) -> None:
    vi = explain(census, "09646", "POP", "2019-04-01")
    assert "22.979 người" in vi
    assert all(code in vi for code in ("09631", "09637", "09646"))
    en = explain(census, "00151", "POP", "2019-04-01", "en")
    assert "26.8971 %" in en
    assert "estimated" in en
    assert "share not known" in explain(census, "00271", "POP", "2019-04-01", "en")
    with pytest.raises(ObservationError):
        explain(census, "09637", "POP", "2019-04-01")


def test_a_file_goes_through(nq1286: Crosswalk) -> None:
    register = embedded_register("hanoi-2024-12-31")
    text = "unit_code,vintage,period,indicator,value,numerator,denominator,status\n"
    text += "".join(f"{u.code},,2024,RATE_ONLINE,,{i % 7},{i % 7 + 3},\n" for i, u in enumerate(register))
    observations = parse_observations(text.encode(), "a.csv", embedded_catalogue(), register)
    result = remap(observations, nq1286, embedded_catalogue())
    assert len(result.frame) == 526


def test_bases_are_said_in_vietnamese() -> None:
    assert base_name("area population SCHOOLS", "vi") == "diện tích, dân số, SCHOOLS"
