"""What differs between plans that start from one register, per source unit, in words.

A plan that is None changes nothing: every unit stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from geo.errors import PlanError, Problem
from geo.register import KIND_NAMES, Kind, Register
from plans.check import check_plan
from plans.difference_words import CHANGES, Change, Side, sentence
from plans.edit_draft import Words
from plans.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

_METADATA: Final[Mapping[str, Words]] = {
    "title_vi": Words("Tên tiếng Việt", "Vietnamese title"),
    "title_en": Words("Tên tiếng Anh", "English title"),
    "instrument": Words("Văn bản", "Instrument"),
    "decided": Words("Ngày quyết định", "Decided"),
    "effective": Words("Ngày hiệu lực", "Effective"),
    "units_concerned": Words("Tổng số đơn vị liên quan", "Total of units concerned"),
    "units_formed": Words("Tổng số đơn vị hình thành", "Total of units formed"),
    "units_before": Words("Tổng số đơn vị trước", "Total of units before"),
    "units_after": Words("Tổng số đơn vị sau", "Total of units after"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One source unit for which the plans differ; ``code`` is empty for what concerns a plan as a whole.

    ``outcomes`` and ``units`` hold one entry a plan: what becomes of the unit in words, and the codes of the
    units that take it. ``words`` says it in one sentence.
    """

    code: str
    name: str
    district_code: str
    district_name: str
    changes: tuple[Change, ...]
    outcomes: tuple[Words, ...]
    units: tuple[tuple[str, ...], ...]
    words: Words


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """A plan in counts: units by kind before and after it, source units that it names, units it forms."""

    label: str
    id: str
    before: Mapping[str, int]
    after: Mapping[str, int]
    concerned: int
    formed: int
    exempt: int

    @property
    def units_before(self) -> int:
        """Number of units of the register."""
        return sum(self.before.values())

    @property
    def units_after(self) -> int:
        """Number of units of the register that the plan leads to."""
        return sum(self.after.values())


