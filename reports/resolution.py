"""The draft resolution (DOCX) in the layout of Decree 30/2020/NĐ-CP, appendix I, with its explanatory annex.

A draft and no more: number, date, legal grounds beyond the plan's own instrument, and the signature are left in
square brackets for a person to write.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from geo.register import KIND_NAMES
from geo.text import vietnamese_number
from reports.columns import TRANSFER_COLUMNS
from reports.context import Context
from reports.table import shown
from reports.tables import lowest_confidence
from reports.wording import by_district, counted, number, shown_name

if TYPE_CHECKING:
    from docx.document import Document

FONT: Final = "Times New Roman"
_PARTS: Final = {"whole": "", "part": " (một phần)", "remainder": " (phần còn lại)"}
_OUTCOMES: Final = {"pass": "đạt", "fail": "không đạt", "exempt": "miễn", "undetermined": "chưa xác định"}


def resolution_bytes(context: Context) -> bytes:
    """Return the draft resolution as DOCX bytes; the same plan gives the same bytes."""
    import docx

    document = docx.Document()
    _page(document, context)
    _heading(document, context)
    _grounds(document, context)
    _articles(document, context)
    _signature(document)
    _annex(document, context)
    decided = datetime(context.plan.decided.year, context.plan.decided.month, context.plan.decided.day)
    properties = document.core_properties
    properties.title = f"Dự thảo Nghị quyết: {shown_name(context.plan.title_vi or context.plan.id)}"[:250]
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = properties.last_printed = decided
    properties.comments = context.stamp
    out = io.BytesIO()
    document.save(out)
    return fixed_times(out.getvalue())


def fixed_times(content: bytes) -> bytes:
    """Return a zip file anew with one date on every member, so that the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(name))
    return out.getvalue()


