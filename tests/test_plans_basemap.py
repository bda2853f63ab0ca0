from __future__ import annotations

import networkx as nx

from geo.adjacency import embedded_adjacency
from geo.registers import embedded_register
from plans.basemap import base_layer, base_neighbours, graph_after, neighbours_on
from plans.files import embedded_plan
from rules.engine import judge

NQ1286 = embedded_plan("nq1286")
BEFORE = embedded_adjacency("2024-12-31")
assert BEFORE is not None


def test_the_526_border_each_other_as_their_sources_do() -> None:
    after = graph_after(NQ1286, BEFORE)
    assert set(after) == set(embedded_register("hanoi-2025-01-01").by_code)
    assert nx.is_connected(after)
    # counted a second way: contraction of the groups of whole units, where no part is near
    names = {t.code: unit.code for unit, t in NQ1286.transfers if t.part == "whole"}
    split = {t.code for _, t in NQ1286.transfers if t.part != "whole"}
    whole = BEFORE.subgraph(code for code in BEFORE if code not in split)
    contracted = {frozenset((names.get(a, a), names.get(b, b))) for a, b in whole.edges}
    contracted = {pair for pair in contracted if len(pair) == 2}
    assert contracted <= {frozenset(edge) for edge in after.edges}
    parts = {unit.code for unit, t in NQ1286.transfers if t.part != "whole"}
    assert {frozenset(edge) for edge in after.edges if not parts & set(edge)} == {
        pair for pair in contracted if not parts & pair
    }


def test_a_part_touches_what_its_source_touches() -> None:
    after = graph_after(NQ1286, BEFORE)
    assert after.has_edge("00271", "00277"), "both took a part of 00274"
    for neighbour in BEFORE["00274"]:
        if neighbour not in NQ1286.by_source:
            assert after.has_edge("00277", neighbour)


def test_units_off_the_map_stay_off_it() -> None:
    smaller = BEFORE.subgraph(set(BEFORE) - {"10414"})
    assert "10417" not in graph_after(NQ1286, smaller)


def test_plan_1656_is_judged_on_the_map_of_the_526() -> None:
    found = base_neighbours("2025-01-01")
    assert found is not None
    judged = judge(embedded_plan("nq1656"), embedded_register("hanoi-2025-01-01"), *found)
    outcomes = {v.subject: v.outcome for v in judged.verdicts if v.rule == "contiguity"}
    assert len(outcomes) == 126
    assert list(outcomes.values()).count("pass") == 126
    assert not judged.mandatory_failed


def test_the_layer_of_the_526_leaves_split_units_away() -> None:
    layer = base_layer("2025-01-01")
    assert layer is not None
    assert layer.schematic
    assert len(layer.codes) == 522
    assert neighbours_on(None, "2030-01-01") == (None, None)
    assert base_layer("2030-01-01") is None
