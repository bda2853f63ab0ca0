"""What the Rules page makes of a judgement: order, groups, sides, sums, words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import lru_cache

import pytest

from geo.registers import embedded_register
from plans.files import embedded_plan
from rules.book import load_book
from rules.engine import Judgement, judge
from rules.procedure import checklist
from ui import rules_book, rules_data, rules_words
from ui.rules_data import STAYING, WHOLE, Placed

REGISTERS = {"nq1286": "hanoi-2024-12-31", "nq1656": "hanoi-2025-01-01"}


@lru_cache(maxsize=8)
def judged(plan: str = "nq1286", regime: str | None = None) -> Judgement:
    return judge(embedded_plan(plan), embedded_register(REGISTERS[plan]), regime=regime)


@pytest.mark.parametrize("plan", sorted(REGISTERS))
def test_every_verdict_stands_in_the_table_once(plan: str) -> None:
    judgement = judged(plan)
    items = rules_data.placed(judgement)
    assert Counter(map(id, (item.verdict for item in items))) == Counter(map(id, judgement.verdicts))
    frame = rules_data.verdict_table(judgement, "vi")
    assert len(frame) == len(judgement.verdicts)
    assert sorted(frame.index) == list(range(len(items)))
    for at in list(frame.index)[:50]:
        assert frame.loc[at, "rule"] == items[at].verdict.rule
        assert frame.loc[at, "subject"] == (items[at].verdict.subject or "")


def test_mandatory_failures_come_first_then_advisory_then_undetermined() -> None:
    plan = embedded_plan("nq1286")
    wrong = replace(plan, totals=replace(plan.totals, units_after=1))
    frame = rules_data.verdict_table(judge(wrong, embedded_register(REGISTERS["nq1286"])), "vi")
    assert frame["rule"].iloc[0] == "city-totals"
    seen = list(dict.fromkeys(frame["status"]))
    assert seen == [name for name in rules_data.STATUSES if name in seen]
    assert seen[:3] == ["fail", "advisory", "undetermined"]


def test_what_only_informs_is_no_failure() -> None:
    for verdict in judged().verdicts:
        if verdict.severity == "information" and verdict.outcome in ("fail", "undetermined"):
            assert rules_data.status(verdict) == "information"
        if rules_data.status(verdict) == "fail":
            assert (verdict.outcome, verdict.severity) == ("fail", "mandatory")


def test_a_code_kept_by_a_merger_is_told_apart_before_and_after() -> None:
    # 00004 is Trúc Bạch before the plan (0,5555 km²) and the larger Trúc Bạch after it
    items = [item for item in rules_data.placed(judged()) if item.verdict.subject == "00004"]
    sides = {item.verdict.rule: item.side for item in items}
    assert sides["post-merge-meets-standard"] == "after"
    assert sides["mandatory-both-below-70"] == "before"
    assert {item.group for item in items} == {"00004"}


def test_groups_hold_a_units_verdicts_and_those_of_its_sources() -> None:
    judgement = judged()
    frame = rules_data.verdict_table(judgement, "vi")
    mine = rules_data.of_unit(frame, "after:09646")
    assert set(mine.loc[mine["side"] == "before", "subject"]) == set(judgement.plan.by_code["09646"].sources)
    assert set(rules_data.of_unit(frame, "before:09637")["subject"]) == {"09637"}
    staying = frame[frame["group"] == STAYING]
    assert not set(staying["subject"]) & set(judgement.plan.by_source)
    assert set(frame.loc[frame["group"] == WHOLE, "subject"]) == {""}


@pytest.mark.parametrize("by", ["group", "rule"])
def test_grouping_loses_nothing_and_puts_the_worst_group_first(by: str) -> None:
    frame = rules_data.verdict_table(judged("nq1656"), "vi")
    grouped = rules_data.in_groups(frame, by)
    assert sorted(grouped.index) == sorted(frame.index)
    names = list(dict.fromkeys(grouped[by]))
    assert len(names) == frame[by].nunique()
    runs = (grouped[by] != grouped[by].shift()).sum()
    assert runs == len(names), "a group is torn apart"
    worst = [grouped.loc[grouped[by] == name, "rank"].min() // 3 for name in names]
    assert worst == sorted(worst)
    assert all(grouped.loc[grouped[by] == name, "rank"].is_monotonic_increasing for name in names)


def test_a_split_unit_goes_with_its_remainder() -> None:
    plan = embedded_plan("nq1286")
    split = [(code, pairs) for code, pairs in plan.by_source.items() if len(pairs) > 1]
    assert split
    for code, pairs in split:
        parts = {transfer.part: unit.code for unit, transfer in pairs}
        assert rules_data.home(plan, code) == parts.get("remainder", pairs[0][0].code)
    assert rules_data.home(plan, "00001") == STAYING


@pytest.mark.parametrize("plan", sorted(REGISTERS))
def test_districts_add_up_to_the_whole(plan: str) -> None:
    judgement = judged(plan)
    frame = rules_data.verdict_table(judgement, "vi")
    table = rules_data.by_district(frame, judgement)
    whole = (frame["side"] == "").sum()
    assert table[list(rules_data.STATUSES)].to_numpy().sum() + whole == len(frame)
    assert table["formed"].sum() == len(judgement.units)
    results = Counter(source.result for source in judgement.sources)
    assert table["due_not_done"].sum() == results["due-not-done"]
    assert table["rearranged"].sum() == results["rearranged"]
    assert table["sources_due"].sum() == sum(source.due is True for source in judgement.sources)


def test_114_source_units_are_due_and_not_done() -> None:
    frame = rules_data.source_table(judged(), "vi")
    assert len(frame) == 579
    assert (frame["result"] == "due-not-done").sum() == 114
    assert (frame["due"] == "due").sum() == 186


def test_sources_are_due_exactly_where_a_test_says_so() -> None:
    judgement = judged()
    frame = rules_data.source_table(judgement, "vi")
    tests = [rule.id for rule in rules_data.test_rules(judgement)]
    assert tests == ["mandatory-both-below-70", "mandatory-commune-area20-pop300"]
    by_tests = (frame[tests] == "due").any(axis=1)
    assert (by_tests == (frame["due"] == "due")).all()
    # by hand: Châu Sơn has 3,55 km² and 4.937 persons in 1286; 19,6 % and 58,3 % on the register
    assert frame.loc["09637", "area_percent"] < 20
    assert frame.loc["09637", tests].tolist() == ["due", "due"]


def test_two_regimes_side_by_side() -> None:
    one, other = judged(), judged(regime="112/2025")
    table = rules_data.compared(one, other, "vi")
    assert list(table.index) == list(one.by_unit)
    assert ((table["status_a"] != table["status_b"]) == (table["differs"] == "yes")).all()
    known = table["area_a"].notna()
    assert table.loc["09646", "area_a"] == pytest.approx(
        float(one.by_unit["09646"][0].percent["area_km2"] or 0)
    )
    assert known.any()
    assert not known.all()
    # the ward's 15.000 persons of 2023 are 21.000 in 2026
    assert table.loc["00004", "population_a"] / table.loc["00004", "population_b"] == pytest.approx(
        1.4, abs=0.001
    )


def test_a_verdict_is_spelt_out_with_its_calculation_citation_and_base() -> None:
    judgement = judged()
    item = next(
        item
        for item in rules_data.placed(judgement)
        if item.verdict.rule == "post-merge-meets-standard" and item.verdict.subject == "09646"
    )
    html = rules_words.verdict_html(item, judgement)
    assert "16,67 km² trên 21 km² yêu cầu (70 % của 30 km²" in html
    assert "79,4 %, thiếu 4,33 km²" in html
    assert "<td>-4,33 km²</td>" in html
    assert "<td>+21.153 người</td>" in html
    assert "Điều 4, 35/2023/UBTVQH15" in html
    assert "factor-red-river-delta-area" in html
    assert "theo văn bản của phương án" in html


def test_what_is_unverified_is_marked_on_rule_and_verdict() -> None:
    judgement = judged(regime="112/2025")
    unverified = {rule.id for rule in load_book().rules if rule.text_read == "unverified"}
    frame = rules_data.verdict_table(judgement, "vi")
    marked = frame[frame["text_read"] == "unverified"]
    assert not marked.empty
    assert set(marked["rule"]) <= unverified
    assert not set(marked["status"]) & {"fail", "advisory"}
    item = rules_data.placed(judgement)[marked.index[0]]
    assert "văn bản chưa xác minh" in rules_words.verdict_html(item, judgement)


def test_the_exception_used_is_named_with_its_rule() -> None:
    judgement = judged("nq1656")
    item = next(item for item in rules_data.placed(judgement) if item.verdict.exception)
    rule = judgement.view.rule[str(item.verdict.exception)]
    assert f"{rule.title_vi} ({rule.id}; {rule.cited()})" in rules_words.verdict_html(item, judgement)


def test_names_cannot_break_out_of_labels_or_html() -> None:
    assert rules_words.escaped("a*b_[c](d)") == r"a\*b\_\[c\]\(d\)"
    judgement = judged()
    first = judgement.whole[0]
    forged = Placed(replace(first, message_vi="<script>x</script>"), "", WHOLE)
    assert "<script>" not in rules_words.verdict_html(forged, judgement)


def test_counts_leave_nothing_out() -> None:
    frame = rules_data.verdict_table(judged(), "vi")
    counts = rules_data.counted(frame["status"])
    assert sum(counts.values()) == len(frame)
    assert "1.660" in rules_words.counts_text({"pass": 1660, "fail": 0})
    assert rules_words.counts_text({"pass": 0}) == ""


def test_the_rule_book_is_found_by_words_and_by_day() -> None:
    book = load_book()
    assert rules_book.found_rules(book, "", None) == list(book.rules)
    assert set(rules_book.found_rules(book, "", date(2024, 11, 14))) == set(book.in_force(date(2024, 11, 14)))
    assert {rule.id for rule in rules_book.found_rules(book, "tieu chuan phuong 2026", None)} >= {
        "r26-std-phuong"
    }
    assert rules_book.found_rules(book, "khong co quy tac nay", None) == []


@pytest.mark.parametrize("vi", [True, False])
def test_every_rule_is_spelt_out_with_parameters_units_and_source(vi: bool) -> None:
    for rule in load_book().rules:
        html = rules_book.rule_html(rule, vi)
        assert rule.id in html
        for name in rule.parameters:
            assert f"{name} = " in html, (rule.id, name)
        if rule.source:
            assert "Nguồn" in html
    ward = next(rule for rule in load_book().rules if rule.id == "r26-std-phuong")
    assert "population = 21.000 (người); area_km2 = 5,5 (km²)" in rules_book.rule_html(ward, True)


def test_every_parameters_unit_has_words() -> None:
    units = {p.unit for rule in load_book().rules for p in rule.parameters.values()}
    unknown = {unit for unit in units if rules_words.unit_text(unit) == unit and unit not in ("%", "km²")}
    assert unknown == set()


def test_a_checklist_puts_the_pressing_first() -> None:
    items = checklist(embedded_plan("nq1286"))
    ordered = sorted(items, key=rules_book._pressing)
    assert ordered[-1].outcome == "pass"
    assert ordered[0].outcome == "undetermined"
    assert ordered[0].rule.severity == "mandatory"
