"""The calculation in words: language, form of numbers, names, shares forwards and back."""

from __future__ import annotations

import pytest

from geo.register import Register
from geo.registers import embedded_register
from indicators.catalogue import embedded_catalogue
from indicators.explain import explain, reason_in, unit_name
from indicators.observations import register_observations
from indicators.remap import Remapped, remap
from plans.apply import apply_plan
from plans.crosswalk import plan_crosswalk
from plans.files import embedded_plan


@pytest.fixture(scope="module")
def register() -> Register:
    return embedded_register("hanoi-2024-12-31")


@pytest.fixture(scope="module")
def forward(register: Register) -> Remapped:
    walk = plan_crosswalk(embedded_plan("nq1286"), register)
    return remap(register_observations(register), walk, embedded_catalogue(), register=register)


@pytest.fixture(scope="module")
def back(register: Register) -> Remapped:
    plan = embedded_plan("nq1286")
    figures = register_observations(apply_plan(plan, register), "2025-03")
    return remap(
        figures, plan_crosswalk(plan, register), embedded_catalogue(), backcast=True, register=register
    )


def test_the_form_of_numbers_is_asked_for_apart_from_the_language(forward: Remapped) -> None:
    own = explain(forward, "09646", "POP", "2019-04-01", "en")
    assert "Result: 22,979 persons." in own
    screen = explain(forward, "09646", "POP", "2019-04-01", "en", form="vi")
    assert "Result: 22.979 persons." in screen
    assert "26,8971 % (population)" in explain(forward, "00151", "POP", "2019-04-01", "en", form="vi")
    assert "26.8971 % (dân số)" in explain(forward, "00151", "POP", "2019-04-01", "vi", form="en")


def test_units_are_called_as_the_caller_says_by_code_and_vintage(forward: Remapped) -> None:
    said = explain(
        forward, "09646", "POP", "2019-04-01", "vi", names=lambda code, vintage: f"<{code} {vintage}>"
    )
    lines = said.split("\n")
    assert "<09646 2025-01-01>" in lines[0]
    assert any(line.startswith("- <09631 2024-12-31>: ") for line in lines)


def test_a_backcast_says_the_share_of_the_new_unit_that_goes_back(back: Remapped, register: Register) -> None:
    said = explain(back, "10417", "POP", "2025-03", "vi", register=register)
    assert "tính ngược: chia theo tỷ lệ" in said
    # 7.473 of the 18.448 people of the unit that took it in
    assert "- 10417: 18.448 × 40,5085 % (dân số)" in said
    assert "7.473 người [0; 18.448]" in said
    whole = explain(back, "00001", "POP", "2025-03", "en", register=register)
    assert "takes its figure" in whole
    assert "×" not in whole


def test_units_are_said_in_the_language_asked_for() -> None:
    assert unit_name("người/km²", "en") == "persons/km²"
    assert unit_name("người/km²", "vi") == "người/km²"
    assert unit_name("đạt/không", "en") == "met/not met"
    assert unit_name("kWh", "en") == "kWh"
    assert unit_name("", "en") == ""
    # none of the catalogue's is left in Vietnamese
    said = {unit_name(item.unit, "en") for item in embedded_catalogue()}
    assert all(unit.replace("²", "").isascii() for unit in said)


def test_reasons_with_semicolons_in_both_halves_stay_in_one_language() -> None:
    one = "ước tính; đã bãi bỏ / estimated; abolished"
    two = "thiếu / missing"
    assert reason_in(f"{one}; {two}", "vi") == "ước tính; đã bãi bỏ; thiếu"
    assert reason_in(f"{two}; {one}", "en") == "missing; estimated; abolished"
    assert reason_in("chỉ một câu", "en") == "chỉ một câu"
    assert reason_in("", "vi") == ""
