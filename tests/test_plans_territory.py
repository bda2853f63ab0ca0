from __future__ import annotations

import shapely

from geo.layer import embedded_layer
from plans.files import embedded_plan
from plans.territory import SPLIT_MARK, layer_after, territory

NQ1286 = embedded_plan("nq1286")
LAYER = embedded_layer("2024-12-31")
assert LAYER is not None


def test_merged_units_share_a_polygon_and_split_ones_keep_their_own() -> None:
    found = territory(NQ1286, LAYER.codes)
    assert {found.polygons[code] for code in ("10414", "10417")} == {"10417"}
    assert found.polygons["00274"] == "00274" + SPLIT_MARK
    assert found.split["00274"] == ("00271", "00277")
    assert found.polygons["00001"] == "00001"
    assert len(found.split) == 8, "four wards split, four adjusted in Cầu Giấy"


def test_the_map_after_is_a_coverage_of_the_same_city() -> None:
    frame = layer_after(NQ1286, LAYER)
    # the four adjusted wards of Cầu Giấy keep no polygon that is surely theirs
    whole = frame[frame["shared_by"] == ""]
    assert len(frame) - len(whole) == 8
    assert len(whole) == 526 - 4
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert shapely.union_all(frame.geometry.to_numpy()).equals_exact(
        shapely.union_all(LAYER.geometries), tolerance=1e-9, normalize=True
    )
    assert frame.loc["09646", "units"] == 3
