from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from time import perf_counter

from hypothesis import given, settings
from hypothesis import strategies as st

from geo.adjacency import embedded_adjacency
from geo.register import Register
from geo.registers import embedded_register
from plans.files import embedded_plan
from plans.plan import Exemption, NewUnit, Plan, Transfer
from rules.engine import Judgement, judge, rejudge
from tests.rules_data import BASE, formed, plan, register
from tests.test_rules_engine import FOUR, LINE, one


def same(left: Judgement, right: Judgement) -> None:
    assert left.verdicts == right.verdicts
    assert left.sources == right.sources
    assert left.units == right.units
    assert left.totals == right.totals


@lru_cache(maxsize=1)
def city() -> Judgement:
    return judge(embedded_plan("nq1286"), embedded_register(f"hanoi-{BASE}"), embedded_adjacency(BASE))


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False))
def test_verdicts_do_not_depend_on_the_order_of_rows(shuffle: random.Random) -> None:
    before = embedded_register(f"hanoi-{BASE}")
    units = list(before.units)
    shuffle.shuffle(units)
    changed = []
    for new in embedded_plan("nq1286").units:
        transfers = list(new.transfers)
        shuffle.shuffle(transfers)
        changed.append(replace(new, transfers=tuple(transfers)))
    shuffle.shuffle(changed)
    shuffled = replace(embedded_plan("nq1286"), units=tuple(changed))
    again = judge(shuffled, Register(before.vintage, tuple(units), before.id), embedded_adjacency(BASE))
    same(again, city())


def edited(base: Plan, draw: random.Random, codes: list[str]) -> tuple[Plan, set[str]]:
    """Return the plan after one edit of the kinds that a screen makes, and the codes it touches."""
    units = {new.code: new for new in base.units}
    free = [code for code in codes if code not in base.by_source]
    what = draw.choice(["rename", "add", "drop", "whole", "split", "exempt", "figures", "seat"])
    code = draw.choice(sorted(units))
    target = units[code]
    if what == "rename":
        units[code] = replace(target, name=draw.choice(["Hòa Phú", "Mới", target.name + " Hai"]))
    elif what == "add":
        source = draw.choice(free)
        units[code] = replace(target, transfers=(*target.transfers, Transfer(source)))
        return replace(base, units=tuple(units.values())), {code, source}
    elif what == "drop":
        del units[code]
    elif what == "whole":
        a, b = draw.sample(free, 2)
        units[a] = NewUnit(a, "Ghép", "commune", (Transfer(a), Transfer(b)))
        return replace(base, units=tuple(units.values())), {a, b}
    elif what == "split":
        a, b, c = draw.sample(free, 3)
        units[a] = NewUnit(a, "Một", "commune", (Transfer(a), Transfer(b, "part", area_km2=Decimal("0.1"))))
        units[c] = NewUnit(c, "Hai", "commune", (Transfer(c), Transfer(b, "remainder")))
        return replace(base, units=tuple(units.values())), {a, b, c}
    elif what == "exempt":
        source = draw.choice(free)
        return replace(base, exempt=(Exemption(source, "exempt-isolated", "x"),)), {source}
    elif what == "figures":
        units[code] = replace(target, area_km2=Decimal("22.5"), population=9000)
    else:
        units[code] = replace(target, seat=draw.choice(target.sources))
    return replace(base, units=tuple(units.values())), {code}


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_judging_again_equals_judging_from_scratch(draw: random.Random, named: bool) -> None:
    before, graph = embedded_register(f"hanoi-{BASE}"), embedded_adjacency(BASE)
    current = city()
    for _ in range(3):
        changed, touched = edited(current.plan, draw, sorted(before.by_code))
        current = rejudge(current, changed, before, graph, None, touched if named else ())
    same(current, judge(current.plan, before, graph))


def test_judging_again_keeps_options_and_regime() -> None:
    before, graph = embedded_register(f"hanoi-{BASE}"), embedded_adjacency(BASE)
    first = judge(embedded_plan("nq1286"), before, graph, regime="112/2025")
    changed = replace(first.plan, procedure={"below_standard_ground": "lịch sử"})
    again = rejudge(first, changed, before, graph, None, ())
    assert again.regime == "112/2025"
    same(again, judge(changed, before, graph, regime="112/2025"))


def test_judging_again_on_another_map_starts_anew() -> None:
    merged = plan(formed("00001", ["00001", "00002"]))
    units = register(*FOUR)
    first = judge(merged, units, LINE, {"00001": 2})
    assert one(rejudge(first, merged, units, None, None, ()), "contiguity", "00001").outcome == "undetermined"
    again = rejudge(first, merged, units, LINE, {"00001": 2}, ())
    same(again, first)
    assert (
        one(rejudge(first, merged, units, LINE, None, ()), "contiguity", "00001").message_vi.count("mảnh")
        == 0
    )


def test_judging_again_is_quick() -> None:
    before, graph = embedded_register(f"hanoi-{BASE}"), embedded_adjacency(BASE)
    current, times = city(), []
    for i in range(8):
        target = replace(current.plan.by_code["09646"], name=f"Phú Hồng {i}")
        units = tuple(target if u.code == "09646" else u for u in current.plan.units)
        changed = replace(current.plan, units=units)
        start = perf_counter()
        current = rejudge(current, changed, before, graph, None, {"09646"})
        assert current.verdicts
        times.append(perf_counter() - start)
    assert min(times) < 0.030