def _page(document: Document, context: Context) -> None:
    """Set A4 with the margins of the decree: 20-25 mm top and bottom, 30-35 left, 15-20 right; 13-14 points."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(6)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = foot.add_run(f"Dự thảo · {context.stamp}")
    run.font.size = Pt(8)


def _line(
    cell: Any, text: str, bold: bool = False, italic: bool = False, size: float = 13, align: str = "center"
) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    first = cell.paragraphs[0] if hasattr(cell, "paragraphs") and len(cell.paragraphs) == 1 else None
    paragraph = first if first is not None and not first.text else cell.add_paragraph()
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _heading(document: Document, context: Context) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (62, 98), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    left, right = table.rows[0].cells
    _line(left, "[CƠ QUAN BAN HÀNH]", bold=True)
    _line(left, "———", size=8)
    _line(left, "Số: [số]/NQ-[ký hiệu]")
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=12)
    _line(right, "Độc lập - Tự do - Hạnh phúc", bold=True, size=14)
    _line(right, "————————————", size=8)
    _line(right, "[địa danh], ngày [ngày] tháng [tháng] năm [năm]", italic=True)
    _paragraph(document, "DỰ THẢO", "center", bold=True)
    _paragraph(document, "NGHỊ QUYẾT", "center", bold=True)
    title = shown_name(context.plan.title_vi) or "[trích yếu nội dung]"
    _paragraph(document, "Về việc " + title[:1].lower() + title[1:], "center", bold=True)


def _paragraph(
    document: Document,
    text: str,
    align: str = "justify",
    bold: bool = False,
    italic: bool = False,
    indent: bool = False,
) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    paragraph = document.add_paragraph()
    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align.upper())
    if indent:
        paragraph.paragraph_format.first_line_indent = Mm(10)
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    return paragraph


def _grounds(document: Document, context: Context) -> None:
    _paragraph(document, "[TÊN CƠ QUAN BAN HÀNH]", "center", bold=True)
    grounds = [
        "Căn cứ [Luật Tổ chức chính quyền địa phương đang có hiệu lực: số, ngày];",
        "Căn cứ [nghị quyết quy định tiêu chuẩn của đơn vị hành chính đang có hiệu lực: số, ngày];",
    ]
    grounds += [f"Căn cứ {name};" for name in instruments(context)]
    grounds.append("Xét đề nghị của [cơ quan trình] tại [tờ trình, đề án: số, ngày],")
    for text in grounds:
        _paragraph(document, text, italic=True, indent=True)
    _paragraph(document, "QUYẾT NGHỊ:", "center", bold=True)


def instruments(context: Context) -> list[str]:
    """Return the instruments that verdicts of this plan cite, as grounds to be checked by a person."""
    if context.judged is None:
        return []
    found = dict.fromkeys(
        str(v["instrument"])
        for v in context.judged["verdicts"]
        if v.get("instrument") and v.get("confidence") != "low"
    )
    return [f"{name} [ghi đủ tên, ngày ban hành]" for name in found if re.search(r"\d+/\d{4}", name)]


def _articles(document: Document, context: Context) -> None:
    plan = context.plan
    _paragraph(document, "Điều 1. Sắp xếp các đơn vị hành chính cấp xã", bold=True, indent=True)
    districts = by_district(context)
    for number_, district in enumerate(districts, 1):
        _paragraph(document, f"{number_}. {district.heading}", indent=True)
        for letter, point in zip(
            letters(len(district.points) + 1), (*district.points, district.closing), strict=True
        ):
            _paragraph(document, f"{letter}) {point}", indent=True)
    before, after = list(context.register), list(context.after)
    _paragraph(
        document,
        f"{len(districts) + 1}. Trước khi sắp xếp có {len(before)} đơn vị hành chính cấp xã, gồm {counted(before)}; "
        f"sau khi sắp xếp có {len(after)} đơn vị hành chính cấp xã, gồm {counted(after)}.",
        indent=True,
    )
    _paragraph(document, "Điều 2. Hiệu lực thi hành", bold=True, indent=True)
    effective = plan.effective
    _paragraph(
        document,
        f"Nghị quyết này có hiệu lực thi hành từ ngày {effective.day:02d} tháng {effective.month:02d} "
        f"năm {effective.year}.",
        indent=True,
    )
    _paragraph(document, "Điều 3. Tổ chức thực hiện", bold=True, indent=True)
    _paragraph(document, "[Giao cơ quan tổ chức thực hiện và cơ quan giám sát.]", indent=True)


def letters(count: int) -> Sequence[str]:
    """Return the letters of points in Vietnamese order: a, b, c, d, đ, e, …; doubled after y (aa, bb)."""
    alphabet = "abcdđeghiklmnopqrstuvxy"
    return [alphabet[i % len(alphabet)] * (i // len(alphabet) + 1) for i in range(count)]


def _signature(document: Document) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    left.width, right.width = Mm(80), Mm(80)
    _line(left, "Nơi nhận:", bold=True, italic=True, size=12, align="left")
    for text in ("- [nơi nhận];", "- Lưu: VT, [đơn vị soạn thảo]."):
        _line(left, text, size=11, align="left")
    _line(right, "[THẨM QUYỀN KÝ]", bold=True)
    _line(right, "[Chữ ký, dấu]", italic=True)
    for _ in range(3):
        _line(right, " ")
    _line(right, "[Họ và tên]", bold=True)


def _annex(document: Document, context: Context) -> None:
    """Add the explanatory table, landscape: units formed, predecessors, figures, percents, standards reached."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Mm

    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    _paragraph(document, "PHỤ LỤC", "center", bold=True)
    _paragraph(document, "Thuyết minh các đơn vị hành chính hình thành sau sắp xếp", "center", bold=True)
    heads = ("TT", "Mã", "Tên đơn vị mới", "Loại", "Huyện", "Hình thành từ", "Diện tích (km²)", "% tiêu chuẩn",
             "Dân số (người)", "% tiêu chuẩn", "Kết quả đối chiếu", "Ghi chú")  # fmt: skip
    widths = (9, 15, 28, 15, 26, 48, 22, 18, 22, 18, 26, 20)
    rows = list(annex_rows(context))
    fill_table(document, heads, widths, rows)
    for text in ANNEX_NOTES:
        paragraph = _paragraph(document, text, "left", italic=True)
        for run in paragraph.runs:
            from docx.shared import Pt

            run.font.size = Pt(10)
    if context.judged is None:
        _paragraph(
            document,
            "Chưa đối chiếu với tiêu chuẩn: phương án chưa được đánh giá theo quy tắc.",
            "left",
            italic=True,
        )


