"""Classes by a rule that is data: recomputed from merged quantities, refused where they cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import CatalogueError
from indicators.catalogue import Catalogue, parse_catalogue
from indicators.classes import Condition, Step, parse_rule
from indicators.remap import Remapped, remap
from tests.test_indicators_remap import MERGE, cell, indicator, rows, small

RULE = "I: POP >= 8000 & AREA >= 30; II: POP >= 5000; III"
PEOPLE = {"A": 3000.0, "B": 2500.0, "C": 4000.0, "D": 1000.0, "E": 6000.0}
LAND = {"A": 10.0, "B": 12.0, "C": 9.0, "D": 5.0, "E": 40.0}
CLASSES = {"A": "III", "B": "III", "C": "III", "D": "III", "E": "II"}


def classed(
    rule: str = RULE, people: dict[str, float] = PEOPLE, land: dict[str, float] | None = LAND,
    classes: dict[str, str] = CLASSES, divided: bool = False,
) -> Remapped:  # fmt: skip
    kept = "ABCDE" if divided else "ABCE"
    words = rows("K", dict.fromkeys((c for c in kept if c in classes), 1.0)).astype({"value": object})
    words["value"] = [classes[c] for c in kept if c in classes]
    parts = [words, rows("POP", {c: people[c] for c in kept if c in people})]
    if land is not None:
        parts.append(rows("AREA", {c: land[c] for c in kept}))
    catalogue = Catalogue(
        (
            indicator("K", "class", "", rule=rule),
            indicator("POP", "count-stock", "người"),
            indicator("AREA", "count-stock", "km²"),
        )
    )
    crosswalk = small(("population", "")) if divided else MERGE
    return remap(pd.concat(parts).astype({"value": object}), crosswalk, catalogue)


def test_three_of_class_iii_merge_into_one_of_class_i() -> None:
    # 3000 + 2500 + 4000 = 9500 people on 10 + 12 + 9 = 31 km²: no parent is of this class
    row = cell(classed(), "X", "K")
    assert (row["value"], row["method"], row["status"]) == ("I", "recomputed", "A")
    assert row["parents_missing"] == ""


def test_a_step_that_fails_on_one_condition_leaves_the_next() -> None:
    assert cell(classed(land={**LAND, "A": 8.9}), "X", "K")["value"] == "II"
    assert cell(classed(people={**PEOPLE, "B": 100.0, "C": 100.0}), "X", "K")["value"] == "III"


def test_parents_need_no_class_of_their_own() -> None:
    row = cell(classed(classes={"E": "II"}), "X", "K")
    assert (row["value"], row["parents_missing"]) == ("I", "")


def test_a_unit_that_stays_keeps_its_class_and_says_where_the_rule_differs() -> None:
    row = cell(classed(classes={**CLASSES, "E": "III"}), "E", "K")
    assert (row["value"], row["method"]) == ("III", "inherited")
    assert "the rule would give II" in row["reason"]
    assert cell(classed(), "E", "K")["reason"] == ""


def test_bounds_that_allow_several_classes_are_refused_with_their_names() -> None:
    # C's 4000 people go to X or Y, nobody knows how many: X holds 5500 to 9500, Y 1000 to 5000
    result = classed("I: POP >= 8000; II: POP >= 5500; III", divided=True)
    x, y = cell(result, "X", "K"), cell(result, "Y", "K")
    assert (x["method"], bool(np.isnan(x["value"]))) == ("refused", True)
    # the parents' classes stand beside as evidence
    assert "it could be I, II: III 3/3" in x["reason"]
    # whatever comes of C, Y is below 5500: the class is sure though the figure is not, and says that it is estimated
    assert (y["value"], y["method"], y["status"]) == ("III", "recomputed", "E")


def test_a_missing_quantity_is_not_a_low_one() -> None:
    lacking = {c: n for c, n in PEOPLE.items() if c != "C"}
    row = cell(classed(people=lacking), "X", "K")
    assert row["method"] == "refused"
    assert "it could be I, II" in row["reason"]
    absent = cell(classed(land=None), "X", "K")
    assert absent["method"] == "refused"
    assert "the file lacks AREA" in absent["reason"]


def test_an_estimated_figure_gives_an_estimated_class_and_the_classes_that_its_bounds_allow() -> None:
    # by people half of C's 4000 go to X, by area a tenth: 7500, from 5900 to 7500
    def run_by(rule: str) -> pd.Series:
        words = rows("K", dict.fromkeys("ABCDE", 1.0)).astype({"value": object})
        words["value"] = [CLASSES[c] for c in "ABCDE"]
        catalogue = Catalogue((indicator("K", "class", "", rule=rule), indicator("N", "count-flow")))
        crosswalk = small(("population", "0.5"), ("area", "0.1"))
        return cell(remap(pd.concat([words, rows("N", PEOPLE)]), crosswalk, catalogue), "X", "K")

    sure = run_by("I: N >= 8000; II: N >= 5000; III")
    assert (sure["value"], sure["status"], sure["reason"]) == ("II", "E", "")
    unsure = run_by("I: N >= 7000; II: N >= 5000; III")
    assert (unsure["value"], unsure["status"]) == ("I", "E")
    assert "its bounds allow I, II" in unsure["reason"]


def test_only_the_rule_then_in_force_classes() -> None:
    def of(start: str, end: str) -> pd.Series:
        words = rows("K", dict.fromkeys("ABCE", 1.0)).astype({"value": object})
        words["value"] = [CLASSES[c] for c in "ABCE"]
        rule = indicator("K", "class", "", rule="II: N >= 1; III", valid_from=start, valid_to=end)
        frame = pd.concat([words, rows("N", {c: PEOPLE[c] for c in "ABCE"})])
        return cell(remap(frame, MERGE, Catalogue((rule, indicator("N", "count-flow")))), "X", "K")

    assert of("2020", "2024")["value"] == "II"
    assert of("2024-01-01", "")["value"] == "II"
    for early, late in (("2024-02-01", ""), ("", "2023")):
        row = of(early, late)
        assert row["method"] == "refused"
        assert "not in force" in row["reason"]
        assert "III 3/3" in row["reason"]


@given(st.lists(st.integers(0, 9000), min_size=4, max_size=4), st.integers(1, 20000), st.integers(1, 20000))
def test_the_class_is_that_of_the_sum(people: list[int], one: int, other: int) -> None:
    high, low = max(one, other), min(one, other)
    found = dict(zip("ABCE", map(float, people), strict=True))
    row = cell(classed(f"I: POP >= {high}; II: POP > {low}; III", people=found), "X", "K")
    total = sum(people[:3])
    assert row["value"] == ("I" if total >= high else "II" if total > low else "III")


def test_rules_are_read_and_what_is_not_understood_is_named() -> None:
    assert parse_rule("I: POP >= 8000 & AREA<30.5; II") == (
        Step("I", (Condition("POP", ">=", 8000.0), Condition("AREA", "<", 30.5))),
        Step("II", ()),
    )
    assert parse_rule("") == ()
    head = "id,name_vi,name_en,group,unit,direction,kind,rule\n"
    with pytest.raises(CatalogueError) as error:
        parse_catalogue(
            (
                head
                + "POP,a,a,,người,,count-stock,\nK,a,a,,,,class,I: POP about 5\n"
                + "L,a,a,,,,class,I: NONE > 5\nM,a,a,,,,text,I: POP > 5\n"
            ).encode(),
            "c.csv",
        )
    assert [problem.row for problem in error.value.problems] == [3, 4, 5]
