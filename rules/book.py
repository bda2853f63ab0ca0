"""The rule book: every rule of law as data, one TOML file an instrument.

A rule is a citation, a validity, a condition registered by name and its parameters. Nothing of the law stands in
Python; a rule with a condition that exists needs a table in a TOML file and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from geo.errors import Problem, RuleBookError

Severity = Literal["mandatory", "advisory", "information"]
TextRead = Literal["verified", "partly-read", "unverified"]
SEVERITIES: Final[tuple[Severity, ...]] = ("mandatory", "advisory", "information")
TEXTS_READ: Final[tuple[TextRead, ...]] = ("verified", "partly-read", "unverified")
FOLDER: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of the law with its unit (km2, person, share, unit, day, year, date, pattern, ...)."""

    value: Decimal | date | str | tuple[str, ...]
    unit: str

    @property
    def number(self) -> Decimal:
        """The value as an exact number; only for parameters that are numbers."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"value must be a number; got {self.value!r}")
        return self.value


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of one instrument over one period; compared by identity.

    ``kinds``, ``terrains``, ``regions`` and ``district_kinds`` say to which units it applies; empty = to all.
    ``inputs`` names the keys of a plan's [procedure] that it reads, ``exceptions`` the rules that waive it.
    """

    id: str
    title_vi: str
    title_en: str
    instrument: str
    article: str
    condition: str
    severity: Severity
    in_force_from: date
    in_force_to: date | None = None
    clause: str = ""
    point: str = ""
    citation: str = ""
    level: str = "commune"
    kinds: tuple[str, ...] = ()
    terrains: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    district_kinds: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict, hash=False)
    confidence: str = "high"
    text_read: TextRead = "verified"
    source: str = ""
    note_vi: str = ""
    note_en: str = ""
    label_vi: str = ""
    label_en: str = ""
    file: str = ""

    def number(self, name: str) -> Decimal:
        """Return a parameter that is a number."""
        return self.parameters[name].number

    def has(self, name: str) -> bool:
        """Whether the rule has this parameter."""
        return name in self.parameters

    def in_force(self, day: date) -> bool:
        """Whether the rule is in force on a day (both ends included)."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)

    @property
    def binding(self) -> Severity:
        """The severity that a verdict may carry: a text that was not read can only inform."""
        return "information" if self.text_read == "unverified" else self.severity

    def cited(self, vi: bool = True) -> str:
        """Return the citation in words: “điểm a khoản 2 Điều 1, 35/2023/UBTVQH15”."""
        if not self.article:
            return f"{self.citation} ({self.instrument})"
        point, clause, article = ("điểm", "khoản", "Điều") if vi else ("point", "clause", "Article")
        parts = [
            f"{word} {value}"
            for word, value in ((point, self.point), (clause, self.clause), (article, self.article))
            if value
        ]
        said = f" ({self.citation})" if self.citation else ""
        return (" " if vi else ", ").join(parts) + f", {self.instrument}{said}"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One legal text, how much of it was read, and the regime that it opens, if it does."""

    id: str
    title_vi: str
    title_en: str
    state_vi: str
    state_en: str
    file: str
    regime: str = ""
    regime_from: date | None = None
    regime_to: date | None = None


@dataclass(frozen=True, eq=False)
class Book:
    """All rules of all instruments, in the order of files and of tables within them; compared by identity."""

    instruments: tuple[Instrument, ...]
    rules: tuple[Rule, ...]

    @cached_property
    def by_id(self) -> Mapping[str, tuple[Rule, ...]]:
        """The versions of each rule, in order of validity."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.id, []).append(rule)
        return MappingProxyType(
            {key: tuple(sorted(rules, key=lambda rule: rule.in_force_from)) for key, rules in found.items()}
        )

    @cached_property
    def regimes(self) -> tuple[Instrument, ...]:
        """The instruments that open a regime, in order of time."""
        return tuple(
            sorted((i for i in self.instruments if i.regime), key=lambda i: i.regime_from or date.min)
        )

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """Return the rules in force on a day, one version of each."""
        return tuple(rule for rule in self.rules if rule.in_force(day))

    def rule(self, rule_id: str, day: date) -> Rule | None:
        """Return the version of a rule that is in force on a day, or None."""
        return next((rule for rule in self.by_id.get(rule_id, ()) if rule.in_force(day)), None)

    def regime_of(self, day: date) -> str:
        """Return the regime for decisions of a day (76/2025 Art. 17; 112/2025).

        Raises RuleBookError for a day before the first regime that is encoded.
        """
        for instrument in self.regimes:
            start, end = instrument.regime_from, instrument.regime_to
            if start is not None and start <= day and (end is None or day <= end):
                return instrument.regime
        first = self.regimes[0]
        raise RuleBookError(
            Problem(
                "không có chế độ pháp lý nào được mã hoá cho ngày quyết định này",
                "no regime is encoded for decisions of this day",
                field="decided",
                found=day.isoformat(),
                accepted=f"≥ {first.regime_from}",
            )
        )

    def day_of(self, regime: str, day: date) -> date:
        """Return the day whose rules judge: ``day`` where it lies in the regime, else the regime's first day.

        Raises RuleBookError for an unknown regime, naming those there are.
        """
        for instrument in self.regimes:
            if instrument.regime == regime and instrument.regime_from is not None:
                end = instrument.regime_to
                inside = instrument.regime_from <= day and (end is None or day <= end)
                return day if inside else instrument.regime_from
        raise RuleBookError(
            Problem(
                "không có chế độ pháp lý này",
                "there is no such regime",
                field="regime",
                found=regime,
                accepted=", ".join(i.regime for i in self.regimes),
            )
        )


@lru_cache(maxsize=4)
def load_book(folder: Path = FOLDER) -> Book:
    """Read all rule files of a folder.

    Raises RuleBookError listing every file, rule and field that cannot be used.
    """
    from rules.reading import read_book  # knows the conditions, which know rules

    return read_book(folder)


def regime_of(day: date) -> str:
    """Return the regime of the embedded book for decisions of a day: 35/2023, 76/2025 or 112/2025."""
    return load_book().regime_of(day)
