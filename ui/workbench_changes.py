"""What an edit changed in the verdicts, how a group stands as a whole, and which units a verdict is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rules.engine import Judgement
from rules.verdicts import Verdict
from ui.rules_data import rank, status

How = Literal["new", "worse", "better", "gone"]
HOWS: Final[tuple[How, ...]] = ("worse", "new", "better", "gone")
_RANK: Final[Mapping[str, int]] = {"pass": 0, "exempt": 0, "undetermined": 1, "fail": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """A verdict that an edit changed. ``before`` is None where it is new, ``after`` where it is gone."""

    how: How
    before: Verdict | None
    after: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """The verdict as it is, or as it was where it is gone."""
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


def _keyed(verdicts: Iterable[Verdict]) -> dict[tuple[str, str | None, int], Verdict]:
    """Key verdicts by rule, subject and place among those of the same rule and subject."""
    seen: Counter[tuple[str, str | None]] = Counter()
    found = {}
    for verdict in verdicts:
        key = (verdict.rule, verdict.subject)
        found[(*key, seen[key])] = verdict
        seen[key] += 1
    return found


def verdict_changes(before: Judgement, after: Judgement) -> tuple[Change, ...]:
    """Return what differs in outcome between two judgements: worse first, then new, better, gone.

    A verdict that only measures another figure with the same outcome is no change. Within each, failures first.
    """
    old, new = _keyed(before.verdicts), _keyed(after.verdicts)
    found: list[Change] = []
    for key, verdict in new.items():
        was = old.get(key)
        if was is None:
            found.append(Change("new", None, verdict))
        elif was is not verdict and was.outcome != verdict.outcome:
            worse = _RANK[verdict.outcome] > _RANK[was.outcome]
            found.append(Change("worse" if worse else "better", was, verdict))
    found += [Change("gone", verdict, None) for key, verdict in old.items() if key not in new]
    return tuple(sorted(found, key=lambda c: (HOWS.index(c.how), rank(c.verdict), c.verdict.rule)))


def group_outcome(verdicts: Iterable[Verdict]) -> str:
    """Return how a group stands as a whole: its worst verdict; what is mere information does not count."""
    shown = {status(verdict) for verdict in verdicts}
    return next((outcome for outcome in ("fail", "advisory", "undetermined") if outcome in shown), "pass")


def group_outcomes(judged: Judgement) -> dict[str, str]:
    """Return how each unit formed stands, by code."""
    return {
        code: group_outcome((*verdicts, *judged.shared[code]))
        for code, (_, verdicts) in judged.by_unit.items()
    }


def places(verdict: Verdict, judged: Judgement) -> tuple[str, ...]:
    """Return the source units to look at for a verdict: what breaks it where that can be told.

    Of a group in several pieces: the loose pieces, and the missing neighbours that would join them. Of a group in two
    districts: the units of the smaller one. Else all units of the group; of a plan's own verdict none.
    """
    view = judged.view
    subject = verdict.subject
    if subject is None:
        return ()
    unit = judged.plan.by_code.get(subject)
    if unit is None or verdict.rule in {r.rule for r in judged.by_source.get(subject, (None, ()))[1]}:
        return (subject,) if subject in view.register else ()
    condition = view.rule[verdict.rule].condition if verdict.rule in view.rule else ""
    if condition == "contiguous" and verdict.outcome == "fail":
        return loose_and_missing(judged, unit.sources)
    if condition == "same-district" and verdict.outcome == "fail":
        districts = Counter(view.register[code].district_code for code in unit.sources)
        main = districts.most_common(1)[0][0]
        return tuple(c for c in unit.sources if view.register[c].district_code != main)
    if condition.startswith("name-unique-") and verdict.outcome == "fail":
        named = view.names_by_district if condition.endswith("district") else view.names_by_province
        key = next((k for k, units in named.items() if any(u.code == subject for u in units)), None)
        others = [u.code for u in named[key] if u.code != subject] if key else []
        return (*unit.sources, *(c for c in others if c in view.register))
    return unit.sources


def loose_and_missing(judged: Judgement, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the pieces of a group beside its largest, and the units on a shortest way that would join them."""
    import networkx as nx

    graph = judged.view.graph
    known = [code for code in codes if graph is not None and code in graph]
    if graph is None or not known:
        return tuple(codes)
    parts = sorted(nx.connected_components(graph.subgraph(known)), key=lambda p: (-len(p), min(p)))
    loose = [code for part in parts[1:] for code in sorted(part)]
    missing: list[str] = []
    for part in parts[1:]:
        # one search from the whole main piece at once
        ways = nx.multi_source_dijkstra_path(graph, set(parts[0]), weight=lambda *_: 1)
        way = min((ways[code] for code in sorted(part) if code in ways), key=len, default=[])
        missing += [code for code in way if code not in known]
    return tuple(dict.fromkeys((*loose, *missing)))
