"""Every kind of indicator by name: its formula, what a split and a backcast do with it, what is refused.

One small function a kind, each with its formula and source in its docstring: indicators.additive (count, ratio,
mean), indicators.sets (distinct, inherited, facility, recognition, text), indicators.classes (class),
indicators.extremes (quantile, maximum, minimum, dispersion, survey), indicators.recomputed (score, rank, growth,
target).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from indicators import additive, classes, extremes, recomputed, sets
from indicators.blocks import METHOD, Block, Result, empty

Text = tuple[str, str]


@dataclass(frozen=True)
class Kind:
    """How one kind is re-aggregated; texts in Vietnamese and English say it to the reader.

    ``apply`` computes merges, splits and the backcast of old periods to new units at once; ``reversible`` says
    whether the new units' figures can be carried back to the old ones by shares; ``recomputed``: from others.
    """

    name: str
    apply: Callable[[Block], Result]
    merge: Text
    split: Text
    backcast: Text
    bounds: Text
    refusal: Text
    reversible: bool = False
    recomputed: bool = False


_SUMS: Final = ("các kỳ cũ cộng theo cùng bảng chuyển đổi", "old periods are summed by the same crosswalk")
_NONE: Final = ("không", "none")
_SAME: Final = ("như khi gộp", "as a merger")
_COUNT: Final = (
    ("cộng các đơn vị gốc", "the sum of the parents"),
    (
        "chia theo tỷ lệ của cơ sở gần nhất, phần nguyên theo số dư lớn nhất",
        "by the share of the closest base, whole parts by largest remainder",
    ),
    _SUMS,
    (
        "từ tổng các đơn vị gộp nguyên đến tổng đó cộng các đơn vị bị chia",
        "from the sum of the whole units to that plus the divided ones",
    ),
    ("không có tỷ lệ thì không có giá trị điểm", "no point without a share"),
)
_TABLE: Final = (
    Kind("count-flow", additive.count, *_COUNT, reversible=True),
    Kind("count-stock", additive.count, *_COUNT, reversible=True),
    Kind(
        "ratio", additive.ratio,
        ("tổng tử số chia tổng mẫu số", "sum of numerators over sum of denominators"),
        ("chia cả tử số và mẫu số; một cơ sở nghĩa là giả định cùng tỷ lệ",
         "both are split; one base assumes the same rate"),
        ("cộng từng kỳ rồi chia", "summed per period, then divided"),
        ("Fréchet / Duncan-Davis; chỉ biết tỷ lệ: [nhỏ nhất, lớn nhất]",
         "Fréchet / Duncan-Davis; rates alone: [min, max]"),
        ("không lấy trung bình các tỷ lệ khi thiếu mẫu số",
         "rates are not averaged where the denominator is unknown"),
        reversible=True,
    ),
    Kind(
        "ratio-distinct", sets.distinct,
        ("hợp của các tập: cần danh sách; không có thì chỉ có khoảng",
         "the union of sets: needs the lists; else bounds"),
        ("cần danh sách", "needs the lists"), ("cần danh sách từng kỳ", "needs the lists of each period"),
        ("[max N, min(tổng N, |U|)]", "[max N, min(sum N, |U|)]"),
        ("không cộng số đếm không trùng", "counts of distinct items are not summed"),
    ),
    Kind(
        "inherited", sets.inherited,
        ("lấy nguyên nếu các đơn vị gốc bằng nhau", "copied where all parents are equal"), ("lấy nguyên", "copied"),
        ("lấy nguyên",
         "copied"), _NONE, ("khác nhau thì để trống; không bao giờ cộng", "empty where they differ; never summed"),
        reversible=True,
    ),
    Kind(
        "mean", additive.mean,
        ("bình quân có trọng số n", "mean weighted by n"), ("giả định cùng bình quân", "the same mean is assumed"),
        _SAME, ("[nhỏ nhất, lớn nhất]", "[min, max]"), ("không có n thì không có giá trị điểm", "no point without n"),
        reversible=True,
    ),
    Kind(
        "quantile", extremes.quantile,
        ("không tính được từ trung vị của các đơn vị gốc", "not computable from the parents' medians"),
        ("không tính được", "not computable"), ("không tính được", "not computable"),
        ("[nhỏ nhất, lớn nhất] khi gộp nguyên", "[min, max] of whole parents"),
        ("không lấy trung bình các trung vị", "medians are not averaged"),
    ),
    Kind(
        "maximum", extremes.maximum, ("lớn nhất của các giá trị lớn nhất", "the maximum of maxima"),
        ("phần không vượt đơn vị gốc", "a part does not exceed its parent"), _SAME, ("một phía", "one-sided"),
        ("thiếu đơn vị gốc: chỉ biết một phía", "a missing parent leaves one side"),
    ),
    Kind(
        "minimum", extremes.minimum, ("nhỏ nhất của các giá trị nhỏ nhất", "the minimum of minima"),
        ("phần không thấp hơn đơn vị gốc", "a part is not below its parent"), _SAME, ("một phía", "one-sided"),
        ("thiếu đơn vị gốc: chỉ biết một phía", "a missing parent leaves one side"),
    ),
    Kind(
        "class", classes.classed, ("phân loại lại từ số liệu mới", "classed again from the merged quantities"),
        ("phân loại lại", "classed again"), ("theo quy tắc khi đó", "by the rule then in force"),
        ("các loại của đơn vị gốc và tỷ trọng dân số", "the parents' classes with their share of people"),
        ("không lấy loại của đa số hay loại cao nhất", "neither the majority's nor the best class"),
        recomputed=True,
    ),
    Kind(
        "recognition", sets.recognition,
        ("không có quy tắc thống kê: chờ quyết định công nhận lại", "no statistical rule: awaits a decision"),
        ("chép, có ghi chú", "copied, marked"), ("chép", "copied"),
        ("tỷ trọng dân số của đơn vị được công nhận", "share of people in recognised parents"),
        ("không suy ra từ đơn vị gốc", "not inferred from the parents"),
    ),
    Kind(
        "facility", sets.facility, ("có nếu một đơn vị gốc có", "present where one parent has it"),
        ("không rõ trừ khi biết vị trí", "unknown unless located"), _SAME, ("[0, 1]", "[0, 1]"),
        ("phần của đơn vị có cơ sở: không rõ", "a part of a unit that has one: unknown"),
    ),
    Kind(
        "score", recomputed.score, ("tính lại từng thành phần rồi cộng", "every component recomputed, then summed"),
        _SAME, ("theo công thức của kỳ", "by the period's formula"),
        ("tổng các khoảng của thành phần", "the sum of the components' bounds"),
        ("thiếu một thành phần thì không có tổng; điểm không lấy trung bình",
         "no total without all; scores are not averaged"),
        recomputed=True,
    ),
    Kind(
        "rank", recomputed.rank, ("xếp hạng lại trong tập mới", "ranked again in the new set"), _SAME, _SAME,
        ("hạng tốt nhất và xấu nhất có thể", "the best and worst it can be"),
        ("không mang hạng cũ sang", "ranks are not carried over"), recomputed=True,
    ),
    Kind(
        "growth", recomputed.growth, ("từ mức gộp của hai kỳ", "from the merged levels of two periods"), _SAME,
        ("cần cả hai kỳ trên cùng đơn vị", "needs both periods on the same units"), _NONE,
        ("không lấy trung bình các tốc độ", "growth rates are not averaged"), recomputed=True,
    ),
    Kind(
        "dispersion", extremes.dispersion, ("phương sai gộp cần n và trung bình", "pooled variance needs n and means"),
        ("không", "no"), ("không", "no"), _NONE,
        ("Gini cần số liệu gốc; không lấy trung bình", "a Gini needs records; not averaged"),
    ),
    Kind(
        "survey", extremes.survey,
        ("bình quân theo dân số; sai số chuẩn gộp", "weighted by people; pooled standard error"),
        ("không", "no"), ("không", "no"), ("± 1,96 sai số chuẩn", "± 1.96 standard errors"),
        ("không có trọng số thì không có giá trị điểm", "no point without weights"),
    ),
    Kind(
        "target", recomputed.target, ("kiểm tra lại giá trị mới", "the new value is tested again"), _SAME,
        ("với mục tiêu của năm đó", "with the target of that year"), _NONE,
        ("khoảng cắt mục tiêu: chưa kết luận; “đạt” không thừa hưởng",
         "undecided where bounds straddle it; never inherited"),
        recomputed=True,
    ),
    Kind(
        "text", sets.text, ("hợp các văn bản khác nhau", "the union of different texts"), ("chép", "copied"),
        ("giữ", "kept"), _NONE, _NONE,
    ),
)  # fmt: skip

KIND_OF: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _TABLE})


def backward(name: str, block: Block) -> Result:
    """Carry figures of new units back to old ones, where the kind allows it (reference 2.4).

    A new unit that is one old unit whole gives its figure. Else counts go by last known shares, status E with
    bounds [0, X]; rates and means assume the same rate in the parts; what has no such rule is refused.
    """
    kind = KIND_OF[name]
    if kind.reversible:
        result = kind.apply(block)
        why = block.reasons.place(
            "ước tính ngược theo tỷ lệ cuối cùng đã biết; đơn vị cũ đã bãi bỏ",
            "carried back by the last known shares; the old unit is abolished",
        )
        result.reason[(result.reason > 0) & result.estimated] = why
        return result
    result = empty(block, ~np.isnan(block.value), "refused")
    links = block.links
    if block.words is not None:
        result.known = block.words != ""
        result.words = np.where(links.simple, block.words[:, links.source[links.starts]], "")
    result.value[:, links.simple] = block.value[:, links.source[links.starts]][:, links.simple]
    result.method[:, links.simple] = METHOD["inherited"]
    result.reason[:, ~links.simple] = block.reasons.place(
        "không tính ngược được cho loại chỉ tiêu này", "this kind cannot be carried back to the old units"
    )
    return result
