# ruff: noqa: ARG001 - every condition takes rule, view and subject, whether it reads them or not
"""Conditions on a unit formed: contiguity, district, roles, the waiver of 2025, its kind."""

from __future__ import annotations

from geo.register import KIND_NAMES
from plans.apply import FormedUnit
from rules.book import Rule
from rules.conditions import Finding, register
from rules.view import View, name_key
from rules.words import KIND_EN, joined


def _whole_and_part(item: FormedUnit) -> tuple[int, int]:
    whole = sum(transfer.part == "whole" for transfer in item.plan.transfers)
    return whole, len(item.plan.transfers) - whole


def _contiguous(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """The sources form one connected set of neighbours (border of positive length)."""
    codes = sorted(item.plan.sources)
    cut = sorted(t.code for t in item.plan.transfers if t.part != "whole")
    broken = [code for code in codes if view.pieces.get(code, 1) > 1]
    note_vi = note_en = ""
    if cut:
        note_vi += f". Phần của {joined(view.names(cut))} được coi là giáp mọi đơn vị mà đơn vị nguồn giáp"
        note_en += f". The part of {joined(view.names(cut))} counts as touching whatever its source touches"
    if broken:
        note_vi += f". {joined(view.names(broken))} vốn đã gồm nhiều mảnh trước phương án"
        note_en += f". {joined(view.names(broken))} was in several pieces before the plan"
    required = {"pieces": rule.number("pieces")}
    if len(codes) == 1:
        return Finding(
            "pass", f"Chỉ một đơn vị nguồn{note_vi}", f"One source only{note_en}", {"pieces": 1}, required
        )
    if view.graph is None:
        return Finding("undetermined", "Không có bản đồ", "There is no map", {"pieces": None}, required)
    absent = [code for code in codes if code not in view.graph]
    if absent:
        return Finding(
            "undetermined",
            f"Không có trên bản đồ: {joined(view.names(absent))}{note_vi}",
            f"Not on the map: {joined(view.names(absent))}{note_en}",
            {"pieces": None},
            required,
        )
    parts = _components(view, codes)
    if len(parts) <= rule.number("pieces"):
        return Finding(
            "pass",
            f"{len(codes)} đơn vị nguồn nối liền nhau{note_vi}",
            f"The {len(codes)} sources are connected{note_en}",
            {"pieces": len(parts)},
            required,
        )
    listed = " | ".join(joined(view.names(part)) for part in parts)
    return Finding(
        "fail",
        f"{len(parts)} cụm không giáp nhau: {listed}{note_vi}",
        f"{len(parts)} sets that do not touch: {listed}{note_en}",
        {"pieces": len(parts)},
        required,
    )


def _components(view: View, codes: list[str]) -> list[list[str]]:
    """Return the connected sets among a few units; quicker than a subgraph at this size."""
    graph = view.graph
    assert graph is not None
    left, parts = set(codes), []
    while left:
        stack, part = [min(left)], []
        left.discard(stack[0])
        while stack:
            code = stack.pop()
            part.append(code)
            found = left.intersection(graph[code])
            left -= found
            stack += found
        parts.append(sorted(part))
    return sorted(parts)


def _same_district(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    districts = {source.district_code: source.district_name for source in item.sources}
    required = {"districts": rule.number("districts")}
    if "" in districts:
        return Finding(
            "undetermined",
            "Sổ đơn vị không ghi huyện",
            "The register gives no district",
            {"districts": None},
            required,
        )
    names = joined([districts[code] for code in sorted(districts)])
    ok = len(districts) <= rule.number("districts")
    return Finding(
        "pass" if ok else "fail",
        f"Cùng {names}"
        if ok
        else f"Thuộc {len(districts)} huyện: {names}; địa giới huyện phải điều chỉnh riêng",
        f"All in {names}"
        if ok
        else f"In {len(districts)} districts: {names}; their boundary has to change too",
        {"districts": len(districts)},
        required,
    )


def _whole_units(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    whole, parts = _whole_and_part(item)
    return Finding(
        "pass" if not parts else "fail",
        f"Nhập nguyên trạng {whole} đơn vị" + (f", một phần của {parts} đơn vị" if parts else ""),
        f"{whole} units taken whole" + (f", a part of {parts}" if parts else ""),
        {"whole": whole},
        {"whole": whole + parts},
    )


def _group_role(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """A group holds a unit that is due, or is voluntary and then to be justified."""
    codes = sorted(item.plan.sources)
    due = [code for code in codes if view.due.get(code)]
    unknown = [code for code in codes if code in view.due and view.due[code] is None]
    required = {"due": 1}
    if due:
        return Finding(
            "pass",
            f"Có đơn vị thuộc diện: {joined(view.names(due))}",
            f"Holds units that are due: {joined(view.names(due))}",
            {"due": len(due)},
            required,
        )
    if unknown:
        return Finding(
            "undetermined",
            f"Chưa xác định có thuộc diện hay không: {joined(view.names(unknown))}",
            f"Not known whether due: {joined(view.names(unknown))}",
            {"due": None},
            required,
        )
    return Finding(
        "pass",
        "Không có đơn vị thuộc diện: nhóm khuyến khích (tự nguyện), cần nêu lý do",
        "No unit is due: an encouraged (voluntary) group, its reason to be given",
        {"due": 0},
        {},
        severity="information",
    )


def _waiver(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Three or more units into one: the orientation is not tested (76/2025 Art. 5 cl. 2)."""
    whole, parts = _whole_and_part(item)
    if whole + parts < rule.number("units"):
        return None
    counted = {"whole": whole, "part": parts}
    if whole >= rule.number("units"):
        return Finding(
            "pass",
            f"Nhập nguyên trạng {whole} đơn vị: không xét định hướng",
            f"{whole} whole units into one: the orientation is not tested",
            counted,
            {"whole": rule.number("units")},
        )
    return Finding(
        "pass",
        f"{whole} đơn vị nguyên trạng và {parts} phần: chỉ đủ ba nếu tính cả phần, văn bản không nói rõ",
        f"{whole} whole units and {parts} parts: three only if parts count, which the text does not say",
        counted,
        {"whole": rule.number("units")},
        severity="information",
    )


def _result_kind(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """Any ward among the sources makes a ward; communes and townships alone make a commune.

    Whether a slice of a ward counts the text does not say: where only slices speak for a ward, nothing is decided.
    """
    kinds = {source.kind for source in item.sources}
    whole = {
        source.kind
        for source, transfer in zip(item.sources, item.plan.transfers, strict=True)
        if transfer.part == "whole"
    }
    wanted = "ward" if "ward" in kinds else "commune" if kinds <= {"commune", "township"} else None
    if wanted is None:
        return None
    ok = item.plan.kind == wanted
    listed_vi = ", ".join(sorted(KIND_NAMES[kind] for kind in kinds))
    listed_en = ", ".join(sorted(KIND_EN[kind] for kind in kinds))
    vi = f"Nguồn gồm {listed_vi}; phương án ghi {KIND_NAMES[item.plan.kind]}"
    en = f"Sources: {listed_en}; the plan says {KIND_EN[item.plan.kind]}"
    if not ok and item.plan.kind == "commune" and "ward" not in whole:
        return Finding(
            "undetermined",
            f"{vi}. Của phường chỉ có một phần; văn bản không nói một phần có tính hay không",
            f"{en}. Of wards only a part is taken; the text does not say whether a part counts",
            severity="information",
        )
    return Finding(
        "pass" if ok else "fail",
        vi + ("" if ok else f", phải là {KIND_NAMES[wanted]}"),
        en + ("" if ok else f", it must be a {KIND_EN[wanted]}"),
    )


def _kind_allowed(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    ok = item.plan.kind in rule.kinds
    words = ", ".join(KIND_NAMES[kind] for kind in rule.kinds)
    return Finding(
        "pass" if ok else "fail",
        f"{KIND_NAMES[item.plan.kind].capitalize()}; các loại hiện hành: {words}",
        f"{KIND_EN[item.plan.kind].capitalize()}; the kinds there are: "
        + ", ".join(KIND_EN[kind] for kind in rule.kinds),
    )


register("contiguous", "pieces", unit=_contiguous)
register("same-district", "districts", unit=_same_district)
register("whole-units", unit=_whole_units)
register("group-role", unit=_group_role)
register("waiver-units", "units", unit=_waiver)
register("result-kind", unit=_result_kind)
register("kind-allowed", unit=_kind_allowed)


def _council_term(rule: Rule, view: View, item: FormedUnit) -> Finding | None:
    """The name of one predecessor of the kind kept: its term number goes on; else term I."""
    if not view.is_new(item.plan):
        return None
    kept = [
        s for s in item.sources if name_key(s.name) == name_key(item.plan.name) and s.kind == item.plan.kind
    ]
    if kept:
        return Finding(
            "pass",
            f"Giữ tên {kept[0].full_name}: tiếp số khoá của đơn vị này",
            f"The name of {kept[0].name} is kept: its term number goes on",
        )
    return Finding("pass", "Đổi tên hoặc loại: khoá I", "Name or kind changed: term I")


register("council-term", unit=_council_term)
