/* The map of units: a layer fetched once, then restyled in place.
 *
 * sapxep.start(map, options) draws the layer and returns its Leaflet group.
 * sapxep.update(state) sets colours, hatching, outlines, notes and the focus; it may come before the layer
 * has arrived. Polygons are never made anew, so the map neither flashes nor jumps.
 */
(function () {
  "use strict";
  var S = (window.sapxep = window.sapxep || {});
  var map, group, options, ready = false, waiting = null, lastFocus = null, moved = false, linked = null;
  var units = new Map();      // code -> {layer, rings, tip, name, district, at}
  var districts = new Map();  // name -> {codes, at, bounds}
  var outlines = new Map();   // key -> polyline
  var labels = new Map();     // key -> marker
  var notes = {}, marks = {}, hover = null, drawn = [];

  function setText(node, text) { node.textContent = text; return node; }

  S.start = function (onMap, withOptions) {
    map = onMap;
    options = withOptions;
    map.options.zoomSnap = 0.25;
    map.options.zoomDelta = 0.5;
    map.attributionControl && map.attributionControl.setPrefix("Leaflet");
    [["sx-outlines", 410], ["sx-labels", 620]].forEach(function (pane) {
      var style = map.createPane(pane[0]).style;
      style.zIndex = pane[1]; style.pointerEvents = "none";
    });
    group = L.geoJSON(null, {
      smoothFactor: 0.5,
      style: function () { return pathStyle(options.base); },
      onEachFeature: addUnit
    });
    group.bindTooltip(tooltip, { sticky: true, className: "sx-tip", direction: "auto" });
    group.on("mouseover", function (e) { if (e.layer) showHover(e.layer); });
    group.on("mouseout", function () { if (hover) hover.remove(); });
    group.on("click", function (e) {
      if (e.originalEvent) e.originalEvent.sapxepUnit = true;
      if (e.layer && e.layer.feature) send(e.layer.sapxepClick = report(e.layer.feature.properties.code, e.originalEvent));
    });
    group.addTo(map);
    map.on("click", function (e) {
      if (!e.originalEvent || e.originalEvent.sapxepUnit) return;
      send(report("", e.originalEvent));
    });
    if (options.notice) addNotice(options.notice);
    addFitButton();
    L.control.scale({ imperial: false }).addTo(map);
    if (options.link) linked = S.follow(map, options.link, function () { return moved; }, function () { moved = true; });
    load();
    return group;
  };

  // what st_folium hands to Python as last_active_drawing: the code, no geometry; the time makes each click new
  function report(code, event) {
    var more = Boolean(event && (event.shiftKey || event.ctrlKey || event.metaKey));
    return { type: "Feature", geometry: null, properties: { code: code, more: more, at: Date.now() } };
  }
  // st_folium waits a quarter of a second before it tells Python; told here at once, and noted there as told
  function send(feature) {
    var data = window.__GLOBAL_DATA__, value = { last_active_drawing: feature };
    if (!data) { group.fire("click", { layer: { toGeoJSON: function () { return feature; } } }); return; }
    data.last_active_drawing = feature; data.previous_data = value;
    window.parent.postMessage({
      isStreamlitMessage: true, type: "streamlit:setComponentValue", dataType: "json", value: value }, "*");
  }

  function load() {
    var wait = L.DomUtil.create("div", "sx-wait", map.getContainer());
    wait.setAttribute("role", "status");
    setText(wait, options.words.loading);
    fetch(options.url).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (layer) {
      group.addData(layer);
      units.forEach(function (unit, code) { unit.layer.getElement().setAttribute("data-code", code); });
      findDistricts();
      ready = true;
      fit();
      if (waiting) { var state = waiting; waiting = null; S.update(state); } else S.update({});
      map.on("zoomend", thinOutlines);
      map.on("moveend", drawLabels);
      watchSize();
      if (options.tools) S.tools(map, { units: units, send: send, words: options.words });
      if (linked && !lastFocus) linked.ask();
      wait.remove();
    }).catch(function () {
      wait.classList.add("sx-failed");
      setText(wait, options.words.failed);
    });
  }

  function addUnit(feature, layer) {
    var p = feature.properties, geometry = feature.geometry;
    if (!geometry) return;
    var polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    var at = p.at ? L.latLng(p.at[1], p.at[0]) : layer.getBounds().getCenter();
    units.set(p.code, {
      layer: layer, rings: [].concat.apply([], polygons), tip: p.tip || [], name: p.name || p.code,
      district: p.district || "", at: at, bounds: layer.getBounds(), style: null
    });
    layer.toGeoJSON = function () { return layer.sapxepClick || report(p.code, null); };
  }

  // where a unit's label point is on the screen, for tests and scripts
  S.place = function (code) { return units.get(code).at; };
  S.pixel = function (code) { return map.latLngToContainerPoint(S.place(code)); };

  function findDistricts() {
    units.forEach(function (unit, code) {
      if (!unit.district) return;
      var d = districts.get(unit.district);
      if (!d) districts.set(unit.district, (d = { codes: [], bounds: L.latLngBounds([]), w: 0, lat: 0, lng: 0 }));
      var b = unit.bounds, w = (b.getEast() - b.getWest()) * (b.getNorth() - b.getSouth()) + 1e-12;
      d.codes.push(code);
      d.bounds.extend(b);
      d.w += w; d.lat += w * unit.at.lat; d.lng += w * unit.at.lng;
    });
    districts.forEach(function (d) { d.at = L.latLng(d.lat / d.w, d.lng / d.w); });
  }

  // --- styles -----------------------------------------------------------------------------------------------
  // a style comes as [fill, stroke, weight, opacity, hatch, mark]
  function pathStyle(s) {
    return {
      fillColor: s[4] ? "url(#" + pattern(s[0], s[4]) + ")" : s[0], fillOpacity: s[3],
      color: s[1], weight: s[2], opacity: 1
    };
  }
  // patterns live in an svg of their own, since the renderer's is made only with its first path
  function pattern(fill, stripe) {
    var id = "sx" + (fill + stripe).replace(/[^0-9a-zA-Z]/g, "");
    if (document.getElementById(id)) return id;
    var ns = "http://www.w3.org/2000/svg", home = document.getElementById("sx-patterns");
    if (!home) {
      home = document.body.appendChild(document.createElementNS(ns, "svg"));
      home.id = "sx-patterns";
      home.setAttribute("width", 0); home.setAttribute("height", 0);
      home.style.position = "absolute";
    }
    var p = document.createElementNS(ns, "pattern");
    var at = { id: id, width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    Object.keys(at).forEach(function (k) { p.setAttribute(k, at[k]); });
    [[fill, 8], [stripe, 3]].forEach(function (bar) {
      var r = p.appendChild(document.createElementNS(ns, "rect"));
      r.setAttribute("width", bar[1]); r.setAttribute("height", 8); r.setAttribute("fill", bar[0]);
    });
    home.appendChild(p);
    return id;
  }

  S.update = function (state) {
    if (!ready) { waiting = state; return; }
    var wanted = new Map();
    (state.styles || []).forEach(function (entry) {
      entry[1].split(" ").forEach(function (code) { wanted.set(code, entry[0]); });
    });
    marks = {};
    units.forEach(function (unit, code) {
      var style = wanted.get(code) || options.base, key = style.join("|");
      if (style[5]) marks[code] = style[5];
      if (unit.style === key) return;
      unit.style = key;
      unit.layer.setStyle(pathStyle(style));
    });
    notes = state.notes || {};
    drawOutlines(state.outlines || []);
    drawLines(state.lines || []);
    focusOn(state.focus || null);
    drawLabels();
    S.applied = (S.applied || 0) + 1;
  };

  // --- outlines ---------------------------------------------------------------------------------------------
  // in a coverage a border inside a set of units occurs twice, the set's outline once
  function outlineOf(codes) {
    var edges = new Map();
    codes.forEach(function (code) {
      var unit = units.get(code);
      if (unit) unit.rings.forEach(function (ring) {
        for (var i = 1; i < ring.length; i++) {
          var a = ring[i - 1], b = ring[i], from = a[0] + "," + a[1], to = b[0] + "," + b[1];
          var key = from < to ? from + ";" + to : to + ";" + from;
          if (edges.has(key)) edges.delete(key); else edges.set(key, [from, to, a, b]);
        }
      });
    });
    var next = new Map();
    edges.forEach(function (edge, key) {
      if (!next.has(edge[0])) next.set(edge[0], []);
      next.get(edge[0]).push(key);
    });
    var lines = [];
    edges.forEach(function (edge, key) {
      if (!edges.has(key)) return;
      var line = [[edge[2][1], edge[2][0]]], at = edge, atKey = key;
      while (at) {
        edges.delete(atKey);
        line.push([at[3][1], at[3][0]]);
        atKey = (next.get(at[1]) || []).find(function (k) { return edges.has(k); });
        at = atKey && edges.get(atKey);
      }
      lines.push(line);
    });
    return lines;
  }
  // an outline comes as [codes, stroke, weight, dash]
  function drawOutlines(list) {
    var wanted = new Map();
    if (options.districts) districts.forEach(function (d, name) {
      wanted.set("d:" + name, [d.codes, options.districts[0], options.districts[1], null]);
    });
    list.forEach(function (o) { wanted.set(o.join("|"), [o[0].split(" "), o[1], o[2], o[3]]); });
    outlines.forEach(function (line, key) {
      if (!wanted.has(key)) { line.remove(); outlines.delete(key); }
    });
    wanted.forEach(function (o, key) {
      if (outlines.has(key)) return;
      outlines.set(key, L.polyline(outlineOf(o[0]), {
        pane: "sx-outlines", interactive: false, color: o[1], weight: o[2] * slim(), dashArray: o[3] || null,
        smoothFactor: 0.5, full: o[2]
      }).addTo(map));
    });
    list.forEach(function (o) { outlines.get(o.join("|")).bringToFront(); });
  }
  // a line of points comes as [[[longitude, latitude], …], stroke, weight, dash]; a white one lies under it
  function drawLines(list) {
    drawn.forEach(function (line) { line.remove(); });
    drawn = [];
    list.forEach(function (given) {
      var at = given[0].map(function (p) { return [p[1], p[0]]; });
      [["#ffffff", given[2] + 3, null, "sx-line-under"], [given[1], given[2], given[3] || null, "sx-line"]].forEach(function (s) {
        drawn.push(L.polyline(at, {
          pane: "sx-outlines", interactive: false, color: s[0], weight: s[1], dashArray: s[2], className: s[3], smoothFactor: 0
        }).addTo(map));
      });
    });
  }
  // seen from afar, thick lines would hide the small units of the inner city
  function slim() { return map.getZoom() < 11 ? 0.55 : map.getZoom() < 12 ? 0.8 : 1; }
  function thinOutlines() {
    var factor = slim();
    outlines.forEach(function (line) {
      if (line.options.weight !== line.options.full * factor) line.setStyle({ weight: line.options.full * factor });
    });
  }
  function showHover(layer) {
    if (!hover) hover = L.polygon([], {
      pane: "sx-outlines", interactive: false, fill: false, color: "#111827", weight: 2.5, smoothFactor: 0.5
    });
    hover.setLatLngs(layer.getLatLngs()).addTo(map).bringToFront();
  }

  // --- words on the map -------------------------------------------------------------------------------------
  function tooltip(layer) {
    var box = document.createElement("div");
    var code = layer && layer.feature && layer.feature.properties.code, unit = units.get(code);
    if (!unit) return box;
    unit.tip.forEach(function (line, i) {
      box.appendChild(setText(document.createElement(i ? "div" : "b"), line));
    });
    if (notes[code]) {
      var note = setText(document.createElement("div"), notes[code]);
      note.className = "sx-note";
      box.appendChild(note);
    }
    return box;
  }
  function pixels(bounds) {
    var a = map.latLngToLayerPoint(bounds.getNorthWest()), b = map.latLngToLayerPoint(bounds.getSouthEast());
    return L.point(b.x - a.x, b.y - a.y);
  }
  function lines(name, width, each) {
    if (name.length * each <= width) return [name];
    var words = name.split(" "), best = null;
    for (var i = 1; i < words.length; i++) {
      var pair = [words.slice(0, i).join(" "), words.slice(i).join(" ")];
      var longest = Math.max(pair[0].length, pair[1].length);
      if (longest * each <= width && (!best || longest < best[2])) best = [pair[0], pair[1], longest];
    }
    return best && best.slice(0, 2);
  }
  function drawLabels() {
    if (!ready) return;
    var view = map.getBounds().pad(0.05), wanted = new Map(), shown = 0, seen = 0;
    units.forEach(function (unit, code) {
      if (!view.intersects(unit.bounds)) return;
      seen += 1;
      var size = pixels(unit.bounds), text = lines(unit.name, size.x * 0.8, 6);
      var mark = marks[code] || "";
      if (text && size.y * 0.7 < text.length * 13) text = null;
      if (text) shown += 1;
      if (text || mark) wanted.set("u:" + code, { at: unit.at, text: text || [], mark: mark, kind: "" });
    });
    // names of districts while those of their units do not fit
    if (shown < seen * 0.4) {
      wanted.forEach(function (label, key) { if (label.mark) label.text = []; else wanted.delete(key); });
      districts.forEach(function (d, name) {
        var text = view.contains(d.at) && lines(name, pixels(d.bounds).x * 0.95, 6.6);
        if (text) wanted.set("d:" + name, { at: d.at, text: text, mark: "", kind: " sx-district" });
      });
    }
    wanted = withoutOverlaps(wanted);
    labels.forEach(function (marker, key) {
      if (!wanted.has(key) || wanted.get(key).mark + wanted.get(key).text.join("|") !== marker.sapxepText) {
        marker.remove();
        labels.delete(key);
      }
    });
    wanted.forEach(function (label, key) {
      if (labels.has(key)) return;
      var box = document.createElement("span");
      if (label.mark) box.appendChild(setText(document.createElement("div"), label.mark)).className = "sx-mark";
      label.text.forEach(function (line) { box.appendChild(setText(document.createElement("div"), line)); });
      var marker = L.marker(label.at, {
        pane: "sx-labels", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "sx-label" + label.kind, html: box, iconSize: [0, 0] })
      }).addTo(map);
      marker.sapxepText = label.mark + label.text.join("|");
      labels.set(key, marker);
    });
  }
  // marks first, then districts, then units; a label over another is left away
  function withoutOverlaps(wanted) {
    var taken = [], kept = new Map();
    var order = Array.from(wanted.entries()).map(function (entry) {
      var label = entry[1], at = map.latLngToLayerPoint(label.at), rows = label.text.length + (label.mark ? 1 : 0);
      var longest = Math.max.apply(null, label.text.map(function (x) { return x.length; }).concat([2]));
      var half = L.point(longest * (label.kind ? 3.4 : 2.9), rows * 6.5);
      return { entry: entry, box: L.bounds(at.subtract(half), at.add(half)), rank: (label.mark ? 2 : 0) + (label.kind ? 1 : 0) };
    });
    order.sort(function (a, b) { return b.rank - a.rank || (a.entry[0] < b.entry[0] ? -1 : 1); });
    order.forEach(function (o) {
      if (taken.some(function (box) { return box.intersects(o.box); })) return;
      taken.push(o.box);
      kept.set(o.entry[0], o.entry[1]);
    });
    return kept;
  }
  function addNotice(text) {
    var notice = L.control({ position: "bottomleft" });
    notice.onAdd = function () { return setText(L.DomUtil.create("div", "sx-notice"), text); };
    notice.addTo(map);
  }

  // --- the view ---------------------------------------------------------------------------------------------
  // a zoom under way would end at its own goal, so the next waits for it
  function afterZoom(work) {
    if (map._animatingZoom) map.once("zoomend", function () { setTimeout(work, 0); }); else work();
  }
  function fit() {
    var bounds = group.getBounds();
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [6, 6], animate: false });
    moved = false;
  }
  // a focus is done once: later colours must not pull the map back
  function focusOn(focus) {
    var key = focus && focus.join(" ");
    if (key === lastFocus) return;
    lastFocus = key;
    if (!focus) return;
    var bounds = L.latLngBounds([]);
    focus.forEach(function (code) { if (units.has(code)) bounds.extend(units.get(code).bounds); });
    if (bounds.isValid()) afterZoom(function () {
      moved = true;
      group.closeTooltip();
      if (hover) hover.remove();
      if (linked) map.once("moveend", linked.share);
      map.fitBounds(bounds, { padding: [60, 60], maxZoom: 13.5, animate: Boolean(S.applied) });
    });
  }
  function addFitButton() {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var bar = L.DomUtil.create("div", "leaflet-bar"), a = L.DomUtil.create("a", "sx-fit", bar);
      a.href = "#"; a.title = options.words.fit; a.setAttribute("role", "button");
      a.setAttribute("aria-label", options.words.fit);
      setText(a, "⤢");
      L.DomEvent.on(a, "click", function (e) { L.DomEvent.stop(e); afterZoom(fit); });
      return bar;
    };
    control.addTo(map);
  }
  // a map in a hidden tab has no size; fit it when it is first seen, and on turning a phone
  function watchSize() {
    map.on("dragstart zoomstart", function () { moved = true; });
    var size = map.getSize();
    moved = Boolean(lastFocus);
    new ResizeObserver(function () {
      var box = map.getContainer();
      if (box.clientWidth === size.x && box.clientHeight === size.y) return;
      afterZoom(function () {
        map.invalidateSize({ animate: false });
        size = map.getSize();
        if (!moved && size.x > 0 && size.y > 0) fit();
      });
    }).observe(map.getContainer());
  }
})();
