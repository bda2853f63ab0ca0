"""What the Rules page shows of a judgement, as tables; no drawing here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from geo.errors import Language
from geo.register import Unit
from plans.plan import Plan
from rules.book import Rule
from rules.engine import Judgement
from rules.verdicts import Verdict, verdict_frame
from ui.layers import full_name

if TYPE_CHECKING:
    import pandas as pd

Side = Literal["before", "after", ""]
# most pressing first; a failed test of being due is a classification, hence “information”
STATUSES: Final = ("fail", "advisory", "undetermined", "information", "exempt", "pass")
SEVERITIES: Final = ("mandatory", "advisory", "information")
OUTCOMES: Final = ("fail", "undetermined", "exempt", "pass")
# groups that are no unit formed; a code of a unit never looks like this
WHOLE: Final = "plan"
STAYING: Final = "stays"
SEVERAL: Final = "several"


@dataclass(frozen=True, slots=True)
class Placed:
    """A verdict with the side of the plan that its subject stands on, and the unit formed that it belongs to."""

    verdict: Verdict
    side: Side
    group: str


def status(verdict: Verdict) -> str:
    """Return one of STATUSES: a failure by its severity, else the outcome; what only informs is information."""
    if verdict.outcome == "fail":
        return {"mandatory": "fail", "advisory": "advisory"}.get(verdict.severity, "information")
    if verdict.outcome == "undetermined" and verdict.severity == "information":
        return "information"
    return verdict.outcome


def rank(verdict: Verdict) -> int:
    """Return the place in the order of reading: mandatory failures, advisory ones, undetermined, the rest."""
    return STATUSES.index(status(verdict)) * 3 + SEVERITIES.index(verdict.severity)


def home(plan: Plan, code: str) -> str:
    """Return the unit formed that a source's verdicts are grouped under: the one that takes the most of it in law.

    A split unit goes under the unit that takes its remainder, else under the first; STAYING where the plan leaves it.
    """
    pairs = plan.by_source.get(code, ())
    if not pairs:
        return STAYING
    return next((unit.code for unit, transfer in pairs if transfer.part == "remainder"), pairs[0][0].code)


def placed(judgement: Judgement) -> list[Placed]:
    """Return all verdicts, each with its side and group; a code may name another unit on the other side."""
    plan, register = judgement.plan, judgement.view.register
    found = []
    for verdict in judgement.whole:
        code = verdict.subject
        if code is None:
            found.append(Placed(verdict, "", WHOLE))
        elif code in register:
            found.append(Placed(verdict, "before", home(plan, code)))
        else:
            found.append(Placed(verdict, "after", code))
    for code, (_, verdicts) in judgement.by_source.items():
        found += [Placed(verdict, "before", home(plan, code)) for verdict in verdicts]
    for code, (_, verdicts) in judgement.by_unit.items():
        found += [Placed(verdict, "after", code) for verdict in (*verdicts, *judgement.shared[code])]
    return found


def district_of(judgement: Judgement, code: str, side: Side) -> str:
    """Return the code of a unit's district: its own, else that of all its sources, SEVERAL where they differ."""
    register = judgement.view.register
    if side == "before":
        return register[code].district_code if code in register else ""
    formed = judgement.by_unit.get(code)
    if formed is None:
        return ""
    if formed[0].district_code:
        return formed[0].district_code
    own = {register[source].district_code for source, _ in formed[0].predecessors}
    return own.pop() if len(own) == 1 else SEVERAL


def unit_of(judgement: Judgement, code: str, side: Side) -> Unit | None:
    """Return the unit that a code names before or after the plan."""
    if side == "before":
        return judgement.view.register.by_code.get(code)
    formed = judgement.view.formed.get(code)
    return None if formed is None else formed.unit


def verdict_table(judgement: Judgement, language: Language) -> pd.DataFrame:
    """Return one row a verdict, in the order of reading; index = place in ``placed``.

    verdict_frame's columns, and status, rank, side, group, unit (side:code), name, district, title, text_read,
    message (in the language).
    """
    items = placed(judgement)
    frame = verdict_frame(item.verdict for item in items)
    rules = judgement.view.rule
    names: dict[tuple[str, str], tuple[str, str]] = {}

    def known(code: str | None, side: Side) -> tuple[str, str]:
        if code is None:
            return "", ""
        if (code, side) not in names:
            unit = unit_of(judgement, code, side)
            name = full_name(unit, language) if unit else code
            names[code, side] = (name, district_of(judgement, code, side))
        return names[code, side]

    own = [known(item.verdict.subject, item.side) for item in items]
    vi = language == "vi"
    frame["status"] = [status(item.verdict) for item in items]
    frame["rank"] = [rank(item.verdict) for item in items]
    frame["side"] = [item.side for item in items]
    frame["group"] = [item.group for item in items]
    frame["unit"] = [f"{item.side}:{item.verdict.subject}" if item.side else "" for item in items]
    frame["name"] = [name for name, _ in own]
    frame["district"] = [district for _, district in own]
    frame["title"] = [title_of(rules[item.verdict.rule], vi) for item in items]
    frame["text_read"] = [rules[item.verdict.rule].text_read for item in items]
    frame["message"] = frame["message_vi" if vi else "message_en"]
    return frame.sort_values("rank", kind="stable")


def title_of(rule: Rule, vi: bool) -> str:
    """Return a rule's title in a language."""
    return rule.title_vi if vi else rule.title_en


