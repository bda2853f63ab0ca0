"""The rule book as pages: `python -m rules.docs` writes docs/rulebook.vi.md and docs/rulebook.en.md from the data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from geo.errors import Language
from geo.files import write_text
from geo.register import KIND_NAMES
from rules.book import Book, Parameter, Rule, load_book
from rules.words import KIND_EN, TERRAIN_VI, en_number, vi_number

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
_WORDS: Final = {
    "mandatory": ("bắt buộc", "mandatory"),
    "advisory": ("cảnh báo", "advisory"),
    "information": ("thông tin", "information"),
    "verified": ("đã đối chiếu", "verified"),
    "partly-read": ("đọc một phần", "partly read"),
    "unverified": ("chưa xác minh", "unverified"),
    "high": ("cao", "high"),
    "medium": ("trung bình", "medium"),
    "low": ("thấp", "low"),
}


def page(language: Language, book: Book | None = None) -> str:
    """Return the page of the rule book in one language, as Markdown."""
    book = book or load_book()
    vi = language == "vi"
    lines = [
        "# Bộ quy tắc" if vi else "# Rule book",
        "",
        "Trang này sinh ra từ rules/*.toml bằng `python -m rules.docs`; không sửa trực tiếp."
        if vi
        else "This page is made from rules/*.toml by `python -m rules.docs`; do not edit it.",
        "",
        "Quy tắc có văn bản chưa xác minh chỉ nêu thông tin, không bao giờ tự quyết định đạt hay không đạt."
        if vi
        else "A rule whose text is unverified only informs; it never decides a pass or a failure by itself.",
        "",
        "## " + ("Chế độ pháp lý theo ngày quyết định" if vi else "Regimes by date of decision"),
        "",
    ]
    for instrument in book.regimes:
        lines.append(f"- {instrument.regime}: {_period(instrument.regime_from, instrument.regime_to, vi)}")
    for instrument in book.instruments:
        rules = [rule for rule in book.rules if rule.file == instrument.file]
        lines += ["", f"## {instrument.id}", "", instrument.title_vi if vi else instrument.title_en, ""]
        state = instrument.state_vi if vi else instrument.state_en
        if state:
            lines += [("Đã đọc gì: " if vi else "What was read: ") + state, ""]
        for rule in rules:
            lines += _entry(rule, vi)
    return "\n".join(lines).rstrip() + "\n"


def _entry(rule: Rule, vi: bool) -> list[str]:
    at = 0 if vi else 1
    rows = [
        (("Trích dẫn", "Citation"), rule.cited(vi)),
        (("Hiệu lực", "In force"), _period(rule.in_force_from, rule.in_force_to, vi)),
        (("Áp dụng cho", "Applies to"), _applies(rule, vi)),
        (("Điều kiện", "Condition"), f"`{rule.condition}`"),
        (("Tham số", "Parameters"), "; ".join(f"{n} = {_value(p, vi)}" for n, p in rule.parameters.items())),
        (("Mục cần nhập", "Keys entered"), ", ".join(f"`{name}`" for name in rule.inputs)),
        (("Được miễn bởi", "Waived by"), ", ".join(f"`{name}`" for name in rule.exceptions)),
        (("Mức", "Severity"), _WORDS[rule.severity][at] + _capped(rule, vi)),
        (("Văn bản", "Text"), _WORDS[rule.text_read][at]),
        (("Tin cậy", "Confidence"), _WORDS[rule.confidence][at]),
        (("Nguồn", "Source"), rule.source),
        (("Ghi chú", "Note"), rule.note_vi if vi else rule.note_en),
    ]
    lines = [f"### `{rule.id}`", "", rule.title_vi if vi else rule.title_en, "", "| | |", "|---|---|"]
    lines += [f"| {names[at]} | {value.replace('|', chr(92) + '|')} |" for names, value in rows if value]
    return [*lines, ""]


def _capped(rule: Rule, vi: bool) -> str:
    if rule.binding == rule.severity:
        return ""
    return (
        " (chỉ nêu thông tin vì văn bản chưa xác minh)"
        if vi
        else " (informs only, since its text is unverified)"
    )


def _applies(rule: Rule, vi: bool) -> str:
    levels = {
        "commune": ("cấp xã", "commune level"),
        "district": ("cấp huyện", "district level"),
        "commune+district": ("cấp xã, cấp huyện", "commune and district level"),
        "province": ("cấp tỉnh", "province level"),
        "plan": ("toàn phương án", "the plan as a whole"),
    }
    words = [levels[rule.level][0 if vi else 1]]
    words += [KIND_NAMES[kind] if vi else KIND_EN[kind] for kind in rule.kinds]
    words += [TERRAIN_VI[terrain] if vi else terrain for terrain in rule.terrains]
    return ", ".join([*words, *rule.district_kinds, *rule.regions])


def _value(parameter: Parameter, vi: bool) -> str:
    value = parameter.value
    if isinstance(value, Decimal):
        return f"{vi_number(value) if vi else en_number(value)} {parameter.unit}"
    shown = ", ".join(value) if isinstance(value, tuple) else str(value)
    return f"`{shown}` ({parameter.unit})"


def _period(start: date | None, end: date | None, vi: bool) -> str:
    first = start.isoformat() if start else "…"
    if end is None:
        return f"{'từ' if vi else 'since'} {first}"
    return f"{first} {'đến' if vi else 'to'} {end.isoformat()}"


def main() -> None:
    """Write both pages."""
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        write_text(DOCS / f"rulebook.{language}.md", page(language))


if __name__ == "__main__":
    main()
