from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CrosswalkError
from geo.registers import embedded_register
from plans.apply import apply_plan
from plans.crosswalk import Crosswalk, Link, chain_crosswalk, compose, plan_crosswalk
from plans.files import embedded_plan
from plans.plan import NewUnit, Plan, Transfer
from plans.shares import largest_remainder, source_shares

HANOI = embedded_register("hanoi-2024-12-31")
NQ1286 = embedded_plan("nq1286")
WALK = plan_crosswalk(NQ1286, HANOI)


def test_shares_of_every_unit_sum_to_one_or_can() -> None:
    assert {code for _, code in WALK.by_source} == set(HANOI.by_code)
    for links in WALK.by_source.values():
        assert sum(link.low for link in links) <= 1 <= sum(link.high for link in links)
        if all(link.share is not None for link in links):
            assert sum(link.share or 0 for link in links) == 1


def test_whole_transfers_are_exactly_one_and_units_that_stay_are_listed() -> None:
    relations = {(link.from_code, link.to_code): link for link in WALK.links if link.base == "population"}
    assert relations["10414", "10417"].relation == "whole"
    assert relations["10414", "10417"].share == 1
    assert relations["00001", "00001"].relation == "same"
    assert sum(link.relation == "same" for link in relations.values()) == 579 - 110


def test_two_bases_give_two_shares() -> None:
    by_area = {link.to_code: link.share for link in WALK.by_source["area", "00142"]}
    by_people = {link.to_code: link.share for link in WALK.by_source["population", "00142"]}
    assert round(float(by_area["00151"] or 0), 3) == round(0.13 / 0.86, 3) == 0.151
    assert round(float(by_people["00151"] or 0), 3) == round(4817 / 17909, 3) == 0.269


def test_a_share_is_never_taken_from_another_base() -> None:
    by_area = WALK.by_source["area", "00235"]
    assert [(link.share, link.low, link.high) for link in by_area] == [(None, 0, 1)] * 2, (
        "0.09 km² of an unstated whole"
    )
    by_people = WALK.by_source["population", "00226"]
    assert all(link.share is None for link in by_people), "areas alone are known"


def test_a_share_from_a_proposal_is_of_lower_confidence() -> None:
    assert {link.confidence for link in WALK.by_source["population", "00142"]} == {"medium"}


def test_csv_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    WALK.write_csv(tmp_path / "c.csv")
    with (tmp_path / "c.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == (
        [
            "from_code",
            "from_vintage",
            "to_code",
            "to_vintage",
            "relation",
            "base",
            "share",
            "share_low",
            "share_high",
            "source",
            "confidence",
        ]
    )
    assert len(rows) == len(WALK.links)
    assert {row["share"] for row in rows if row["relation"] in ("same", "whole")} == {"1"}
    assert {row["share"] for row in rows if row["from_code"] == "00274"} == {""}


def next_plan(*units: NewUnit) -> Plan:
    return Plan("n", "n", "n", "", date(2025, 6, 1), date(2025, 7, 1), "2025-01-01", units)


def test_parts_that_meet_again_are_whole_even_where_their_shares_are_unknown() -> None:
    after = next_plan(NewUnit("00277", "A", "ward", (Transfer("00277"), Transfer("00271"))))
    walk = chain_crosswalk([NQ1286, after], HANOI)
    (link,) = walk.by_source["population", "00274"]
    assert (link.share, link.relation, link.to_code) == (1, "whole", "00277")


def test_composition_multiplies_and_keeps_the_bounds() -> None:
    after = next_plan(
        NewUnit("00151", "A", "ward", (Transfer("00151", "part", population=1, figures_from="resolution"),)),
        NewUnit(
            "00136",
            "B",
            "ward",
            (Transfer("00136"), Transfer("00151", "remainder", population=3, figures_from="resolution")),
        ),
    )
    walk = chain_crosswalk([NQ1286, after], HANOI)
    shares = {link.to_code: link.share for link in walk.by_source["population", "00142"]}
    exact = Fraction(4817, 17909) / 4
    assert abs(Fraction(shares["00151"] or 0) - exact) < Fraction(1, 10**11)
    assert sum(share or 0 for share in shares.values()) == 1
    unknown = {link.to_code: (link.low, link.high) for link in walk.by_source["area", "00142"]}
    assert unknown["00151"][0] == 0
    assert round(unknown["00151"][1], 3) == Decimal("0.151")


def test_composing_in_two_steps_equals_composing_in_one() -> None:
    second = next_plan(NewUnit("00004", "A", "ward", (Transfer("00004"), Transfer("00001"))))
    third = replace(
        next_plan(NewUnit("00004", "B", "ward", (Transfer("00004"), Transfer("00006")))),
        base="2025-07-01",
        effective=date(2026, 1, 1),
    )
    register1 = apply_plan(NQ1286, HANOI)
    register2 = apply_plan(second, register1)
    a, b, c = WALK, plan_crosswalk(second, register1), plan_crosswalk(third, register2)
    left, right = compose(compose(a, b), c), compose(a, compose(b, c))
    key = {
        (link.base, link.from_code, link.to_code): (link.share, link.low, link.high) for link in left.links
    }
    assert key == {
        (link.base, link.from_code, link.to_code): (link.share, link.low, link.high) for link in right.links
    }
    assert len(apply_plan(third, register2)) == 524


def test_plans_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(CrosswalkError, match="2025-01-01"):
        chain_crosswalk([NQ1286, NQ1286], HANOI)


def test_shares_that_cannot_sum_to_one_are_refused() -> None:
    half = Decimal("0.5")
    with pytest.raises(CrosswalkError, match="00001"):
        Crosswalk("a", "b", (Link("00001", "00001", "part", "area", half, half, half),))


def test_entered_shares_serve_any_base() -> None:
    split = next_plan(
        NewUnit(
            "00004",
            "A",
            "ward",
            (Transfer("00004"), Transfer("00001", "part", shares={"dossiers": Decimal("0.3")})),
        ),
        NewUnit("00001", "B", "ward", (Transfer("00001", "remainder"),)),
    )
    shares = source_shares(split, "00001", "dossiers")
    assert {code: share.value for code, share in shares.items()} == {
        "00004": Decimal("0.3"),
        "00001": Decimal("0.7"),
    }


@given(st.integers(0, 10**7), st.lists(st.integers(1, 1000), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_largest_remainder_keeps_the_total_and_stays_within_one(total: int, weights: list[int]) -> None:
    parts = largest_remainder(Decimal(total), {str(i): Decimal(w) for i, w in enumerate(weights)})
    assert sum(parts.values()) == total
    for i, weight in enumerate(weights):
        assert abs(Fraction(int(parts[str(i)])) - Fraction(total * weight, sum(weights))) < 1


def test_ties_go_to_the_lower_code() -> None:
    parts = largest_remainder(Decimal(3), {"b": Decimal(1), "a": Decimal(1)})
    assert parts == {"a": 2, "b": 1}
