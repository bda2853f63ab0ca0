"""Further tables of the workbook: cover, districts, codes, exemptions, and what rooms above computed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from geo.register import Register
from plans.crosswalk import plain
from reports.columns import CODE_COLUMNS, CROSSWALK_COLUMNS, DISTRICT_COLUMNS, EXEMPT_COLUMNS, SOURCE_COLUMNS
from reports.context import Context
from reports.evidence import indicators_sheet, observations_sheet, verdicts_sheet
from reports.sums import total_after, total_before
from reports.table import Cell, Column, Sheet
from reports.tables import toml_cell

PLAN_COLUMNS: Final = (
    Column("field", "Trường", "Field", "text", 24),
    Column("label_vi", "Nội dung", "Meaning (Vietnamese)", "text", 34),
    Column("label_en", "Nội dung (tiếng Anh)", "Meaning (English)", "text", 28),
    Column("value", "Giá trị", "Value", "text", 70),
)


def plan_sheet(context: Context) -> Sheet:
    """Return the plan's own fields, and the hashes, one a row: the table of the cover."""
    plan, totals = context.plan, context.plan.totals
    judged = context.judged or {}
    fields: list[tuple[str, str, str, Cell]] = [
        ("id", "Mã phương án", "Plan", plan.id),
        ("title_vi", "Tên phương án", "Title in Vietnamese", plan.title_vi),
        ("title_en", "Tên tiếng Anh", "Title in English", plan.title_en),
        ("instrument", "Văn bản", "Instrument", plan.instrument),
        ("decided", "Ngày quyết định", "Decided", plan.decided.isoformat()),
        ("effective", "Ngày có hiệu lực", "Effective", plan.target),
        ("base", "Thời điểm gốc", "Base vintage", plan.base),
        ("totals.units_concerned", "Đơn vị thuộc diện, văn bản nêu", "Units concerned, stated", totals.units_concerned),
        ("totals.units_formed", "Số đơn vị hình thành, văn bản nêu", "Units formed, stated", totals.units_formed),
        ("totals.units_before", "Số đơn vị trước, văn bản nêu", "Units before, stated", totals.units_before),
        ("totals.units_after", "Số đơn vị sau, văn bản nêu", "Units after, stated", totals.units_after),
        ("totals.extra", "Tổng khác (TOML)", "Other totals (TOML)", toml_cell(totals.extra)),
        ("procedure", "Trình tự, thủ tục (TOML)", "Procedure (TOML)", toml_cell(plan.procedure)),
        ("extra", "Trường khác (TOML)", "Other fields (TOML)", toml_cell(plan.extra)),
        ("listed.transfers", "Số lần điều chuyển trong phương án", "Transfers listed", sum(1 for _ in plan.transfers)),
        ("listed.units_concerned", "Số đơn vị nguồn trong phương án", "Source units listed", len(plan.by_source)),
        ("listed.units_formed", "Số đơn vị hình thành trong phương án", "Units formed, listed", len(plan.units)),
        ("listed.units_before", "Số đơn vị trong sổ, trước", "Units in the register, before", len(context.register)),
        ("listed.units_after", "Số đơn vị sau khi áp dụng", "Units after the plan", len(context.after)),
        ("register", "Sổ đơn vị", "Register", context.register.id.rpartition("/")[2]),
        ("regime", "Bộ quy tắc", "Rules", str(judged.get("regime") or "chưa đánh giá / not judged")),
        ("hash.plan", "SHA-256 phương án", "SHA-256 of the plan", context.hashes["plan"]),
        ("hash.register", "SHA-256 sổ đơn vị", "SHA-256 of the register", context.hashes["register"]),
        ("hash.rules", "SHA-256 bộ quy tắc", "SHA-256 of the rules", context.hashes["rules"]),
        ("hash.map", "Mã băm lớp ranh giới", "Digest of the map", context.hashes["map"]),
        ("hash.observations", "SHA-256 số liệu chỉ tiêu", "SHA-256 of observations", context.hashes["observations"]),
    ]  # fmt: skip
    return Sheet(
        "plan",
        "Phương án",
        "Plan",
        PLAN_COLUMNS,
        tuple(fields),
        ("field",),
    )


def districts_sheet(context: Context) -> Sheet:
    """Return units, area and population of each district before and after, on the register's base."""
    before, after = context.register, context.after
    rows: list[tuple[Cell, ...]] = []
    for code in sorted({*before.districts, *after.districts}):
        name = before.districts.get(code) or after.districts[code]
        rows.append(
            (
                code,
                name,
                *_figures(context, code),
                sum(unit.unit.district_code == code for unit in context.formed),
            )
        )
    if not rows:
        rows.append(("", "", *_figures(context, None), len(context.formed)))
    return Sheet(
        "districts",
        "Tổng hợp theo huyện",
        "By district",
        DISTRICT_COLUMNS,
        tuple(rows),
        ("district_code",),
        "Theo sổ đơn vị. Ô trống: có phần chuyển sang huyện khác chưa có số liệu, nên tổng chưa biết.",
        "On the register's base. Empty: a part without figures leaves the district, so the sum is unknown.",
    )


