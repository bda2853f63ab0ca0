"""A merger table as a plan: an office's own workbook or CSV, or one that was exported here.

What an exported file holds is read back whole, so that import(export(plan)) equals plan. In an office's table codes
may be missing or have lost zeros, kinds may stand before names: what is mended is reported, what is not understood is
refused with every row named.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from geo.errors import PlanError, Problem
from geo.files import read_bytes
from geo.register import Register
from plans.check import check_plan
from plans.plan import Exemption, NewUnit, Plan, Totals, Transfer
from reports.annexes import PLAN_COLUMNS
from reports.columns import EXEMPT_COLUMNS, TRANSFER_COLUMNS, UNIT_COLUMNS
from reports.headings import IMPORTED, match_headings
from reports.importrow import RowReader
from reports.reader import Found, Page, Record, heading, locate, read_pages, text_of
from reports.tables import CSV_PLAN, CSV_UNIT

_TOTALS: Final = ("units_concerned", "units_formed", "units_before", "units_after")


@dataclass
class _Draft:
    """What was read so far."""

    name: str
    register: Register
    problems: list[Problem] = field(default_factory=list)
    reports: list[Problem] = field(default_factory=list)


def plan_from_table(
    source: Path | str | bytes,
    name: str,
    register: Register,
    *,
    mapping: Mapping[str, str] | None = None,
    header: Mapping[str, object] | None = None,
) -> tuple[Plan, tuple[Problem, ...]]:
    """Return the plan that a merger table holds, and what was mended or assumed on the way.

    ``name`` is what messages call the file. ``mapping`` gives headings by our keys ({"former_code": "Mã ĐVHC"}) where
    they are not recognised. ``header`` gives fields of the plan (id, title_vi, instrument, decided, effective, base)
    that the table does not hold. Raises InputFileError for a file that holds no such table, PlanError listing every
    row that cannot be used.
    """
    content = source if isinstance(source, bytes) else read_bytes(source)
    pages = read_pages(content, name)
    draft = _Draft(name, register)
    page, found = _merger_table(pages, name, mapping or {})
    rows = [
        RowReader(name, page.name, record, register, draft.problems, draft.reports)
        for record in found.records
    ]
    units = _units(draft, rows, _unit_fields(pages, draft))
    fields = _plan_fields(pages, found, draft, header or {})
    exempt = _exemptions(pages, draft)
    if draft.problems:
        raise PlanError(draft.problems)
    plan = Plan(units=units, exempt=exempt, **fields)
    check_plan(plan, register)
    return plan, tuple(draft.reports)


def columns_matched(source: Path | str | bytes, name: str = "") -> dict[str, str]:
    """Return the headings of a file's merger table by our keys, as they were recognised, for a user to check."""
    pages = read_pages(source, name)
    _, found = _merger_table(pages, name, {})
    return dict(found.headings)


def _merger_table(pages: Sequence[Page], name: str, mapping: Mapping[str, str]) -> tuple[Page, Found]:
    own = {heading(text): key for key, text in mapping.items()}
    best: tuple[int, Page, Found] | None = None
    for page in pages:
        grids = [[heading(cell) for cell in row] for row in page.cells[:30]]

        def match(row: Sequence[str], grids: list[list[str]] = grids) -> Mapping[str, int]:
            at = next((i for i, other in enumerate(grids) if other is row or other == list(row)), 0)
            found = match_headings(row, grids[at - 1] if at else ())
            for position, text in enumerate(row):
                if text in own:
                    found = {key: p for key, p in found.items() if p != position}
                    found[own[text]] = position
            return found

        table = locate(page, TRANSFER_COLUMNS, match)
        if table is None:
            continue
        keys = set(table.keys)
        if not keys & {"former_code", "former_name"} or not keys & {"new_code", "new_name"}:
            continue
        # an exported crosswalk or list of codes has fewer of our columns than the merger table
        if best is None or len(keys) > best[0]:
            best = len(keys), page, table
    if best is None:
        headings = [text_of(cell) for page in pages for row in page.cells[:1] for cell in row if cell]
        raise PlanError(
            Problem(
                "không tìm thấy bảng sáp nhập: cần cột đơn vị cũ và cột đơn vị mới",
                "no merger table was found: a column of former units and one of new units are needed",
                name,
                row=1,
                found=", ".join(headings)[:300] or "(trống / empty)",
                accepted=", ".join(IMPORTED),
            )
        )
    if not best[2].records:
        raise PlanError(Problem("bảng không có dòng nào", "the table has no rows", name))
    return best[1], best[2]


