"""Reading observations: long and wide, CSV, XLSX and Parquet; and every bad input named by row and column."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from geo.errors import InputFileError, ObservationError
from geo.registers import embedded_register
from indicators.catalogue import embedded_catalogue
from indicators.columns import guess_kind, match_columns
from indicators.observations import COLUMNS, Observations, parse_observations, read_observations
from indicators.recognise import known_registers, recognise
from indicators.tables import parse_table

OLD = "2024-12-31"
HEAD = "unit_code,vintage,period,indicator,value,numerator,denominator,status\n"


def read(text: str, name: str = "so-lieu.csv", **options: object) -> Observations:
    return parse_observations(
        text.encode(), name, embedded_catalogue(), embedded_register("hanoi-2024-12-31"), **options
    )


def refused(text: str, **options: object) -> str:
    with pytest.raises(ObservationError) as caught:
        read(text, **options)
    return caught.value.text("en")


def said(observations: Observations) -> str:
    return "\n".join(report.text("en") for report in observations.reports)


def test_a_long_file() -> None:
    found = read(
        HEAD
        + f"00001,{OLD},2024,DOS_RECEIVED,12,,,\n00004,{OLD},2024,RATE_ONLINE,,3,4,P\n"
        + f"00006,{OLD},2024,DOS_RECEIVED,,,,\n"
    )
    assert tuple(found.frame.columns) == COLUMNS
    assert found.frame["value"].tolist()[:2] == [12, 75]
    assert found.frame["status"].tolist() == ["A", "P", "O"]
    assert found.vintage == OLD


def test_a_wide_table_with_names_of_indicators_and_years() -> None:
    text = "STT;Mã xã;Tên xã;Hồ sơ tiếp nhận trong kỳ 2023;Hồ sơ tiếp nhận trong kỳ 2024;POP 2024\n"
    text += "1;00001;Phúc Xá;10;12;500\n"
    found = read(text)
    assert found.frame[["period", "indicator", "value"]].astype(str).to_numpy().tolist() == [
        ["2023", "DOS_RECEIVED", "10.0"],
        ["2024", "DOS_RECEIVED", "12.0"],
        ["2024", "POP", "500.0"],
    ]
    assert "separator" in said(found)


def workbook(merge: bool = True) -> bytes:
    """Two header rows with merged cells, a title above, rows of totals, codes as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Báo cáo hồ sơ một cửa"])
    sheet.append(["STT", "Mã đơn vị", "Tên đơn vị", "DOS_RECEIVED", None, "DOS_ONLINE", None])
    sheet.append([None, None, None, 2023, 2024, 2023, 2024])
    sheet.append([None, None, "Quận Ba Đình", 30, 45, 12, 15])
    sheet.append([1, 1, "Phúc Xá", 10, 20, 5, 6])
    sheet.append([2, 4, "Trúc Bạch", 20, 25, 7, 9])
    sheet.append([None, None, None, None, None, None, None])
    sheet.append([None, "Tổng cộng", None, 31, 45, 12, 15])
    for cells in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:G2") if merge else ():
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_merged_headers_totals_and_lost_zeros() -> None:
    found = parse_observations(workbook(), "bao-cao.xlsx", embedded_catalogue())
    values = found.frame.set_index(["unit_code", "indicator", "period"])["value"]
    assert values[("00001", "DOS_RECEIVED", "2024")] == 20
    assert values[("00004", "DOS_ONLINE", "2023")] == 7
    assert len(values) == 8
    text = said(found)
    assert "merged cells" in text
    assert text.count("row of totals") == 2
    assert "differs from the sum of the rows by -1" in text
    assert "restored" in text


def test_a_csv_made_of_merged_headers() -> None:
    text = "Mã xã,DOS_RECEIVED,,DOS_ONLINE,\n,2023,2024,2023,2024\n00001,10,20,5,6\n"
    assert read(text).frame["value"].tolist() == [10, 20, 5, 6]


