"""A verdict: what one rule says of one subject, with the calculation in words and the citation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from rules.book import Rule, Severity
from rules.conditions import Finding, Number, Outcome, Quantities

if TYPE_CHECKING:
    import pandas as pd

OUTCOMES: Final[tuple[Outcome, ...]] = ("pass", "fail", "exempt", "undetermined")
_RANK: Final = ("mandatory", "advisory", "information")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one rule on one subject: a unit's code, or None for the plan as a whole.

    measured, required and margin (measured - required) are keyed by quantity: area_km2 (km²), population (persons),
    counts and shares. A figure that is not known is None, with <quantity>_low and <quantity>_high where bounded.
    """

    rule: str
    subject: str | None
    outcome: Outcome
    severity: Severity
    measured: Quantities = field(hash=False)
    required: Quantities = field(hash=False)
    margin: Quantities = field(hash=False)
    factors: tuple[str, ...]
    instrument: str
    article: str
    clause: str
    point: str
    confidence: str
    exception: str | None
    message_vi: str
    message_en: str

    def as_json(self) -> dict[str, object]:
        """Return the verdict with exactly the contract's fields."""
        return {item.name: _json(getattr(self, item.name)) for item in _FIELDS}


_FIELDS: Final = fields(Verdict)


def json_number(value: Number | None) -> float | int | None:
    """Return a number as JSON carries it: whole numbers without a point."""
    if value is None or isinstance(value, int):
        return value
    return (
        int(value) if value == value.to_integral_value() and value.as_tuple().exponent == 0 else float(value)
    )


def _json(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return json_number(value) if isinstance(value, Decimal) else value


def verdict_of(rule: Rule, subject: str | None, finding: Finding) -> Verdict:
    """Make a finding a verdict. A finding may lower the rule's severity, never raise it."""
    severity = rule.binding
    if finding.severity is not None:
        severity = max(severity, finding.severity, key=_RANK.index)
    margin: dict[str, Number | None] = {}
    for name, required in finding.required.items():
        value = finding.measured.get(name)
        margin[name] = None if value is None or required is None else value - required
    return Verdict(
        rule.id,
        finding.subject if finding.subject is not None else subject,
        finding.outcome,
        severity,
        finding.measured,
        finding.required,
        margin,
        finding.factors,
        rule.instrument,
        rule.article,
        rule.clause,
        rule.point,
        rule.confidence,
        finding.exception,
        finding.vi,
        finding.en,
    )


def summary_of(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """Return the number of verdicts by outcome."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def verdict_frame(verdicts: Iterable[Verdict]) -> pd.DataFrame:
    """Return one row a verdict with stable columns.

    The fields of Verdict, measured, required and margin spread over <what>_area_km2 (km²) and <what>_population
    (persons) as float64 (unknown = NaN) and kept whole as <what>; factors joined by “, ”; subject of the plan = "".
    """
    import pandas as pd  # slow to import, and commands do without

    columns: dict[str, list[object]] = {item.name: [] for item in _FIELDS}
    spread = [(what, q) for what in ("measured", "required", "margin") for q in ("area_km2", "population")]
    figures: dict[str, list[float]] = {f"{what}_{quantity}": [] for what, quantity in spread}
    for verdict in verdicts:
        for item in _FIELDS:
            columns[item.name].append(getattr(verdict, item.name))
        for what, quantity in spread:
            value = getattr(verdict, what).get(quantity)
            figures[f"{what}_{quantity}"].append(float("nan") if value is None else float(value))
    columns["subject"] = [subject or "" for subject in columns["subject"]]
    columns["factors"] = [", ".join(factors) for factors in columns["factors"]]  # type: ignore[arg-type]
    frame = pd.DataFrame(columns)
    for name, values in figures.items():
        frame[name] = pd.Series(values, dtype="float64")
    return frame
