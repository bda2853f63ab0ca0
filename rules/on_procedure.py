"""Conditions on the procedure that a planner records: shares, dates, counts, documents.

What is missing is undetermined, and the message says which key is missing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, cast

from plans.plan import Plan
from rules.book import Rule
from rules.conditions import Finding, Number, register
from rules.view import View
from rules.words import en_number, joined, percent_of, vi_number

KeyType = Literal["date", "count", "flag", "text", "units"]
_FORM: Final = Path(__file__).resolve().parent / "forms" / "procedure_keys.toml"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of [procedure]: its type and label. ``fields`` are the counts of each unit where the type is units."""

    name: str
    type: KeyType
    label_vi: str
    label_en: str
    fields: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def procedure_keys() -> Mapping[str, Key]:
    """Return every key of [procedure] that a rule reads, by name."""
    document = tomllib.loads(_FORM.read_text(encoding="utf-8"))
    return {
        raw["name"]: Key(
            raw["name"], raw["type"], raw["label_vi"], raw["label_en"], tuple(raw.get("fields", ()))
        )
        for raw in document["key"]
    }


def concerns(rule: Rule, plan: Plan) -> bool:
    """Whether a rule on the plan as a whole speaks of a kind of unit that the plan forms."""
    return not rule.kinds or any(unit.kind in rule.kinds for unit in plan.units)


def _label(name: str, vi: bool) -> str:
    key = procedure_keys().get(name)
    return name if key is None else f"{key.label_vi if vi else key.label_en} ({name})"


def _missing(names: Iterable[str]) -> Finding:
    listed = list(names)
    return Finding(
        "undetermined",
        "Thiếu: " + joined([_label(name, True) for name in listed]),
        "Missing: " + joined([_label(name, False) for name in listed]),
    )


def _unusable(name: str, value: object, vi: str, en: str) -> Finding:
    return Finding(
        "undetermined",
        f"{_label(name, True)}: “{value}” không phải {vi}",
        f"{_label(name, False)}: “{value}” is not {en}",
    )


