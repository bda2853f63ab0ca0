"""The catalogue of indicators: what each is, and the kind that decides how it is re-aggregated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from geo.errors import CatalogueError, Problem
from geo.files import DATA, Table, parse_csv, read_csv
from geo.registers import decimal_of

KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "count-flow": ("số đếm phát sinh trong kỳ", "count, flow of a period"),
        "count-stock": ("số đếm tại thời điểm", "count, stock at a date"),
        "ratio": ("tỷ lệ, tử số trên mẫu số", "ratio of numerator to denominator"),
        "ratio-distinct": ("tỷ lệ trên danh mục không trùng", "ratio over distinct items"),
        "inherited": ("lấy nguyên từ cấp trên", "produced at a higher level, copied down"),
        "mean": ("trung bình", "mean"),
        "quantile": ("trung vị, phân vị", "median or another quantile"),
        "maximum": ("lớn nhất", "maximum"),
        "minimum": ("nhỏ nhất", "minimum"),
        "class": ("phân loại tính từ số liệu", "class computed from quantities"),
        "recognition": ("công nhận bằng quyết định", "recognition by decision"),
        "facility": ("có hay không có cơ sở", "a facility that is present or not"),
        "score": ("điểm tổng hợp", "composite score"),
        "rank": ("xếp hạng", "rank"),
        "growth": ("tăng trưởng", "growth over time"),
        "dispersion": ("độ phân tán", "dispersion"),
        "survey": ("ước lượng điều tra", "survey estimate"),
        "target": ("đạt hay không đạt mục tiêu", "attainment of a target"),
        "text": ("văn bản, danh sách", "text or list"),
    }
)
#: kinds whose values may be words
TEXT_KINDS: Final = ("class", "recognition", "facility", "target", "text")
DIRECTIONS: Final = ("", "up", "down", "neutral")
ZERO_RULES: Final = ("", "missing", "full_marks", "zero")
#: what is accepted where an indicator is named that the catalogue lacks
KNOWN_ID: Final = (
    "mã trong danh mục, hoặc thêm bằng --catalogue / an id of the catalogue, or one added by --catalogue"
)
REQUIRED: Final = ("id", "name_vi", "name_en", "group", "unit", "direction", "kind")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue (contract: Catalogue); empty text where a column does not apply.

    ``numerator``, ``denominator`` and ``weight`` are ids of indicators, ``components`` ids joined by spaces.
    ``score_max`` and ``full_at`` give a component's points: min(score_max, score_max * r / full_at) of its ratio
    r in [0, 1]; ``zero_rule`` says what a denominator of zero is worth (missing | full_marks | zero).
    ``level`` is where the figure is produced (commune | district | city | national); ``marks`` holds words such
    as illustrative or parent-document. ``rule``: the thresholds of a class (indicators.classes.parse_rule).
    """

    id: str
    name_vi: str
    name_en: str
    group: str
    unit: str
    direction: str
    kind: str
    numerator: str = ""
    denominator: str = ""
    weight: str = ""
    components: str = ""
    target: str = ""
    target_source: str = ""
    source: str = ""
    confidence: str = ""
    level: str = ""
    target_date: str = ""
    zero_rule: str = ""
    score_max: str = ""
    full_at: str = ""
    formula_version: str = ""
    valid_from: str = ""
    valid_to: str = ""
    marks: str = ""
    note: str = ""
    rule: str = ""

    @property
    def percent(self) -> bool:
        """Whether values are percents: 100 times the quotient."""
        return self.unit.strip().startswith("%")

    @property
    def parts(self) -> tuple[str, ...]:
        """Ids of the components."""
        return tuple(self.components.replace(";", " ").replace("+", " ").split())

    @property
    def verified(self) -> bool:
        """Whether the row rests on a source that was read; what does not never decides alone."""
        return self.confidence not in ("low", "memory", "unverified")

    def name(self, language: str = "vi") -> str:
        """Return the name in a language, the id where there is none."""
        return (self.name_vi if language == "vi" else self.name_en) or self.id


