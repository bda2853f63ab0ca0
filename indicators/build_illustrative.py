"""Build data/indicators/illustrative_dossiers_2024.csv: invented one-stop-desk dossiers, marked as such.

    python -m indicators.build_illustrative

Nothing in it is fact. Amounts follow the population of 2019 with noise from a fixed seed, so that the file is the
same on every machine.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

from geo.files import DATA, write_rows
from geo.register import Register
from geo.registers import embedded_register

TARGET: Final = DATA / "indicators" / "illustrative_dossiers_2024.csv"
COLUMNS: Final = (
    "unit_code", "vintage", "period", "indicator", "value", "numerator", "denominator", "status", "mark",
)  # fmt: skip
MARK: Final = "số liệu minh họa, không phải số thật / illustrative, not fact"
SEED: Final = 1286
PERIOD: Final = "2024"


def rows(register: Register) -> list[list[object]]:
    """Return the rows of the file: received, online, on time for every unit, online <= received, on time likewise."""
    found: list[list[object]] = []
    for unit in register:
        # a generator a unit, so that one unit's figures do not hang on the others
        dice = random.Random(f"{SEED}-{unit.code}")
        received = max(20, round((unit.population or 5000) * dice.uniform(0.15, 0.35)))
        online = round(received * dice.betavariate(4, 4))
        on_time = received - round(received * dice.betavariate(1.2, 14))
        for indicator, value in (("ILL_RECEIVED", received), ("ILL_ONLINE", online), ("ILL_ONTIME", on_time)):
            found.append([unit.code, unit.vintage, PERIOD, indicator, value, None, None, "", MARK])
        for indicator, value in (("ILL_RATE_ONLINE", online), ("ILL_RATE_ONTIME", on_time)):
            found.append([unit.code, unit.vintage, PERIOD, indicator, None, value, received, "", MARK])
    return found


def build(target: Path = TARGET) -> None:
    """Write the file, whole or not at all."""
    write_rows(target, COLUMNS, rows(embedded_register("hanoi-2024-12-31")))


if __name__ == "__main__":
    build()
