from __future__ import annotations

from datetime import date

from geo.registers import embedded_register, has_coast
from rules.assess import assess
from rules.standards import Options

COUNTRY = embedded_register("vietnam-2025-07-01")
DAY = date(2026, 11, 24)


def counted_apart(terrains: tuple[str, ...]) -> dict[bool | None, int]:
    """Count the units due under 112/2025 by hand: figures of Art. 2, any figure short, every terrain they may have."""
    limits = {"plain": (16000, 30), "mountain": (5000, 100), "island": (2500, 15)}
    found: dict[bool | None, int] = {True: 0, False: 0, None: 0}
    for unit in COUNTRY:
        if unit.kind == "special_zone":
            continue
        if unit.kind == "ward":
            standards = {(21000.0, 5.5)}
        else:
            may = (unit.terrain,) if unit.terrain else terrains
            if not unit.terrain and has_coast(unit.province_name, COUNTRY.vintage) is False:
                may = tuple(t for t in may if t != "island")
            factors = {"red-river-delta": (0.7,), "": (0.7, 1.0)}.get(unit.region, (1.0,))
            standards = {(float(limits[t][0]), limits[t][1] * f) for t in may for f in factors}
        persons, area = unit.population, float(unit.area_km2 or 0)
        results: set[bool | None] = set()
        for least, km2 in standards:
            if area < km2 - 1e-9:
                results.add(True)
            else:
                results.add(None if persons is None else persons < least)
        found[results.pop() if len(results) == 1 else None] += 1
    return found


def test_the_country_under_112_counted_a_second_way() -> None:
    summary = assess(COUNTRY, DAY).as_json()["summary"]
    apart = counted_apart(("plain", "mountain", "island"))
    assert (summary["due"], summary["not_due"], summary["undetermined"]) == (
        apart[True],
        apart[False],
        apart[None],
    )
    without = assess(COUNTRY, DAY, Options(unknown_terrain=("plain", "mountain"))).as_json()["summary"]
    apart = counted_apart(("plain", "mountain"))
    assert (without["due"], without["not_due"], without["undetermined"]) == (
        apart[True],
        apart[False],
        apart[None],
    )
    assert summary["due"] < 705 < summary["due"] + summary["undetermined"], "the press's number lies between"


def test_a_province_without_a_coast_has_no_island_communes() -> None:
    found = {source["code"]: source for source in assess(COUNTRY, DAY).as_json()["sources"]}
    assumed = {
        s["assumed_en"]
        for code, u in found.items()
        if COUNTRY[code].province_name == "Tỉnh Sơn La"
        for s in u["standards"]
    }
    assert assumed
    assert not any("island" in text for text in assumed)