def in_groups(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return verdicts with those of a group together, the group with the worst verdict first.

    ``by``: group (unit formed) or rule. Groups that are equally bad: the plan as a whole first, the units that stay
    last, between them those with more such verdicts first, then by code.
    """
    if frame.empty:
        return frame
    worst = frame.groupby(by, sort=False)["rank"].min()
    class_of = frame[by].map(worst) // len(SEVERITIES)  # as bad by status
    pressing = (frame["rank"] // len(SEVERITIES) == class_of).groupby(frame[by]).sum()
    special = frame[by].map({WHOLE: -1, STAYING: 1}).fillna(0)
    order = frame.assign(_class=class_of, _special=special, _count=-frame[by].map(pressing), _group=frame[by])
    keys = ["_class", "_special", "_count", "_group"]
    return order.sort_values([*keys, "rank"], kind="stable").drop(columns=keys)


def counted(statuses: Iterable[str]) -> dict[str, int]:
    """Return the number of verdicts by status, in the order of reading; none = 0."""
    found = dict.fromkeys(STATUSES, 0)
    for name in statuses:
        found[name] += 1
    return found


def of_unit(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return the verdicts on a unit, given as side:code; with a unit formed those on its sources too."""
    side, _, code = unit.partition(":")
    mine = frame["unit"] == unit
    return frame[mine | (frame["group"] == code)] if side == "after" else frame[mine]


def by_district(frame: pd.DataFrame, judgement: Judgement) -> pd.DataFrame:
    """Return one row a district: units formed, verdicts by status, sources by result; index = district's code.

    Verdicts on the plan as a whole belong to no district and are left to the caller to name.
    """
    import pandas as pd

    mine = frame[frame["side"] != ""]
    table = pd.crosstab(mine["district"], mine["status"]).reindex(columns=list(STATUSES), fill_value=0)
    formed = [district_of(judgement, code, "after") for code in judgement.by_unit]
    table["formed"] = pd.Series(formed).value_counts().reindex(table.index, fill_value=0)
    register = judgement.view.register
    sources = pd.DataFrame(
        [(register[s.code].district_code, s.due, s.result) for s in judgement.sources],
        columns=["district", "due", "result"],
    )
    for name, wanted in (
        ("sources_due", sources["due"].eq(True)),
        ("rearranged", sources["result"].eq("rearranged")),
        ("exempted", sources["result"].eq("exempt")),
        ("due_not_done", sources["result"].eq("due-not-done")),
    ):
        table[name] = sources[wanted]["district"].value_counts().reindex(table.index, fill_value=0)
    return table


def source_table(judgement: Judgement, language: Language) -> pd.DataFrame:
    """Return one row a source unit: figures, % of the standard, each test, role, result, exemption; index = code."""
    import pandas as pd

    register, vi = judgement.view.register, language == "vi"
    tests = test_rules(judgement)
    outcomes: dict[tuple[str, str], str] = {}
    for code, (_, verdicts) in judgement.by_source.items():
        outcomes.update({(code, verdict.rule): _due_word(verdict) for verdict in verdicts})
    rows = []
    for source in judgement.sources:
        unit = register[source.code]
        area = unit.figure("area_km2").value
        rows.append(
            {
                "code": source.code,
                "name": source.name,
                "kind": unit.kind,
                "district": unit.district_code,
                "due": three(source.due),
                "role": source.role,
                "result": source.result or "unknown",
                "area_km2": float("nan") if area is None else float(area),
                "population": float("nan") if unit.population is None else float(unit.population),
                "area_percent": _float(source.percent.get("area_km2")),
                "population_percent": _float(source.percent.get("population")),
                **{test.id: outcomes.get((source.code, test.id), "none") for test in tests},
                "exemption": source.exemption or "",
                "to": ", ".join(
                    dict.fromkeys(unit.code for unit, _ in judgement.plan.by_source.get(source.code, ()))
                ),
                "reason": source.reason_vi if vi else source.reason_en,
            }
        )
    return pd.DataFrame(rows, index=[source.code for source in judgement.sources])


def test_rules(judgement: Judgement) -> tuple[Rule, ...]:
    """Return the tests of being due that were applied, in the book's order."""
    used = {verdict.rule for _, verdicts in judgement.by_source.values() for verdict in verdicts}
    return tuple(rule for rule in judgement.view.rules if rule.id in used)


def three(state: bool | None) -> str:
    """Return due, not-due or undetermined."""
    return "undetermined" if state is None else "due" if state else "not-due"


def _due_word(verdict: Verdict) -> str:
    if verdict.outcome == "exempt":
        return "exempt"
    return {"fail": "due", "pass": "not-due"}.get(verdict.outcome, "undetermined")


def _float(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def worst_by_unit(frame: pd.DataFrame) -> Mapping[str, str]:
    """Return the worst status of each unit formed, by code; the verdicts on its sources do not count."""
    mine = frame[frame["side"] == "after"]
    best = mine.sort_values("rank").drop_duplicates("subject")
    return dict(zip(best["subject"], best["status"], strict=True))


def compared(one: Judgement, other: Judgement, language: Language) -> pd.DataFrame:
    """Return one row a unit formed with its worst status and % of the standard under two regimes; index = code."""
    import pandas as pd

    sides = [(judged, worst_by_unit(verdict_table(judged, language))) for judged in (one, other)]
    rows = []
    for code, (result, _) in one.by_unit.items():
        row: dict[str, object] = {
            "code": code,
            "name": result.name,
            "kind": result.kind,
            "district": district_of(one, code, "after"),
        }
        for at, (judged, worst) in zip("ab", sides, strict=True):
            mine = judged.by_unit[code][0]
            row[f"status_{at}"] = worst.get(code, "none")
            row[f"area_{at}"] = _float(mine.percent.get("area_km2"))
            row[f"population_{at}"] = _float(mine.percent.get("population"))
        row["differs"] = "no" if row["status_a"] == row["status_b"] else "yes"
        rows.append(row)
    return pd.DataFrame(rows, index=list(one.by_unit))
