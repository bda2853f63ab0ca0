"""Styles that a GeoPackage carries for QGIS: one QML and one SLD a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import quoteattr

Rule = tuple[str, str, str, str, str]
# attribute value, label, fill (r,g,b,a), outline, fill style
OLD_RULES: Final[Sequence[Rule]] = (
    ("stays", "Giữ nguyên / stays", "242,240,235,255", "150,150,150,255", "solid"),
    ("whole", "Nhập toàn bộ / goes whole", "158,202,225,255", "60,90,120,255", "solid"),
    ("split", "Bị chia / split", "230,145,56,255", "140,80,20,255", "b_diagonal"),
)
NEW_RULES: Final[Sequence[Rule]] = (
    ("stays", "Giữ nguyên / stays", "242,240,235,255", "150,150,150,255", "solid"),
    ("formed", "Hình thành hoặc thay đổi / formed", "158,202,225,255", "60,90,120,255", "solid"),
    (
        "partial",
        "Hình thành, còn phần chưa vẽ / formed, parts not drawn",
        "198,219,239,255",
        "60,90,120,255",
        "solid",
    ),
    ("split", "Đơn vị bị chia / split source", "230,145,56,255", "140,80,20,255", "b_diagonal"),
    ("absent", "Thiếu trên bản đồ / not on the map", "217,217,217,255", "90,90,90,255", "dense4"),
)


def qml(attribute: str, rules: Sequence[Rule]) -> str:
    """Return a categorised QGIS style with names as labels."""
    categories, symbols = [], []
    for number, (value, label, fill, line, style) in enumerate(rules):
        categories.append(
            f'<category render="true" type="string" symbol="{number}" value={quoteattr(value)} '
            f"label={quoteattr(label)}/>"
        )
        options = {"color": fill, "outline_color": line, "outline_width": "0.2", "outline_style": "solid",
                   "style": style, "outline_width_unit": "MM"}  # fmt: skip
        inner = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
        symbols.append(
            f'<symbol type="fill" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
            f'<layer class="SimpleFill" enabled="1" locked="0" pass="0"><Option type="Map">{inner}</Option></layer>'
            "</symbol>"
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22" styleCategories="Symbology|Labeling" labelsEnabled="1">'
        f'<renderer-v2 type="categorizedSymbol" attr="{attribute}" enableorderby="0" forceraster="0" symbollevels="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
        '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="name" fontSize="7" '
        'fontFamily="Noto Sans" textColor="40,40,40,255" isExpression="0"/>'
        '<placement placement="1"/><rendering scaleVisibility="1" scaleMin="100000" scaleMax="1" drawLabels="1"/>'
        "</settings></labeling></qgis>"
    )


def sld(layer: str, attribute: str, rules: Sequence[Rule]) -> str:
    """Return the same style as SLD 1.0."""
    found = []
    for value, label, fill, line, _ in rules:
        found.append(
            f"<Rule><Name>{value}</Name><Title>{label}</Title><ogc:Filter><ogc:PropertyIsEqualTo>"
            f"<ogc:PropertyName>{attribute}</ogc:PropertyName><ogc:Literal>{value}</ogc:Literal>"
            "</ogc:PropertyIsEqualTo></ogc:Filter><PolygonSymbolizer>"
            f'<Fill><CssParameter name="fill">{_hex(fill)}</CssParameter></Fill>'
            f'<Stroke><CssParameter name="stroke">{_hex(line)}</CssParameter>'
            '<CssParameter name="stroke-width">0.6</CssParameter></Stroke></PolygonSymbolizer></Rule>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><StyledLayerDescriptor version="1.0.0" '
        'xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc">'
        f"<NamedLayer><Name>{layer}</Name><UserStyle><FeatureTypeStyle>{''.join(found)}</FeatureTypeStyle>"
        "</UserStyle></NamedLayer></StyledLayerDescriptor>"
    )


def _hex(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in colour.split(",")[:3])
