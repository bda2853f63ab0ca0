"""The formulas of indicators.additive as Ibis expressions: counts by largest remainder, rates with their bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from indicators.relational_tables import Tables
from indicators.rounding import SCALE
from indicators.status import PRECEDENCE, rank

if TYPE_CHECKING:
    from ibis.expr.types import Table

_HALF: Final = 10**6
_CELL: Final = ("to_code", "indicator", "period")


def sums(observed: Table, tables: Tables) -> Table:
    """Return one row a target, indicator and period of which something is given.

    Columns: value, numerator, denominator, low, high (null where a part's share is not known or the quotient does
    not exist), partial, known (parents given), weight (of them), rank (least of their statuses).
    """
    import ibis

    ranks = {code: rank(code) for code in PRECEDENCE}
    asked = observed.join(tables.columns, ["indicator", "period"])
    links = tables.links
    rows = asked.join(links, [asked["unit_code"] == links["from_code"], asked["key"] == links["key"]])
    given = rows["numerator"].notnull() if tables.is_ratio else rows["value"].notnull()
    rows = rows.mutate(
        given=given,
        rank=ibis.cases(*[(rows["status"] == code, place) for code, place in ranks.items()], else_=0).cast(
            "int64"
        ),
        share=ibis.ifelse(rows["share"].isnan(), ibis.null("float64"), rows["share"]),
        above_share=ibis.ifelse(rows["above_share"].isnan(), ibis.null("float64"), rows["above_share"]),
    )
    return _ratio(rows) if tables.is_ratio else _count(rows, tables.divides)


def _shared(rows: Table) -> dict[str, Any]:
    import ibis

    return {
        "known": rows["given"].cast("int64").sum(),
        "weight": (rows["given"].cast("float64") * rows["weight"]).sum(),
        "rank": rows["rank"].min(),
        # why there is no value is said by the parents that have none
        "silent": ibis.ifelse(rows["given"], rank("A"), rows["rank"]).min(),
    }


def _count(rows: Table, divides: bool) -> Table:
    import ibis

    rows = rows.mutate(
        scaled=ibis.ifelse(rows["exact"], (rows["value"] * rows["scale"]).round(), rows["value"])
    )
    whole = rows.filter(~rows["divided"])
    whole = whole.mutate(part=whole["scaled"], low_part=whole["scaled"], high_part=whole["scaled"])
    split = _with_parts(rows.filter(rows["divided"]))
    one, other = split["scaled"] * split["low"], split["scaled"] * split["high"]
    low = ibis.ifelse(split["exact"], (ibis.least(one, other) + 1e-6).floor(), ibis.least(one, other))
    high = ibis.ifelse(split["exact"], (ibis.greatest(one, other) - 1e-6).ceil(), ibis.greatest(one, other))
    low, high = low.cast("float64"), high.cast("float64")
    split = split.mutate(
        low_part=ibis.least(low, ibis.coalesce(split["part"], low)),
        high_part=ibis.greatest(high, ibis.coalesce(split["part"], high)),
    )
    names = [
        *_CELL, "given", "weight", "rank", "scale", "part", "low_part", "high_part", "share", "touched", "scaled",
    ]  # fmt: skip
    both = whole.select(*names).union(split.select(*names)) if divides else whole.select(*names)
    unknown = (both["given"] & both["share"].isnull()).cast("int64").sum()
    total = both["part"].sum() / both["scale"].max()
    return both.group_by(*_CELL).aggregate(
        **_shared(both),
        value=ibis.ifelse(unknown > 0, ibis.null("float64"), total),
        numerator=ibis.null("float64"),
        denominator=ibis.null("float64"),
        low=both["low_part"].sum() / both["scale"].max(),
        high=both["high_part"].sum() / both["scale"].max(),
        partial=ibis.coalesce(total, ibis.literal(0.0)),
    )


def _with_parts(split: Table) -> Table:
    """Add ``part``: floor of total times share, then one more to the largest remainders, ties to the first target.

    All in 64-bit integers: see indicators.rounding.split_integers.
    """
    import ibis

    whole = ibis.coalesce(split["scaled"], ibis.literal(0.0)).round().cast("int64")
    high, low = (whole / _HALF).floor().cast("int64"), whole % _HALF
    split = split.mutate(whole=whole, upper=high * split["whole_share"], lower=low * split["whole_share"])
    first = split["upper"] // _HALF
    rest = split["upper"] % _HALF * _HALF + split["lower"]
    split = split.mutate(
        down=(first.cast("int64") + (rest // SCALE).cast("int64")).cast("int64"),
        remainder=(rest % SCALE).cast("int64"),
    )
    unit = ["from_code", "indicator", "period"]
    left = split["whole"] - split["down"].sum().over(ibis.window(group_by=unit))
    order = ibis.row_number().over(
        ibis.window(group_by=unit, order_by=[split["remainder"].desc(), split["place"].asc()])
    )
    split = split.mutate(left=left, order=order)
    exactly = (split["down"] + (split["order"] < split["left"]).cast("int64")).cast("float64")
    by_share = split["scaled"] * split["share"]
    rough = ibis.ifelse(split["exact"], by_share.round().cast("float64"), by_share)
    part = ibis.ifelse(split["by_remainder"] & split["exact"], exactly, rough)
    return split.mutate(part=ibis.ifelse(split["given"], part, ibis.null("float64")))


def _ratio(rows: Table) -> Table:
    """Sum numerator and denominator; bounds of targets that take parts as in indicators.additive."""
    import ibis

    n, d = rows["numerator"], rows["denominator"]
    point = rows["share"].notnull() & (rows["low"] == 0) & (rows["high"] == 1)
    a = ibis.ifelse(point, d * rows["share"], d * rows["low"])
    b = ibis.ifelse(point, d * rows["share"], d * rows["high"])
    subset = rows["factor"] == 100.0

    def clip(x: Any) -> Any:
        return ibis.least(ibis.greatest(x, a), b)

    rows = rows.mutate(
        top=n * rows["above_share"],
        bottom=d * rows["share"],
        low_top=ibis.ifelse(subset, ibis.greatest(n - d + clip(d - n), 0.0), n * rows["above_low"]),
        low_bottom=ibis.ifelse(subset, clip(d - n), b),
        high_top=ibis.ifelse(subset, ibis.least(n, clip(n)), n * rows["above_high"]),
        high_bottom=ibis.ifelse(subset, clip(n), a),
    )
    unknown = (rows["given"] & (rows["share"].isnull() | rows["above_share"].isnull())).cast("int64").sum()
    summed = rows.group_by(*_CELL).aggregate(
        **_shared(rows),
        unknown=unknown,
        factor=rows["factor"].max(),
        **{
            name: rows[name].sum()
            for name in ("top", "bottom", "low_top", "low_bottom", "high_top", "high_bottom")
        },
    )
    factor, none = summed["factor"], ibis.null("float64")
    clear = summed["unknown"] == 0

    def quotient(top: str, bottom: str) -> Any:
        return ibis.ifelse(summed[bottom] == 0, none, factor * summed[top] / summed[bottom].nullif(0.0))

    summed = summed.mutate(value=ibis.ifelse(clear, quotient("top", "bottom"), none))
    in_percent = summed["factor"] == 100.0
    low = ibis.coalesce(quotient("low_top", "low_bottom"), ibis.ifelse(in_percent, ibis.literal(0.0), none))
    high = ibis.coalesce(
        quotient("high_top", "high_bottom"), ibis.ifelse(in_percent, ibis.literal(100.0), none)
    )
    value = summed["value"]
    return summed.select(
        *_CELL, "known", "weight", "rank", "silent", "value",
        numerator=ibis.ifelse(clear, summed["top"].round(9), none),
        denominator=ibis.ifelse(clear, summed["bottom"].round(9), none),
        low=ibis.coalesce(ibis.least(low, ibis.coalesce(value, low)), value),
        high=ibis.coalesce(ibis.greatest(high, ibis.coalesce(value, high)), value),
        partial=ibis.literal(-1.0),
    )  # fmt: skip


def finished(summed: Table, observed: Table, tables: Tables, vintage: str) -> Table:
    """Return a row for every target and column, in the contract's columns: see indicators.assemble.frame_of."""
    import ibis

    grid = tables.columns.join(tables.targets, "key")
    of = summed.rename({f"{name}_of": name for name in _CELL})
    cells = grid.left_join(of, [grid[name] == of[f"{name}_of"] for name in _CELL])
    if tables.complete:
        cells = cells.mutate(missing_names=ibis.literal(""), absent=ibis.literal(0))
    else:
        names = _missing_names(cells, observed, tables)
        cells = cells.left_join(names, [cells[name] == names[f"{name}_at"] for name in _CELL])
    none = ibis.null("float64")
    known = ibis.coalesce(cells["known"], ibis.literal(0))
    lacking = known < cells["count"]
    zero = ~lacking & ~cells["bounded"] & (ibis.coalesce(cells["denominator"], ibis.literal(-1.0)) == 0)
    valued = ~lacking & cells["value"].notnull()
    if tables.is_ratio:
        low = ibis.ifelse(lacking | ~cells["touched"], none, cells["low"])
        high = ibis.ifelse(lacking | ~cells["touched"], none, cells["high"])
    else:
        some = (known > 0) & (cells["partial"] >= 0)
        low = ibis.ifelse(
            lacking,
            ibis.ifelse(some, ibis.ifelse(cells["touched"], cells["low"], cells["partial"]), none),
            ibis.ifelse(cells["touched"], cells["low"], none),
        )
        high = ibis.ifelse(lacking | ~cells["touched"], none, cells["high"])
    missing, normal = ibis.literal(rank("O")), ibis.literal(rank("A"))
    silent = ibis.coalesce(cells["silent"], normal)
    # parents of which there is no row at all count as O
    silent = ibis.ifelse(
        ibis.coalesce(cells["absent"], ibis.literal(0)) > 0, ibis.least(silent, missing), silent
    )
    place = ibis.cases(
        (zero, rank("M")),
        (valued, ibis.least(cells["rank"], cells["estimate"])),
        else_=ibis.ifelse(silent == normal, missing, silent),
    ).cast("int64")
    reason = ibis.cases(
        (lacking, cells["missing_reason"]), (zero, cells["zero_reason"]),
        (cells["first"] & valued, cells["first_reason"]), else_=cells["reason"],
    )  # fmt: skip

    covered = ibis.coalesce(cells["weight"], ibis.literal(0.0)) / cells["total"]

    def unless_lacking(column: str) -> Any:
        return ibis.ifelse(lacking, none, cells[column])

    done = cells.mutate(rank_of=place)
    done = done.join(tables.ranks, [done["rank_of"] == tables.ranks["rank"]])
    return done.select(
        unit_code=cells["to_code"], vintage=ibis.literal(vintage), period=cells["period"],
        indicator=cells["indicator"], value=unless_lacking("value"), numerator=unless_lacking("numerator"),
        denominator=unless_lacking("denominator"), status=done["status"], low=low, high=high,
        method=ibis.ifelse(lacking, "missing", cells["method"]), base=cells["base"], parents=cells["parents"],
        parents_missing=ibis.coalesce(cells["missing_names"], ibis.literal("")),
        coverage=ibis.ifelse(lacking, covered, ibis.literal(1.0)), reason=reason,
    )  # fmt: skip


