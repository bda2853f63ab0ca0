"""What the report says, once for HTML and PDF: sections of paragraphs, tables and bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from geo.register import KIND_NAMES
from geo.text import vietnamese_number
from reports.annexes import districts_sheet
from reports.columns import TRANSFER_COLUMNS
from reports.context import Context
from reports.evidence import WORDS_OUTCOME, WORDS_SEVERITY, cited, indicators_sheet, number_cell
from reports.resolution import annex_rows
from reports.sums import total_after, total_before
from reports.table import PART_WORDS, Cell, Sheet, shown
from reports.tables import parts_sheet
from reports.wording import number


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``warning`` marks what limits the figures."""

    text: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text; ``widths`` are shares of the line, ``numbers`` the columns set to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: pairs of values (before, after) by label."""

    title: str
    labels: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    items: tuple[Text | Grid | Bars, ...]


MOST_VERDICTS: Final = 400
_TOTAL_HEADS: Final = {
    "indicator": "Chỉ tiêu", "period": "Kỳ", "total_before": "Tổng trước", "total_after": "Tổng sau",
    "in_bounds": "Trong đó chỉ biết khoảng", "in_partial": "Trong đó thiếu nguồn", "missing_before": "Thiếu trước",
    "missing_after": "Thiếu sau", "equal": "Bằng nhau",
}  # fmt: skip


def sections(context: Context) -> tuple[Section, ...]:
    """Return the report's sections in order."""
    return (
        _changes(context),
        _districts(context),
        _units(context),
        _parts(context),
        _verdicts(context),
        _indicators(context),
        _method(context),
    )


def _clean(text: object) -> str:
    return str(shown(TRANSFER_COLUMNS[1], "" if text is None else str(text)))


def _changes(context: Context) -> Section:
    plan, before, after = context.plan, context.register, context.after
    wholes = sum(t.part == "whole" for _, t in plan.transfers)
    split = [code for code, pairs in plan.by_source.items() if pairs[0][1].part != "whole"]
    rows: list[tuple[str, ...]] = [
        ("Số đơn vị", vietnamese_number(len(before)), vietnamese_number(len(after)))
    ]
    for kind, word in KIND_NAMES.items():
        counts = [sum(unit.kind == kind for unit in register) for register in (before, after)]
        if any(counts):
            rows.append((f"trong đó: {word}", *(vietnamese_number(n) for n in counts)))
    for figure, label in (("area_km2", "Diện tích, km² (sổ)"), ("population", "Dân số, người (sổ)")):
        totals = [total(context, None, figure) for total in (total_before, total_after)]
        rows.append((label, *(_or_unknown(total, figure) for total in totals)))
    low = sum(t.confidence == "low" for _, t in plan.transfers)
    items: list[Text | Grid | Bars] = [
        Text(
            f"Phương án {plan.id} ({plan.instrument or 'chưa ghi văn bản'}), quyết định ngày "
            f"{plan.decided:%d/%m/%Y}, hiệu lực từ {plan.effective:%d/%m/%Y}, trên sổ đơn vị thời điểm {plan.base}."
        ),
        Text(
            f"{vietnamese_number(len(plan.by_source))} đơn vị nguồn, {vietnamese_number(len(plan.units))} đơn vị hình "
            f"thành hoặc thay đổi, {vietnamese_number(wholes)} lần nhập toàn bộ, {vietnamese_number(len(split))} "
            f"đơn vị bị chia, {vietnamese_number(len(plan.exempt))} đơn vị được nêu là không sắp xếp."
        ),
        Grid(("", "Trước", "Sau"), tuple(rows), (0.5, 0.25, 0.25), (1, 2)),
    ]
    if low:
        items.append(
            Text(f"{low} lần điều chuyển có độ tin cậy thấp; các đơn vị liên quan được đánh dấu *.", True)
        )
    return Section("1. Những gì thay đổi", tuple(items))


def _or_unknown(total: Decimal | None, figure: str) -> str:
    return "chưa biết (có phần chuyển chưa có số liệu)" if total is None else number(total, figure)