COLUMNS: Final = tuple(item.name for item in fields(Indicator))


@dataclass(frozen=True)
class Catalogue:
    """Indicators by id, immutable, in the order of the file."""

    indicators: tuple[Indicator, ...]
    file: str = ""
    reports: tuple[Problem, ...] = field(default=(), compare=False)

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        """Indicators by id."""
        return MappingProxyType({indicator.id: indicator for indicator in self.indicators})

    def __getitem__(self, indicator_id: str) -> Indicator:
        return self.by_id[indicator_id]

    def __contains__(self, indicator_id: object) -> bool:
        return indicator_id in self.by_id

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self.indicators)

    def __len__(self) -> int:
        return len(self.indicators)

    def extended(self, *more: Indicator) -> Catalogue:
        """Return a catalogue with indicators added or replaced: kinds that a person chose for own columns."""
        merged = dict(self.by_id) | {indicator.id: indicator for indicator in more}
        return Catalogue(tuple(merged.values()), self.file, self.reports)


@lru_cache(maxsize=1)
def embedded_catalogue() -> Catalogue:
    """Return the catalogue that comes with the project, data/indicators/catalogue.csv."""
    return read_catalogue(DATA / "indicators" / "catalogue.csv")


def read_catalogue(path: Path | str, known: Collection[str] = ()) -> Catalogue:
    """Read a catalogue from CSV (contract: Catalogue; columns after kind are optional).

    ``known``: ids of the catalogue that it will extend, which its rows may name too.
    Raises InputFileError when the file is no CSV, CatalogueError listing every row that cannot be used.
    """
    return catalogue_of(read_csv(path), known)


def parse_catalogue(content: bytes, name: str, known: Collection[str] = ()) -> Catalogue:
    """Return the catalogue that an uploaded file holds; see read_catalogue."""
    return catalogue_of(parse_csv(content, name), known)


def read_plan239(path: Path | str | None = None) -> tuple[Mapping[str, int], Catalogue | None]:
    """Return the size of each group of Plan 239 and the indicators that an office filled in, None where none.

    The plan's own list is not public to us: data/indicators/plan239_frame.csv holds group headings and counts only,
    to be completed from the appendix, one row an indicator. Reports say where a group holds another number than the
    plan states. Raises CatalogueError for rows that cannot be used.
    """
    table = read_csv(path if path is not None else DATA / "indicators" / "plan239_frame.csv")
    counts = {
        row["group"]: int(row["group_count"]) for row in table.rows if row.get("group_count", "").isdigit()
    }
    kept = [i for i, row in enumerate(table.rows) if row.get("id") or row.get("name_vi")]
    if not kept:
        return counts, None
    filled = catalogue_of(
        Table(
            table.file,
            tuple(column for column in table.columns if not column.startswith("group_")),
            tuple(table.rows[i] for i in kept),
            tuple(table.lines[i] for i in kept),
            table.notes,
        )
    )
    reports = list(filled.reports)
    for group, stated in counts.items():
        if (found := sum(indicator.group == group for indicator in filled)) != stated:
            reports.append(
                Problem(
                    "số chỉ tiêu của nhóm khác với kế hoạch",
                    "the group holds another number of indicators than the plan states",
                    table.file,
                    group,
                    "group",
                    str(found),
                    str(stated),
                )
            )
    return counts, Catalogue(filled.indicators, filled.file, tuple(reports))


