/* Choosing on the map: a box around units, and a line drawn point by point.
 *
 * sapxep.tools(map, on) is called by map.js once the layer is there. While a tool is in use a sheet lies over the
 * map, so that map.js sees no clicks. What was chosen goes to Python as a click beside all units does, with
 * ``codes`` (units whose label point lies in the box) or ``line`` ([[longitude, latitude], …]).
 * Keys: Escape leaves a tool, Enter or a double click ends a line, Backspace takes back its last point.
 */
(function () {
  "use strict";
  var S = (window.sapxep = window.sapxep || {});

  S.tools = function (map, on) {
    var sheet = null, tool = "", from = null, shape = null, points = [], cursor = null, buttons = {};
    var box = map.getContainer();

    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var bar = L.DomUtil.create("div", "leaflet-bar");
      [["box", "⬚"], ["line", "⟋"]].forEach(function (entry) {
        var a = L.DomUtil.create("a", "sx-tool", bar), words = on.words[entry[0]];
        a.href = "#"; a.title = words; a.textContent = entry[1];
        a.setAttribute("role", "button"); a.setAttribute("aria-label", words); a.setAttribute("aria-pressed", "false");
        a.setAttribute("data-tool", entry[0]);
        L.DomEvent.on(a, "click", function (e) { L.DomEvent.stop(e); if (tool === entry[0]) leave(); else take(entry[0]); });
        buttons[entry[0]] = a;
      });
      return bar;
    };
    control.addTo(map);

    function take(name) {
      leave();
      tool = name;
      buttons[name].setAttribute("aria-pressed", "true");
      sheet = L.DomUtil.create("div", "sx-sheet", box);
      var hint = L.DomUtil.create("div", "sx-hint", sheet);
      hint.setAttribute("role", "status");
      hint.textContent = on.words[name + "_hint"];
      sheet.addEventListener("pointerdown", press);
      sheet.addEventListener("pointermove", move);
      sheet.addEventListener("pointerup", lift);
      ["click", "dblclick", "mousedown", "touchstart", "contextmenu"].forEach(function (kind) {
        sheet.addEventListener(kind, function (e) { e.stopPropagation(); if (kind === "dblclick") endLine(); });
      });
      document.addEventListener("keydown", key);
    }
    function leave() {
      if (!tool) return;
      buttons[tool].setAttribute("aria-pressed", "false");
      tool = ""; from = null; points = []; cursor = null;
      if (shape) { shape.remove(); shape = null; }
      if (sheet) { sheet.remove(); sheet = null; }
      document.removeEventListener("keydown", key);
    }
    function at(e) {
      var r = box.getBoundingClientRect();
      return map.containerPointToLatLng(L.point(e.clientX - r.left, e.clientY - r.top));
    }
    function report(extra, e) {
      var more = Boolean(e && (e.shiftKey || e.ctrlKey || e.metaKey));
      on.send({ type: "Feature", geometry: null, properties: Object.assign({ code: "", more: more, at: Date.now() }, extra) });
    }

    function press(e) {
      e.preventDefault(); e.stopPropagation();
      if (tool === "box") {
        from = at(e);
        try { sheet.setPointerCapture(e.pointerId); } catch (ignored) { /* a pointer of a script's own making */ }
        return;
      }
      var p = at(e), last = points[points.length - 1];
      // the second press of a double click stands where the first did
      if (!last || map.latLngToContainerPoint(last).distanceTo(map.latLngToContainerPoint(p)) > 4) points.push(p);
      draw();
    }
    function move(e) { cursor = at(e); if (from || points.length) draw(); }
    function lift(e) {
      e.stopPropagation();
      if (tool !== "box" || !from) return;
      var bounds = L.latLngBounds(from, at(e)), codes = [];
      on.units.forEach(function (unit, code) { if (bounds.contains(unit.at)) codes.push(code); });
      leave();
      report({ codes: codes }, e);
    }
    function endLine() {
      if (tool !== "line" || points.length < 2) return;
      var line = points.map(function (p) { return [Number(p.lng.toFixed(6)), Number(p.lat.toFixed(6))]; });
      leave();
      report({ line: line }, null);
    }
    function draw() {
      var style = { pane: "sx-outlines", interactive: false, color: "#111827", weight: 2, dashArray: "5 4", fillOpacity: .08 };
      if (shape) shape.remove();
      if (tool === "box") shape = L.rectangle(L.latLngBounds(from, cursor || from), style).addTo(map);
      else shape = L.polyline(cursor ? points.concat([cursor]) : points, style).addTo(map);
    }
    function key(e) {
      if (e.key === "Escape") leave();
      else if (e.key === "Enter" && tool === "line") endLine();
      else if (e.key === "Backspace" && points.length) { points.pop(); draw(); } else return;
      e.preventDefault();
    }
  };
})();
