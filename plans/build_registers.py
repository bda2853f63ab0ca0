"""Write the register of Hanoi after Resolution 1286: `python -m plans.build_registers`."""

from __future__ import annotations

from geo.files import DATA
from geo.register import Register
from geo.registers import embedded_register, write_register
from plans.apply import apply_plan
from plans.files import embedded_plan


def build() -> Register:
    """Return the register of 526 units: plan nq1286 applied to the 579."""
    return apply_plan(embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31"))


def main() -> None:
    """Build and write the register."""
    register = build()
    write_register(register, DATA / "units" / f"{register.id}.csv")


if __name__ == "__main__":
    main()