def test_parquet_and_csv_give_the_same() -> None:
    text = HEAD + f"00001,{OLD},2024,DOS_RECEIVED,12,,,\n00004,{OLD},2024,DOS_RECEIVED,7,,,\n"
    frame = pd.read_csv(io.StringIO(text), dtype={"unit_code": str, "period": str})
    out = io.BytesIO()
    frame.to_parquet(out)
    other = parse_observations(out.getvalue(), "a.parquet", embedded_catalogue())
    pd.testing.assert_frame_equal(read(text).frame.astype(str), other.frame.astype(str))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("00001,,2024,DOS_RECEIVED,nhiều,,,", "row 2, field value (DOS_RECEIVED): text where a number belongs"),
        ("00001,,2024,DOS_RECEIVED,\"12,5\",,,", "comma"),
        ("00001,,2024,DOS_RECEIVED,1.234,,,", "groups thousands"),
        ("00001,,2024,DOS_RECEIVED,-3,,,", "negative"),
        ("00001,,2024,DOS_RECEIVED,1e400,,,", "too large"),
        ("00001,,2024,RATE_ONLINE,,-1,4,", "negative"),
        ("99999,,2024,DOS_RECEIVED,1,,,", "row 2, field unit_code: the register has no such code; found “99999”"),
        ("00001,,2024,KHONG_CO,1,,,", "no such indicator"),
        ("00001,,hôm qua,DOS_RECEIVED,1,,,", "no period"),
        ("00001,,2024,DOS_RECEIVED,1,,,Z", "SDMX"),
        ("00001,,2024,RATE_ONLINE,,5,4,", "above the denominator"),
        ("00001,2025-01-01,2025,DOS_RECEIVED,1,,,", "two maps"),
        ("00001,1999-01-01,2024,DOS_RECEIVED,1,,,", "no register"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_by_row_and_field(row: str, message: str) -> None:
    assert message in refused(HEAD + row + "\n")


def test_numbers_of_parquet_are_checked_like_text() -> None:
    frame = pd.DataFrame(
        {"unit_code": ["00001"], "period": [2024], "indicator": ["DOS_RECEIVED"], "value": [-3.0]}
    )
    out = io.BytesIO()
    frame.to_parquet(out)
    with pytest.raises(ObservationError, match="negative"):
        parse_observations(out.getvalue(), "a.parquet", embedded_catalogue())


def test_a_broken_quote_names_its_line() -> None:
    with pytest.raises(InputFileError, match="row 2: malformed CSV"):
        read(HEAD + '00001,,2024,DOS_RECEIVED,"1,,,\n')


def test_all_problems_are_listed_at_once() -> None:
    text = refused(
        HEAD + "00001,,2024,DOS_RECEIVED,x,,,\n00004,,2024,DOS_RECEIVED,y,,,\n00006,,2024,NEIN,1,,,\n"
        "99999,,2024,DOS_RECEIVED,1,,,\n"
    )
    assert all(f"row {row}" in text for row in (2, 3, 4, 5))


def test_a_duplicate_names_both_rows() -> None:
    text = refused(HEAD + "00001,,2024,DOS_RECEIVED,1,,,\n00001,,2024,DOS_RECEIVED,2,,,\n")
    assert "row 3" in text
    assert "duplicate of row 2" in text


def test_more_than_one_vintage_is_refused() -> None:
    assert "more than one vintage" in refused(
        HEAD + f"00001,{OLD},2024,POP,1,,,\n00004,2025-01-01,2024,POP,1,,,\n"
    )
    assert "lack the vintage" in refused(HEAD + f"00001,{OLD},2024,POP,1,,,\n00004,,2024,POP,1,,,\n")


def test_a_count_above_the_count_that_holds_it_is_refused() -> None:
    text = refused(HEAD + "00001,,2024,DOS_RECEIVED,5,,,\n00001,,2024,DOS_ONLINE,6,,,\n")
    assert "above DOS_RECEIVED" in text


def test_a_rate_that_contradicts_its_parts_is_reported_and_the_parts_are_used() -> None:
    found = read(HEAD + "00001,,2024,RATE_ONLINE,80,3,4,\n00004,,2024,RATE_ONLINE,33.3,1,3,\n")
    assert found.frame["value"].tolist() == [75, pytest.approx(100 / 3)]
    assert said(found).count("contradicts") == 1


def test_a_published_zero_over_zero_is_missing() -> None:
    found = read(HEAD + "00001,,2024,RATE_ONLINE,0,0,0,\n")
    assert found.frame["value"].isna().all()
    assert found.frame["status"].tolist() == ["M"]


def test_lost_zeros_are_restored_only_where_all_were_lost() -> None:
    assert read(HEAD + "1,,2024,POP,5,,,\n9637,,2024,POP,5,,,\n").frame["unit_code"].tolist() == [
        "00001",
        "09637",
    ]
    assert "fewer than five digits" in refused(HEAD + "00001,,2024,POP,5,,,\n9637,,2024,POP,5,,,\n")


def test_blank_rows_and_rows_of_totals_are_skipped() -> None:
    found = read("Mã xã,Tên,POP 2024\n00001,Phúc Xá,5\n,,\nTổng số,,5\n001,Quận Ba Đình,5\n")
    assert found.frame["unit_code"].tolist() == ["00001"]
    assert said(found).count("totals, skipped") == 2
    assert "1 blank rows" in said(found)


def test_another_encoding_and_other_files_are_refused() -> None:
    with pytest.raises(InputFileError, match="UTF-8"):
        parse_observations("Mã xã,POP\n".encode("utf-16-le")[:9] + b"\xff", "a.csv", embedded_catalogue())
    for content, name in (
        (b"", "a.csv"),
        (b"x", "a.xlsx"),
        (b"x", "a.parquet"),
        (b"a,b\n1,2\n", "a.csv"),
        (b"x", "a.pdf"),
    ):
        with pytest.raises(InputFileError):
            parse_observations(content, name, embedded_catalogue())


# --- vintage ---


def whole_map(vintage: str) -> str:
    register = next(r for r in known_registers() if r.vintage == vintage)
    return HEAD + "".join(f"{unit.code},,2024-12-31,POP,1,,,\n" for unit in register)


def test_the_vintage_is_recognised_with_its_evidence() -> None:
    old = read(whole_map(OLD))
    assert old.vintage == OLD
    assert "579/579" in said(old)
    # 526 codes, every one of them known before too: their number says which map it is
    assert read(whole_map("2025-01-01")).vintage == "2025-01-01"


def test_where_two_registers_fit_and_differ_it_is_asked() -> None:
    registers = [r for r in known_registers() if r.vintage in (OLD, "2025-01-01")]
    # Hòa Phú before or after? The code alone does not say; a period or a name does
    with pytest.raises(ObservationError, match="2025-01-01"):
        recognise(["10417"], registers)
    assert recognise(["10417"], registers, ["2024"])[0].vintage == OLD
    assert recognise(["10417"], registers, ["2025-03"])[0].vintage == "2025-01-01"
    # a unit that did not change is the same in both
    assert recognise(["00001"], registers)[0].vintage == OLD
    assert read(HEAD + "10417,,2024,POP,1,,,\n").vintage == OLD


def test_an_unknown_indicator_is_told_where_it_could_come_from() -> None:
    assert "--catalogue" in refused(f"{HEAD}09637,,2024,FOO,1,,,A\n")


# --- suggestions ---


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("Hồ sơ tiếp nhận", ["10", "2000"], "count-flow"),
        ("Dân số", ["5000"], "count-stock"),
        ("Diện tích (km²)", ["5.21"], "count-stock"),
        ("Tỷ lệ đúng hạn (%)", ["95.2"], "ratio"),
        ("Thu nhập bình quân", ["5.2"], "mean"),
        ("Thu nhập trung vị", ["5.2"], "quantile"),
        ("Xếp hạng", ["1", "2"], "rank"),
        ("Tổng điểm", ["50.1"], "score"),
        ("Loại đơn vị", ["I", "II"], "class"),
        ("Ghi chú", ["một chợ", "hai đình", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"], "text"),
        ("abc", ["1", "250"], "count-flow"),
        ("abc", ["1.5", "99.5"], "ratio"),
        # points that group thousands: as a count they are refused with the reason, as a mean they would be 1,25
        ("Số hồ sơ", ["1.250", "980", "0"], "count-flow"),
        ("abc", ["1.250", "980"], "count-flow"),
        ("abc", ["1.250", "0.980"], "ratio"),
    ],
)  # fmt: skip
def test_a_kind_is_suggested_with_a_reason(name: str, cells: list[str], kind: str) -> None:
    found = guess_kind(name, cells)
    assert found.kind == kind
    assert found.reason_vi
    assert found.reason_en


def test_columns_are_matched() -> None:
    table = parse_table(
        "STT,Mã xã,Tên xã,Dân số 2024,Cột riêng,RATE_ONLINE.numerator\n1,00001,a,1,2,3\n".encode(), "a.csv"
    )
    roles = {item.column: item for item in match_columns(table, embedded_catalogue())}
    assert roles["Mã xã"].role == "unit_code"
    assert roles["Tên xã"].role == "name"
    assert roles["STT"].role == "ignore"
    assert (roles["Dân số 2024"].indicator, roles["Dân số 2024"].period) == ("POP", "2024")
    assert roles["Cột riêng"].indicator == "Cột_riêng"
    assert (roles["RATE_ONLINE.numerator"].indicator, roles["RATE_ONLINE.numerator"].part) == (
        "RATE_ONLINE",
        "numerator",
    )


def test_the_illustrative_file_is_read_and_says_that_it_is_no_fact() -> None:
    from geo.files import DATA
    from indicators.build_illustrative import COLUMNS as FILE_COLUMNS
    from indicators.build_illustrative import MARK, rows

    path = DATA / "indicators" / "illustrative_dossiers_2024.csv"
    found = read_observations(path, embedded_catalogue())
    assert found.frame["unit_code"].nunique() == 579
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert set(frame["mark"]) == {MARK}
    assert {"illustrative"} == {embedded_catalogue()[i].marks for i in frame["indicator"].unique()}
    made = [
        ["" if cell is None else str(cell) for cell in row]
        for row in rows(embedded_register("hanoi-2024-12-31"))
    ]
    assert frame[list(FILE_COLUMNS)].to_numpy().tolist() == made
