"""Observations: figures of units in periods, read from tables and checked; what is not understood is refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from geo.errors import ObservationError, Problem
from geo.files import read_bytes
from geo.register import Register
from geo.registers import embedded_for, embedded_register, restored_code
from indicators.catalogue import KNOWN_ID, TEXT_KINDS, Catalogue, Indicator, embedded_catalogue
from indicators.checks import Checks, check_shares, contradictions, numbers
from indicators.columns import ColumnRole as ColumnRole
from indicators.columns import guess_kind as guess_kind
from indicators.columns import match_columns as match_columns
from indicators.periods import ACCEPTED, after_vintage, normal_period, straddled
from indicators.recognise import recognise, with_known
from indicators.rows import column_of, long_rows, unit_rows
from indicators.status import PRECEDENCE
from indicators.tables import TextTable, parse_table

COLUMNS: Final = (
    "unit_code",
    "vintage",
    "period",
    "indicator",
    "value",
    "numerator",
    "denominator",
    "status",
)
KEYS: Final = ("unit_code", "period", "indicator")


@dataclass(frozen=True)
class Observations:
    """Checked observations of one vintage.

    ``frame``: one row an observation in the contract's columns; keys and status are categoricals of text, figures
    float64 (missing = NaN; ``value`` holds words too where a kind allows them). ``reports`` say what was skipped,
    restored or contradicts itself.
    """

    frame: pd.DataFrame
    vintage: str
    reports: tuple[Problem, ...] = field(default=())
    file: str = ""

    def __len__(self) -> int:
        return len(self.frame)


def read_observations(
    path: Path | str,
    catalogue: Catalogue | None = None,
    registers: Register | Sequence[Register] = (),
    vintage: str = "",
    *,
    mapping: Sequence[ColumnRole] | None = None,
    period: str = "",
) -> Observations:
    """Read observations from a long or wide CSV, XLSX or Parquet file; see parse_observations."""
    return parse_observations(
        read_bytes(path), str(path), catalogue, registers, vintage, mapping=mapping, period=period
    )


def parse_observations(
    content: bytes,
    name: str,
    catalogue: Catalogue | None = None,
    registers: Register | Sequence[Register] = (),
    vintage: str = "",
    *,
    mapping: Sequence[ColumnRole] | None = None,
    period: str = "",
) -> Observations:
    """Return the observations that a file's bytes hold.

    ``registers`` are those the codes may belong to (default: the embedded ones); ``vintage`` answers for a file
    that names none; ``mapping`` is match_columns as a person confirmed it; ``period`` serves for a table that has
    none. Raises InputFileError when the file is no table, ObservationError with all problems: text where a number
    belongs, decimal commas, unknown codes or indicators, duplicates, more than one vintage, a numerator above its
    denominator for a share in %, a period that two maps divide.
    """
    return observations_of(
        parse_table(content, name), catalogue, registers, vintage, mapping=mapping, period=period
    )


def observations_of(
    table: TextTable,
    catalogue: Catalogue | None = None,
    registers: Register | Sequence[Register] = (),
    vintage: str = "",
    *,
    mapping: Sequence[ColumnRole] | None = None,
    period: str = "",
) -> Observations:
    """Return the observations of a table that is in memory; see parse_observations."""
    catalogue = catalogue if catalogue is not None else embedded_catalogue()
    roles = tuple(mapping) if mapping is not None else match_columns(table, catalogue)
    checks = Checks(table.file, list(table.notes))
    rows = unit_rows(table, roles, checks)
    if rows.empty:
        checks.problem("không có dòng dữ liệu nào", "there are no rows of data")
        raise ObservationError(checks.problems)
    long = long_rows(rows, roles, period, checks)
    given = [registers] if isinstance(registers, Register) else list(registers)
    register, text_vintage = _resolve_vintage(long, rows, roles, given, vintage, checks)
    frame = _typed(long, catalogue, register, text_vintage, checks)
    if checks.problems:
        raise ObservationError(checks.problems)
    check_shares(frame, catalogue, checks)
    if checks.problems:
        raise ObservationError(checks.problems)
    contradictions(frame, catalogue, checks)
    frame = frame.drop(columns=["row", "text"]).reset_index(drop=True)
    return Observations(frame, text_vintage, tuple(checks.reports), table.file)


def _resolve_vintage(
    long: pd.DataFrame,
    rows: pd.DataFrame,
    roles: Sequence[ColumnRole],
    given: Sequence[Register],
    vintage: str,
    checks: Checks,
) -> tuple[Register, str]:
    """Return the register of the observations and its vintage; codes in ``long`` are restored on the way."""
    _restore_codes(long, checks)
    found = sorted(set(long["vintage"].astype(str).unique()) - {""})
    if len(found) > 1 or (found and (long["vintage"] == "").any()):
        checks.problem(
            "nhiều thời điểm trong một tệp" if len(found) > 1 else "có dòng thiếu thời điểm",
            "more than one vintage in one file" if len(found) > 1 else "some rows lack the vintage",
            None,
            "vintage",
            ", ".join(found),
            "một thời điểm cho mọi dòng / one vintage for all rows",
        )
    wanted = found[0] if found else vintage
    pool = with_known(given)
    if wanted:
        register = next((register for register in pool if register.vintage == wanted), None)
        if register is None and (name := embedded_for(wanted)):
            register = embedded_register(name)
        if register is None:
            checks.problem(
                "không có sổ đơn vị của thời điểm này",
                "there is no register of this vintage",
                None,
                "vintage",
                wanted,
                ", ".join(register.vintage for register in pool),
            )
            raise ObservationError(checks.problems)
        return register, wanted
    name_column = column_of(roles, "name")
    names = None
    if name_column is not None:
        by_row = long.drop_duplicates("row").set_index("row")["unit_code"].astype(str)
        texts = rows.loc[by_row.index, name_column].astype(str)
        names = dict(zip(by_row, texts, strict=True))
    periods = [p for text in long["period"].unique() if (p := normal_period(str(text)))]
    codes = set(long["unit_code"].astype(str).unique())
    best = max(pool, key=lambda register: len(codes & set(register.by_code)))
    if not codes <= set(best.by_code):
        # what is unknown is listed by row with all else that is wrong
        return best, best.vintage
    try:
        register, report = recognise(codes, pool, periods, names, checks.file)
    except ObservationError as error:
        checks.problems += error.problems
        return best, best.vintage
    checks.reports.append(report)
    return register, register.vintage


def _restore_codes(long: pd.DataFrame, checks: Checks) -> None:
    """Restore leading zeros where that is unambiguous: no other code of the file has kept them."""
    found = {str(code).strip(): restored_code(str(code)) for code in long["unit_code"].unique()}
    kept = any(code.startswith("0") and len(code) == 5 for code in found)
    mended = {code: five for code, five in found.items() if five and five != code}
    lost = {code for code in mended if len(code.split(".")[0]) < 5}
    if kept and lost:
        first = long.drop_duplicates("unit_code").set_index("unit_code")["row"]
        for code in sorted(lost):
            checks.problem(
                "mã không đủ 5 chữ số trong khi các mã khác còn số 0 ở đầu",
                "the code has fewer than five digits while others have kept their leading zeros",
                int(first.get(code, 0)),
                "unit_code",
                code,
                "00001-99999",
            )
    elif lost:
        checks.report(
            f"{len(lost)} mã mất số 0 ở đầu, đã khôi phục",
            f"{len(lost)} codes had lost leading zeros; restored",
            None,
            "unit_code",
            ", ".join(sorted(lost)[:5]),
        )
    changes = {code: mended.get(code, code) for code in found}
    long["unit_code"] = long["unit_code"].astype(str).str.strip().map(changes).astype(str)


def _typed(
    long: pd.DataFrame, catalogue: Catalogue, register: Register, vintage: str, checks: Checks
) -> pd.DataFrame:
    """Return the frame with checked keys and numbers; what is wrong goes to ``checks``."""
    kinds = {str(i): catalogue.by_id.get(str(i)) for i in long["indicator"].unique()}
    checks.unknown(
        long, "unit_code", set(register.by_code), "mã không có trong sổ", "the register has no such code",
        f"{register.id or register.vintage}",
    )  # fmt: skip
    checks.unknown(
        long, "indicator", {i for i, row in kinds.items() if row}, "chỉ tiêu không có trong danh mục",
        "the catalogue has no such indicator", KNOWN_ID,
    )  # fmt: skip
    normal = {text: normal_period(str(text)) for text in long["period"].unique()}
    checks.unknown(
        long,
        "period",
        {t for t, p in normal.items() if p},
        "không phải kỳ báo cáo",
        "this is no period",
        ACCEPTED,
    )
    checks.unknown(
        long,
        "status",
        {*PRECEDENCE, ""},
        "không phải trạng thái SDMX",
        "not an SDMX status",
        " ".join(PRECEDENCE),
    )
    for text, found in normal.items():
        if found and (day := straddled(found, vintage)):
            checks.problem(
                f"kỳ này nằm trên hai bản đồ: bản đồ đổi ngày {day:%d/%m/%Y}; hãy nộp từng phần",
                f"two maps divide this period: the map changed on {day.isoformat()}; give the parts",
                int(long.loc[long["period"] == text, "row"].iloc[0]),
                "period",
                str(text),
                f"{found}-H1, {found}-H2" if len(found) == 4 else "kỳ ngắn hơn / shorter periods",
            )
    late = after_vintage([p for p in normal.values() if p], vintage)
    if late:
        checks.report(
            f"kỳ sau khi sổ {vintage} hết hiệu lực", f"periods after register {vintage} was in force", None, "period",
            ", ".join(sorted(late)),
        )  # fmt: skip
    frame = pd.DataFrame(index=long.index)
    frame["unit_code"] = pd.Categorical(long["unit_code"])
    frame["vintage"] = pd.Categorical([vintage] * len(long))
    frame["period"] = pd.Categorical(long["period"].map(lambda text: normal[text] or str(text)))
    frame["indicator"] = pd.Categorical(long["indicator"], categories=pd.unique(long["indicator"]))
    words = long["indicator"].isin([i for i, row in kinds.items() if row and row.kind in TEXT_KINDS])
    for part in ("value", "numerator", "denominator"):
        frame[part] = numbers(long, part, kinds, words if part == "value" else None, checks)
    frame["text"] = long["value"].astype(str)
    empty = frame[["value", "numerator", "denominator"]].isna().all(axis=1)
    status = long["status"].astype(str).where(long["status"] != "", "A")
    frame["status"] = pd.Categorical(status.where(~empty | (status != "A"), "O"))
    frame["row"] = long["row"].to_numpy()
    twice = frame.duplicated(list(KEYS), keep="first")
    if twice.any():
        first = frame.drop_duplicates(list(KEYS)).set_index(list(KEYS))["row"]
        for _, row in frame[twice].head(checks.limit).iterrows():
            key = tuple(row[column] for column in KEYS)
            checks.problem(
                f"dòng lặp, đã có ở dòng {first[key]}", f"a duplicate of row {first[key]}", int(row["row"]),
                "unit_code, period, indicator", ", ".join(map(str, key)),
                "mỗi đơn vị, kỳ, chỉ tiêu một dòng / one row a unit, period and indicator",
            )  # fmt: skip
        checks.more(int(twice.sum()), "dòng lặp", "duplicates")
    return frame[[*COLUMNS, "row", "text"]]


def register_observations(register: Register, period: str = "") -> Observations:
    """Return population and area of a register as observations (indicators POP and LAND_AREA).

    The period is the date of the figures where the register says one date, else the register's vintage. Unknown
    figures are missing (status O), never zero.
    """
    rows = []
    for indicator, figure in (("POP", "population"), ("LAND_AREA", "area_km2")):
        dates = {unit.figure(figure).as_of for unit in register}
        when = period or (normal_period(dates.pop()) if len(dates) == 1 else None) or register.vintage
        for unit in register:
            found = unit.figure(figure)
            status = "O" if found.value is None else "E" if found.confidence == "estimated" else "A"
            value = float("nan") if found.value is None else float(found.value)
            rows.append(
                (unit.code, register.vintage, when, indicator, value, float("nan"), float("nan"), status)
            )
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("unit_code", "vintage", "period", "indicator", "status"):
        frame[column] = frame[column].astype("category")
    return Observations(frame, register.vintage, (), register.id)


def kinds_of(frame: pd.DataFrame, catalogue: Catalogue) -> Mapping[str, Indicator]:
    """Return the catalogue's rows of the indicators in a frame."""
    return {str(i): catalogue[str(i)] for i in frame["indicator"].unique()}