@dataclass(frozen=True)
class Difference:
    """The rows in the order of codes, then what concerns the plans as a whole; and figures plan by plan."""

    labels: tuple[str, ...]
    plans: tuple[Plan | None, ...]
    rows: tuple[Row, ...]
    figures: tuple[PlanFigures, ...]

    @property
    def differs(self) -> bool:
        """Whether anything differs."""
        return bool(self.rows)

    @cached_property
    def counts(self) -> Mapping[Change, int]:
        """Number of rows by kind of change, in the order of CHANGES; kinds that do not occur are left out."""
        found = Counter(change for row in self.rows for change in row.changes)
        return {change: found[change] for change in CHANGES if found[change]}

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all source units for which the plans differ."""
        return tuple(row.code for row in self.rows if row.code)

    @property
    def moved(self) -> tuple[str, ...]:
        """Codes of the source units that are with others, or divided otherwise, in one plan than in another."""
        return tuple(row.code for row in self.rows if {"moved", "split"} & set(row.changes))

    def frame(self) -> pd.DataFrame:
        """Return one row a difference, all text: code, name, district, changes, per plan the unit, and words."""
        import pandas as pd  # slow to import, and the command does without

        columns = ["code", "name", "district_code", "district_name", "changes"]
        columns += [f"units_{label}" for label in self.labels] + ["vi", "en"]
        return pd.DataFrame(
            [
                (
                    *(row.code, row.name, row.district_code, row.district_name, ", ".join(row.changes)),
                    *(", ".join(codes) for codes in row.units),
                    *(row.words.vi, row.words.en),
                )
                for row in self.rows
            ],
            columns=columns,
            dtype=str,
        )

    def figures_frame(self) -> pd.DataFrame:
        """Return one row a plan: label, id, units before and after, by kind, concerned, formed, exempt."""
        import pandas as pd

        return pd.DataFrame([_figures_json(figures) for figures in self.figures])

    def as_json(self) -> dict[str, object]:
        """Return everything as JSON values."""
        return {
            "plans": [_figures_json(figures) for figures in self.figures],
            "differs": self.differs,
            "counts": dict(self.counts),
            "moved": list(self.moved),
            "rows": [
                {
                    "code": row.code or None,
                    "name": row.name,
                    "district_code": row.district_code,
                    "changes": list(row.changes),
                    "units": {
                        label: list(codes) for label, codes in zip(self.labels, row.units, strict=True)
                    },
                    "vi": row.words.vi,
                    "en": row.words.en,
                }
                for row in self.rows
            ],
        }


def _figures_json(figures: PlanFigures) -> dict[str, object]:
    return {
        "label": figures.label,
        "id": figures.id or None,
        "units_before": figures.units_before,
        "units_after": figures.units_after,
        "concerned": figures.concerned,
        "formed": figures.formed,
        "exempt": figures.exempt,
        **{f"before_{kind}": figures.before.get(kind, 0) for kind in KIND_NAMES},
        **{f"after_{kind}": figures.after.get(kind, 0) for kind in KIND_NAMES},
    }


def plan_figures(plan: Plan | None, register: Register, label: str = "") -> PlanFigures:
    """Return a plan in counts. Raises PlanError when it does not fit the register."""
    if plan is not None:
        check_plan(plan, register)
    named = {} if plan is None else plan.by_source
    units = () if plan is None else plan.units
    after = Counter(unit.kind for unit in register if unit.code not in named)
    after.update(unit.kind for unit in units)
    return PlanFigures(
        label,
        "" if plan is None else plan.id,
        _by_kind(Counter(unit.kind for unit in register)),
        _by_kind(after),
        len(named),
        len(units),
        0 if plan is None else len(plan.exempt),
    )


def _by_kind(counts: Mapping[Kind, int]) -> dict[str, int]:
    order = list(KIND_NAMES)
    return {kind: counts[kind] for kind in sorted(counts, key=order.index) if counts[kind]}


def difference(
    a: Plan | None, b: Plan | None, register_a: Register, register_b: Register | None = None
) -> Difference:
    """Compare two plans; see compare."""
    return compare((a, b), (register_a, register_a if register_b is None else register_b))


def compare(plans: Sequence[Plan | None], registers: Sequence[Register]) -> Difference:
    """Compare two or more plans, each on its register (or all on the one given); plans are named A, B, C, …

    Raises PlanError when there are fewer than two, they start from different vintages, or one does not fit
    its register.
    """
    if len(plans) < 2 or len(plans) > 26:
        raise PlanError(
            Problem(
                "cần từ hai phương án để so sánh",
                "two plans or more are needed to compare",
                found=str(len(plans)),
                accepted="2-26",
            )
        )
    all_registers = tuple(registers) * len(plans) if len(registers) == 1 else tuple(registers)
    bases = {register.vintage for register in all_registers} | {
        plan.base for plan in plans if plan is not None
    }
    if len(bases - {""}) > 1:
        raise PlanError(
            Problem(
                "các phương án xuất phát từ những thời điểm khác nhau",
                "the plans start from different vintages",
                field="base",
                found=", ".join(sorted(bases)),
                accepted="một thời điểm / one vintage",
            )
        )
    marks = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(plans)])
    sides = [Side(*item) for item in zip(marks, plans, all_registers, strict=True)]
    figures = tuple(plan_figures(side.plan, side.register, side.label) for side in sides)
    codes = sorted({code for side in sides for code in side.codes})
    rows = [row for code in codes if (row := _row(code, sides)) is not None]
    return Difference(marks, tuple(plans), (*rows, *_metadata(sides)), figures)


def _row(code: str, sides: Sequence[Side]) -> Row | None:
    facts = [side.facts(code) for side in sides]
    changes = [change for change in facts[0] if any(found[change] != facts[0][change] for found in facts)]
    if {"moved", "split"} & set(changes):
        # another group has another name, code, kind and figures of course
        changes = [change for change in changes if change in ("moved", "split", "exemption")]
    if not changes:
        return None
    unit = sides[0].register[code]
    # one part of the sentence a kind of change; moved and split, renamed and kind say the same
    told: list[list[Words]] = []
    for change in changes:
        words = [side.outcome(code, change) for side in sides]
        if words not in told:
            told.append(words)
    marks = [side.label for side in sides]
    vi = "; ".join(sentence([w.vi for w in words], marks, "ở") for words in told)
    en = "; ".join(sentence([w.en for w in words], marks, "in") for words in told)
    return Row(
        code,
        unit.name,
        unit.district_code,
        unit.district_name,
        tuple(changes),
        tuple(told[0]),
        tuple(tuple(formed.code for formed, _ in side.pieces(code)) for side in sides),
        Words(f"{unit.name}: {vi}", f"{unit.name}: {en}"),
    )


def _metadata(sides: Sequence[Side]) -> list[Row]:
    """Return one row a field of the plans as a whole that differs; a plan that is None has none."""
    given = [side for side in sides if side.plan is not None]
    plans = [side.plan for side in given if side.plan is not None]
    if len(plans) < 2:
        return []
    fields = {
        name: [getattr(plan if hasattr(plan, name) else plan.totals, name) for plan in plans]
        for name in _METADATA
    }
    words = dict(_METADATA)
    for plan in plans:
        for key in plan.procedure:
            words.setdefault(f"procedure.{key}", Words(f"Thủ tục {key}", f"Procedure {key}"))
            fields.setdefault(f"procedure.{key}", [other.procedure.get(key) for other in plans])
        for key in plan.extra:
            words.setdefault(f"extra.{key}", Words(key, key))
            fields.setdefault(f"extra.{key}", [other.extra.get(key) for other in plans])
    marks = [side.label for side in given]
    rows = []
    for name, values in fields.items():
        if all(value == values[0] for value in values):
            continue
        texts = ["—" if value in (None, "") else str(value) for value in values]
        by_mark = dict(zip(marks, texts, strict=True))
        outcomes = tuple(Words(t, t) for side in sides for t in (by_mark.get(side.label, "—"),))
        vi, en = sentence(texts, marks, "ở"), sentence(texts, marks, "in")
        said = Words(f"{words[name].vi}: {vi}", f"{words[name].en}: {en}")
        rows.append(Row("", words[name].vi, "", "", ("metadata",), outcomes, tuple(() for _ in sides), said))
    return rows