def _count(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        return None
    return Decimal(value)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _numbers(rule: Rule, view: View) -> list[Decimal] | Finding:
    given = view.plan.procedure
    if missing := [name for name in rule.inputs if name not in given]:
        return _missing(missing)
    found = []
    for name in rule.inputs:
        value = _count(given[name])
        if value is None:
            return _unusable(name, given[name], "số đếm", "a count")
        found.append(value)
    return found


def _days(rule: Rule, view: View) -> list[date] | Finding:
    given = view.plan.procedure
    if missing := [name for name in rule.inputs if name not in given]:
        return _missing(missing)
    found = []
    for name in rule.inputs:
        value = _day(given[name])
        if value is None:
            return _unusable(name, given[name], "ngày (YYYY-MM-DD)", "a date (YYYY-MM-DD)")
        found.append(value)
    return found


def flags(rule: Rule, view: View) -> Iterator[Finding]:
    """Every item is there: true, or a text that names the document."""
    given, keys = view.plan.procedure, procedure_keys()
    items = [name for name in rule.inputs if keys[name].type == "flag"]
    refused = [name for name in items if given.get(name) is False]
    missing = [name for name in items if name not in given or given[name] == ""]
    counted: dict[str, Number | None] = {"items": len(items) - len(refused) - len(missing)}
    required: dict[str, Number | None] = {"items": len(items)}
    if refused:
        yield Finding(
            "fail",
            "Không có: " + joined([_label(name, True) for name in refused]),
            "Not there: " + joined([_label(name, False) for name in refused]),
            counted,
            required,
        )
    elif missing:
        finding = _missing(missing)
        yield Finding("undetermined", finding.vi, finding.en, counted, required)
    else:
        yield Finding("pass", "Đủ các mục", "All items are there", counted, required)


def _share(rule: Rule, view: View, strict: bool) -> Finding:
    """A count for over a total: above (strict) or from (not strict) the share that the law names."""
    numbers = _numbers(rule, view)
    if isinstance(numbers, Finding):
        return numbers
    return _share_of(numbers[0], numbers[1], rule.number("share"), strict)


def _share_of(
    part: Decimal, whole: Decimal, limit: Decimal, strict: bool, subject: str | None = None
) -> Finding:
    if not whole or part > whole:
        return Finding(
            "undetermined",
            f"{vi_number(part)} trên {vi_number(whole)}: số liệu không hợp lý",
            f"{en_number(part)} of {en_number(whole)}: the figures cannot be",
            subject=subject,
        )
    ok = part > limit * whole if strict else part >= limit * whole
    percent = percent_of(part, whole)
    assert percent is not None
    need = limit * 100
    return Finding(
        "pass" if ok else "fail",
        f"{vi_number(part)} trên tổng số {vi_number(whole)}: {vi_number(percent)} % "
        f"(yêu cầu {'trên' if strict else 'từ'} {vi_number(need)} %{'' if strict else ' trở lên'})",
        f"{en_number(part)} of all {en_number(whole)}: {en_number(percent)} % "
        f"({'above' if strict else 'at least'} {en_number(need)} % required)",
        {"percent": percent},
        {"percent": need},
        subject=subject,
    )


def _share_above(rule: Rule, view: View) -> Iterable[Finding]:
    return [_share(rule, view, strict=True)]


def _share_from(rule: Rule, view: View) -> Iterable[Finding]:
    return [_share(rule, view, strict=False)]


def _dates_in_order(rule: Rule, view: View) -> Iterable[Finding]:
    """Dates never go back along the chain; a pair out of order fails even where others are missing."""
    given = view.plan.procedure
    days: list[tuple[str, date]] = []
    for name in rule.inputs:
        if name in given:
            value = _day(given[name])
            if value is None:
                return [_unusable(name, given[name], "ngày (YYYY-MM-DD)", "a date (YYYY-MM-DD)")]
            days.append((name, value))
    wrong = [(a, b) for a, b in pairwise(days) if b[1] < a[1]]
    if wrong:
        return [
            Finding(
                "fail",
                "; ".join(f"{_label(b[0], True)} {b[1]} trước {_label(a[0], True)} {a[1]}" for a, b in wrong),
                "; ".join(
                    f"{_label(b[0], False)} {b[1]} before {_label(a[0], False)} {a[1]}" for a, b in wrong
                ),
            )
        ]
    if len(days) < len(rule.inputs):
        known = {name for name, _ in days}
        return [_missing(name for name in rule.inputs if name not in known)]
    order = " ≤ ".join(day.isoformat() for _, day in days)
    return [Finding("pass", f"Đúng thứ tự: {order}", f"In order: {order}")]


def _between(rule: Rule, view: View, most: bool) -> Finding:
    days = _days(rule, view)
    if isinstance(days, Finding):
        return days
    n = (days[1] - days[0]).days
    limit = rule.number("days")
    if n < 0:
        return Finding("fail", f"{days[1]} trước {days[0]}", f"{days[1]} is before {days[0]}")
    ok = n <= limit if most else n >= limit
    return Finding(
        "pass" if ok else "fail",
        f"{n} ngày ({days[0]} đến {days[1]}), {'tối đa' if most else 'ít nhất'} {vi_number(limit)} ngày",
        f"{n} days ({days[0]} to {days[1]}), {'at most' if most else 'at least'} {en_number(limit)} days",
        {"days": n},
        {"days": limit},
    )


def _days_within(rule: Rule, view: View) -> Iterable[Finding]:
    return [_between(rule, view, most=True)]


def _days_at_least(rule: Rule, view: View) -> Iterable[Finding]:
    return [_between(rule, view, most=False)]


def _deadline(rule: Rule, view: View) -> Iterable[Finding]:
    days = _days(rule, view)
    if isinstance(days, Finding):
        return [days]
    limit = cast(date, rule.parameters["deadline"].value)
    return [_by(days[0], limit)]


def _by(day: date, limit: date) -> Finding:
    return Finding(
        "pass" if day <= limit else "fail",
        f"Ngày {day}, hạn {limit}",
        f"{day}, deadline {limit}",
        {"days_late": (day - limit).days},
        {"days_late": 0},
    )


def _years_after(rule: Rule, view: View) -> Iterable[Finding]:
    """A deadline some years after the effective date."""
    start = view.plan.effective
    years = int(rule.number("years"))
    try:
        limit = start.replace(year=start.year + years)
    except ValueError:  # 29 February
        limit = start.replace(year=start.year + years, day=28)
    days = _days(rule, view)
    if isinstance(days, Finding):
        return [Finding(days.outcome, f"Hạn {limit}. {days.vi}", f"Deadline {limit}. {days.en}")]
    return [_by(days[0], limit)]


def _count_at_most(rule: Rule, view: View) -> Iterable[Finding]:
    numbers = _numbers(rule, view)
    if isinstance(numbers, Finding):
        return [numbers]
    ok = numbers[0] <= numbers[1]
    return [
        Finding(
            "pass" if ok else "fail",
            f"{vi_number(numbers[0])}, tối đa {vi_number(numbers[1])}",
            f"{en_number(numbers[0])}, at most {en_number(numbers[1])}",
            {"count": numbers[0]},
            {"count": numbers[1]},
        )
    ]


def _authority(rule: Rule, view: View) -> Iterable[Finding]:
    """The deciding body, as recorded, else as the instrument's number names it."""
    body = str(rule.parameters["body"].value)
    said = view.plan.procedure.get(rule.inputs[0])
    given = str(said or view.plan.instrument)
    if not given:
        return [_missing(rule.inputs)]
    ok = body.casefold() in given.casefold()
    if not ok and not said:
        return [
            Finding(
                "undetermined",
                f"Văn bản “{given}” không cho biết cơ quan quyết định; cần {body}",
                f"The instrument “{given}” does not show who decided; {body} is required",
            )
        ]
    return [Finding("pass" if ok else "fail", f"Văn bản, cơ quan: {given}", f"Instrument or body: {given}")]


def _households(view: View, name: str) -> Mapping[str, Mapping[str, object]] | Finding:
    """Return the counts of households by unit: a table keyed by code."""
    given = view.plan.procedure.get(name)
    if given is None:
        return _missing([name])
    if not isinstance(given, Mapping) or not all(isinstance(row, Mapping) for row in given.values()):
        return _unusable(name, given, "bảng theo mã đơn vị", "a table keyed by unit code")
    return given


def _each_unit(
    rule: Rule, view: View, fields: Sequence[str]
) -> Iterator[tuple[str, list[Decimal] | Finding]]:
    """Yield for each unit affected its counts, or what is missing of them."""
    name = rule.inputs[0]
    table = _households(view, name)
    for code in view.plan.by_source:
        if isinstance(table, Finding):
            yield code, Finding(table.outcome, table.vi, table.en, subject=code)
            continue
        row = table.get(code, {})
        missing = [f"{name}.{code}.{field}" for field in fields if _count(row.get(field)) is None]
        if missing:
            yield (
                code,
                Finding(
                    "undetermined", "Thiếu: " + joined(missing), "Missing: " + joined(missing), subject=code
                ),
            )
            continue
        yield code, [cast(Decimal, _count(row[field])) for field in fields]


def _households_share(rule: Rule, view: View) -> Iterator[Finding]:
    """Unit by unit: households in favour over ALL households of the unit (321/2025 Art. 5)."""
    for code, counts in _each_unit(rule, view, ("yes", "total")):
        if isinstance(counts, Finding):
            yield counts
        else:
            yield _share_of(counts[0], counts[1], rule.number("share"), strict=False, subject=code)


def _households_report(rule: Rule, view: View) -> Iterator[Finding]:
    """The counts of the report hold together: yes + no <= participating <= total."""
    for code, counts in _each_unit(rule, view, ("total", "participating", "yes", "no")):
        if isinstance(counts, Finding):
            yield counts
            continue
        total, took, yes, no = counts
        ok = yes + no <= took <= total
        yield Finding(
            "pass" if ok else "fail",
            f"{vi_number(yes)} đồng ý + {vi_number(no)} không ≤ {vi_number(took)} tham gia ≤ {vi_number(total)} hộ",
            f"{en_number(yes)} yes + {en_number(no)} no ≤ {en_number(took)} taking part ≤ {en_number(total)}",
            {"answered": yes + no},
            {"answered": took},
            subject=code,
        )


register("flags", plan=flags)
register("share-above", "share", plan=_share_above)
register("share-from", "share", plan=_share_from)
register("dates-in-order", plan=_dates_in_order)
register("days-within", "days", plan=_days_within)
register("days-at-least", "days", plan=_days_at_least)
register("deadline", "deadline", plan=_deadline)
register("years-after-effective", "years", plan=_years_after)
register("count-at-most", plan=_count_at_most)
register("authority", "body", plan=_authority)
register("households-share", "share", plan=_households_share)
register("households-report", plan=_households_report)