def _sheet(pages: Sequence[Page], titles: Sequence[str], columns: Any) -> Found | None:
    wanted = {heading(title) for title in titles}
    for page in pages:
        if page.name and heading(page.name) in wanted:
            return locate(page, columns)
    return None


def _unit_fields(pages: Sequence[Page], draft: _Draft) -> dict[str, RowReader]:
    """Return the rows of an exported sheet of units formed, by code."""
    found = _sheet(pages, ("Đơn vị hình thành", "Units formed"), UNIT_COLUMNS)
    if found is None:
        return {}
    readers = [
        RowReader(draft.name, found.page, record, draft.register, draft.problems, draft.reports)
        for record in found.records
    ]
    return {code: reader for reader in readers if (code := reader.code("new_code"))}


def _units(draft: _Draft, rows: Sequence[RowReader], fields: Mapping[str, RowReader]) -> tuple[NewUnit, ...]:
    sources = [row.source() for row in rows]
    targets = [row.target(source) for row, source in zip(rows, sources, strict=True)]
    _complete_targets(draft, rows, sources, targets)
    groups: dict[str, list[int]] = {}
    for i, target in enumerate(targets):
        if target.code:
            groups.setdefault(target.code, []).append(i)
    units = []
    for code, members in groups.items():
        first = targets[members[0]]
        for i in members[1:]:
            if (targets[i].name, targets[i].kind) != (first.name, first.kind):
                rows[i].problem(
                    f"mã {code} có hai tên hoặc hai loại",
                    f"the code {code} has two names or kinds",
                    "new_name",
                    f"{first.kind} {first.name}",
                    f"{targets[i].kind} {targets[i].name}",
                )
        transfers = [
            Transfer(
                code=source,
                part=rows[i].part(),
                area_km2=rows[i].number("area_km2"),
                population=rows[i].count("population"),
                whole_area_km2=rows[i].number("whole_area_km2"),
                whole_population=rows[i].count("whole_population"),
                figures_from=rows[i].text("figures_from"),
                shares={key: Decimal(str(value)) for key, value in rows[i].toml("shares").items()},
                source=rows[i].text("source"),
                confidence=rows[i].confidence("confidence"),
                note=rows[i].text("note"),
                extra=rows[i].toml("extra"),
            )
            for i in members
            if (source := sources[i])
        ]
        if transfers:
            units.append(
                _unit(rows[members[0]], fields.get(code), code, first.name, first.kind, tuple(transfers))
            )
    return tuple(units)


def _unit(
    row: RowReader, own: RowReader | None, code: str, name: str, kind: Any, transfers: tuple[Transfer, ...]
) -> NewUnit:
    """Return a unit with its own fields, from the sheet of units where there is one, else from its first row."""
    reader = own if own is not None else row
    keys = {value: (f"own_{value}" if own and value in ("district_code", "area_km2", "population") else
                    value if own else key) for key, value in CSV_UNIT.items()}  # fmt: skip
    return NewUnit(
        code=code,
        name=name,
        kind=kind,
        transfers=transfers,
        district_code=reader.digits(keys["district_code"], 3),
        seat=reader.code(keys["seat"]) or "",
        area_km2=reader.number(keys["area_km2"]),
        population=reader.count(keys["population"]),
        clause=row.text("clause"),
        source=reader.text(keys["source"]),
        confidence=reader.confidence(keys["confidence"]),
        note=reader.text(keys["note"]),
        extra=reader.toml(keys["extra"]),
    )


def _complete_targets(
    draft: _Draft, rows: Sequence[RowReader], sources: Sequence[str], targets: Sequence[Any]
) -> None:
    """Give a unit formed that has no code the code of a source: the one of its name, else the first whole one."""
    waiting: dict[tuple[str, str, str], list[int]] = {}
    for i, target in enumerate(targets):
        if not target.code and target.name and sources[i]:
            district = draft.register[sources[i]].district_code
            waiting.setdefault((district, target.kind, target.name), []).append(i)
    for (_, _, name), members in waiting.items():
        wholes = [sources[i] for i in members if rows[i].part() == "whole"]
        same = [code for code in wholes if draft.register[code].name == name]
        code = (same or wholes or [""])[0]
        for i in members:
            targets[i].code = code
        if not code:
            rows[members[0]].problem(
                "đơn vị mới không có mã và không có nguồn nào nhập toàn bộ",
                "a unit formed has neither a code nor a source that goes whole",
                "new_code",
                "00001-99999",
                name,
            )
        else:
            rows[members[0]].report(
                f"đơn vị mới chưa có mã, tạm lấy {code} của đơn vị nguồn",
                f"the unit formed has no code; {code} of a source is taken for now",
                "new_code",
                name,
            )


