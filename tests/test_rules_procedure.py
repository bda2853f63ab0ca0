from __future__ import annotations

from datetime import date
from functools import lru_cache

import pytest

from rules.book import load_book
from rules.engine import judge
from rules.procedure import ChecklistItem, checklist, procedure_keys
from rules.verdicts import Verdict
from tests.rules_data import formed, plan, register, unit

UNITS = register(unit("00001", name="Một"), unit("00002", name="Hai"))
DAYS = {"35/2023": date(2024, 11, 14), "76/2025": date(2025, 6, 1), "112/2025": date(2026, 9, 1)}


def found(rule: str, regime: str, instrument: str = "1/NQ-UBTVQH15", **procedure: object) -> list[Verdict]:
    merged = plan(
        formed("00001", ["00001", "00002"]),
        decided=DAYS[regime],
        effective=date(2026, 12, 1),
        procedure=procedure,
        instrument=instrument,
    )
    return [v for v in judge(merged, UNITS).verdicts if v.rule == rule]


@pytest.mark.parametrize(
    ("voters", "total", "outcome"),
    [
        (50, 100, "fail"),
        (51, 100, "pass"),
        (49, 100, "fail"),
        (50_001, 100_000, "pass"),
        (101, 100, "undetermined"),
    ],
)
def test_voters_above_half_of_all_is_strict(voters: int, total: int, outcome: str) -> None:
    [verdict] = found("voters-over-50", "35/2023", voters_for=voters, voters_total=total)
    assert (verdict.outcome, verdict.severity) == (outcome, "mandatory")


def test_missing_counts_are_undetermined_and_named() -> None:
    [verdict] = found("voters-over-50", "35/2023", voters_for=10)
    assert verdict.outcome == "undetermined"
    assert "voters_total" in verdict.message_vi
    assert "voters_for" not in verdict.message_vi
    [text] = found("voters-over-50", "35/2023", voters_for="nhiều", voters_total=10)
    assert text.outcome == "undetermined"
    assert "nhiều" in text.message_vi


@pytest.mark.parametrize(("yes", "outcome"), [(49, "fail"), (50, "pass"), (51, "pass")])
def test_households_from_half_unit_by_unit(yes: int, outcome: str) -> None:
    table = {"00001": {"total": 100, "yes": yes}, "00002": {"total": 200, "yes": 150}}
    by_unit = {v.subject: v.outcome for v in found("r26-households-50", "112/2025", households=table)}
    assert by_unit == {"00001": outcome, "00002": "pass"}
    del table["00002"]
    assert {v.subject: v.outcome for v in found("r26-households-50", "112/2025", households=table)} == {
        "00001": outcome,
        "00002": "undetermined",
    }


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"total": 100, "participating": 90, "yes": 60, "no": 30}, "pass"),
        ({"total": 100, "participating": 90, "yes": 61, "no": 30}, "fail"),
        ({"total": 89, "participating": 90, "yes": 60, "no": 30}, "fail"),
        ({"total": 100, "yes": 60, "no": 30}, "undetermined"),
    ],
)
def test_the_counts_of_the_consultation_hold_together(row: dict[str, int], outcome: str) -> None:
    verdicts = found("r26-consult-report", "112/2025", households={"00001": row, "00002": row})
    assert [v.outcome for v in verdicts] == [outcome, outcome]


@pytest.mark.parametrize(
    ("days", "outcome"),
    [((date(2026, 3, 1), date(2026, 4, 29)), "pass"), ((date(2026, 3, 1), date(2026, 4, 30)), "pass"),
     ((date(2026, 3, 1), date(2026, 5, 1)), "fail"), ((date(2026, 3, 1), date(2026, 2, 1)), "fail")],
)  # fmt: skip
def test_sixty_days(days: tuple[date, date], outcome: str) -> None:
    [verdict] = found(
        "r26-consult-60-days", "112/2025", consult_letter_received=days[0], consult_reported=days[1]
    )
    assert verdict.outcome == outcome


def test_councils_vote_in_order_and_a_pair_out_of_order_fails_at_once() -> None:
    chain = (
        "council_commune",
        "council_district",
        "council_province",
        "ministry_review",
        "government_submission",
    )
    days = {name: date(2024, 5, 1 + i) for i, name in enumerate(chain)}
    assert found("council-sequence", "35/2023", **days)[0].outcome == "pass"
    same_day = days | {"council_district": days["council_commune"]}
    assert found("council-sequence", "35/2023", **same_day)[0].outcome == "pass"
    wrong = {"council_commune": date(2024, 5, 2), "council_province": date(2024, 5, 1)}
    assert found("council-sequence", "35/2023", **wrong)[0].outcome == "fail"
    partly = found("council-sequence", "35/2023", council_commune=date(2024, 5, 2))[0]
    assert partly.outcome == "undetermined"
    assert "council_province" in partly.message_en


