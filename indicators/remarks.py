"""What the reader of remapped observations should know: remarks beside the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import Problem
from indicators.assemble import Pieces
from indicators.links import base_name
from indicators.panel import Panel
from plans.crosswalk import Crosswalk

if TYPE_CHECKING:
    # slow to import, and files at scale do without
    import pandas as pd


def remarks(
    data: Panel,
    pieces: Sequence[Pieces],
    totals: pd.DataFrame,
    crosswalk: Crosswalk,
    weights_from_register: Iterable[str],
    backcast: bool,
) -> list[Problem]:
    """Return the remarks on a remapping: parts, chains, breaks, gaps, weights, totals that differ, made-up figures."""
    ends = (crosswalk.from_vintage, crosswalk.to_vintage)
    from_vintage, to_vintage = reversed(ends) if backcast else ends
    reports: list[Problem] = []
    links = pieces[0].block.links
    touched = [links.targets[t] for t in np.flatnonzero(links.touched)]
    bases = sorted({base for piece in pieces for base in piece.block.links.split_base if base})
    if touched:
        reports.append(
            Problem(
                f"{len(touched)} đơn vị nhận phần của đơn vị bị chia; chia theo {base_name(' '.join(bases), 'vi')}",
                f"{len(touched)} units take parts of divided units; split by {', '.join(bases)}",
                field="base",
                found=" ".join(touched),
            )
        )
    if crosswalk.via:
        through = ", ".join(crosswalk.via)
        reports.append(
            Problem(
                f"tính một lần bằng bảng chuyển đổi ghép qua {through}, không tính và làm tròn từng bước",
                f"computed once by the crosswalk composed through {through}, not step by step",
                field="crosswalk",
                found=f"{from_vintage} – {to_vintage}",
            )
        )
    if not backcast and (changed := [links.targets[t] for t in np.flatnonzero(links.changed)]):
        reports.append(
            Problem(
                f"{len(changed)} mã được giữ cho lãnh thổ khác từ {to_vintage}: nối với chuỗi cũ thì ngắt (B)",
                f"{len(changed)} codes stand for other territories from {to_vintage}: "
                "joined to their old series they break (B)",
                field="unit_code",
                found=" ".join(changed),
            )
        )
    gaps = {
        p.block.columns[int(i)][0].id for p in pieces for i in np.flatnonzero(~p.result.known.all(axis=1))
    }
    if gaps:
        reports.append(
            Problem(
                f"có đơn vị thiếu số liệu ở {len(gaps)} chỉ tiêu: kết quả để trống, không coi là 0",
                f"units lack figures of {len(gaps)} indicators: results are empty, not zero",
                found=", ".join(sorted(gaps)[:10]),
            )
        )
    reports += [
        Problem(
            "dùng số của sổ đơn vị làm trọng số",
            "figures of the register serve as weights",
            field="weight",
            found=name,
        )
        for name in sorted(weights_from_register)
    ]
    unequal = totals[~totals["equal"].astype(bool)]
    reports += [
        Problem(
            f"tổng trước và sau khác nhau ({row.indicator}, {row.period})",
            f"totals before and after differ ({row.indicator}, {row.period})",
            found=f"{row.total_after:g}",
            accepted=f"{row.total_before:g}",
        )
        for row in unequal.itertuples()
    ]
    illustrative = sorted({i.id for i, _ in data.columns if "illustrative" in i.marks})
    if illustrative:
        reports.append(
            Problem(
                "số liệu minh họa, không phải số thật", "illustrative figures, not facts", field="indicator",
                found=", ".join(illustrative),
            )
        )  # fmt: skip
    return reports
