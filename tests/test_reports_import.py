"""A merger table as a plan: what was exported comes back whole, an office's own table is understood."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputFileError, PlanError
from geo.register import Figure, Register, Unit
from geo.registers import embedded_register
from plans.files import embedded_plan
from plans.plan import Exemption, NewUnit, Plan, Totals, Transfer
from reports.context import Context
from reports.export import export_bytes
from reports.importer import columns_matched, plan_from_table

REGISTER = embedded_register("hanoi-2024-12-31")
PLAN = embedded_plan("nq1286")

SMALL = Register(
    "2024-12-31",
    tuple(
        Unit(
            f"{i:05d}", "2024-12-31", name, "commune", "271" if i < 8 else "272", "Huyện Ba Vì" if i < 8 else "Huyện X",
            figures={"area_km2": Figure(Decimal(i) + Decimal("0.125")), "population": Figure(Decimal(1000 * i))},
        )
        for i, name in enumerate(("A", "=B", "-C", "+D", "@E", "'F", "'=G", "Hòa", "I", "J", "K", "L"), 1)
    ),
    "small",
)  # fmt: skip

# every character that a person can type; control characters are tried apart
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp", "Co")), max_size=12).map(
    str.strip
)
NAME = st.one_of(
    TEXT.filter(bool), st.sampled_from(["=1+1", "-x", "+y", "@z", "'q", "'=q", "a\x07b", "0123", "1e5"])
)
CONFIDENCE = st.sampled_from(["", "high", "medium", "low"])
AREA = st.none() | st.decimals("0", "5000", places=4)
COUNT = st.none() | st.integers(0, 10**6)
EXTRA = st.dictionaries(st.sampled_from(["k1", "k2"]), TEXT | st.integers(-9, 9) | st.dates() | st.booleans())


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    codes = [unit.code for unit in SMALL]
    loose = draw(st.permutations(codes))
    cuts = sorted(draw(st.sets(st.integers(1, len(loose) - 1), min_size=1, max_size=4)))
    split = loose[0]
    units = []
    for number, (a, b) in enumerate(zip([1, *cuts], [*cuts, len(loose)], strict=True)):
        members = loose[a:b] if number else loose[1 : cuts[0]]
        transfers = [_transfer(draw, code, "whole") for code in members]
        if draw(st.booleans()) or not transfers:
            transfers.insert(draw(st.integers(0, len(transfers))), _transfer(draw, split, "part"))
        code = members[0] if members else f"9{number:04d}"
        units.append(
            NewUnit(
                code,
                draw(NAME),
                draw(st.sampled_from(["commune", "ward", "township"])),
                tuple(transfers),
                draw(st.sampled_from(["", "271", "272"])),
                draw(st.sampled_from(["", *members])),
                draw(AREA),
                draw(COUNT),
                draw(TEXT),
                draw(TEXT),
                draw(CONFIDENCE),
                draw(TEXT),
                draw(EXTRA),
            )
        )
    return Plan(
        draw(TEXT.filter(bool)),
        draw(TEXT),
        draw(TEXT),
        draw(TEXT),
        draw(st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        draw(st.dates(date(2025, 1, 1), date(2030, 1, 1))),
        "2024-12-31",
        tuple(units),
        tuple(Exemption(c, draw(TEXT.filter(bool)), draw(TEXT), draw(TEXT), draw(EXTRA)) for c in codes[:1]),
        Totals(draw(COUNT), draw(COUNT), draw(COUNT), draw(COUNT), draw(EXTRA)),
        draw(EXTRA),
        draw(EXTRA),
    )


def _transfer(draw: st.DrawFn, code: str, part: Any) -> Transfer:
    whole = draw(st.none() | st.decimals("4000", "5000", places=3))
    return Transfer(
        code,
        part,
        draw(st.none() | st.decimals("0", "500", places=4)),
        draw(st.none() | st.integers(0, 9999)),
        whole,
        draw(st.none() | st.integers(10**6, 10**7)),
        draw(st.sampled_from(["", "resolution", "proposal"])),
        draw(st.dictionaries(st.sampled_from(["households", "dossiers"]), st.decimals(0, 1, places=3))),
        draw(TEXT),
        draw(CONFIDENCE),
        draw(TEXT),
        draw(EXTRA),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_workbook_comes_back_whole(plan: Plan) -> None:
    content = export_bytes(Context(plan, SMALL), "xlsx")
    again, reports = plan_from_table(content, "a.xlsx", SMALL)
    assert again == plan
    assert [(t, u.extra, t.extra, t.shares) for u, t in again.transfers] == [
        (t, u.extra, t.extra, t.shares) for u, t in plan.transfers
    ]
    assert (again.extra, again.procedure, again.totals.extra) == (
        plan.extra,
        plan.procedure,
        plan.totals.extra,
    )
    assert reports == ()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_csv_brings_back_units_and_transfers(plan: Plan) -> None:
    again, _ = plan_from_table(export_bytes(Context(plan, SMALL), "csv"), "a.csv", SMALL)
    for got, wanted in zip(again.units, plan.units, strict=True):
        assert [asdict(t) for t in got.transfers] == [asdict(t) for t in wanted.transfers]
        assert asdict(got) == asdict(wanted)
    assert (again.id, again.decided, again.effective, again.base, again.instrument) == (
        plan.id, plan.decided, plan.effective, plan.base, plan.instrument,
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_real_plan(suffix: str) -> None:
    again, reports = plan_from_table(export_bytes(Context(PLAN, REGISTER), suffix), f"a.{suffix}", REGISTER)
    assert again.units == PLAN.units
    if suffix == "xlsx":
        assert (reports, again) == ((), PLAN)
        return
    # a table of transfers has no place for the rest of a plan: that is said, and nothing is made up
    (said,) = reports
    for vi, en in (("tổng số", "totals"), ("không sắp xếp", "exemptions"), ("trình tự", "procedure")):
        assert vi in said.vi
        assert en in said.en
    assert (again.totals, again.exempt, again.procedure) == (Totals(), (), {})
    assert PLAN.totals != Totals()
    if suffix == "xlsx":
        assert again == PLAN


def office(rows: list[list[object]], merges: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for area in merges:
        sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_office_table_without_codes() -> None:
    """Grouped headings, kinds before names, a merged cell for the unit formed, a total row: codes come by name."""
    content = office(
        [
            ["PHỤ LỤC SÁP NHẬP"],
            ["STT", "Huyện", "Trước sắp xếp", None, None, "Sau sắp xếp"],
            [None, None, "Tên đơn vị", "Diện tích (km2)", "Dân số (người)", "Tên đơn vị"],
            [1, "Ba Vì", "xã Châu Sơn", "3,55", "4.937", "Xã Phú Hồng"],
            [2, "Ba Vì", "Xã Phú Phương", "5,2", "5.632", None],
            [3, "Ba Vì", "Xã Tản Hồng", 7.92, 18584, None],
            ["Tổng cộng", None, None, 16.67, 29153, None],
        ],
        ("C2:E2", "F4:F6"),
    )
    plan, reports = plan_from_table(content, "bavi.xlsx", REGISTER)
    assert [unit.name for unit in plan.units] == ["Phú Hồng"]
    unit = plan.units[0]
    assert unit.kind == "commune"
    assert unit.sources == ("09637", "09646", "09634") or len(unit.sources) == 3
    assert [t.area_km2 for t in unit.transfers] == [Decimal("3.55"), Decimal("5.2"), Decimal("7.92")]
    assert [t.population for t in unit.transfers] == [4937, 5632, 18584]
    assert any("thời điểm" in report.vi for report in reports)


def test_lost_zeros_are_restored_and_said() -> None:
    content = "Mã cũ;Tên cũ;Mã mới;Tên mới;Loại mới\n4;Trúc Bạch;4;Trúc Bạch;phường\n".encode()
    plan, reports = plan_from_table(content, "a.csv", REGISTER)
    assert plan.units[0].sources == ("00004",)
    assert any("00004" in report.vi for report in reports)


def test_mapping_of_a_users_own_headings() -> None:
    content = "alpha,beta,gamma,delta\n00004,00004,Trúc Bạch,phường\n".encode()
    with pytest.raises(PlanError, match="alpha"):
        plan_from_table(content, "a.csv", REGISTER)
    mapping = {"former_code": "alpha", "new_code": "beta", "new_name": "gamma", "new_kind": "delta"}
    plan, _ = plan_from_table(content, "a.csv", REGISTER, mapping=mapping)
    assert plan.units[0].sources == ("00004",)


def test_headings_recognised_are_shown() -> None:
    matched = columns_matched("Mã ĐVHC cũ,Tên đơn vị mới\n00004,X\n".encode())
    assert matched == {"former_code": "Mã ĐVHC cũ", "new_name": "Tên đơn vị mới"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Mã cũ,Mã mới,Tên mới\nABC,00004,X\n", "00001-99999"),
        ("Mã cũ,Mã mới,Tên mới\n00004,00004,\n", "no name"),
        ("Mã cũ,Mã mới,Tên mới,Diện tích\n00004,00004,X,nhiều\n", "nhiều"),
        ("Mã cũ,Mã mới,Tên mới,Phần\n00004,00004,X,nửa\n", "neither whole nor part"),
        ("Mã cũ,Mã mới,Tên mới\n99998,99998,X\n", "no such source"),
        ("Tên cũ,Mã mới,Tên mới\nKhông Có,00004,X\n", "no unit of the register"),
        ("Tên cũ,Mã mới,Tên mới\nYên Viên,00004,X\n", "fits several"),
        ("Mã cũ,Mã mới,Tên mới\n", "no rows"),
        ("Mã cũ,Mã mới,Tên mới\n00004,00004,X\n00010,00004,Y\n", "two names"),
    ],
)
def test_bad_tables_name_row_and_cell(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        plan_from_table(text.encode(), "a.csv", REGISTER)


def test_not_a_table() -> None:
    with pytest.raises(InputFileError):
        plan_from_table(b"\x00\x01", "a.csv", REGISTER)
    with pytest.raises(InputFileError, match="old Excel"):
        plan_from_table(b"\xd0\xcf\x11\xe0....", "a.xls", REGISTER)


def test_nothing_becomes_a_formula() -> None:
    unit = NewUnit(
        "00001", '=HYPERLINK("x")', "commune", (Transfer("00001"), Transfer("00002")), note="@SUM(1)"
    )
    plan = Plan("p", "+1", "-1", "=2", date(2025, 1, 1), date(2025, 1, 2), "2024-12-31", (unit,))
    book = openpyxl.load_workbook(io.BytesIO(export_bytes(Context(plan, SMALL), "xlsx")))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or str(cell.value).startswith("=SUM(")
    text = export_bytes(Context(plan, SMALL), "csv").decode()
    assert ',"\'=HYPERLINK(""x"")",' in text
    assert ",'@SUM(1)," in text
    assert ",'=B," in text
