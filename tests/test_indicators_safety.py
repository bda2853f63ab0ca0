"""Confidentiality, rounding, bounds, statuses, periods, breaks: the small rules, each by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CatalogueError, ObservationError
from geo.files import DATA
from geo.registers import embedded_register
from indicators import bounds
from indicators.catalogue import embedded_catalogue, read_catalogue, read_plan239
from indicators.confidentiality import recoverable, suppress
from indicators.links import Profile, resolve
from indicators.observations import parse_observations, register_observations
from indicators.periods import normal_period, span, straddled
from indicators.remap import remap
from indicators.rounding import SCALE, controlled_rounding, integer_shares, percentages, split_integers
from indicators.series import joined_series
from indicators.status import PRECEDENCE, combine
from plans.apply import apply_plan
from plans.crosswalk import plan_crosswalk
from plans.files import embedded_plan
from tests.test_indicators_remap import MERGE, cell, indicator, rows, run

# --- confidentiality ---


def test_small_counts_are_hidden() -> None:
    result = run(rows("N", {"A": 1.0, "B": 1.0, "C": 1.0, "E": 50.0}), MERGE, indicator("N", "count-flow"))
    hidden = suppress(result, 5)
    assert (cell(hidden, "X")["status"], np.isnan(cell(hidden, "X")["value"])) == ("Q", True)
    assert cell(hidden, "E")["value"] == 50
    # what was given is not changed
    assert cell(result, "X")["value"] == 3


def test_an_old_secret_cannot_be_had_by_subtracting() -> None:
    # A is secret and B, C are public: X would give A back
    result = run(rows("N", {"A": 2.0, "B": 40.0, "C": 60.0, "E": 50.0}), MERGE, indicator("N", "count-flow"))
    assert cell(suppress(result, 5), "X")["status"] == "Q"
    # two secrets in one sum keep each other
    safe = run(rows("N", {"A": 2.0, "B": 3.0, "C": 60.0, "E": 50.0}), MERGE, indicator("N", "count-flow"))
    assert cell(suppress(safe, 5), "X")["value"] == 65
    assert recoverable(resolve(MERGE, Profile(("population",))), ["A"]) == {"A": "X"}


def test_a_rate_of_few_is_hidden() -> None:
    frame = rows("R", {"A": (1.0, 2.0), "B": (1.0, 2.0), "C": (1.0, 2.0), "E": (40.0, 80.0)})
    hidden = suppress(run(frame, MERGE, indicator("R", "ratio", "%")), 10)
    assert cell(hidden, "X")["status"] == "Q"
    assert np.isnan(cell(hidden, "X")["denominator"])
    assert cell(hidden, "E")["value"] == 50


# --- rounding ---


def test_a_hundred_by_people_and_by_area() -> None:
    # Sài Đồng: 4,817 of 17,909 people, 0.13 of 0.86 km²
    for part, whole, expected in ((4817, 17909, [27, 73]), (13, 86, [15, 85])):
        shares = integer_shares([Decimal(part) / whole, Decimal(whole - part) / whole])
        assert split_integers(np.array([100.0]), shares).tolist() == [expected]


def test_ties_go_to_the_first_code() -> None:
    shares = integer_shares([Decimal("0.5"), Decimal("0.5")])
    assert split_integers(np.array([1.0, 3.0, np.nan]), shares)[:2].tolist() == [[1, 0], [2, 1]]


@given(st.integers(0, 10**15), st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_whole_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    shares = integer_shares([Decimal(w) / whole for w in weights])
    assert shares.sum() == SCALE
    parts = split_integers(np.array([float(total)]), shares)[0]
    assert sum(map(int, parts)) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / whole) < 1 + total * 1e-11


@given(
    st.lists(st.lists(st.integers(0, 99), min_size=3, max_size=3), min_size=1, max_size=5),
    st.sampled_from([3, 5, 10]),
)
def test_controlled_rounding_moves_no_cell_by_a_whole_base(table: list[list[int]], base: int) -> None:
    rounded = np.array(controlled_rounding(table, base))
    assert (rounded % base == 0).all()
    assert (abs(rounded - np.array(table)) < base).all()
    assert (abs(rounded.sum(axis=1) - np.array(table).sum(axis=1)) < base).all()


def test_percentages_show_a_hundred() -> None:
    found = percentages({"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)})
    assert sum(found.values()) == 100
    assert found["a"] == Decimal("33.4")


# --- bounds ---


def test_frechet_bounds_are_those_of_all_tables() -> None:
    for n, d, part in ((3, 10, 4), (8, 10, 4), (0, 5, 5)):
        possible = [x for x in range(part + 1) if x <= n and n - x <= d - part]
        assert bounds.frechet(n, d, part) == (min(possible), max(possible))
    with pytest.raises(ValueError, match="numerator"):
        bounds.frechet(5, 4, 1)


def test_parts_are_bound_together() -> None:
    assert bounds.joint_envelope(100, {"a": (0, 100), "b": (70, 90)}) == {"a": (10, 30), "b": (70, 90)}
    with pytest.raises(ValueError, match="sum"):
        bounds.joint_envelope(100, {"a": (0, 10), "b": (0, 10)})


def test_small_bounds() -> None:
    assert bounds.union([30, 10, 25], 50) == (30, 50)
    assert bounds.pooled([3.0, 1.0]) == (1.0, 3.0)
    assert bounds.candidates(100, [0.27, 0.15]) == (15, 27)
    assert bounds.rounded_numerator(0.333, 0.0005, 3) == (1, 1)
    assert [bounds.meets(*x, 60) for x in ((60, 70), (50, 59), (50, 70))] == [True, False, None]


# --- statuses and periods ---


def test_statuses_combine_to_the_highest() -> None:
    assert PRECEDENCE == "BOMLHQJSDKWIFEPNUVGA"
    assert combine(["A", "P", "U"]) == "P"
    assert combine(["A", ""]) == "A"
    assert combine(["U"], estimated=True) == "E"
    with pytest.raises(KeyError):
        combine(["?"])


def test_periods() -> None:
    assert span("2024-Q4") == (date(2024, 10, 1), date(2025, 1, 1))
    assert span("2024-H1") == (date(2024, 1, 1), date(2024, 7, 1))
    assert span("2024-02-29") == (date(2024, 2, 29), date(2024, 3, 1))
    assert span("2023-02-29") is None
    assert [normal_period(t) for t in ("Năm 2024", "31/12/2024", "7/2024", "Quý 3/2024", "2024.0", "tháng này")] == [
        "2024", "2024-12-31", "2024-07", "2024-Q3", "2024", None,
    ]  # fmt: skip
    assert straddled("2025", "2025-01-01") == date(2025, 7, 1)
    assert straddled("2025-H1", "2025-01-01") is None
    assert straddled("2024", "2024-12-31") is None


def test_a_series_joined_by_code_breaks_and_says_so() -> None:
    register, plan = embedded_register("hanoi-2024-12-31"), embedded_plan("nq1286")
    before = register_observations(register, "2024")
    after = register_observations(apply_plan(plan, register), "2025-03")
    series = joined_series(before, after, plan_crosswalk(plan, register))
    people = series[series["indicator"] == "POP"].set_index(["unit_code", "period"])
    assert people.loc[("10417", "2025-03"), "status"] == "B"
    assert "10414 10417" in str(people.loc[("10417", "2025-03"), "note"])
    assert people.loc[("10417", "2024"), "status"] == "A"
    assert people.loc[("00001", "2025-03"), "status"] == "A"
    with pytest.raises(ObservationError):
        joined_series(after, before, plan_crosswalk(plan, register))


# --- catalogue ---


def test_a_bad_catalogue_lists_every_row(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "id,name_vi,name_en,group,unit,direction,kind,numerator\n"
        "A,a,a,g,u,up,count,\nB,b,b,g,u,sideways,ratio,\nB,b,b,g,u,up,ratio,NONE\n,b,b,g,u,up,ratio,\n",
        encoding="utf-8",
    )
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)
    text = caught.value.text("en")
    assert all(f"row {row}" in text for row in (2, 3, 4, 5))
    assert len(caught.value.problems) == 5
    path.write_text("id,kind\nA,ratio\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="name_vi"):
        read_catalogue(path)


def test_the_catalogue_says_what_is_not_plan_239s_own() -> None:
    catalogue = embedded_catalogue()
    parents = [i for i in catalogue if "parent-document" in i.marks]
    assert len(parents) > 20
    assert all(i.target and i.target_source and i.target_date and i.level != "" for i in parents)
    assert not [i for i in catalogue if i.group.startswith("p239")]


def test_the_frame_of_plan_239_holds_counts_and_nothing_invented(tmp_path: Path) -> None:
    counts, filled = read_plan239()
    assert counts == {"p239-gov": 27, "p239-econ": 7, "p239-soc": 14, "p239-archive": 7}
    assert filled is None
    frame = (DATA / "indicators" / "plan239_frame.csv").read_text(encoding="utf-8")
    path = tmp_path / "frame.csv"
    path.write_text(frame + "p239-gov,,,,X1,Một,One,%,up,ratio,,,,,phụ lục\n", encoding="utf-8")
    _, filled = read_plan239(path)
    assert filled is not None
    assert filled["X1"].kind == "ratio"
    assert any("27" in report.text() for report in filled.reports)


def test_a_non_additive_denominator_marks_what_is_merged() -> None:
    frame = rows("DOSSIER_SYNC", dict.fromkeys("ABCE", (1.0, 2.0)))
    result = remap(frame, MERGE, embedded_catalogue())
    assert cell(result, "X")["status"] == "U"
    assert cell(result, "E")["status"] == "A"


def test_published_totals_that_do_not_add_up_are_said() -> None:
    text = "Mã xã,Tên,DOS_RECEIVED 2024\n00001,a,212790\n00004,b,317199\n00006,c,1278\n,Tổng cộng,531269\n"
    found = parse_observations(text.encode(), "a.csv")
    assert any("by -2" in report.text("en") for report in found.reports)
    assert found.frame["value"].sum() == 531_267
