"""Matching an office's own headings to ours: Vietnamese or English, with or without accents, in groups or single."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from reports.columns import TRANSFER_COLUMNS
from reports.reader import heading, names_of
from reports.tables import CSV_PLAN, CSV_UNIT

# words that offices write, in the form of reader.heading; a group heading above stands before the column's own
SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "former_code": (
        "ma cu", "ma dvhc cu", "ma dvhc truoc", "ma don vi truoc", "ma don vi truoc sap xep", "ma dvhc truoc sap xep",
        "ma don vi hanh chinh cu", "ma don vi nguon", "ma xa cu", "old code", "source code", "from code", "code before",
        "ma so cu",
    ),
    "former_name": (
        "ten cu", "ten dvhc cu", "don vi cu", "dvhc cu", "ten don vi truoc sap xep", "don vi truoc sap xep",
        "dvhc truoc sap xep", "ten dvhc truoc sap xep", "ten don vi hanh chinh cu", "don vi hanh chinh cu",
        "ten don vi hanh chinh truoc sap xep", "ten don vi nguon", "don vi nguon", "ten xa cu", "xa phuong cu",
        "old name", "source name", "former unit", "old unit", "from name",
    ),
    "former_kind": ("loai truoc sap xep", "loai don vi cu", "loai hinh cu", "old kind", "former type", "old type"),
    "district_code": ("ma quan huyen", "ma huyen", "ma dvhc cap huyen"),
    "district_name": (
        "quan huyen", "quan huyen thi xa", "ten huyen", "ten quan huyen", "dvhc cap huyen", "don vi cap huyen",
        "district name", "cap huyen", "huyen quan thi xa", "quan",
    ),
    "part": (
        "toan bo mot phan", "hinh thuc", "hinh thuc nhap", "cach nhap", "phan", "muc do", "pham vi",
        "nhap toan bo mot phan", "whole part", "extent",
    ),
    "area_km2": (
        "dien tich", "dien tich km2", "dien tich tu nhien", "dien tich tu nhien km2", "dien tich chuyen",
        "dien tich chuyen km2", "dien tich nhap", "area", "area km2", "dtdt km2", "dien tich dieu chuyen km2",
    ),
    "population": (
        "dan so", "dan so nguoi", "quy mo dan so", "quy mo dan so nguoi", "dan so chuyen", "so dan", "nhan khau",
        "persons", "dan so dieu chuyen",
    ),
    "figures_from": ("nguon so lieu", "figures source", "basis"),
    "new_code": (
        "ma moi", "ma dvhc moi", "ma don vi sau", "ma don vi sau sap xep", "ma dvhc sau sap xep",
        "ma don vi hanh chinh moi", "ma xa moi", "to code", "target code", "code after", "ma so moi",
    ),
    "new_name": (
        "ten moi", "ten dvhc moi", "don vi moi", "dvhc moi", "ten don vi sau sap xep", "don vi sau sap xep",
        "dvhc sau sap xep", "ten dvhc sau sap xep", "ten don vi hanh chinh moi", "don vi hanh chinh moi",
        "don vi hinh thanh", "ten don vi hinh thanh", "nhap vao", "ten xa moi", "xa phuong moi", "new unit",
        "target name", "to name", "ten goi moi", "ten don vi hanh chinh sau sap xep",
    ),
    "new_kind": ("loai sau sap xep", "loai don vi moi", "loai hinh moi", "new type"),
    "clause": ("dieu khoan nghi quyet", "khoan", "can cu"),
    "source": ("nguon tai lieu", "nguon goc"),
    "confidence": ("muc tin cay",),
    "note": ("ghi chu them", "remarks", "notes"),
}  # fmt: skip
IMPORTED: Final = tuple(
    column.key
    for column in TRANSFER_COLUMNS
    if column.key
    not in ("register_area_km2", "register_population", "moved_area_km2", "moved_population", "mark")
)


def known_headings() -> dict[str, str]:
    """Return the key for every heading that is understood; our own headings win over synonyms."""
    found: dict[str, str] = {}
    for column in TRANSFER_COLUMNS:
        for name in names_of(column):
            found.setdefault(name, column.key)
    for key, names in SYNONYMS.items():
        for name in names:
            found.setdefault(name, key)
    for key in (*CSV_UNIT, *CSV_PLAN):
        found.setdefault(heading(key), key)
    return found


def match_headings(row: Sequence[str], above: Sequence[str] = ()) -> dict[str, int]:
    """Return positions by key for a row of headings; ``above`` holds the group headings over them."""
    known = known_headings()
    found: dict[str, int] = {}
    for at, text in enumerate(row):
        group = above[at] if at < len(above) else ""
        candidates = (f"{text} {group}", f"{group} {text}", text) if group and group != text else (text,)
        key = next((known[name] for name in candidates if name in known), None)
        if key is None and group and text:
            side = "former" if "truoc" in group or "cu" in group.split() else ""
            side = "new" if "sau" in group or "moi" in group.split() else side
            kind = _own(text)
            key = f"{side}_{kind}" if side and kind else None
        if key is not None:
            found.setdefault(key, at)
    return found


def _own(text: str) -> str:
    """Return which of code, name and kind a heading under a group names."""
    words = text.split()
    if "ma" in words or "code" in words:
        return "code"
    if "ten" in words or "name" in words or text in ("don vi", "dvhc", "don vi hanh chinh"):
        return "name"
    return "kind" if "loai" in words else ""
