"""Reading rule files: everything that cannot be used is refused at loading, with file, rule and field."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, cast

from geo.errors import Problem, RuleBookError
from geo.files import decode, read_bytes
from geo.register import DISTRICT_KIND_NAMES, KIND_NAMES, REGIONS
from rules.book import SEVERITIES, TEXTS_READ, Book, Instrument, Parameter, Rule, Severity, TextRead
from rules.conditions import CONDITIONS, load_conditions

LEVELS: Final = ("commune", "district", "commune+district", "province", "plan")
CONFIDENCES: Final = ("high", "medium", "low")
_TEXTS: Final = (
    "title_vi",
    "title_en",
    "article",
    "clause",
    "point",
    "citation",
    "note_vi",
    "note_en",
    "label_vi",
    "label_en",
)
_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "kinds": tuple(KIND_NAMES),
    "terrains": ("plain", "mountain", "island"),
    "regions": REGIONS,
    "district_kinds": tuple(DISTRICT_KIND_NAMES),
    "inputs": (),
    "exceptions": (),
}
_KNOWN: Final = {
    *_TEXTS,
    *_LISTS,
    "id",
    "level",
    "condition",
    "severity",
    "confidence",
    "text_read",
    "source",
    "parameters",
    "in_force_from",
    "in_force_to",
}


def read_book(folder: Path) -> Book:
    """Read every *.toml of a folder as one instrument. Raises RuleBookError listing all problems."""
    load_conditions()
    problems: list[Problem] = []
    instruments: list[Instrument] = []
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        text, _ = decode(read_bytes(path), path.name)
        try:
            document = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            problems.append(Problem(f"không phải TOML: {error}", f"not TOML: {error}", path.name))
            continue
        head = _Table(path.name, "instrument", document.get("instrument", {}), problems)
        instrument = _instrument(head)
        instruments.append(instrument)
        for i, raw in enumerate(document.get("rule", []), 1):
            item = _Table(path.name, str(raw.get("id") or f"rule[{i}]"), raw, problems)
            if (rule := _rule(item, head, instrument)) is not None:
                rules.append(rule)
    problems += _overlaps(rules)
    ids = {rule.id for rule in rules}
    problems += [
        Problem(
            "quy tắc miễn không có trong bộ quy tắc",
            "the waiving rule is not in the book",
            rule.file,
            rule.id,
            "exceptions",
            name,
        )
        for rule in rules
        for name in rule.exceptions
        if name not in ids
    ]
    if problems:
        raise RuleBookError(problems)
    return Book(tuple(instruments), tuple(rules))


class _Table:
    """One TOML table being read; what is wrong goes to ``problems``."""

    def __init__(self, file: str, label: str, raw: Mapping[str, Any], problems: list[Problem]) -> None:
        self.file, self.label, self.raw, self.problems = file, label, raw, problems

    def problem(self, vi: str, en: str, field: str, accepted: str, found: object = None) -> None:
        shown = self.raw.get(field) if found is None else found
        self.problems.append(
            Problem(
                vi,
                en,
                self.file,
                self.label,
                field,
                "(trống / empty)" if shown is None else str(shown),
                accepted,
            )
        )

    def text(self, key: str, required: bool = False, default: str = "") -> str:
        value = self.raw.get(key, default)
        if not isinstance(value, str):
            self.problem("phải là văn bản", "must be text", key, '"…"')
            return default
        if required and not value.strip():
            self.problem("thiếu", "missing", key, "văn bản / text")
        return value

    def choice(self, key: str, accepted: tuple[str, ...], default: str = "") -> str:
        value = self.raw.get(key, default)
        if value not in accepted:
            self.problem("giá trị không có trong danh mục", "not one of the words", key, ", ".join(accepted))
            return accepted[-1]
        return str(value)

    def words(self, key: str, accepted: tuple[str, ...]) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem("phải là danh sách văn bản", "must be a list of texts", key, '["…"]')
            return ()
        strangers = [item for item in value if accepted and item not in accepted]
        if strangers:
            self.problem("từ không có trong danh mục", "an unknown word", key, ", ".join(accepted), strangers)
        return tuple(value)

    def date(self, key: str, default: date | None = None, required: bool = False) -> date | None:
        value = self.raw.get(key, default)
        if value is None and not required:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            self.problem("không phải ngày", "not a date", key, "YYYY-MM-DD")
            return default
        return value


def _instrument(head: _Table) -> Instrument:
    regime = _Table(head.file, "instrument.regime", head.raw.get("regime", {}), head.problems)
    return Instrument(
        id=head.text("id", required=True),
        title_vi=head.text("title_vi", required=True),
        title_en=head.text("title_en", required=True),
        state_vi=head.text("state_vi"),
        state_en=head.text("state_en"),
        file=head.file,
        regime=regime.text("id"),
        regime_from=regime.date("from", required=bool(regime.raw)),
        regime_to=regime.date("to"),
    )


def _rule(item: _Table, head: _Table, instrument: Instrument) -> Rule | None:
    before = len(item.problems)
    rule_id = item.text("id", required=True)
    texts = {key: item.text(key, required=key in ("title_vi", "title_en")) for key in _TEXTS}
    if not texts["article"] and not texts["citation"]:
        item.problem("thiếu trích dẫn", "no citation", "article", "article, citation")
    for key in item.raw.keys() - _KNOWN:
        item.problem("trường không biết", "an unknown field", key, ", ".join(sorted(_KNOWN)))
    condition = item.text("condition", required=True)
    parameters = _parameters(item)
    if condition and condition not in CONDITIONS:
        item.problem("điều kiện không biết", "unknown condition", "condition", ", ".join(sorted(CONDITIONS)))
    elif condition:
        for name in CONDITIONS[condition].parameters:
            if not any(
                name == given or given.startswith(name + "_") for given in item.raw.get("parameters", {})
            ):
                item.problem("thiếu tham số", "a parameter is missing", f"parameters.{name}", name)
    source = item.raw.get("source", "")
    start = item.date("in_force_from", head.date("in_force_from"), required=True)
    end = item.date("in_force_to", head.date("in_force_to"))
    if start and end and end < start:
        item.problem(
            "hết hiệu lực trước khi có hiệu lực", "ends before it begins", "in_force_to", f"≥ {start}"
        )
    lists = {key: item.words(key, accepted) for key, accepted in _LISTS.items()}
    severity = cast(Severity, item.choice("severity", SEVERITIES))
    text_read = cast(TextRead, item.choice("text_read", TEXTS_READ, "verified"))
    confidence = item.choice("confidence", CONFIDENCES, "high")
    level = item.choice("level", LEVELS, "commune")
    if len(item.problems) > before or start is None:
        return None
    return Rule(
        id=rule_id,
        instrument=instrument.id,
        condition=condition,
        severity=severity,
        in_force_from=start,
        in_force_to=end,
        level=level,
        parameters=parameters,
        confidence=confidence,
        text_read=text_read,
        source=" ; ".join(source) if isinstance(source, list) else str(source),
        file=item.file,
        **cast(dict[str, Any], texts | lists),
    )


def _parameters(item: _Table) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for name, raw in item.raw.get("parameters", {}).items():
        field = f"parameters.{name}"
        if not isinstance(raw, dict) or "value" not in raw:
            item.problem("thiếu giá trị", "no value", field, '{ value = …, unit = "…" }', raw)
            continue
        unit = raw.get("unit")
        if not isinstance(unit, str) or not unit.strip():
            item.problem("tham số không có đơn vị", "a parameter without a unit", field, 'unit = "…"', raw)
            continue
        value = raw["value"]
        if isinstance(value, list):
            found[name] = Parameter(tuple(str(entry) for entry in value), unit)
        elif isinstance(value, bool) or not isinstance(value, int | Decimal | date | str):
            item.problem("giá trị không dùng được", "not a usable value", field, "số, ngày, văn bản", value)
        else:
            found[name] = Parameter(Decimal(value) if isinstance(value, int) else value, unit)
    return found


def _overlaps(rules: list[Rule]) -> list[Problem]:
    problems = []
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        versions.setdefault(rule.id, []).append(rule)
    for rule_id, found in versions.items():
        ordered = sorted(found, key=lambda rule: rule.in_force_from)
        for earlier, later in pairwise(ordered):
            if earlier.in_force_to is None or later.in_force_from <= earlier.in_force_to:
                free = "…" if earlier.in_force_to is None else earlier.in_force_to + timedelta(days=1)
                problems.append(
                    Problem(
                        f"hiệu lực chồng lên bản trong {earlier.file}",
                        f"the validity overlaps the version in {earlier.file}",
                        later.file,
                        rule_id,
                        "in_force_from",
                        str(later.in_force_from),
                        f"≥ {free}",
                    )
                )
    return problems
