"""Indicators of a group from its parts, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import streamlit as st

from geo.files import DATA
from geo.register import Register
from plans.plan import Plan
from ui.style import table_html
from ui.text import language, number, t

if TYPE_CHECKING:
    from indicators.catalogue import Indicator
    from indicators.observations import Observations

ILLUSTRATIVE: Final = "illustrative_dossiers_2024.csv"
CHOSEN: Final = "workbench-indicators"
_FIRST: Final = ("ILL_RECEIVED", "ILL_RATE_ONTIME")


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator of one period: of the sources by code, and of the group (None = unknown, with bounds or reason)."""

    indicator: Indicator
    period: str
    parts: Mapping[str, float | None]
    value: float | None
    low: float | None
    high: float | None
    method: str
    reason: str


@lru_cache(maxsize=4)
def observations_for(vintage: str) -> Observations | None:
    """Return the embedded observations of a vintage, None where there are none: they are illustrative."""
    from indicators.observations import read_observations

    if vintage != "2024-12-31":
        return None
    return read_observations(DATA / "indicators" / ILLUSTRATIVE, vintage=vintage)


def group_lines(
    observations: Observations, plan: Plan, register: Register, code: str, names: Sequence[str]
) -> tuple[Line, ...]:
    """Return chosen indicators of a unit formed, each by the formula of its kind (indicators.remap).

    Only the units bound to this one by a shared source are remapped, so that it takes some milliseconds.
    """
    from dataclasses import replace

    from indicators.catalogue import embedded_catalogue
    from indicators.remap import remap
    from plans.crosswalk import plan_crosswalk
    from plans.plan import Totals

    catalogue = embedded_catalogue()
    units = _bound(plan, code)
    sources = {source for unit in units for source in plan.by_code[unit].sources}
    small = replace(
        plan,
        units=tuple(plan.by_code[unit] for unit in sorted(units)),
        exempt=(),
        totals=Totals(),
        procedure={},
    )
    own = Register(register.vintage, tuple(register[source] for source in sorted(sources)), register.id)
    wanted = set(names)
    for name in names:
        wanted |= {n for n in (catalogue.by_id[name].numerator, catalogue.by_id[name].denominator) if n}
    frame = observations.frame
    frame = frame[frame["unit_code"].isin(list(sources)) & frame["indicator"].isin(list(wanted))]
    if frame.empty:
        return ()
    done = remap(frame, plan_crosswalk(small, own, ("population", "area")), catalogue, register=own).frame
    done = done[done["unit_code"].astype(str) == code]
    lines = []
    for row in done.itertuples():
        name = str(row.indicator)
        if name not in names:
            continue
        indicator, period = catalogue.by_id[name], str(row.period)
        mine = frame[(frame["indicator"] == name) & (frame["period"] == period)]
        parts = {str(r.unit_code): _part(indicator, r) for r in mine.itertuples()}
        lines.append(
            Line(
                indicator,
                period,
                {source: parts.get(source) for source in plan.by_code[code].sources},
                _known(row.value),
                _known(row.low),
                _known(row.high),
                str(row.method),
                str(row.reason),
            )
        )
    return tuple(sorted(lines, key=lambda line: (names.index(line.indicator.id), line.period)))


def _bound(plan: Plan, code: str) -> set[str]:
    """Return the units formed that share a source with a unit, directly or through others."""
    found, open_ = {code}, [code]
    while open_:
        for source in plan.by_code[open_.pop()].sources:
            new = {unit.code for unit, _ in plan.by_source[source]} - found
            found |= new
            open_ += sorted(new)
    return found


def _known(value: object) -> float | None:
    if value is None or isinstance(value, str):
        return None
    known = float(value)  # type: ignore[arg-type]
    return None if known != known else known


def _part(indicator: Indicator, row: object) -> float | None:
    value = _known(getattr(row, "value", None))
    top, bottom = _known(getattr(row, "numerator", None)), _known(getattr(row, "denominator", None))
    if value is None and top is not None and bottom:
        return top / bottom * (100 if indicator.unit == "%" else 1)
    return value


def target_words(line: Line) -> str:
    """Return the catalogue's target with whether the group meets it; a dash where there is none."""
    from indicators.bounds import meets

    text = line.indicator.target.strip()
    if not text:
        return t("workbench.no_target")
    sign, figure = text.rstrip("0123456789.,"), text.lstrip("<>=≤≥ ")
    try:
        limit = float(figure.replace(",", "."))
    except ValueError:
        return text
    low = line.value if line.value is not None else line.low
    high = line.value if line.value is not None else line.high
    if low is None or high is None:
        return f"{text} · {t('outcome.undetermined')}"
    met = meets(low, high, limit, at_least="<" not in sign)
    word = {True: "outcome.pass", False: "outcome.fail", None: "outcome.undetermined"}[met]
    return f"{text} · {t(word)}"


def indicators_panel(plan: Plan, register: Register, code: str, key: str) -> None:
    """Draw chosen indicators of a unit formed: its parts, the group, the target."""
    found = observations_for(register.vintage)
    if found is None:
        st.caption(t("workbench.no_observations"))
        return
    from indicators.catalogue import embedded_catalogue

    catalogue = embedded_catalogue()
    vi = language() == "vi"
    options = sorted(map(str, found.frame["indicator"].unique()))
    chosen = st.multiselect(
        t("workbench.indicators"),
        options,
        default=[name for name in _FIRST if name in options],
        format_func=lambda name: catalogue.by_id[name].name_vi if vi else catalogue.by_id[name].name_en,
        key=f"{CHOSEN}-{key}",
    )
    if not chosen:
        return
    lines = group_lines(found, plan, register, code, chosen)
    sources = plan.by_code[code].sources
    rows = []
    for line in lines:
        name = line.indicator.name_vi if vi else line.indicator.name_en
        decimals = 1 if line.indicator.unit == "%" else 0
        rows.append(
            [
                f"{name}, {line.period} ({line.indicator.unit})",
                *(number(line.parts[source], decimals) for source in sources),
                group_value(line, decimals),
                target_words(line),
            ]
        )
    head = [
        t("workbench.indicator"),
        *(register[source].name for source in sources),
        t("workbench.together"),
        t("workbench.target"),
    ]
    st.html(f'<div style="overflow-x:auto">{table_html(head, rows)}</div>')
    st.caption(t("workbench.illustrative"))


def group_value(line: Line, decimals: int) -> str:
    """Return the group's figure, its bounds, or a dash."""
    if line.value is not None:
        return number(line.value, decimals)
    if line.low is not None and line.high is not None:
        return f"{number(line.low, decimals)} – {number(line.high, decimals)}"
    return number(None)
