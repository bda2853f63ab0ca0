from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from geo.errors import RuleBookError
from rules.book import FOLDER, load_book, regime_of
from rules.engine import judge
from tests.rules_data import formed, plan, register, unit

REFERENCE = Path(__file__).resolve().parents[1].parent / "shared" / "reference"
HEAD = """[instrument]
id = "1/TEST"
title_vi = "Thử"
title_en = "Test"
in_force_from = 2024-01-01
regime = { id = "35/2023", from = 2023-07-19 }
"""
RULE = """
[[rule]]
id = "same-district"
title_vi = "Cùng huyện"
title_en = "One district"
article = "1"
condition = "same-district"
severity = "advisory"
[rule.parameters]
districts = { value = 1, unit = "district" }
"""


def refused(folder: Path, text: str) -> RuleBookError:
    (folder / "a.toml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(RuleBookError) as caught:
        load_book(folder)
    return caught.value


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        (date(2023, 7, 19), "35/2023"),
        (date(2024, 11, 14), "35/2023"),
        (date(2025, 4, 14), "35/2023"),
        (date(2025, 4, 15), "76/2025"),
        (date(2025, 12, 31), "76/2025"),
        (date(2026, 1, 1), "112/2025"),
        (date(2030, 1, 1), "112/2025"),
    ],
)
def test_the_date_of_decision_selects_the_regime(day: date, regime: str) -> None:
    assert regime_of(day) == regime


def test_a_date_before_every_regime_is_refused_in_words() -> None:
    with pytest.raises(RuleBookError, match="2023-07-18"):
        regime_of(date(2023, 7, 18))


def test_every_rule_of_the_reference_is_encoded_and_no_draft() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("the reference texts are not beside the project")
    encoded = set(load_book().by_id)
    for name in ("rule-book.md", "rule-book-2026.md"):
        ids = re.findall(r"^### `([a-z0-9-]+)`", (REFERENCE / name).read_text(encoding="utf-8"), re.M)
        assert len(ids) > 25
        assert {i for i in ids if i != "r26-class-points-xa"} <= encoded
    assert "r26-class-points-xa" not in encoded


def test_every_rule_has_citation_source_and_both_languages() -> None:
    for rule in load_book().rules:
        assert rule.title_vi
        assert rule.title_en
        assert rule.source
        assert rule.article or rule.citation
        assert all(parameter.unit for parameter in rule.parameters.values())
        assert bool(rule.note_vi) == bool(rule.note_en)


def test_a_text_that_was_not_read_can_only_inform() -> None:
    unread = [rule for rule in load_book().rules if rule.text_read == "unverified"]
    assert any(rule.severity == "mandatory" for rule in unread), "else the cap is not exercised"
    assert {rule.binding for rule in unread} == {"information"}


def test_at_most_one_version_of_a_rule_is_in_force_on_any_day() -> None:
    book = load_book()
    for day in (date(2024, 11, 14), date(2025, 6, 1), date(2025, 8, 1), date(2026, 9, 1)):
        ids = [rule.id for rule in book.in_force(day)]
        assert len(ids) == len(set(ids))
        assert book.rule("code-format", day) is not None
    assert book.rule("code-format", date(2025, 6, 30)) is not book.rule("code-format", date(2025, 7, 1))


@pytest.mark.parametrize(
    ("change", "field", "found"),
    [
        (('condition = "same-district"', 'condition = "same-planet"'), "condition", "same-planet"),
        (('article = "1"', 'article = ""'), "article", ""),
        (('{ value = 1, unit = "district" }', "{ value = 1 }"), "parameters.districts", "1"),
        (('{ value = 1, unit = "district" }', '{ value = 1, unit = " " }'), "parameters.districts", "1"),
        (('severity = "advisory"', 'severity = "severe"'), "severity", "severe"),
        (("districts = {", "regions = {"), "parameters.districts", ""),
        (('article = "1"', 'article = "1"\nkinds = ["village"]'), "kinds", "village"),
        (('article = "1"', 'article = "1"\nexceptions = ["no-such-rule"]'), "exceptions", "no-such-rule"),
        (('article = "1"', 'article = "1"\nartikel = "2"'), "artikel", "2"),
        (('article = "1"', 'article = "1"\nin_force_to = 2020-01-01'), "in_force_to", "2020"),
    ],
)
def test_a_bad_rule_is_refused_with_file_rule_and_field(
    tmp_path: Path, change: tuple[str, str], field: str, found: str
) -> None:
    assert change[0] in RULE
    error = refused(tmp_path, RULE.replace(*change))
    [problem] = error.problems
    assert (problem.file, problem.row, problem.field) == ("a.toml", "same-district", field)
    assert found in (problem.found or "")


def test_overlapping_validity_is_refused_also_across_files(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(
        HEAD.replace("1/TEST", "2/TEST")
        + RULE.replace('article = "1"', 'article = "1"\nin_force_from = 2025-01-01')
    )
    error = refused(tmp_path, RULE.replace('article = "1"', 'article = "1"\nin_force_to = 2025-01-01'))
    assert [(p.file, p.row, p.field) for p in error.problems] == [
        ("b.toml", "same-district", "in_force_from")
    ]


def test_all_problems_of_a_book_are_listed_at_once(tmp_path: Path) -> None:
    bad = RULE.replace('severity = "advisory"', 'severity = "x"').replace('article = "1"', "")
    assert len(refused(tmp_path, bad).problems) == 2


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    assert "TOML" in refused(tmp_path, "[[rule").text("en")


def test_a_rule_with_a_known_condition_needs_no_python(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "local.toml").write_text(
        HEAD.replace("regime", "# regime")
        + RULE.replace("same-district", "two-districts", 1).replace("value = 1", "value = 2"),
        encoding="utf-8",
    )
    units = register(unit("00001", district="271"), unit("00002", district="272"))
    judgement = judge(plan(formed("00001", ["00001", "00002"])), units, book=load_book(tmp_path))
    outcomes = {v.rule: v.outcome for v in judgement.of("00001")}
    assert outcomes["same-district"] == "fail"
    assert outcomes["two-districts"] == "pass"