def test_documents_are_all_there_missing_or_refused() -> None:
    items = ("dossier_proposal", "dossier_scheme", "dossier_consultation", "dossier_draft")
    assert found("r26-dossier", "112/2025", **dict.fromkeys(items, True))[0].outcome == "pass"
    assert found("r26-dossier", "112/2025", dossier_proposal="Tờ trình 12")[0].outcome == "undetermined"
    assert found("r26-dossier", "112/2025", dossier_draft=False)[0].outcome == "fail"


@pytest.mark.parametrize(("day", "outcome"), [(date(2025, 8, 15), "pass"), (date(2025, 8, 16), "fail")])
def test_deadline(day: date, outcome: str) -> None:
    assert found("r25-operating-deadline", "76/2025", operating_from=day)[0].outcome == outcome


def test_counts_years_and_authority() -> None:
    assert found("r25-headcount-cap", "76/2025", staff_after=10, staff_before=10)[0].outcome == "pass"
    assert found("r25-headcount-cap", "76/2025", staff_after=11, staff_before=10)[0].outcome == "fail"
    assert found("r25-headcount-5y", "76/2025", staff_norm_date=date(2031, 12, 1))[0].outcome == "pass"
    assert found("r25-headcount-5y", "76/2025", staff_norm_date=date(2031, 12, 2))[0].outcome == "fail"
    assert "2031-12-01" in found("r25-headcount-5y", "76/2025")[0].message_vi
    assert found("r26-authority", "112/2025")[0].outcome == "pass"
    assert found("r26-authority", "112/2025", instrument="5/QĐ-UBND")[0].outcome == "undetermined"
    assert found("r26-authority", "112/2025", decision_body="UBND tỉnh")[0].outcome == "fail"


def test_a_unit_below_standard_needs_a_stated_ground_in_2026() -> None:
    small = register(unit("00001", "1", 100, region="southeast"), unit("00002", "1", 100, region="southeast"))

    def judged(**procedure: object) -> Verdict:
        merged = plan(formed("00001", ["00001", "00002"]), procedure=procedure)
        verdicts = judge(merged, small, regime="112/2025").of("00001")
        [verdict] = [v for v in verdicts if v.rule == "r26-conditions-merge"]
        return verdict

    bare, given = judged(), judged(below_standard_ground="vùng đệm di sản")
    assert (bare.outcome, bare.severity) == ("fail", "advisory")
    assert "Cần nêu lý do (below_standard_ground)" in bare.message_vi
    assert (given.outcome, "vùng đệm di sản" in given.message_vi) == ("fail", True)


@lru_cache(maxsize=4)
def items(regime: str) -> dict[str, ChecklistItem]:
    return {item.rule.id: item for item in checklist(plan(formed("00001", ["00001", "00002"])), regime)}


def test_each_regime_has_its_own_checklist() -> None:
    assert {"voters-over-50", "council-sequence", "legal-conditions"} <= set(items("35/2023"))
    assert {"r25-dossier", "r25-operating-deadline", "r25-government-report"} <= set(items("76/2025"))
    assert {"r26-households-50", "r26-dossier", "r26-consult-60-days"} <= set(items("112/2025"))
    assert "voters-over-50" not in items("112/2025")
    assert items("35/2023")["voters-over-50"].outcome == "undetermined"


def test_the_checklist_says_what_the_engine_says() -> None:
    recorded = {"voters_for": 60, "voters_total": 100}
    merged = plan(formed("00001", ["00001", "00002"]), procedure=recorded)
    [item] = [item for item in checklist(merged) if item.rule.id == "voters-over-50"]
    assert item.values == recorded
    assert item.outcome == "pass"
    assert item.verdicts == tuple(v for v in judge(merged, UNITS).verdicts if v.rule == "voters-over-50")


def test_the_table_of_keys_is_what_the_rules_read() -> None:
    read = {name for rule in load_book().rules for name in rule.inputs}
    assert set(procedure_keys()) == read
    assert all(key.label_vi and key.label_en for key in procedure_keys().values())
    assert procedure_keys()["households"].fields == ("total", "participating", "yes", "no")
