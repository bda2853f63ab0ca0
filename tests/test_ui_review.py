"""What the Review page reads out of a file, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.errors import Problem
from geo.registers import embedded_for, embedded_register
from plans.files import embedded_plan
from plans.plan import Plan, Totals
from reports.context import Context
from reports.export import FORMATS
from reports.importer import columns_matched, plan_from_table
from reports.reader import read_pages
from reports.verify import Difference, Differences, verify
from ui.review_data import (
    KINDS,
    corrections,
    differences_frame,
    fits,
    headings_of,
    one_language,
    places_of,
    problems_frame,
    stated_hashes,
)
from ui.text import table

PLAN = embedded_plan("nq1286")
REGISTER = embedded_register(embedded_for(PLAN.base) or "")
PHU_HONG = PLAN.by_code["09646"]


@pytest.fixture(scope="module")
def small() -> Plan:
    return replace(PLAN, units=(PHU_HONG,), exempt=(), totals=Totals(), procedure={})


def test_a_difference_leads_to_its_former_and_its_new_unit() -> None:
    one = Difference("value", "Điều chuyển", 4, "Tên", "a", "b", "09637 → 09646")
    assert [(place.code, place.side) for place in places_of(one, PLAN, REGISTER)] == [
        ("09637", "before"),
        ("09646", "after"),
    ]
    unit = Difference("value", "Đơn vị hình thành", 4, "Tên", "a", "b", "09646")
    assert ("09646", "before") in {(p.code, p.side) for p in places_of(unit, PLAN, REGISTER)}
    total = Difference("total", "Điều chuyển", 130, "Dân số", "12345678", "1")
    assert places_of(total, PLAN, REGISTER) == ()


def test_an_extra_row_leads_to_the_units_that_it_names() -> None:
    one = Difference("extra_row", "Điều chuyển", 9, "", "09637; Châu Sơn; 99999", "")
    assert [(place.code, place.side) for place in places_of(one, PLAN, REGISTER)] == [("09637", "before")]


def test_an_edit_is_one_row_with_its_unit(small: Plan) -> None:
    content = FORMATS["csv"].make(Context(small, REGISTER)).decode()
    assert "Châu Sơn" in content
    edited = content.replace("Châu Sơn", "Chu Sơn").encode()
    frame = differences_frame(verify(edited, small, REGISTER, name="a.csv"), small, REGISTER)
    assert len(frame) == 1
    row = frame.iloc[0]
    assert (row["what"], row["in_file"], row["in_plan"]) == ("value", "Chu Sơn", "Châu Sơn")
    assert "Châu Sơn" in row["unit"]
    assert set(frame["what"]) <= set(KINDS)
    assert (
        len(differences_frame(verify(content.encode(), small, REGISTER, name="a.csv"), small, REGISTER)) == 0
    )


def test_every_kind_of_difference_has_words() -> None:
    assert all(f"review.what_{kind}" in table() for kind in KINDS)
    none = Differences("a", "b", (), (), ())
    assert list(differences_frame(none, PLAN, REGISTER).columns)[:3] == ["what", "sheet", "row"]


def test_the_cover_tells_what_a_workbook_was_made_from(small: Plan) -> None:
    context = Context(small, REGISTER)
    content = FORMATS["xlsx"].make(context)
    stated = stated_hashes(content, "a.xlsx")
    assert stated["plan"] == context.hashes["plan"]
    assert fits(stated, context)
    assert not fits({**stated, "observations": "other"}, context)
    assert not fits({}, context)
    assert stated_hashes(b"former_code,new_code\n09637,09646\n", "a.csv") == {}


def test_an_office_table_is_read_once_its_columns_are_matched() -> None:
    lines = ["STT,Xã bỏ,Xã lập,Đặt tên"]
    lines += [f"{i},{code},09646,Xã Phú Hồng" for i, code in enumerate(PHU_HONG.sources, 1)]
    content = "\n".join(lines).encode()
    headings = headings_of(read_pages(content, "a.csv"), ())
    assert headings == ["STT", "Xã bỏ", "Xã lập", "Đặt tên"]
    chosen = {"former_code": "Xã bỏ", "new_code": "Xã lập", "new_name": "Đặt tên", "note": ""}
    mapping = corrections({}, chosen)
    assert mapping == {key: text for key, text in chosen.items() if text}
    plan, reports = plan_from_table(content, "a.csv", REGISTER, mapping=mapping)
    assert plan.by_code["09646"].sources == PHU_HONG.sources
    assert reports


def test_a_column_wrongly_recognised_can_be_left_out() -> None:
    content = b"former_code,new_code,population,new_name,new_kind\n09637,09637,12,Other,commune\n"
    matched = columns_matched(content, "a.csv")
    assert matched["population"] == "population"
    chosen = {**matched, "population": ""}
    plan, _ = plan_from_table(content, "a.csv", REGISTER, mapping=corrections(matched, chosen))
    assert next(iter(plan.transfers))[1].population is None
    kept, _ = plan_from_table(content, "a.csv", REGISTER, mapping=corrections(matched, matched))
    assert next(iter(kept.transfers))[1].population == 12


def test_problems_stand_one_a_row_in_the_language_asked() -> None:
    frame = problems_frame(
        [Problem("sai", "wrong", "a.csv", 4, "new_code", "x", "y"), Problem("thiếu", "missing")],
        "en",
        {"new_code": "Mã mới"},
    )
    assert frame.to_dict("records") == [
        {"row": "4", "field": "Mã mới", "problem": "wrong", "found": "x", "accepted": "y"},
        {"row": "", "field": "", "problem": "missing", "found": "", "accepted": ""},
    ]


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("ward Nghĩa Đô", "phường Nghĩa Đô", "ward Nghĩa Đô"),
        ("special_zone X", "đặc khu X", "special zone X"),
        ("commune (xã), ward (phường)", "xã, phường", "commune, ward"),
        ("toàn bộ / whole, một phần / part", "toàn bộ, một phần", "whole, part"),
        ("mã hoặc tên / code or name", "mã hoặc tên", "code or name"),
        ("00001-99999", "00001-99999", "00001-99999"),
    ],
)
def test_what_is_found_and_accepted_stands_in_one_language(text: str, vi: str, en: str) -> None:
    assert (one_language(text, "vi"), one_language(text, "en")) == (vi, en)


def test_a_file_s_own_words_are_left_as_they_are() -> None:
    problem = Problem("x", "x", "a.csv", 3, "part", "nửa này / nửa kia", "toàn bộ / whole")
    for words, accepted in (("vi", "toàn bộ"), ("en", "whole")):
        frame = problems_frame([problem], words)  # type: ignore[arg-type]
        assert frame["found"].tolist() == ["nửa này / nửa kia"]
        assert frame["accepted"].tolist() == [accepted]
    empty = problems_frame([Problem("x", "x", found="(trống / empty)")], "en")
    assert empty["found"].tolist() == ["(empty)"]


def test_counts_of_one_are_singular() -> None:
    for key in ("review.differs", "review.equal", "review.unusable"):
        one, many = table()[f"{key}_one"], table()[key]
        assert one["vi"] == many["vi"]
        assert one["en"].replace("{count}", "2") != many["en"].replace("{count}", "2")
