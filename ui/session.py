"""What a visitor works on: one plan over one register on one map, chosen in the sidebar, shared by all pages."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from geo.errors import PlanError, Problem, SapxepError
from geo.files import parse_csv
from geo.register import Register
from geo.registers import embedded_for, embedded_ids, embedded_register, register_of
from plans.apply import apply_plan
from plans.check import check_plan
from plans.files import embedded_plan, embedded_plans, parse_plan, plan_text
from plans.plan import Plan
from plans.territory import SPLIT_MARK
from ui.data import fit_for_map
from ui.kept import Kept
from ui.layers import MapLayer, full_name, publish, split_properties, unit_properties
from ui.text import language, t

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.layer import Layer
    from rules.engine import Judgement

_PLAN: Final = "session:plan"
_OPENED: Final = "session:opened"
_REGISTER: Final = "session:register"
_LAYER: Final = "session:layer"
_PAGES: Final = "session:pages"
UPLOADED: Final = "uploaded"
BOUNDARY_TYPES: Final = ("geojson", "json", "gpkg", "zip", "fgb")


@dataclass(frozen=True)
class Work:
    """One plan over its base register, with the boundaries in use; everything else is derived from it."""

    plan: Plan
    register: Register
    own_layer: Layer | None = None

    @cached_property
    def layer(self) -> Layer | None:
        """The visitor's own boundaries, else the schematic map, None where there is none.

        Read when first asked for: geopandas takes a second to import, and the first map does without.
        """
        if self.own_layer is not None:
            return self.own_layer
        from plans.basemap import base_layer

        return base_layer(self.register.vintage)

    @cached_property
    def key(self) -> str:
        """A key for caches: equal for equal plan, register and boundaries."""
        parts = (_digest(self.plan), _digest(self.register), self.layer_key)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]

    @property
    def layer_key(self) -> str:
        """What tells the boundaries in use from others, without reading them."""
        return "schematic" if self.own_layer is None else self.own_layer.content_hash


_DIGESTS: Final[Kept[str]] = Kept(64)


def _digest(thing: Plan | Register) -> str:
    """Return a hash of all that a plan or register says, remembered: it takes longer than a page may."""

    def made() -> str:
        text = plan_text(thing) if isinstance(thing, Plan) else repr((thing.id, thing.vintage, thing.units))
        return hashlib.sha256(text.encode()).hexdigest()

    return _DIGESTS(thing, None, made)


def open_plan(plan: Plan, register: Register | None = None) -> None:
    """Make a plan the one all pages show: a scenario, an uploaded file. Takes effect on the next run."""
    st.session_state[_OPENED] = plan
    st.session_state[_PLAN] = UPLOADED
    if register is not None:
        st.session_state[_REGISTER] = register


def keep_pages(pages: Mapping[str, Any]) -> None:
    """Keep the pages of this run by name, so that one page can lead to another."""
    st.session_state[_PAGES] = dict(pages)


def has_page(name: str) -> bool:
    """Whether there is such a page to go to."""
    return name in st.session_state.get(_PAGES, {})


def open_page(name: str) -> None:
    """Go to another page at once."""
    st.switch_page(st.session_state[_PAGES][name])


def open_on_map(code: str, side: str = "before") -> None:
    """Go to the Map page with a unit in view; ``side``: its code is of the vintage before or after the plan."""
    st.session_state.update({"map-side": side, "map-open": (side, code)})
    open_page("map")


def choose_work() -> None:
    """Draw the sidebar's part: which plan, and files of the visitor's own."""
    names = [*embedded_plans(), *([UPLOADED] if _OPENED in st.session_state else [])]
    if st.session_state.get(_PLAN) not in names:
        st.session_state[_PLAN] = names[0]
    # the widget's own state goes when a page does not draw it; ours stays
    chosen = st.selectbox(
        t("session.plan"), names, index=names.index(st.session_state[_PLAN]), format_func=_plan_label
    )
    if chosen != st.session_state[_PLAN]:
        st.session_state[_PLAN] = chosen
        st.rerun()
    with st.expander(t("session.own_files")):
        _upload("plan", t("session.plan_file"), ("toml",), _take_plan)
        _upload("register", t("session.register_file"), ("csv",), _take_register)
        _upload("layer", t("session.boundaries_file"), BOUNDARY_TYPES, _take_layer)


def _plan_label(name: str) -> str:
    plan = st.session_state[_OPENED] if name == UPLOADED else embedded_plan(name)
    title = plan.title_en if language() == "en" else plan.title_vi
    return f"{plan.instrument or plan.id} · {title}".strip(" ·")


def _upload(
    name: str, label: str, types: tuple[str, ...], take: Callable[[str, bytes], Callable[[], str]]
) -> None:
    """Draw one uploader; what cannot be used is said below it and changes nothing; removing a file undoes it."""
    given = st.file_uploader(label, type=list(types), key=f"session:upload-{name}")
    key = f"session:taken-{name}"
    if given is None:
        taken = st.session_state.pop(key, None)
        if taken is not None and _forget(name):
            st.rerun()
        return
    content = given.getvalue()
    mark = hashlib.sha256(content).hexdigest()
    taken = st.session_state.get(key)
    if taken is None or taken[0] != mark:
        try:
            said = take(given.name, content)
        except SapxepError as error:
            st.session_state[key] = (mark, None, error)
        else:
            st.session_state[key] = (mark, said, None)
            st.rerun()
    _, said, wrong = st.session_state[key]
    if wrong is not None:
        st.error(plain_lines(wrong.text(language(), limit=12)))
        st.caption(t("session.nothing_changed"))
    elif said is not None:
        st.success(plain_lines(said()))


def plain_lines(text: str) -> str:
    """Return text as Markdown that shows every character and line as it stands: files' contents are no markup."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~:^-])", r"\\\1", text).replace("\n", "  \n")