def catalogue_of(table: Table, known: Collection[str] = ()) -> Catalogue:
    """Turn a table into a catalogue; see read_catalogue."""
    missing = [column for column in REQUIRED if column not in table.columns]
    if missing:
        raise CatalogueError(
            Problem(
                f"thiếu cột {', '.join(missing)}",
                f"missing columns: {', '.join(missing)}",
                table.file,
                1,
                None,
                ", ".join(table.columns),
                ", ".join(REQUIRED),
            )
        )
    if not table.rows:
        raise CatalogueError(Problem("không có dòng dữ liệu nào", "there are no rows", file=table.file))
    ids = {row["id"] for row in table.rows} | set(known)
    first: dict[str, int] = {}
    problems: list[Problem] = []
    found: list[Indicator] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        indicator = Indicator(**{column: row.get(column, "") for column in COLUMNS})
        if indicator.id and indicator.id in first:
            problems.append(
                Problem(
                    f"mã chỉ tiêu đã có ở dòng {first[indicator.id]}",
                    f"the id stands already in row {first[indicator.id]}",
                    table.file,
                    line,
                    "id",
                    indicator.id,
                    "mỗi mã một lần / each id once",
                )
            )
        first.setdefault(indicator.id, line)
        problems += _row_problems(indicator, ids, table.file, line)
        found.append(indicator)
    if problems:
        raise CatalogueError(problems)
    unknown = [column for column in table.columns if column not in COLUMNS]
    reports = list(table.notes)
    if unknown:
        reports.append(
            Problem(
                f"bỏ qua cột {', '.join(unknown)}", f"columns not used: {', '.join(unknown)}", table.file, 1
            )
        )
    return Catalogue(tuple(found), table.file, tuple(reports))


def _row_problems(indicator: Indicator, ids: set[str], file: str, line: int) -> Iterator[Problem]:
    def wrong(vi: str, en: str, column: str, accepted: str) -> Problem:
        return Problem(vi, en, file, line, column, str(getattr(indicator, column)), accepted)

    if not indicator.id or " " in indicator.id:
        yield wrong(
            "mã chỉ tiêu trống hoặc có dấu cách", "an id is empty or holds spaces", "id", "A-Z, 0-9, _"
        )
    if indicator.kind not in KINDS:
        yield wrong("loại chỉ tiêu không có", "no such kind", "kind", " | ".join(KINDS))
    if indicator.direction not in DIRECTIONS:
        yield wrong("chiều không có", "no such direction", "direction", "up | down | neutral")
    if indicator.zero_rule not in ZERO_RULES:
        yield wrong("quy tắc mẫu số 0 không có", "no such rule", "zero_rule", " | ".join(ZERO_RULES[1:]))
    for column in ("score_max", "full_at"):
        text = getattr(indicator, column)
        if text and ((number := decimal_of(text)) is None or number <= 0):
            yield wrong("phải là số dương", "must be a number above zero", column, "6; 0.8")
    for column in ("numerator", "denominator", "weight"):
        if (name := getattr(indicator, column)) and name not in ids:
            yield wrong("không có chỉ tiêu này trong danh mục", "no such indicator", column, "id")
    yield from _rule_problems(indicator, ids, wrong)
    for name in indicator.parts:
        if name not in ids:
            yield Problem(
                "không có chỉ tiêu thành phần này",
                "no such component",
                file,
                line,
                "components",
                name,
                "id",
            )


def _rule_problems(
    indicator: Indicator, ids: set[str], wrong: Callable[[str, str, str, str], Problem]
) -> Iterator[Problem]:
    from indicators.classes import parse_rule

    shown = "I: POP >= 16000 & LAND_AREA >= 30; II: POP >= 5000; III"
    try:
        steps = parse_rule(indicator.rule)
    except ValueError as error:
        yield wrong(f"không hiểu quy tắc “{error}”", f"the rule “{error}” is not understood", "rule", shown)
        return
    if steps and indicator.kind != "class":
        yield wrong("chỉ loại class có quy tắc", "only the kind class has a rule", "rule", "kind = class")
    for name in dict.fromkeys(condition.indicator for step in steps for condition in step.conditions):
        if name not in ids:
            yield wrong(f"danh mục không có {name}", f"the catalogue has no {name}", "rule", "id")
