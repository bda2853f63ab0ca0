from __future__ import annotations

import pytest

from geo.errors import Language
from geo.registers import embedded_register
from rules.comparison import REGISTER, by_class, changed, due, grown, page
from rules.docs import DOCS
from tests.rules_data import BASE, rows


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_are_current(language: Language) -> None:
    written = (DOCS / f"due-2023.{language}.md").read_text(encoding="utf-8")
    assert written == page(language), "run python -m rules.comparison"


def test_a_greater_population_counted_a_second_time() -> None:
    wards = 0
    for row in rows(f"data/units/hanoi-{BASE}.csv"):
        if (row["kind"], row["district_kind"]) == ("ward", "urban_district"):
            people, area = round(int(row["population"]) * 1.25), float(row["area_km2"])
            wards += (area < 3.85 and people < 10500) or (area < 1.1 and people < 45000)
    assert by_class(due(changed(embedded_register(REGISTER), grown(25))))[0] == wards