def _missing_names(cells: Table, observed: Table, tables: Tables) -> Table:
    """Return the codes of the parents that lack a figure, joined by spaces, for the cells that lack one."""
    import ibis

    short = cells.filter(ibis.coalesce(cells["known"], ibis.literal(0)) < cells["count"]).select(
        "key", *_CELL
    )
    links = tables.links.select("from_code", link_to="to_code", link_key="key")
    wanted = short.join(links, [short["to_code"] == links["link_to"], short["key"] == links["link_key"]])
    seen = observed.select(
        seen_unit="unit_code", seen_indicator="indicator", seen_period="period",
        given=observed["numerator"].notnull() if tables.is_ratio else observed["value"].notnull(),
    )  # fmt: skip
    both = wanted.left_join(
        seen,
        [wanted["from_code"] == seen["seen_unit"], wanted["indicator"] == seen["seen_indicator"],
         wanted["period"] == seen["seen_period"]],
    )  # fmt: skip
    both = both.filter(~ibis.coalesce(both["given"], ibis.literal(False)))
    named = both.group_by(*_CELL).aggregate(
        codes=both["from_code"].collect(), absent=both["seen_unit"].isnull().cast("int64").sum()
    )
    return named.select(
        to_code_at="to_code", indicator_at="indicator", period_at="period", absent="absent",
        missing_names=named["codes"].sort().join(" "),
    )  # fmt: skip
