"""The columns of the documents' tables: those that several tables have are declared once.

What is not ``printed`` (sources, notes, keys) stands to the right, out of the area that a workbook prints.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reports.table import KIND_WORDS, PART_WORDS, Column

_EXTRA: Final = Column("extra", "Trường khác (TOML)", "Other fields (TOML)", "text", 14, printed=False)
_COMMON: Final = {
    column.key: column
    for column in (
        Column("former_code", "Mã đơn vị cũ", "Former code", "code", 8),
        Column("former_name", "Tên đơn vị cũ", "Former name", "text", 19),
        Column("former_kind", "Loại cũ", "Former kind", "text", 8, words=KIND_WORDS),
        Column("new_code", "Mã đơn vị mới", "New code", "code", 8),
        Column("new_name", "Tên đơn vị mới", "New name", "text", 19),
        Column("new_kind", "Loại mới", "New kind", "text", 8, words=KIND_WORDS),
        Column("district_code", "Mã huyện", "District code", "code", 8),
        Column("district_name", "Huyện", "District", "text", 17),
        Column("part", "Toàn bộ hay một phần", "Whole or part", "text", 10, words=PART_WORDS),
        Column("figures_from", "Số liệu nêu từ", "Stated figures from", "text", 12),
        Column("clause", "Điều khoản", "Clause", "text", 10),
        Column("confidence", "Độ tin cậy", "Confidence", "text", 10),
        Column("mark", "Đánh dấu", "Mark", "text", 17),
        Column("source", "Nguồn", "Source", "text", 64),
        Column("note", "Ghi chú", "Note", "text", 80, printed=False),
        _EXTRA,
    )
}


def common(key: str, width: float | None = None, printed: bool | None = None) -> Column:
    """Return a column that several tables have, where wanted of another width, or off the paper."""
    column = _COMMON[key]
    return replace(
        column,
        width=column.width if width is None else width,
        printed=column.printed if printed is None else printed,
    )


TRANSFER_COLUMNS: Final = (
    common("former_code"),
    common("former_name"),
    common("former_kind"),
    common("district_name"),
    common("part"),
    Column("area_km2", "Diện tích chuyển, văn bản nêu (km²)", "Area transferred, stated (km²)", "area", 11),
    Column("population", "Dân số chuyển, văn bản nêu", "Population transferred, stated", "count", 11),
    Column("register_area_km2", "Diện tích cả đơn vị theo sổ (km²)", "Area of whole unit, register (km²)", "area", 11),
    Column("register_population", "Dân số cả đơn vị theo sổ", "Population of whole unit, register", "count", 11),
    common("new_code"),
    common("new_name"),
    common("new_kind"),
    common("clause"),
    common("mark"),
    Column("moved_area_km2", "Diện tích chuyển theo sổ (km²)", "Area transferred, register (km²)", "area", 13, True),
    Column("moved_population", "Dân số chuyển theo sổ", "Population transferred, register", "count", 13, True),
    common("district_code", printed=False),
    common("figures_from", printed=False),
    common("confidence", printed=False),
    Column("whole_area_km2", "Diện tích cả đơn vị, văn bản nêu (km²)", "Area of whole unit, stated (km²)", "area", 12,
           printed=False),
    Column("whole_population", "Dân số cả đơn vị, văn bản nêu", "Population of whole unit, stated", "count", 12,
           printed=False),
    common("source", printed=False),
    common("note", 90),
    Column("shares", "Tỷ lệ nhập tay", "Shares entered", "text", 14, printed=False),
    _EXTRA,
)  # fmt: skip

UNIT_COLUMNS: Final = (
    common("new_code"),
    common("new_name"),
    common("new_kind"),
    common("district_name"),
    Column("predecessors", "Hình thành từ", "Formed from", "text", 34),
    Column("area_km2", "Diện tích (km²)", "Area (km²)", "area", 11),
    Column("area_basis", "Cơ sở diện tích", "Basis of area", "text", 11),
    Column("population", "Dân số (người)", "Population", "count", 11),
    Column("population_basis", "Cơ sở dân số", "Basis of population", "text", 11),
    Column("register_area_low", "Diện tích theo sổ, từ (km²)", "Area by register, from (km²)", "area", 11, True),
    Column("register_area_high", "Diện tích theo sổ, đến (km²)", "Area by register, to (km²)", "area", 11, True),
    Column("register_population_low", "Dân số theo sổ, từ", "Population by register, from", "count", 11, True),
    Column("register_population_high", "Dân số theo sổ, đến", "Population by register, to", "count", 11, True),
    common("mark"),
    common("clause"),
    Column("seat", "Mã nơi đặt trụ sở", "Seat (code)", "code", 9, printed=False),
    common("district_code", printed=False),
    common("confidence", printed=False),
    common("source", printed=False),
    common("note"),
    Column("own_district_code", "Mã huyện phương án nêu", "District code, as the plan states", "code", 9,
           printed=False),
    Column("own_area_km2", "Diện tích văn bản nêu (km²)", "Area, stated (km²)", "area", 11, printed=False),
    Column("own_population", "Dân số văn bản nêu", "Population, stated", "count", 11, printed=False),
    _EXTRA,
)  # fmt: skip

PART_COLUMNS: Final = (
    common("former_code"),
    common("former_name"),
    common("district_name"),
    common("part"),
    common("new_code"),
    common("new_name"),
    Column("area_km2", "Diện tích nêu (km²)", "Area, stated (km²)", "area", 11),
    Column("population", "Dân số nêu", "Population, stated", "count", 11),
    common("figures_from"),
    Column("area_share_low", "Tỷ lệ diện tích, từ", "Share of area, from", "share", 10),
    Column("area_share_high", "Tỷ lệ diện tích, đến", "Share of area, to", "share", 10),
    Column("population_share_low", "Tỷ lệ dân số, từ", "Share of population, from", "share", 10),
    Column("population_share_high", "Tỷ lệ dân số, đến", "Share of population, to", "share", 10),
    common("confidence"),
    common("mark"),
    common("note"),
)

DISTRICT_COLUMNS: Final = (
    common("district_code"),
    common("district_name", 24),
    Column("units_before", "Số đơn vị trước", "Units before", "count", 11, True),
    Column("area_before_km2", "Diện tích trước (km²)", "Area before (km²)", "area", 14, True),
    Column("population_before", "Dân số trước", "Population before", "count", 14, True),
    Column("units_after", "Số đơn vị sau", "Units after", "count", 11, True),
    Column("area_after_km2", "Diện tích sau (km²)", "Area after (km²)", "area", 14, True),
    Column("population_after", "Dân số sau", "Population after", "count", 14, True),
    Column("formed", "Số đơn vị hình thành", "Units formed", "count", 11, True),
)

CODE_COLUMNS: Final = (
    Column("code", "Mã", "Code", "code", 9),
    Column("state", "Tình trạng", "State", "text", 12,
           words={"closed": "đóng", "opened": "mở", "reused": "dùng lại"}),
    common("former_name", 22),
    common("former_kind", 10),
    common("new_name", 22),
    common("new_kind", 10),
    Column("from_vintage", "Thời điểm cũ", "Former vintage", "text", 12),
    Column("to_vintage", "Thời điểm mới", "New vintage", "text", 12),
)  # fmt: skip

EXEMPT_COLUMNS: Final = (
    Column("code", "Mã", "Code", "code", 9),
    Column("name", "Tên đơn vị", "Name", "text", 20),
    Column("kind", "Loại", "Kind", "text", 10, words=KIND_WORDS),
    common("district_name", 20),
    Column("ground", "Căn cứ miễn", "Ground", "text", 28),
    Column("note", "Lý do", "Note", "text", 36),
    Column("document", "Văn bản", "Document", "text", 20),
    _EXTRA,
)

CROSSWALK_COLUMNS: Final = (
    Column("from_code", "Mã cũ", "From code", "code", 9),
    Column("from_name", "Tên cũ", "From name", "text", 20),
    Column("from_vintage", "Thời điểm cũ", "From vintage", "text", 11),
    Column("to_code", "Mã mới", "To code", "code", 9),
    Column("to_name", "Tên mới", "To name", "text", 20),
    Column("to_vintage", "Thời điểm mới", "To vintage", "text", 11),
    Column("relation", "Quan hệ", "Relation", "text", 12,
           words={"same": "giữ nguyên", "whole": "toàn bộ", "part": "một phần", "remainder": "phần còn lại"}),
    Column("base", "Cơ sở", "Base", "text", 10, words={"area": "diện tích", "population": "dân số"}),
    Column("share", "Tỷ lệ", "Share", "share", 10),
    Column("share_low", "Tỷ lệ, từ", "Share, low", "share", 10),
    Column("share_high", "Tỷ lệ, đến", "Share, high", "share", 10),
    common("confidence"),
    common("source", 80, printed=False),
)  # fmt: skip

SOURCE_COLUMNS: Final = (
    Column("used_for", "Dùng cho", "Used for", "text", 24),
    common("source", 80),
    common("confidence"),
    Column("times", "Số lần", "Times", "count", 9, True),
    common("mark", 26),
)