def _forget(name: str) -> bool:
    """Drop the file of one uploader, whose own was removed there; a plan stays in the list. Whether any was there."""
    keys = {"register": _REGISTER, "layer": _LAYER}
    return name in keys and st.session_state.pop(keys[name], None) is not None


def _take_plan(name: str, content: bytes) -> Callable[[], str]:
    from geo.files import decode

    plan = parse_plan(decode(content, name)[0], name)
    check_plan(plan, register_for(plan))
    open_plan(plan)
    return lambda: t("session.plan_taken", units=len(plan.units))


def _take_register(name: str, content: bytes) -> Callable[[], str]:
    base = work().plan.base
    register = register_of(parse_csv(content, name), base, name)
    if register.vintage != base:
        st.session_state[_REGISTER] = register
        return lambda: t("session.register_kept", units=len(register), vintage=register.vintage)
    check_plan(work().plan, register)
    st.session_state[_REGISTER] = register
    notes = register.reports[:8]
    return lambda: "\n".join(
        [t("session.register_taken", units=len(register)), *(note.text(language()) for note in notes)]
    )


def _take_layer(name: str, content: bytes) -> Callable[[], str]:
    from geo.layer import read_layer

    register = work().register
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        layer = read_layer(path, register, name=name)
    st.session_state[_LAYER] = (register.vintage, layer)
    missing = len(register) - sum(code in register for code in layer.codes)
    notes = layer.reports[:8]
    return lambda: "\n".join(
        [
            t("session.boundaries_taken", units=len(layer.codes), missing=missing),
            *(note.text(language()) for note in notes),
        ]
    )


def register_for(plan: Plan) -> Register:
    """Return the visitor's own register where it is of the plan's base vintage, else the embedded one.

    Raises PlanError when there is none.
    """
    own = st.session_state.get(_REGISTER)
    if isinstance(own, Register) and own.vintage == plan.base:
        return own
    found = embedded_for(plan.base)
    if found is None:
        raise PlanError(
            Problem(
                "không có sổ đơn vị kèm sẵn cho thời điểm gốc; hãy tải sổ của bạn lên",
                "there is no embedded register of the base vintage; upload one",
                plan.id,
                field="base",
                found=plan.base,
                accepted=", ".join(embedded_ids()),
            )
        )
    return embedded_register(found)


def work() -> Work:
    """Return what the visitor works on: at first the first embedded plan."""
    name = st.session_state.get(_PLAN, embedded_plans()[0])
    plan = (
        st.session_state[_OPENED]
        if name == UPLOADED and _OPENED in st.session_state
        else embedded_plan(name if name != UPLOADED else embedded_plans()[0])
    )
    return work_of(plan)


def work_of(plan: Plan) -> Work:
    """Return a plan with its register and the visitor's own boundaries where they fit. Raises PlanError."""
    register = register_for(plan)
    own = st.session_state.get(_LAYER)
    return Work(plan, register, own[1] if own is not None and own[0] == register.vintage else None)


def follow_plan(before: Plan, after: Plan) -> None:
    """Where all pages show ``before`` as an opened plan, let them show ``after``: it was edited."""
    if st.session_state.get(_PLAN) == UPLOADED and st.session_state.get(_OPENED) == before:
        st.session_state[_OPENED] = after


