"""Every kind on three units A, B, C that merge into X, C divided in some: expected values computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from geo.register import Figure, Register, Unit
from indicators.catalogue import KINDS, Catalogue, Indicator, embedded_catalogue
from indicators.kinds import KIND_OF
from indicators.remap import Remapped, remap
from plans.crosswalk import Crosswalk
from tests.test_indicators_remap import MERGE, NAN, cell, indicator, rows, run, small

DIVIDED = small(("population", ""))


def one(
    kind: str, cells: dict[str, object], crosswalk: Crosswalk = MERGE, unit: str = "", **more: str
) -> pd.Series:
    return cell(run(rows("I", cells), crosswalk, indicator("I", kind, unit, **more)), "X")


def several(
    catalogue: tuple[Indicator, ...], *frames: pd.DataFrame, crosswalk: Crosswalk = MERGE
) -> Remapped:
    return remap(pd.concat(frames, ignore_index=True), crosswalk, Catalogue(catalogue))


def test_every_kind_of_the_contract_is_registered_and_explains_itself() -> None:
    assert set(KIND_OF) == set(KINDS)
    for kind in KIND_OF.values():
        assert kind.apply.__doc__
        assert all(all(text) for text in (kind.merge, kind.split, kind.backcast, kind.bounds, kind.refusal))


def test_distinct_items_have_an_interval() -> None:
    row = one(
        "ratio-distinct",
        {"A": (30.0, 50.0), "B": (10.0, 50.0), "C": (25.0, 50.0), "E": (1.0, 50.0)},
        unit="%",
    )
    # the union has at least 30 and, of a list of 50, at most 50 items
    assert math.isnan(row["value"])
    assert (row["low"], row["high"], row["method"], row["denominator"]) == (60, 100, "union-bounds", 50)
    narrow = one(
        "ratio-distinct", {"A": (3.0, 50.0), "B": (0.0, 50.0), "C": (0.0, 50.0), "E": (1.0, 50.0)}, unit="%"
    )
    assert (narrow["value"], narrow["numerator"]) == (6, 3)
    part = one(
        "ratio-distinct",
        {"A": (3.0, 50.0), "B": (5.0, 50.0), "C": (20.0, 50.0), "D": (1.0, 50.0), "E": (1.0, 50.0)},
        DIVIDED,
        "%",
    )
    assert (part["low"], part["high"]) == (10, 56)


def test_an_inherited_figure_stays_and_is_never_summed() -> None:
    row = one("inherited", dict.fromkeys("ABCE", (1.0, 47.0)), unit="%")
    assert (row["numerator"], row["denominator"], row["method"]) == (1, 47, "inherited")
    assert row["value"] == pytest.approx(100 / 47)
    conflict = one("inherited", {"A": 5.0, "B": 5.0, "C": 6.0, "E": 5.0})
    assert (math.isnan(conflict["value"]), conflict["method"]) == (True, "refused")


def test_a_mean_is_weighted_by_what_it_was_taken_over() -> None:
    catalogue = (indicator("I", "mean", "ngày", weight="n"), indicator("n", "count-flow"))
    result = several(
        catalogue,
        rows("I", {"A": 2.0, "B": 4.0, "C": 10.0, "E": 1.0}),
        rows("n", {"A": 10.0, "B": 30.0, "C": 60.0, "E": 5.0}),
    )
    row = cell(result, "X", "I")
    assert row["value"] == pytest.approx((20 + 120 + 600) / 100)
    assert (row["method"], row["denominator"]) == ("weighted-mean", 100)
    alone = one("mean", {"A": 2.0, "B": 4.0, "C": 10.0, "E": 1.0}, unit="ngày")
    assert (math.isnan(alone["value"]), alone["low"], alone["high"], alone["method"]) == (
        True,
        2,
        10,
        "refused",
    )


def test_a_median_is_refused_with_its_reason_and_bounds() -> None:
    row = one("quantile", {"A": 2.0, "B": 4.0, "C": 10.0, "E": 1.0})
    assert math.isnan(row["value"])
    assert (row["method"], row["low"], row["high"]) == ("refused", 2, 10)
    assert "median cannot be computed" in row["reason"]
    result = run(rows("I", {"A": 2.0, "B": 4.0, "C": 10.0, "E": 1.0}), MERGE, indicator("I", "quantile"))
    assert cell(result, "E")["value"] == 1
    part = one("quantile", {"A": 2.0, "B": 4.0, "C": 10.0, "D": 1.0, "E": 1.0}, DIVIDED)
    assert math.isnan(part["low"])


def test_extremes() -> None:
    cells: dict[str, object] = {"A": 2.0, "B": 4.0, "C": 10.0, "E": 1.0}
    assert one("maximum", cells)["value"] == 10
    assert one("minimum", cells)["value"] == 2
    cells["D"] = 1.0
    # the greatest lies in C, of which only a part comes: between 4 and 10
    part = one("maximum", cells, DIVIDED)
    assert (math.isnan(part["value"]), part["low"], part["high"]) == (True, 4, 10)
    # C cannot go below 10, so the least is known
    assert one("minimum", cells, DIVIDED)["value"] == 2
    missing = one("maximum", {"A": 2.0, "C": 10.0, "E": 1.0})
    assert (math.isnan(missing["value"]), missing["low"], math.isnan(missing["high"])) == (True, 10, True)
    least = one("minimum", {"A": 2.0, "C": 10.0, "E": 1.0})
    assert (math.isnan(least["low"]), least["high"]) == (True, 2)


def people() -> Register:
    units = [
        Unit(code, "2024-12-31", code, "commune", figures={"population": Figure(number)})  # type: ignore[arg-type]
        for code, number in (("A", 100), ("B", 300), ("C", 600), ("E", 50))
    ]
    return Register("2024-12-31", tuple(units))


def worded(kind: str, cells: dict[str, str]) -> Remapped:
    frame = rows("I", dict.fromkeys(cells, 1.0)).astype({"value": object})
    frame["value"] = list(cells.values())
    return remap(frame, MERGE, Catalogue((indicator("I", kind, ""),)), register=people())


def test_a_class_is_not_inherited_but_shown_with_its_people() -> None:
    result = worded("class", {"A": "I", "B": "II", "C": "II", "E": "III"})
    row = cell(result, "X")
    assert (row["method"], math.isnan(row["value"])) == ("refused", True)
    vi, en = row["reason"].split(" / ")
    assert "I 1/3 (10,0% dân số), II 2/3 (90,0% dân số)" in vi
    assert "I 1/3 (10,0% of the people), II 2/3 (90,0% of the people)" in en
    assert cell(result, "E")["value"] == "III"


def test_a_recognition_awaits_a_decision() -> None:
    row = cell(worded("recognition", {"A": "đạt", "B": "đạt", "C": "chưa", "E": "đạt"}), "X")
    assert row["method"] == "refused"
    assert "chờ công nhận lại" in row["reason"]
    assert "đạt 2/3 (40,0% dân số)" in row["reason"]


def test_texts_are_united() -> None:
    result = worded("text", {"A": "chợ", "B": "đình", "C": "chợ", "E": "sông"})
    assert cell(result, "X")["value"] == "chợ; đình"
    assert cell(result, "E")["value"] == "sông"


def test_a_facility_is_there_if_one_parent_has_it() -> None:
    assert one("facility", {"A": 0.0, "B": 1.0, "C": 0.0, "E": 0.0})["value"] == 1
    assert one("facility", {"A": 0.0, "B": 0.0, "C": 0.0, "E": 0.0})["value"] == 0
    # one that has it decides, even where another is unknown; none does not
    assert one("facility", {"A": 1.0, "E": 0.0})["value"] == 1
    assert math.isnan(one("facility", {"A": 0.0, "E": 0.0})["value"])
    part = one("facility", {"A": 0.0, "B": 0.0, "C": 1.0, "D": 0.0, "E": 0.0}, DIVIDED)
    assert (math.isnan(part["value"]), part["low"], part["high"]) == (True, 0, 1)


SCORE = (
    indicator("S", "score", "điểm", components="P Q"),
    indicator("P", "ratio", "%", score_max="6", full_at="0.8"),
    indicator("Q", "ratio", "%", score_max="6", zero_rule="full_marks"),
    indicator("K", "rank", "hạng", components="S"),
    indicator("T", "target", "", components="P", target=">=60"),
)
P = {"A": (50.0, 100.0), "B": (80.0, 100.0), "C": (100.0, 200.0), "E": (1.0, 4.0)}
Q = {"A": (0.0, 0.0), "B": (0.0, 10.0), "C": (0.0, 0.0), "E": (0.0, 0.0)}


def test_a_score_is_recomputed_from_merged_components() -> None:
    result = several(SCORE, rows("S", dict.fromkeys("ABCE", 9.0)), rows("P", P), rows("Q", Q))  # type: ignore[arg-type]
    # P: 230 of 400 = 57.5 %, 6 * 0.575 / 0.8 = 4.3125; Q: 0 of 10 petitions, 0 points
    assert cell(result, "X", "S")["value"] == pytest.approx(4.31)
    # E: 6 * 0.25 / 0.8 = 1.875, rounded 1.88; no petitions: full marks, while the ratio itself has no value
    assert cell(result, "E", "S")["value"] == pytest.approx(7.88)
    assert math.isnan(cell(result, "E", "Q")["value"])
    assert cell(result, "X", "S")["method"] == "recomputed"


def test_a_score_without_all_components_has_no_total_but_an_interval() -> None:
    result = several(SCORE, rows("S", dict.fromkeys("ABCE", 9.0)), rows("P", P))  # type: ignore[arg-type]
    row = cell(result, "X", "S")
    assert (math.isnan(row["value"]), row["method"]) == (True, "refused")
    assert (row["low"], row["high"]) == (pytest.approx(4.31), pytest.approx(10.31))
    assert "Q" in row["reason"]


def test_what_is_recomputed_from_an_estimate_is_marked_as_one() -> None:
    cells = {**P, "D": (1.0, 2.0)}
    frames = [rows("P", cells), rows("S", dict.fromkeys(cells, 1.0)), rows("T", dict.fromkeys(cells, 1.0))]
    catalogue = (
        indicator("S", "score", "điểm", components="P"),
        *(i for i in SCORE if i.id in ("P", "T")),
    )
    split = several(catalogue, *frames, crosswalk=small(("population", "0.4")))
    assert [cell(split, "X", name)["status"] for name in "PST"] == ["E", "E", "E"]
    assert [cell(split, "E", name)["status"] for name in "PST"] == ["A", "A", "A"]


def test_ranks_are_recomputed_with_the_size_of_the_set() -> None:
    result = several(
        SCORE,
        rows("K", dict.fromkeys("ABCE", 1.0)),
        rows("S", dict.fromkeys("ABCE", 9.0)),
        rows("P", P),
        rows("Q", Q),
    )
    assert cell(result, "E", "K")["value"] == 1
    assert cell(result, "X", "K")["value"] == 2
    assert "of 2 units" in cell(result, "X", "K")["reason"]
    gap = several(
        SCORE, rows("K", dict.fromkeys("ABCE", 1.0)), rows("S", dict.fromkeys("ABCE", 9.0)), rows("P", P)
    )
    assert math.isnan(cell(gap, "X", "K")["value"])


def test_a_rank_counts_ties_and_the_unknown() -> None:
    catalogue = (
        indicator("K", "rank", "hạng", components="N"),
        indicator("N", "count-flow", direction="down"),
    )
    crosswalk = small(("population", "0.5"))
    values = {"A": 1.0, "B": 1.0, "C": 2.0, "D": 2.0, "E": 7.0}
    result = several(
        catalogue, rows("K", dict.fromkeys("ABCDE", 1.0)), rows("N", values), crosswalk=crosswalk
    )
    assert [cell(result, u, "K")["value"] for u in "XYE"] == [1, 1, 3]
    assert "1 ties" in cell(result, "X", "K")["reason"]
    unknown = several(
        catalogue,
        rows("K", dict.fromkeys("ABCDE", 1.0)),
        rows("N", {**values, "E": NAN}),
        crosswalk=crosswalk,
    )
    row = cell(unknown, "X", "K")
    assert (math.isnan(row["value"]), row["low"], row["high"]) == (True, 1, 2)


def test_attainment_is_tested_again_and_open_where_bounds_straddle() -> None:
    cells = dict.fromkeys("ABCE", 1.0)
    result = several(SCORE, rows("T", cells), rows("P", P))  # type: ignore[arg-type]
    # 57.5 % although B reached 80 %
    assert cell(result, "X", "T")["value"] == 0
    divided = several(
        SCORE, rows("T", {**cells, "D": 1.0}), rows("P", {**P, "D": (1.0, 2.0)}), crosswalk=DIVIDED
    )  # type: ignore[arg-type]
    row = cell(divided, "X", "T")
    assert math.isnan(row["value"])
    assert "chưa kết luận" in row["reason"]


def test_growth_comes_from_merged_levels() -> None:
    catalogue = (indicator("G", "growth", "%", components="N"), indicator("N", "count-flow"))
    result = several(
        catalogue,
        rows("G", dict.fromkeys("ABCE", 1.0)),  # type: ignore[arg-type]
        rows("N", {"A": 10.0, "B": 100.0, "C": 90.0, "E": 0.0}, "2023"),
        rows("N", {"A": 20.0, "B": 100.0, "C": 90.0, "E": 5.0}),
    )
    # 210 / 200, not the mean of +100 %, 0 and 0
    assert cell(result, "X", "G")["value"] == pytest.approx(5)
    assert cell(result, "E", "G")["status"] == "M"
    alone = several(catalogue, rows("G", dict.fromkeys("ABCE", 1.0)), rows("N", dict.fromkeys("ABCE", 1.0)))
    assert (cell(alone, "X", "G")["method"], math.isnan(cell(alone, "X", "G")["value"])) == ("refused", True)


def test_a_variance_is_pooled_and_a_gini_refused() -> None:
    rng = np.random.default_rng(3)
    records = {c: rng.normal(m, 2, n) for c, m, n in (("A", 5, 10), ("B", 8, 20), ("C", 2, 5), ("E", 1, 4))}
    catalogue = (
        indicator("V", "dispersion", "", weight="n", components="M"),
        indicator("M", "mean", "", weight="n"),
        indicator("n", "count-flow"),
    )
    result = several(
        catalogue,
        rows("V", {c: float(x.var(ddof=1)) for c, x in records.items()}),
        rows("M", {c: float(x.mean()) for c, x in records.items()}),
        rows("n", {c: float(len(x)) for c, x in records.items()}),
    )
    together = np.concatenate([records[c] for c in "ABC"])
    assert cell(result, "X", "V")["value"] == pytest.approx(together.var(ddof=1))
    gini = one("dispersion", {"A": 0.3, "B": 0.4, "C": 0.5, "E": 0.1})
    assert (gini["method"], math.isnan(gini["value"])) == ("refused", True)


def test_a_survey_is_weighted_and_its_error_pooled() -> None:
    catalogue = (
        indicator("Y", "survey", "%", weight="n", components="SE"),
        indicator("SE", "dispersion"),
        indicator("n", "count-stock", "người"),
    )
    result = several(
        catalogue,
        rows("Y", {"A": 80.0, "B": 90.0, "C": 70.0, "E": 50.0}),
        rows("SE", {"A": 2.0, "B": 1.0, "C": 3.0, "E": 5.0}),
        rows("n", {"A": 100.0, "B": 300.0, "C": 600.0, "E": 10.0}),
    )
    row = cell(result, "X", "Y")
    error = math.sqrt(0.1**2 * 4 + 0.3**2 * 1 + 0.6**2 * 9)
    assert row["value"] == pytest.approx(8 + 27 + 42)
    assert row["high"] - row["value"] == pytest.approx(1.96 * error)
    alone = one("survey", {"A": 80.0, "B": 90.0, "C": 70.0, "E": 50.0})
    assert (alone["method"], alone["low"], alone["high"]) == ("refused", 70, 90)


def test_the_scorecard_is_whole_and_recomputes_known_rows() -> None:
    catalogue = embedded_catalogue()
    for group in ("CKMB", "TDGQ", "CLGQ", "TTTT", "MDSH", "MDHL"):
        total = catalogue[f"SCORE_{group}"]
        assert sum(float(catalogue[c].score_max) for c in total.parts) == float(total.score_max)
    assert sum(float(catalogue[c].score_max) for c in catalogue["SCORE_766"].parts) == 100
    # rows of real communes quoted in the reference: 1543 of 2618 gives 1.47 points, 6 of 294 gives 0.08
    for name, pair, points in (
        ("REUSED_DIGITIZED_DATA", (1543.0, 2618.0), 1.47),
        ("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", (6.0, 294.0), 0.08),
    ):
        score = indicator("S", "score", "điểm", components=name)
        cells: dict[str, object] = dict.fromkeys("ABCE", pair)
        result = several((score, catalogue[name]), rows("S", dict.fromkeys("ABCE", 0.0)), rows(name, cells))
        assert cell(result, "E", "S")["value"] == points