def _figures(context: Context, code: str | None) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for register, total in ((context.register, total_before), (context.after, total_after)):
        population = total(context, code, "population")
        cells += [
            sum(code in (None, unit.district_code) for unit in register),
            total(context, code, "area_km2"),
            None if population is None else int(population),
        ]
    return tuple(cells)


def codes_sheet(context: Context) -> Sheet:
    """Return the codes that the plan closes, keeps for a unit formed, and opens."""
    plan, register = context.plan, context.register
    sources, targets = set(plan.by_source), set(plan.by_code)
    rows: list[tuple[Cell, ...]] = []
    for code in sorted(sources | targets):
        old = register.by_code.get(code)
        new = plan.by_code.get(code)
        state = "closed" if new is None else "opened" if old is None else "reused"
        rows.append(
            (
                code,
                state,
                old.name if old else "",
                old.kind if old else "",
                new.name if new else "",
                new.kind if new else "",
                plan.base if old else "",
                plan.target if new else "",
            )
        )
    return Sheet(
        "codes",
        "Mã mở và đóng",
        "Codes opened and closed",
        CODE_COLUMNS,
        tuple(rows),
        ("code",),
        "Mã dùng lại chỉ một đơn vị khác ở thời điểm khác: khóa là (mã, thời điểm).",
        "A code that is reused names another unit at another date: the key is (code, vintage).",
    )  # fmt: skip


def exempt_sheet(context: Context) -> Sheet:
    """Return the units that are due and stay, and why."""
    rows = []
    for item in context.plan.exempt:
        unit = context.register[item.code]
        rows.append(
            (item.code, unit.name, unit.kind, unit.district_name, item.ground, item.note, item.document,
             toml_cell(item.extra))
        )  # fmt: skip
    return Sheet(
        "exempt",
        "Không sắp xếp",
        "Exemptions",
        EXEMPT_COLUMNS,
        tuple(rows),
        ("code",),
    )


def crosswalk_sheet(context: Context) -> Sheet:
    """Return the crosswalk with names beside the codes."""
    links = context.links
    rows = [
        (
            link.from_code, context.register[link.from_code].name, links.from_vintage,
            link.to_code, _name(context.after, link.to_code), links.to_vintage,
            link.relation, link.base, plain(link.share), plain(link.low), plain(link.high),
            link.confidence, link.source,
        )
        for link in sorted(links.links, key=lambda link: link.relation == "same")
    ]  # fmt: skip
    return Sheet(
        "crosswalk",
        "Bảng chuyển đổi",
        "Crosswalk",
        CROSSWALK_COLUMNS,
        tuple(rows),
        ("from_code", "to_code", "base"),
        "Tỷ lệ trống: chỉ biết khoảng.",
        "An empty share: only bounds are known.",
        sum(link.relation != "same" for link in links.links),
    )


def _name(register: Register, code: str) -> str:
    return register[code].name if code in register else ""


def sources_sheet(context: Context) -> Sheet:
    """Return every source that figures or pairings rest on, how often, and with which confidence."""
    found: dict[tuple[str, str, str], int] = {}

    def count(used: str, source: str, confidence: str) -> None:
        found[used, source, confidence] = found.get((used, source, confidence), 0) + 1

    for unit, transfer in context.plan.transfers:
        count("transfer", transfer.source or unit.source, transfer.confidence or unit.confidence)
        if transfer.figures_from:
            count("stated figures", transfer.figures_from, transfer.confidence)
    concerned: Iterable[str] = context.plan.by_source
    for code in concerned:
        for name, figure in context.register[code].figures.items():
            count(f"register: {name}", figure.source, figure.confidence)
    rows = [
        (used, source, confidence, times, "độ tin cậy thấp / low confidence" if confidence == "low" else "")
        for (used, source, confidence), times in sorted(found.items())
    ]
    return Sheet(
        "sources",
        "Nguồn",
        "Sources",
        SOURCE_COLUMNS,
        tuple(rows),
        ("used_for", "source", "confidence"),
    )


def workbook_sheets(context: Context) -> tuple[Sheet, ...]:
    """Return every table of the workbook, the cover's first; those with nothing computed are left away."""
    from reports.tables import parts_sheet, transfers_sheet, units_sheet

    made = (
        plan_sheet(context),
        transfers_sheet(context),
        units_sheet(context),
        parts_sheet(context),
        districts_sheet(context),
        verdicts_sheet(context),
        observations_sheet(context),
        indicators_sheet(context),
        exempt_sheet(context),
        codes_sheet(context),
        crosswalk_sheet(context),
        sources_sheet(context),
    )
    return tuple(sheet for sheet in made if sheet is not None)
