"""Two reforms, step by step and by the composed crosswalk: what agrees, and bounds that hold for every division."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.registers import embedded_register
from indicators.catalogue import embedded_catalogue
from indicators.chains import chain_bounds
from indicators.links import Links, joined_crosswalk, profile, resolve
from indicators.observations import register_observations
from indicators.remap import Remapped, remap
from plans.apply import apply_plan
from plans.crosswalk import Crosswalk, Link, compose, plan_crosswalk
from plans.files import embedded_plan
from tests.test_indicators_remap import cell, indicator, link, rows, run

DAYS = ("2024-12-31", "2025-01-01", "2025-07-01")
SOURCES, BETWEEN, TARGETS = "ABCD", "XYZ", "PQ"
COUNT = indicator("N", "count-flow")
#: whether a unit stays whole, is divided by known shares, or has no shares; where to, and its shares by two bases
Division = tuple[str, list[int], list[int], list[int]]
divisions = st.tuples(
    st.sampled_from(["whole", "known", "known", "unknown"]),
    st.permutations(range(3)),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
)
known_only = divisions.map(lambda d: d if d[0] != "unknown" else ("known", *d[1:]))


def step(place: int, froms: str, tos: str, found: Sequence[Division], bases: Sequence[str]) -> Crosswalk:
    links: list[Link] = []
    for code, (how, order, *weights) in zip(froms, found, strict=True):
        ends = [tos[i] for i in order if i < len(tos)]
        ends = ends[:1] if how == "whole" else ends[:2]
        for base, weight in zip(bases, weights, strict=False):
            first = Decimal(weight[0]) / Decimal(weight[0] + weight[1])
            first = first.quantize(Decimal("1e-12"))
            shares = [Decimal(1)] if len(ends) == 1 else [first, 1 - first]
            links += [
                link(code, end, base, None if how == "unknown" else str(share))
                for end, share in zip(ends, shares, strict=True)
            ]
    # every unit of the map between must stand in the next step: one more parent for each
    reached = {x.to_code for x in links}
    links += [
        link(f"{end}0", end, base, "1") for end in tos if end not in reached and place == 0 for base in bases
    ]
    return Crosswalk(DAYS[place], DAYS[place + 1], tuple(links))


def two(
    first: Sequence[Division], second: Sequence[Division], bases: Sequence[str]
) -> tuple[Crosswalk, Crosswalk]:
    return step(0, SOURCES, BETWEEN, first, bases), step(1, BETWEEN, TARGETS, second, bases)


def figures(crosswalk: Crosswalk, values: Sequence[float]) -> pd.DataFrame:
    sources = sorted({x.from_code for x in crosswalk.links})
    return rows("N", dict(zip(sources, (*values, *[7.0] * 9), strict=False)))


def again(cells: pd.Series, crosswalk: Crosswalk) -> Remapped:
    frame = rows("N", cells.to_dict()).assign(vintage=crosswalk.from_vintage)
    return run(frame, crosswalk, COUNT)


def ends(result: Remapped) -> pd.DataFrame:
    """Value, low and high by unit; a value without bounds is its own."""
    frame = result.frame.set_index(result.frame["unit_code"].astype(str))[["value", "low", "high"]].astype(
        float
    )
    return frame.assign(low=frame["low"].fillna(frame["value"]), high=frame["high"].fillna(frame["value"]))


def rounded_parts(links: Links) -> pd.Series:
    parts = np.add.reduceat((~links.whole).astype(int), links.starts)
    return pd.Series(parts, index=list(links.targets))


values = st.lists(st.integers(0, 5000), min_size=4, max_size=4)
firsts, seconds = (st.lists(divisions, min_size=n, max_size=n) for n in (4, 3))
knowns = [st.lists(known_only, min_size=n, max_size=n) for n in (4, 3)]
BASES = st.sampled_from([("population",), ("population", "area")])


@settings(deadline=None, max_examples=80)
@given(values, *knowns, st.booleans())
def test_known_shares_give_the_same_figures_but_for_rounding(
    given_: list[int], first: list[Division], second: list[Division], fine: bool
) -> None:
    a, b = two(first, second, ("population",))
    # figures of many decimals are not rounded at all
    frame = figures(a, [v * np.pi if fine else float(v) for v in given_])
    middle, composed = run(frame, a, COUNT), compose(a, b)
    stepwise = ends(run(middle.observations().frame, b, COUNT))["value"]
    once = ends(run(frame, composed, COUNT))["value"]
    assert list(stepwise.index) == list(once.index)
    assert stepwise.sum() == pytest.approx(once.sum(), abs=1e-6 if fine else 0)
    links = [resolve(x, profile(COUNT)) for x in (a, b, composed)]
    between = rounded_parts(links[0])
    slack = rounded_parts(links[1]) + rounded_parts(links[2])
    for s, t in zip(links[1].source, links[1].target, strict=True):
        slack[links[1].targets[t]] += between[links[1].sources[s]]
    off = (stepwise - once).abs()
    if fine:
        assert (off <= 1e-6).all()
    assert (off <= slack).all()
    assert (off[slack == 0] == 0).all()
    assert (off[slack > 0] < slack[slack > 0]).all()


def division(links: Links, chance: random.Random) -> dict[tuple[str, str], float]:
    """One division that the bounds of a step allow: shares in their bounds that sum to 1, as far out as they go."""
    found: dict[tuple[str, str], float] = {}
    for source, code in enumerate(links.sources):
        places = [int(i) for i in np.flatnonzero(links.source == source)]
        shares = {i: float(links.low[i]) for i in places}
        left = 1.0 - sum(shares.values())
        chance.shuffle(places)
        for i in places:
            most = min(float(links.high[i]) - shares[i], left)
            take = most if i == places[-1] else most * chance.choice([0.0, 0.5, 1.0])
            shares[i] += take
            left -= take
        for i in places:  # what a smaller step left over
            more = min(float(links.high[i]) - shares[i], left)
            shares[i] += more
            left -= more
        assert abs(left) < 1e-9
        found |= {(code, links.targets[links.target[i]]): shares[i] for i in places}
    return found


@settings(deadline=None, max_examples=80)
@given(values, firsts, seconds, BASES, st.integers(0, 10**6), st.booleans())
def test_bounds_of_a_chain_hold_for_every_division_and_are_no_wider_than_step_by_step(
    given_: list[int],
    first: list[Division],
    second: list[Division],
    bases: tuple[str, ...],
    seed: int,
    fine: bool,
) -> None:
    a, b = two(first, second, bases)
    frame = figures(a, [v * np.pi if fine else float(v) for v in given_])
    composed = compose(a, b)
    once = ends(run(frame, composed, COUNT))
    links = [resolve(x, profile(COUNT)) for x in (a, b, composed)]
    amounts = frame.set_index("unit_code")["value"].astype(float)
    chance = random.Random(seed)
    for _ in range(10):
        one, other = division(links[0], chance), division(links[1], chance)
        truth = dict.fromkeys(links[2].targets, 0.0)
        for (source, between), s in one.items():
            for (middle, target), t in other.items():
                if middle == between:
                    truth[target] += amounts[source] * s * t
        for target, amount in truth.items():
            assert once.loc[target, "low"] - 1e-5 <= amount <= once.loc[target, "high"] + 1e-5
    between_bounds = ends(run(frame, a, COUNT))
    low, high = (ends(again(between_bounds[side], b))[side] for side in ("low", "high"))
    # whole parts are rounded outwards, each by less than one
    slack = 1e-6 if fine else rounded_parts(links[2])
    assert (once["low"] >= low - slack - 1e-6).all()
    assert (once["high"] <= high + slack + 1e-6).all()


def test_the_share_of_a_second_split_does_not_narrow_what_the_first_leaves_open() -> None:
    # C is divided between X and Y, nobody knows how; X by people 40 : 60. All of C's dossiers may go to Q.
    first = Crosswalk(
        DAYS[0], DAYS[1],
        (link("C", "X", "population", None), link("C", "Y", "population", None), link("A", "Y", "population", "1")),
    )  # fmt: skip
    second = Crosswalk(
        DAYS[1], DAYS[2],
        (link("X", "P", "population", "0.4"), link("X", "Q", "population", "0.6"), link("Y", "P", "population", "1")),
    )  # fmt: skip
    frame = rows("N", {"A": 5.0, "C": 100.0})
    p = cell(run(frame, compose(first, second), COUNT), "P")
    assert (p["low"], p["high"]) == (5, 105)
    # people divided by their own shares: at least 40 of C's 100 come to P
    people = cell(run(frame, compose(first, second), indicator("N", "count-stock", "người")), "P")
    assert (people["low"], people["high"]) == (45, 105)


def test_parts_that_meet_again_are_one_unit() -> None:
    first = Crosswalk(
        DAYS[0], DAYS[1], (link("C", "X", "population", None), link("C", "Y", "population", None))
    )
    second = Crosswalk(
        DAYS[1], DAYS[2], (link("X", "P", "population", "1"), link("Y", "P", "population", "1"))
    )
    frame = rows("N", {"C": 100.0})
    assert cell(run(frame, compose(first, second), COUNT), "P")["value"] == 100
    # step by step the figure is lost
    assert np.isnan(cell(run(run(frame, first, COUNT).observations().frame, second, COUNT), "P")["value"])


def test_bases_that_meet_in_another_order_are_all_within_the_bounds() -> None:
    def divided(source: str, by: dict[str, str]) -> tuple[Link, ...]:
        ends_ = ("X", "Y") if source == "C" else ("P", "Q")
        return tuple(
            link(source, end, base, share)
            for base, first in by.items()
            for end, share in zip(ends_, (first, str(1 - Decimal(first))), strict=True)
        )

    first = Crosswalk(DAYS[0], DAYS[1], divided("C", {"population": "0.4", "area": "0.2"}))
    rest = tuple(link("Y", "Q", base, "1") for base in ("population", "area"))
    second = Crosswalk(DAYS[1], DAYS[2], (*divided("X", {"population": "0.2", "area": "0.5"}), *rest))
    p = cell(run(rows("N", {"C": 100.0}), compose(first, second), COUNT), "P")
    # people then people 8, area then area 10; people then area 20, area then people 4
    assert (p["value"], p["low"], p["high"]) == (8, 4, 20)


def test_bounds_over_a_chain_by_hand() -> None:
    one = {("C", "X"): (0.2, 0.5), ("C", "Y"): (0.5, 0.8)}
    other = {("X", "P"): (0.1, 0.3), ("X", "Q"): (0.7, 0.9), ("Y", "P"): (1.0, 1.0)}
    found = chain_bounds([one, other])
    # least of X as possible gives most to P: 0.8 + 0.2 * 0.3; the other end 0.5 + 0.5 * 0.1
    assert found["C", "P"] == (pytest.approx(0.55), pytest.approx(0.86))
    assert found["C", "Q"] == (pytest.approx(0.14), pytest.approx(0.45))


def test_a_chain_keeps_its_steps_when_bases_are_joined() -> None:
    def chain(base: str, share: str) -> Crosswalk:
        first = (link("C", "X", base, share), link("C", "Y", base, str(1 - Decimal(share))))
        return compose(
            Crosswalk(DAYS[0], DAYS[1], first),
            Crosswalk(DAYS[1], DAYS[2], (link("X", "P", base, "1"), link("Y", "Q", base, "1"))),
        )

    joined = joined_crosswalk([chain("population", "0.3"), chain("area", "0.1")])
    assert [step_.bases for step_ in joined.steps] == [("area", "population")] * 2
    p = cell(run(rows("N", {"C": 100.0}), joined, COUNT), "P")
    assert (p["value"], p["low"], p["high"]) == (30, 10, 30)


# --- Resolutions 1286 and 1656 ---


@pytest.fixture(scope="module")
def reforms() -> tuple[Crosswalk, Crosswalk]:
    register = embedded_register("hanoi-2024-12-31")
    first = embedded_plan("nq1286")
    return (
        plan_crosswalk(first, register),
        plan_crosswalk(embedded_plan("nq1656"), apply_plan(first, register)),
    )


def test_hanoi_in_two_steps_and_in_one(reforms: tuple[Crosswalk, Crosswalk]) -> None:
    first, second = reforms
    composed, catalogue = compose(first, second), embedded_catalogue()
    census = register_observations(embedded_register("hanoi-2024-12-31"), "2024")
    middle = remap(census, first, catalogue)
    stepwise = remap(middle.observations(), second, catalogue)
    once = remap(census, composed, catalogue)
    people = once.totals.set_index("indicator").loc["POP"]
    assert people["total_before"] == people["total_after"] == 8_053_663
    assert people["equal"]
    both = {}
    for name, result in (("steps", stepwise), ("once", once)):
        frame = result.frame[result.frame["indicator"] == "POP"]
        both[name] = frame.set_index(frame["unit_code"].astype(str))["value"].astype(float)
    assert len(both["once"]) == len(both["steps"]) == 126
    links = resolve(composed, profile(catalogue["POP"]))
    whole = [code for code, touched in zip(links.targets, links.touched, strict=True) if not touched]
    between = resolve(first, profile(catalogue["POP"]))
    torn = {between.targets[t] for t in np.flatnonzero(between.touched)}
    onward = resolve(second, profile(catalogue["POP"]))
    plain = [
        code
        for code in whole
        if not torn & {onward.sources[s] for s in onward.source[onward.target == onward.targets.index(code)]}
    ]
    assert len(plain) > 20
    assert (both["once"][plain] == both["steps"][plain]).all()
    # step by step loses what lies in units known by bounds alone; the composed crosswalk never knows less
    assert both["once"].notna().sum() >= both["steps"].notna().sum()
    common = both["steps"].dropna().index
    assert ((both["once"][common] - both["steps"][common]).abs() <= 4).all()


def test_bounds_of_hanoi_hold_for_every_division(reforms: tuple[Crosswalk, Crosswalk]) -> None:
    first, second = reforms
    composed, dossiers = compose(first, second), indicator("N", "count-flow")
    links = [resolve(x, profile(dossiers)) for x in (first, second, composed)]
    chance = random.Random(1286)
    by_pair = {
        (links[2].sources[s], links[2].targets[t]): (low, high)
        for s, t, low, high in zip(links[2].source, links[2].target, links[2].low, links[2].high, strict=True)
    }
    for _ in range(5):
        one, other = division(links[0], chance), division(links[1], chance)
        onward: dict[str, list[tuple[str, float]]] = {}
        for (middle, target), t in other.items():
            onward.setdefault(middle, []).append((target, t))
        truth = dict.fromkeys(by_pair, 0.0)
        for (source, middle), s in one.items():
            for target, t in onward[middle]:
                truth[source, target] += s * t
        assert all(by_pair[key][0] - 1e-9 <= share <= by_pair[key][1] + 1e-9 for key, share in truth.items())


def test_what_is_split_along_a_chain_says_that_it_was_computed_once(
    reforms: tuple[Crosswalk, Crosswalk],
) -> None:
    census = register_observations(embedded_register("hanoi-2024-12-31"), "2024")
    once = remap(census, compose(*reforms), embedded_catalogue())
    said = once.frame["reason"].astype(str).str.contains("composed through 2025-01-01")
    assert said.any()
    assert (said == (once.frame["base"].astype(str) != "")).all()
    assert any("composed" in report.text("en") for report in once.reports)
    first = remap(census, reforms[0], embedded_catalogue())
    assert not first.frame["reason"].astype(str).str.contains("composed").any()
