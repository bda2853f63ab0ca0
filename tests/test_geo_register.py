from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from geo.build_registers import build, check
from geo.errors import InputFileError, RegisterError, SapxepError
from geo.files import read_csv, whole_file
from geo.register import Register
from geo.registers import embedded_register, read_register, write_register
from geo.text import comparable_name, vietnamese_number, without_accents

HEADER = "code,name,kind,district_code,district_name,area_km2,population\n"
ROW = "00001,Phúc Xá,ward,001,Quận Ba Đình,1.08,21946\n"


@pytest.fixture(scope="module")
def hanoi() -> Register:
    return embedded_register("hanoi-2024-12-31")


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "units.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> SapxepError:
    with pytest.raises(SapxepError) as caught:
        read_register(path)
    return caught.value


def test_hanoi_before_the_resolution_is_what_is_published(hanoi: Register) -> None:
    kinds = [unit.kind for unit in hanoi]
    assert len(hanoi) == 579
    assert (kinds.count("commune"), kinds.count("ward"), kinds.count("township")) == (383, 175, 21)
    assert len(hanoi.districts) == 30
    assert hanoi.total("population") == 8_053_663
    assert {unit.district_kind for unit in hanoi} == {"urban_district", "rural_district", "town"}


def test_the_embedded_register_is_what_the_command_builds(hanoi: Register) -> None:
    assert build(hanoi.id) == hanoi


def test_check_lists_every_difference_from_what_is_published(hanoi: Register) -> None:
    with pytest.raises(RegisterError) as caught:
        check(Register(hanoi.vintage, hanoi.units[1:], hanoi.id))
    assert {problem.field for problem in caught.value.problems} == {"units", "ward", "population"}


def test_area_is_the_stated_one_where_trusted_and_the_choice_is_recorded(hanoi: Register) -> None:
    rows = read_csv(Path("data/units/source/units_2024.csv")).rows
    for row in rows:
        unit = hanoi[row["code"]]
        trusted = row["area_confidence"] in ("high", "medium")
        assert unit.notes["area_km2_basis"] == ("stated" if trusted else "computed")
        assert unit.area_km2 == Decimal(row["area_km2_stated" if trusted else "area_km2_computed"])
        assert unit.figure("area_km2").source
        assert unit.figure("area_km2").confidence in ("high", "medium")


def test_district_and_name_are_not_a_key(hanoi: Register) -> None:
    homonyms = [unit for unit in hanoi if unit.name == "Yên Viên" and unit.district_code == "018"]
    assert {unit.kind for unit in homonyms} == {"township", "commune"}


def test_reading_what_was_written_gives_an_equal_register(hanoi: Register, tmp_path: Path) -> None:
    write_register(hanoi, tmp_path / "r.csv")
    assert read_register(tmp_path / "r.csv") == replace(hanoi, id=str(tmp_path / "r.csv"))


def test_missing_figures_are_unknown_and_not_zero(tmp_path: Path) -> None:
    register = read_register(written(tmp_path, HEADER + ROW + "00004,Trúc Bạch,ward,001,Quận Ba Đình,,\n"))
    assert register["00004"].area_km2 is None
    assert register["00004"].population is None
    assert register.total("population") is None


def test_lost_zeros_are_restored_and_said(tmp_path: Path) -> None:
    register = read_register(written(tmp_path, HEADER + ROW.replace("00001", "1")))
    assert register.units[0].code == "00001"
    assert "00001" in register.reports[0].text("en")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read_and_said(tmp_path: Path, separator: str) -> None:
    register = read_register(written(tmp_path, (HEADER + ROW).replace(",", separator)))
    assert register["00001"].area_km2 == Decimal("1.08")
    assert any("separator" in report.en for report in register.reports)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert len(read_register(written(tmp_path, "\ufeff" + HEADER + ROW))) == 1


@pytest.mark.parametrize(
    ("text", "field", "found"),
    [
        (HEADER + ROW + ROW, "code", "00001"),
        (HEADER + ROW.replace("00001", "x1"), "code", "x1"),
        (HEADER + ROW.replace("ward", "village"), "kind", "village"),
        (HEADER + ROW.replace("1.08", "-1.08"), "area_km2", "-1.08"),
        (HEADER + ROW.replace("1.08", "0"), "area_km2", "0"),
        (HEADER + ROW.replace("1.08", "108000"), "area_km2", "108000"),
        (HEADER + ROW.replace("1.08", "một"), "area_km2", "một"),
        (HEADER + ROW.replace("21946", "-5"), "population", "-5"),
        (HEADER + ROW.replace("21946", "21.5"), "population", "21.5"),
        (HEADER + ROW.replace("21946", "99999999999"), "population", "99999999999"),
        (HEADER + ROW.replace("Phúc Xá", ""), "name", ""),
    ],
)
def test_a_bad_row_is_named_with_file_row_and_field(
    tmp_path: Path, text: str, field: str, found: str
) -> None:
    error = refusal(written(tmp_path, text))
    assert isinstance(error, RegisterError)
    (problem,) = error.problems
    assert problem.field == field
    assert problem.found == found
    assert problem.accepted
    assert problem.row == (3 if text.count("Phúc Xá") == 2 else 2)
    assert "units.csv" in error.text("vi")


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, HEADER + ROW.replace("ward", "?") + "1,,commune,,,x,-1\n"))
    assert len(error.problems) >= 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        "code,name\n00001,Phúc Xá\n".encode(),
        HEADER.encode(),
        (HEADER + ROW).encode("utf-16-le"),
        (HEADER + ROW).encode("cp1258", "replace"),
        b"PK\x03\x04\x00\x00",
        (HEADER + ROW.strip() + ",extra\n").encode(),
        (HEADER + '00001,"open quote,ward\n').encode(),
        (HEADER.replace("name", "code")).encode(),
    ],
)
def test_what_is_no_register_is_refused_in_one_message(tmp_path: Path, content: bytes) -> None:
    assert "units.csv" in refusal(written(tmp_path, content)).text("vi")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputFileError, match=r"nowhere\.csv"):
        read_register("nowhere.csv")


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "t.csv"
    target.write_text("old")

    def interrupted() -> None:
        with whole_file(target) as beside:
            beside.write_text("half")
            raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError):
        interrupted()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_names_compare_without_regard_to_case_composition_and_tone_position() -> None:
    forms = ["Hòa Phú", "Hoà Phú", "HÒA  PHÚ", "Ho\u0300a Phu\u0301"]
    assert len({comparable_name(form) for form in forms}) == 1
    assert len({comparable_name(name) for name in ("Hòa", "Hóa", "Hoa", "Hỏa")}) == 4
    assert without_accents("Đống Đa") == "dong da"


def test_numbers_in_the_vietnamese_form() -> None:
    assert vietnamese_number(Decimal("1234.50")) == "1.234,50"
    assert vietnamese_number(8053663) == "8.053.663"
    assert vietnamese_number(0.5) == "0,5"
    assert vietnamese_number(None) == "—"
    assert vietnamese_number(12.345, 1) == "12,3"
