"""Hanoi's units due under 35/2023 beside the number in the city's plan of 2023, looked at class by class.

`python -m rules.comparison` writes docs/due-2023.vi.md and docs/due-2023.en.md from the embedded register.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from geo.errors import Language
from geo.files import write_text
from geo.register import DISTRICT_KIND_NAMES, KIND_NAMES, Figure, Register, Unit
from geo.registers import embedded_register
from rules.assess import Assessed, assess
from rules.book import load_book
from rules.docs import DOCS
from rules.standards import DEFAULTS, Options
from rules.words import KIND_EN

REGISTER: Final = "hanoi-2024-12-31"
DAY: Final = date(2024, 11, 14)
# the city's plan of November 2023 (vietnam.vn, thactrang.com), and the chairman's earlier count of 31 July 2023
PUBLISHED: Final = 173
EARLIER: Final = 176
GROWTHS: Final = (0, 5, 10, 15, 20, 25, 30, 40)
CLASSES: Final = (
    ("ward", "urban_district"),
    ("ward", "town"),
    ("commune", "rural_district"),
    ("commune", "town"),
    ("township", "rural_district"),
)
_DISTRICT_EN: Final = {"urban_district": "urban district", "rural_district": "rural district", "town": "town"}
Count = tuple[int, ...]


def changed(register: Register, change: Callable[[Unit], Unit]) -> Register:
    """Return the register with every unit changed, for a comparison."""
    return Register(register.vintage, tuple(change(unit) for unit in register), register.id)


def due(register: Register, options: Options = DEFAULTS) -> list[Assessed]:
    """Return the units that are due under the law of the day of Resolution 1286."""
    return [item for item in assess(register, DAY, options).units if item.due.due]


def by_class(items: list[Assessed]) -> Count:
    """Return the number of units of each class, in the order of CLASSES."""
    counts = Counter((item.unit.kind, item.unit.district_kind) for item in items)
    return tuple(counts[key] for key in CLASSES)


def grown(percent: int) -> Callable[[Unit], Unit]:
    """Return a change that raises every population by so many percent."""

    def change(unit: Unit) -> Unit:
        value = unit.figure("population").value
        more = None if value is None else (value * (100 + percent) / 100).to_integral_value()
        return replace(unit, figures={**unit.figures, "population": Figure(more)})

    return change


def stated_area(unit: Unit) -> Unit:
    """Return the unit on its stated area where it has one."""
    stated = unit.figure("area_km2_stated")
    if stated.value is None:
        return unit
    return replace(unit, figures={**unit.figures, "area_km2": stated})


def variants(register: Register) -> list[tuple[str, str, Count]]:
    """Return counts by class under other assumptions: (in Vietnamese, in English, counts)."""
    found = [
        ("như sổ đơn vị", "as in the register", by_class(due(register))),
        (
            "mọi xã coi là đồng bằng",
            "every commune taken as plain",
            by_class(due(changed(register, lambda unit: replace(unit, terrain="plain")))),
        ),
        (
            "xã miền núi không áp dụng hệ số vùng",
            "mountain communes without the region's factor",
            by_class(due(register, Options(mountain_delta_factor=False))),
        ),
        (
            "không có hệ số đồng bằng sông Hồng",
            "without the delta's factor",
            by_class(due(register, Options(delta_factor=False))),
        ),
        ("theo diện tích nêu", "on stated areas", by_class(due(changed(register, stated_area)))),
    ]
    for percent in GROWTHS[1:]:
        counts = by_class(due(changed(register, grown(percent))))
        found.append((f"dân số + {percent} %", f"population + {percent} %", counts))
    return found


def page(language: Language) -> str:
    """Return the comparison in one language, as Markdown."""
    vi = language == "vi"
    register = embedded_register(REGISTER)
    items = due(register)
    total = len(items)
    heads = [_class(kind, district, vi) for kind, district in CLASSES]
    lines = [
        "# Thuộc diện sắp xếp theo 35/2023: đếm lại và con số của thành phố"
        if vi
        else "# Due under 35/2023: our count and the city's",
        "",
        "Trang này sinh ra bằng `python -m rules.comparison`; không sửa trực tiếp."
        if vi
        else "Made by `python -m rules.comparison`; do not edit it.",
        "",
        f"Theo dân số của Tổng điều tra 2019 có {total} đơn vị cấp xã của Hà Nội thuộc diện; phương án của thành "
        f"phố (tháng 11/2023) nêu {PUBLISHED}, trước đó (31/07/2023) {EARLIER}. Danh sách từng đơn vị của thành phố "
        "chưa tìm được, nên chỉ so sánh được theo loại và theo giả định."
        if vi
        else f"On the census of 2019, {total} commune-level units of Hanoi are due; the city's plan (November 2023) "
        f"names {PUBLISHED}, an earlier count (31 July 2023) {EARLIER}. The city's list of units was not found, so "
        "the comparison is by class and by assumption only.",
        "",
        "| | " + " | ".join(heads) + (" | tổng | so với 173 |" if vi else " | total | beside 173 |"),
        "|---|" + "---:|" * (len(heads) + 2),
    ]
    for name_vi, name_en, counts in variants(register):
        cells = " | ".join(map(str, counts))
        lines.append(
            f"| {name_vi if vi else name_en} | {cells} | {sum(counts)} | {sum(counts) - PUBLISHED:+d} |"
        )
    lines += ["", *_reading(items, vi), ""]
    return "\n".join(lines)


def _class(kind: str, district: str, vi: bool) -> str:
    if vi:
        return f"{KIND_NAMES[kind]} thuộc {DISTRICT_KIND_NAMES[district]}"
    return f"{KIND_EN[kind]} of a {_DISTRICT_EN[district]}"


def _reading(items: list[Assessed], vi: bool) -> list[str]:
    """Return what the table shows, with the number of units that a greater population would free."""
    freed = {
        percent: [item for item in items if _margin(item) <= Decimal(percent)] for percent in (10, 25, 30)
    }
    counts = {percent: by_class(found) for percent, found in freed.items()}
    if vi:
        return [
            "Vì sao khác. Có lẽ do dân số: thành phố dùng số liệu ngày 31/12/2022, gồm cả tạm trú quy đổi (theo nguồn "
            "gián tiếp), còn ở đây là điều tra ngày 01/04/2019; dân số lớn hơn chỉ làm giảm số đơn vị thuộc diện. Cơ "
            "sở diện tích, địa hình và cách áp dụng hệ số cho xã miền núi gần như không đổi kết quả.",
            "",
            *(
                f"- Dân số cao hơn {percent} %: ít đi {sum(counts[percent])} đơn vị ("
                + ", ".join(
                    f"{n} {_class(*key, True)}" for key, n in zip(CLASSES, counts[percent], strict=True) if n
                )
                + ")."
                for percent in counts
            ),
        ]
    return [
        "Why they differ. Probably the population: the city used figures of 31 December 2022 with converted temporary "
        "residents (by an indirect source), here it is the census of 1 April 2019; more people only make fewer units "
        "due. The base of areas, terrain, and whether mountain communes take the factor hardly change the result.",
        "",
        *(
            f"- Population {percent} % higher: {sum(counts[percent])} units fewer ("
            + ", ".join(
                f"{n} {_class(*key, False)}" for key, n in zip(CLASSES, counts[percent], strict=True) if n
            )
            + ")."
            for percent in counts
        ),
    ]


def _margin(item: Assessed) -> Decimal:
    """Return by how many percent the population would have to grow for the unit to be due no longer."""
    population = item.amounts["population"].value
    assert population is not None
    shares = [
        rule.number("population_share")
        for rule_id in item.due.due_by
        if (rule := load_book().rule(rule_id, DAY)) is not None
    ]
    line = max(shares) * item.due.standard.population
    return Decimal(100) * (line - population) / population if population else Decimal("Infinity")


def main() -> None:
    """Write both pages."""
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        write_text(DOCS / f"due-2023.{language}.md", page(language))


if __name__ == "__main__":
    main()
