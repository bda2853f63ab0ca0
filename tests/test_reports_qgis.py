"""QGIS itself opens the GeoPackage with its styles; skipped where QGIS is not installed.

QGIS's Python belongs to the system, so that it runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from geo.layer import embedded_layer
from geo.registers import embedded_register
from plans.files import embedded_plan
from reports.context import Context
from reports.export import export
from reports.styles import NEW_RULES, OLD_RULES

PYTHON = next((p for p in ("/usr/bin/python3", shutil.which("python3") or "") if Path(p).exists()), "")
SCRIPT = """
import json, os, sys
from qgis.core import (QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
app = QgsApplication([], False)
app.initQgis()
found = {}
for name in ("units_before", "units_after"):
    layer = QgsVectorLayer(sys.argv[1] + "|layername=" + name, name, "ogr")
    said, loaded = layer.loadDefaultStyle()
    renderer = layer.renderer()
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setExtent(layer.extent())
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(700, 600))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(sys.argv[2] + "/" + name + ".png")
    colours = {image.pixelColor(x, y).name() for x in range(0, 700, 2) for y in range(0, 600, 2)}
    found[name] = {
        "valid": layer.isValid(), "loaded": loaded, "count": layer.featureCount(), "crs": layer.crs().authid(),
        "renderer": renderer.type(), "attribute": getattr(renderer, "classAttribute", str)(),
        "categories": [c.value() for c in getattr(renderer, "categories", list)()],
        "styles": [s.symbol().symbolLayer(0).brushStyle() for s in getattr(renderer, "categories", list)()],
        "labels": layer.labelsEnabled(), "colours": sorted(colours),
    }
print(json.dumps(found))
sys.stdout.flush()
os._exit(0)
"""


def has_qgis() -> bool:
    if not PYTHON:
        return False
    asked = subprocess.run(
        [PYTHON, "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('qgis') is None)"],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    return asked.returncode == 0


pytestmark = pytest.mark.skipif(not has_qgis(), reason="QGIS (python3-qgis, qgis-providers) is not installed")


def test_qgis_opens_the_package_styled(tmp_path: Path) -> None:
    plan, register = embedded_plan("nq1286"), embedded_register("hanoi-2024-12-31")
    export(Context(plan, register, layer=embedded_layer("2024-12-31")), tmp_path / "a.gpkg")
    environment = {"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path),
                   "XDG_RUNTIME_DIR": str(tmp_path), "LANG": "C.UTF-8"}  # fmt: skip
    ran = subprocess.run(
        [PYTHON, "-c", SCRIPT, str(tmp_path / "a.gpkg"), str(tmp_path)],
        capture_output=True, check=False, env=environment, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    found = json.loads(ran.stdout.decode().splitlines()[-1])
    for name, attribute, rules in (
        ("units_before", "role", OLD_RULES),
        ("units_after", "drawn_as", NEW_RULES),
    ):
        layer = found[name]
        assert layer["valid"]
        assert layer["loaded"]
        assert layer["labels"]
        assert layer["crs"] == "EPSG:4326"
        assert (layer["renderer"], layer["attribute"]) == ("categorizedSymbol", attribute)
        assert layer["categories"] == [value for value, *_ in rules]
        # the fills are seen on the map that QGIS draws
        used = [rule for rule in rules if rule[0] in ("stays", "whole", "formed", "partial")]
        for _, _, fill, _, _ in used:
            assert "#" + "".join(f"{int(part):02x}" for part in fill.split(",")[:3]) in layer["colours"]
    assert found["units_before"]["count"] == len(register)