def _districts(context: Context) -> Section:
    sheet = districts_sheet(context)
    rows = tuple(
        (_clean(row[1]) or "Toàn bộ", *(_cell(sheet, i, row[i]) for i in range(2, 9))) for row in sheet.rows
    )
    heads = ("Huyện", "Đơn vị trước", "Diện tích trước", "Dân số trước", "Đơn vị sau", "Diện tích sau", "Dân số sau",
             "Hình thành")  # fmt: skip
    changed = [row for row in sheet.rows if row[8]]
    bars = Bars(
        "Số đơn vị theo huyện có thay đổi",
        tuple(_clean(row[1]) or "Toàn bộ" for row in changed),
        tuple(float(row[2] or 0) for row in changed),
        tuple(float(row[5] or 0) for row in changed),
    )
    return Section(
        "2. Theo huyện",
        (
            Text("Số liệu theo sổ đơn vị (km², người). “—” là chưa biết, vì có phần chuyển chưa có số liệu."),
            bars,
            Grid(heads, rows, (0.24, 0.09, 0.12, 0.13, 0.09, 0.12, 0.13, 0.08), tuple(range(1, 8))),
        ),
    )


def _cell(sheet: Sheet, at: int, cell: Cell) -> str:
    if cell is None or isinstance(cell, str):
        return _clean(cell) or "—"
    return (
        number(cell, "area_km2") if sheet.columns[at].kind == "area" else vietnamese_number(Decimal(cell), 0)
    )


def _units(context: Context) -> Section:
    heads = ("TT", "Mã", "Đơn vị mới", "Loại", "Huyện", "Hình thành từ", "Diện tích (km²)", "% chuẩn",
             "Dân số", "% chuẩn", "Đối chiếu", "")  # fmt: skip
    widths = (0.03, 0.055, 0.1, 0.06, 0.11, 0.215, 0.11, 0.06, 0.11, 0.06, 0.07, 0.02)
    note = (
        "(NQ): số liệu văn bản nêu; (Sổ): số liệu theo sổ đơn vị; “~”: ước tính; “[a – b]”: chỉ biết khoảng; "
        "“*”: độ tin cậy thấp."
    )
    return Section(
        "3. Các đơn vị hình thành",
        (Text(note), Grid(heads, tuple(annex_rows(context)), widths, (6, 7, 8, 9))),
    )


def _parts(context: Context) -> Section:
    sheet = parts_sheet(context)
    if not sheet.rows:
        return Section("4. Chuyển một phần", (Text("Phương án không chia đơn vị nào."),))
    at = sheet.positions

    def interval(row: Sequence[Cell], base: str) -> str:
        low, high = row[at[f"{base}_share_low"]], row[at[f"{base}_share_high"]]
        if not isinstance(low, Decimal) or not isinstance(high, Decimal):
            return "—"
        percents = [vietnamese_number(value * 100, 1) for value in (low, high)]
        return percents[0] if low == high else f"{percents[0]} – {percents[1]}"

    rows = tuple(
        (
            _clean(row[at["former_name"]]),
            PART_WORDS[str(row[at["part"]])],
            _clean(row[at["new_name"]]),
            interval(row, "area"),
            interval(row, "population"),
            _clean(row[at["figures_from"]]) or "—",
            _clean(row[at["mark"]]),
        )
        for row in sheet.rows
    )
    heads = ("Đơn vị cũ", "Phần", "Đơn vị mới", "% diện tích", "% dân số", "Số liệu từ", "Đánh dấu")
    return Section(
        "4. Chuyển một phần",
        (
            Text(
                "Phần không có số liệu nằm giữa 0 và 100 %, không giả định; trên bản đồ không vẽ các phần này.",
                True,
            ),
            Grid(heads, rows, (0.16, 0.12, 0.16, 0.12, 0.12, 0.12, 0.2), (3, 4)),
        ),
    )