ANNEX_NOTES: Final = (
    "(NQ): số liệu văn bản nêu. (Sổ): số liệu theo sổ đơn vị, là cơ sở khác, không cộng chung với số liệu văn bản nêu.",
    "“~”: ước tính theo tỷ lệ. “[a – b]”: chỉ biết khoảng, không giả định. “*”: có dòng độ tin cậy thấp, cần kiểm tra.",
)


def annex_rows(context: Context) -> Sequence[tuple[str, ...]]:
    """Return the rows of the explanatory table, as text."""
    judged: Mapping[str, Any] = {u["code"]: u for u in context.judged["units"]} if context.judged else {}
    outcomes = standards_reached(context)
    rows = []
    for order, formed in enumerate(context.formed, 1):
        percent = judged.get(formed.code, {}).get("percent") or {}
        rows.append(
            (
                str(order),
                formed.code,
                shown_name(formed.plan.name),
                KIND_NAMES[formed.plan.kind],
                formed.unit.district_name,
                "; ".join(
                    shown_name(context.register[t.code].full_name) + _PARTS[t.part]
                    for t in formed.plan.transfers
                ),
                amount_text(formed, "area_km2"),
                _percent(percent.get("area_km2")),
                amount_text(formed, "population"),
                _percent(percent.get("population")),
                outcomes.get(formed.code, "—"),
                "*" if lowest_confidence(formed.plan) == "low" else "",
            )
        )
    return rows


def _percent(value: object) -> str:
    return vietnamese_number(value, 2) if isinstance(value, int | float) else "—"


def amount_text(formed: Any, figure: str) -> str:
    """Return a unit's figure with its basis and mark, as the annex and the report print it."""
    amount = formed.judged(figure)
    basis = " (NQ)" if formed.basis(figure) == "stated" else " (Sổ)"
    if amount.value is not None:
        return ("~" if amount.estimated else "") + number(amount.value, figure) + basis
    if amount.low is not None:
        return f"[{number(amount.low, figure)} – {number(amount.high, figure)}]{basis}"
    return "chưa biết"


def standards_reached(context: Context) -> dict[str, str]:
    """Return the outcome of the unit's own standard by code, from the verdicts about units formed."""
    found: dict[str, str] = {}
    if context.judged is not None:
        for verdict in context.judged["verdicts"]:
            if "standard" in verdict["rule"] and verdict.get("subject") in context.formed_by_code:
                found[verdict["subject"]] = _OUTCOMES[verdict["outcome"]]
    return found


def fill_table(
    document: Document, heads: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str]]
) -> None:
    """Add a bordered table whose first row repeats on every page; widths in mm."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    table = document.add_table(rows=1 + len(rows), cols=len(heads))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Mm(width)
    for at, row in enumerate(table._tbl.tr_lst):  # table.rows would be walked anew for every cell
        texts = heads if at == 0 else rows[at - 1]
        properties = row.get_or_add_trPr()
        if at == 0:
            properties.append(OxmlElement("w:tblHeader"))
        cannot = OxmlElement("w:cantSplit")
        properties.append(cannot)
        for cell, text, width in zip(row.tc_lst, texts, widths, strict=True):
            cell.width = Mm(width)
            paragraph = cell.p_lst[0]
            run = paragraph.add_r()
            run.text = str(shown(TRANSFER_COLUMNS[1], text))
            r_pr = run.get_or_add_rPr()
            size = OxmlElement("w:sz")
            size.set(qn("w:val"), str(int(Pt(10).pt * 2)))
            if at == 0:
                r_pr.append(OxmlElement("w:b"))
            r_pr.append(size)
