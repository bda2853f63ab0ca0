"""A series over a change of the map: joined by code it breaks; on one map it does not."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from geo.errors import ObservationError, Problem
from indicators.links import Profile, resolve
from indicators.observations import Observations
from indicators.periods import span
from plans.crosswalk import Crosswalk

COLUMNS: Final = ("unit_code", "vintage", "period", "indicator", "value", "status", "note")


def joined_series(before: Observations, after: Observations, crosswalk: Crosswalk) -> pd.DataFrame:
    """Return both sets of observations joined by code, breaks marked: what a chart by code would show.

    A code whose territory changed has status B on its first period of the later vintage (SDMX: break in the
    series), with a note of its parents; a value that is missing keeps its own status. Rows are in the order of
    indicator, unit and time. Raises ObservationError where the vintages are not those of the crosswalk.
    """
    for observations, wanted in ((before, crosswalk.from_vintage), (after, crosswalk.to_vintage)):
        if observations.vintage != wanted:
            raise ObservationError(
                Problem(
                    "thời điểm không khớp bảng chuyển đổi",
                    "the vintage is not that of the crosswalk",
                    observations.file,
                    None,
                    "vintage",
                    observations.vintage,
                    wanted,
                )
            )
    links = resolve(crosswalk, Profile(("population",)))
    changed = {links.targets[t]: links.parents[t] for t in np.flatnonzero(links.changed)}
    keys = ["unit_code", "vintage", "period", "indicator", "status"]
    parts = [o.frame[[*keys, "value"]].astype(dict.fromkeys(keys, str)) for o in (before, after)]
    frame = pd.concat(parts, ignore_index=True)
    frame["note"] = ""
    frame["begun"] = frame["period"].map(lambda period: (span(period) or (period,))[0])
    frame = frame.sort_values(
        ["indicator", "unit_code", "begun", "vintage"], kind="stable", ignore_index=True
    )
    later = frame[(frame["vintage"] == crosswalk.to_vintage) & frame["unit_code"].isin(list(changed))]
    first = later.drop_duplicates(["indicator", "unit_code"])
    for row, code in first["unit_code"].items():
        if bool(frame["value"].notna().at[row]):
            frame.loc[row, "status"] = "B"
        frame.loc[row, "note"] = (
            f"ngắt chuỗi: từ {crosswalk.to_vintage} mã {code} gồm {changed[code]} / "
            f"break: from {crosswalk.to_vintage} code {code} is made of {changed[code]}"
        )
    return frame[list(COLUMNS)]