def _verdicts(context: Context) -> Section:
    title = "5. Kết luận theo quy tắc"
    if context.judged is None:
        return Section(title, (Text("Phương án chưa được đánh giá theo quy tắc.", True),))
    verdicts = context.judged["verdicts"]
    counts = Counter((v["severity"], v["outcome"]) for v in verdicts)
    severities = [s for s in WORDS_SEVERITY if any(key[0] == s for key in counts)]
    summary = tuple(
        (WORDS_SEVERITY[s], *(vietnamese_number(counts[s, outcome]) for outcome in WORDS_OUTCOME))
        for s in severities
    )
    told = [
        v for v in verdicts
        if v["severity"] in ("mandatory", "advisory") and v["outcome"] in ("fail", "undetermined", "exempt")
    ]  # fmt: skip
    order = {"mandatory": 0, "advisory": 1}
    told.sort(key=lambda v: (order[v["severity"]], v["outcome"] != "fail"))
    names = {unit.code: unit.name for unit in (*context.register, *context.plan.units)}
    rows = tuple(
        (
            WORDS_OUTCOME[v["outcome"]],
            WORDS_SEVERITY[v["severity"]],
            _clean(f"{v['subject']} {names.get(v['subject'], '')}" if v.get("subject") else "cả phương án"),
            _clean(v.get("message_vi")),
            _clean(cited(v)) + (" (chưa kiểm chứng)" if v.get("confidence") == "low" else ""),
        )
        for v in told[:MOST_VERDICTS]
    )
    items: list[Text | Grid | Bars] = [
        Text(f"Bộ quy tắc: {_clean(context.judged.get('regime'))}. Căn cứ ghi ở từng dòng."),
        Grid(("Mức độ", *WORDS_OUTCOME.values()), summary, (0.3, 0.17, 0.18, 0.17, 0.18), (1, 2, 3, 4)),
        Grid(("Kết quả", "Mức độ", "Đơn vị", "Nội dung", "Căn cứ"), rows, (0.09, 0.1, 0.16, 0.45, 0.2)),
    ]
    if len(told) > MOST_VERDICTS:
        items.append(Text(f"Còn {len(told) - MOST_VERDICTS} dòng nữa, xem sổ tính.", True))
    return Section(title, tuple(items))


def _indicators(context: Context) -> Section:
    title = "6. Chỉ tiêu"
    sheet = indicators_sheet(context)
    if sheet is None:
        return Section(title, (Text("Không có chỉ tiêu nào được tính lại cho phương án này."),))
    at = sheet.positions
    counts = Counter((str(row[at["indicator"]]), str(row[at["method"]])) for row in sheet.rows)
    rows = tuple(
        (_clean(i), _clean(method), vietnamese_number(n)) for (i, method), n in sorted(counts.items())
    )
    return Section(
        title,
        (
            *_totals(context),
            Text(
                "Số giá trị theo cách tính; “refused”, “missing” là không tính được. Giá trị đầy đủ ở sổ tính."
            ),
            Grid(("Chỉ tiêu", "Cách tính", "Số giá trị"), rows, (0.5, 0.3, 0.2), (2,)),
        ),
    )


def _totals(context: Context) -> tuple[Text | Grid, ...]:
    """Return the sums before and after that remapping gives, as they are named there."""
    if context.remapped is None or context.remapped.totals.empty:
        return ()
    frame = context.remapped.totals
    rows = tuple(
        tuple(_clean("—" if cell != cell or cell is None else _number_or_text(cell)) for cell in record)
        for record in frame.itertuples(index=False, name=None)
    )
    width = 1 / len(frame.columns)
    heads = tuple(_TOTAL_HEADS.get(str(column), str(column)) for column in frame.columns)
    return (Text("Tổng trước và sau của các chỉ tiêu cộng được:"), Grid(heads, rows, (width,) * len(heads)))


def _number_or_text(cell: object) -> str:
    if isinstance(cell, bool) or str(cell) in ("True", "False"):
        return "có" if str(cell) == "True" else "không"
    number_ = number_cell(getattr(cell, "item", lambda: cell)())
    return vietnamese_number(number_) if isinstance(number_, int | Decimal) else str(cell)


def _method(context: Context) -> Section:
    texts = [
        Text("Mọi số liệu được tính từ bảng điều chuyển của phương án và sổ đơn vị; không sửa tay."),
        Text(
            "Số liệu văn bản nêu và số liệu theo sổ đơn vị là hai cơ sở (khác ngày, khác định nghĩa), không cộng "
            "chung. Đơn vị hình thành được đánh giá theo số liệu văn bản nêu nếu có, nếu không thì theo sổ đơn vị."
        ),
        Text(
            "Ô trống hoặc “—” là chưa biết, không phải bằng 0. Tỷ lệ của phần chuyển không có số liệu là một khoảng."
        ),
        Text("Quy tắc chưa kiểm chứng được ghi rõ và không một mình quyết định đạt hay không đạt."),
    ]
    if context.layer is None:
        texts.append(Text("Không có lớp ranh giới: không kiểm tra được tính liền kề, không có bản đồ.", True))
    elif context.schematic:
        texts.append(
            Text("Bản đồ là sơ đồ, không phải ranh giới đo đạc; diện tích không đo từ bản đồ.", True)
        )
    texts += [
        Text(f"SHA-256 {name}: {context.hashes[key] or '— (không dùng)'}")
        for key, name in (("plan", "phương án"), ("register", "sổ đơn vị"), ("rules", "bộ quy tắc"))
    ]
    return Section("7. Phương pháp và giới hạn", tuple(texts))
