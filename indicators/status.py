"""SDMX observation statuses, their precedence and how they combine.

Source: SDMX guideline on the observation status, version 2.0 of May 2019 (code list CL_OBS_STATUS), as quoted in
the project's reference on indicators, section 5.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

#: high to low: where one flag must stand for several, the first in this list stands
PRECEDENCE: Final = "BOMLHQJSDKWIFEPNUVGA"

MEANINGS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "B": ("ngắt chuỗi", "break in the series"),
        "O": ("thiếu, không được cung cấp", "missing, not supplied"),
        "M": ("không thể có", "cannot exist"),
        "L": ("có nhưng không thu thập", "exists, not collected"),
        "H": ("thiếu vì ngày nghỉ", "missing, holiday"),
        "Q": ("không công bố (bảo mật)", "suppressed"),
        "J": ("ngoại lệ không báo cáo", "derogation"),
        "S": ("đình công, sự kiện đặc biệt", "strike or special event"),
        "D": ("định nghĩa khác", "definition differs"),
        "K": ("đã gộp vào mục khác", "included in another category"),
        "W": ("gồm cả số của mục khác", "includes another category"),
        "I": ("điền khuyết", "imputed"),
        "F": ("dự báo", "forecast"),
        "E": ("ước tính", "estimated"),
        "P": ("sơ bộ", "provisional"),
        "N": ("không đáng kể", "not significant"),
        "U": ("độ tin cậy thấp", "low reliability"),
        "V": ("chưa kiểm tra", "unvalidated"),
        "G": ("thử nghiệm", "experimental"),
        "A": ("bình thường", "normal"),
    }
)
_ORDER: Final[Mapping[str, int]] = MappingProxyType({code: i for i, code in enumerate(PRECEDENCE)})


def combine(statuses: Iterable[str], estimated: bool = False) -> str:
    """Return the one status of a figure made from others: the highest in precedence.

    Empty counts as A. Where a share below 1 was used the result is never better than E. Raises KeyError for a
    code outside the list.
    """
    found = {_ORDER[status or "A"] for status in statuses} | ({_ORDER["E"]} if estimated else set())
    return PRECEDENCE[min(found, default=_ORDER["A"])]


def ranks(statuses: Iterable[str]) -> npt.NDArray[np.int8]:
    """Return the places of statuses in the precedence (0 = B); empty counts as A."""
    return np.array([_ORDER[status or "A"] for status in statuses], dtype=np.int8)


def rank(status: str) -> int:
    """Return the place of one status in the precedence (0 = B)."""
    return _ORDER[status or "A"]