def _plan_fields(
    pages: Sequence[Page], found: Found, draft: _Draft, header: Mapping[str, object]
) -> dict[str, Any]:
    """Return the plan's own fields: from the cover, the CSV's columns, or what the caller gives."""
    table = _sheet(pages, ("Phương án", "Plan"), PLAN_COLUMNS)
    values: dict[str, str] = {}
    if table is not None:
        values = {text_of(r.cells.get("field")): text_of(r.cells.get("value")) for r in table.records}
    else:
        first: Record = found.records[0]
        for key in CSV_PLAN:
            text = text_of(first.cells.get(key)).strip()
            if text:
                values["id" if key == "plan" else key] = text
        draft.reports.append(_not_carried(draft.name))
    values.update({key: text_of(value) for key, value in header.items() if value not in (None, "")})
    base = _date(values, "base", draft) or _default(
        draft, "base", draft.register.vintage, "thời điểm của sổ đơn vị", "the register's vintage"
    )
    effective = _date(values, "effective", draft)
    if effective is None:
        after = (date.fromisoformat(base) + timedelta(days=1)).isoformat()
        effective = _default(draft, "effective", after, "ngày sau thời điểm gốc", "the day after the base")
    decided = _date(values, "decided", draft) or _default(
        draft, "decided", effective, "ngày có hiệu lực", "the effective date"
    )
    counts = {key: _count(values, f"totals.{key}", draft) for key in _TOTALS}
    return {
        "id": values.get("id") or Path(draft.name).stem or "plan",
        "title_vi": values.get("title_vi", ""),
        "title_en": values.get("title_en", ""),
        "instrument": values.get("instrument", ""),
        "decided": date.fromisoformat(decided),
        "effective": date.fromisoformat(effective),
        "base": base,
        "totals": Totals(**counts, extra=_toml(values, "totals.extra", draft)),
        "procedure": _toml(values, "procedure", draft),
        "extra": _toml(values, "extra", draft),
    }


def _not_carried(name: str) -> Problem:
    """Return what a table of transfers alone (CSV, or an office's own) cannot hold of a plan."""
    return Problem(
        "bảng chỉ mang các lần điều chuyển: không có tổng số văn bản nêu, đơn vị không sắp xếp, trình tự thủ tục, "
        "tên phương án; các phần ấy để trống. Sổ tính (.xlsx) và .toml mang trọn phương án",
        "the table carries transfers alone: stated totals, exemptions, procedure and titles are not in it and stay "
        "empty. A workbook (.xlsx) and .toml carry the whole plan",
        name,
    )


def _default(draft: _Draft, key: str, value: str, vi: str, en: str) -> str:
    draft.reports.append(
        Problem(
            f"bảng không ghi, tạm lấy {vi}; hãy ghi lại cho đúng",
            f"not in the table; {en} is taken for now and must be set right",
            draft.name,
            field=key,
            found=value,
        )
    )
    return value


def _date(values: Mapping[str, str], key: str, draft: _Draft) -> str | None:
    text = values.get(key, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        draft.problems.append(
            Problem("không phải ngày", "not a date", draft.name, field=key, found=text, accepted="YYYY-MM-DD")
        )
        return "2000-01-01"


def _count(values: Mapping[str, str], key: str, draft: _Draft) -> int | None:
    text = values.get(key, "")
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    draft.problems.append(
        Problem("không phải số đếm", "not a count", draft.name, field=key, found=text, accepted="0, 1, 2, …")
    )
    return None


def _toml(values: Mapping[str, str], key: str, draft: _Draft) -> dict[str, Any]:
    try:
        return tomllib.loads(values.get(key, ""), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        draft.problems.append(
            Problem(f"không phải TOML: {error}", f"not TOML: {error}", draft.name, field=key)
        )
        return {}


def _exemptions(pages: Sequence[Page], draft: _Draft) -> tuple[Exemption, ...]:
    found = _sheet(pages, ("Không sắp xếp", "Exemptions"), EXEMPT_COLUMNS)
    if found is None:
        return ()
    exempt = []
    for record in found.records:
        row = RowReader(draft.name, found.page, record, draft.register, draft.problems, draft.reports)
        if code := row.code("code"):
            exempt.append(
                Exemption(code, row.text("ground"), row.text("note"), row.text("document"), row.toml("extra"))
            )
    return tuple(exempt)
