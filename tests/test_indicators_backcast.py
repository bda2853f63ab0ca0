"""From new units back to old ones, only where it is defined."""

from __future__ import annotations

import numpy as np
import pytest

from geo.registers import embedded_register
from indicators.catalogue import embedded_catalogue
from indicators.observations import register_observations
from indicators.remap import remap
from plans.apply import apply_plan
from plans.crosswalk import plan_crosswalk
from plans.files import embedded_plan


def test_counts_go_back_by_the_last_known_shares_with_bounds() -> None:
    register = embedded_register("hanoi-2024-12-31")
    plan = embedded_plan("nq1286")
    new = apply_plan(plan, register)
    result = remap(
        register_observations(new, "2025-03"),
        plan_crosswalk(plan, register),
        embedded_catalogue(),
        backcast=True,
    )
    people = result.frame[result.frame["indicator"] == "POP"].set_index("unit_code")
    assert len(people) == 579
    # Hòa Nam and Hòa Phú by their people of 2019: with figures of that day they come out exactly
    assert people.loc["10414", "value"] == register["10414"].population
    row = people.loc["10417"]
    assert (row["value"], row["status"], row["low"]) == (register["10417"].population, "E", 0)
    assert row["high"] == (register["10414"].population or 0) + (register["10417"].population or 0)
    # a unit that was not touched is itself
    untouched = people.loc["00001"]
    assert (untouched["value"], untouched["status"]) == (register["00001"].population, "A")
    # no share, no point
    assert np.isnan(people.loc["00274", "value"])


def test_what_cannot_be_carried_back_is_refused() -> None:
    register = embedded_register("hanoi-2024-12-31")
    plan = embedded_plan("nq1286")
    new = apply_plan(plan, register)
    frame = register_observations(new, "2025-03").frame
    frame = (
        frame[frame["indicator"] == "POP"]
        .astype({"indicator": str})
        .assign(indicator="INCOME_MED", value=5.0, status="A")
    )
    result = remap(frame, plan_crosswalk(plan, register), embedded_catalogue(), backcast=True)
    row = result.frame.set_index("unit_code").loc["10414"]
    assert row["method"] == "refused"
    assert np.isnan(row["value"])
    assert result.frame.set_index("unit_code").loc["00001", "value"] == pytest.approx(5.0)