@st.cache_resource(show_spinner=False, max_entries=32)
def _judgement(key: str, regime: str | None, _work: Work) -> Judgement:  # noqa: ARG001 (the cache's key)
    from plans.basemap import neighbours_on
    from rules.engine import judge

    graph, pieces = neighbours_on(_work.layer, _work.register.vintage)
    return judge(_work.plan, _work.register, graph, pieces, regime=regime)


def judgement(current: Work, regime: str | None = None) -> Judgement:
    """Return the verdicts on the plan, under another regime where one is named; kept between runs."""
    return _judgement(current.key, regime, current)


@st.cache_resource(show_spinner=False, max_entries=16)
def _after(key: str, _work: Work) -> Register:  # noqa: ARG001 (the cache's key)
    return apply_plan(_work.plan, _work.register)


def register_after(current: Work) -> Register:
    """Return the register of the vintage that the plan leads to."""
    return _after(current.key, current)


def predecessors(current: Work) -> Mapping[str, tuple[str, ...]]:
    """Return the full names of what each unit formed takes, by code; parts say so."""
    return {
        unit.code: tuple(
            full_name(current.register[transfer.code])
            + ("" if transfer.part == "whole" else f" ({t('part.' + transfer.part)})")
            for transfer in unit.transfers
        )
        for unit in current.plan.units
    }


def map_before(current: Work) -> MapLayer | None:
    """Return the map of the units before the plan, None where there are no boundaries.

    Where no layer of that date is to be had, that of an embedded plan which led there is used, split units and all.
    """
    from ui.data import map_layer, schematic_layer

    if current.own_layer is not None:
        return map_layer(current.own_layer, current.register)
    found = schematic_layer(current.register)
    led = None if found else _led_to(current.register)
    return found if led is None else map_after(led)


def _led_to(register: Register) -> Work | None:
    """Return an embedded plan, over its own register, that led to an embedded register; None where none did."""
    for name in embedded_plans():
        plan = embedded_plan(name)
        base = embedded_for(plan.base)
        if plan.target == register.vintage and base and register.id == embedded_for(register.vintage):
            led = Work(plan, embedded_register(base))
            return led if led.layer is not None else None
    return None


def map_after(current: Work) -> MapLayer | None:
    """Return the map of the units after the plan, None where there are no boundaries.

    A split unit keeps its own polygon under its old code with plans.territory.SPLIT_MARK: its new line is unknown.
    An embedded plan is shown on the schematic map of the date it led to, where there is one.
    """
    from ui.data import schematic_layer

    after = register_after(current)
    if current.own_layer is None and current.plan in map(embedded_plan, embedded_plans()):
        # the map of the date it led to shows the true lines of the units that it split
        stored = schematic_layer(after, predecessors(current))
        if stored is not None:
            return stored
    frame = _layer_after(current.key, current)
    if frame is None or current.layer is None:
        return None
    properties = unit_properties(after, predecessors(current))
    for key, shared_by in zip(frame.index, frame["shared_by"], strict=True):
        if shared_by:
            unit = current.register[key.removesuffix(SPLIT_MARK)]
            properties[key] = split_properties(unit, (after[code] for code in shared_by.split()))
    made = publish(
        dict(zip(frame.index, frame.geometry, strict=True)),
        properties,
        version=f"after-{current.key}",
        schematic=current.layer.schematic,
        name=current.plan.id,
    )
    return made if current.own_layer is None else replace(made, notes=fit_for_map(current.own_layer)[1])


@st.cache_resource(show_spinner=False, max_entries=16)
def _layer_after(key: str, _work: Work) -> GeoDataFrame | None:  # noqa: ARG001 (the cache's key)
    from plans.territory import layer_after

    if _work.layer is None:
        return None
    layer = _work.layer if _work.own_layer is None else fit_for_map(_work.own_layer)[0]
    return layer_after(_work.plan, layer)


def group_fills(current: Work) -> Mapping[str, str]:
    """Return a colour for each unit formed, by code; neighbours differ."""
    return _group_fills(current.key, current)


@st.cache_resource(show_spinner=False, max_entries=16)
def _group_fills(key: str, _work: Work) -> Mapping[str, str]:  # noqa: ARG001 (the cache's key)
    from ui.data import schematic_geometries
    from ui.groups import group_colours

    own = _work.own_layer
    if own is not None:
        return group_colours(_work.plan, dict(zip(own.codes, own.geometries, strict=True)))
    before = schematic_geometries(_work.register.vintage)
    if before is not None:
        return group_colours(_work.plan, before)
    return group_colours(_work.plan, schematic_geometries(_work.plan.target) or {}, after=True)
