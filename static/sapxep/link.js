/* Maps of one link show one extent.
 *
 * sapxep.follow(map, link, moved, follow) joins the maps of a link. The map under the pointer, or with the keyboard's
 * focus, leads. ``share`` tells the others this map's view, after it has zoomed to a unit; ``ask`` makes one that has
 * been moved tell its view, for a map that comes later. ``moved`` says whether this one has been, ``follow`` is called
 * when it follows another.
 */
(function () {
  "use strict";
  var S = (window.sapxep = window.sapxep || {});

  S.follow = function (map, link, moved, follow) {
    var channel = new BroadcastChannel("sapxep-view-" + link), leading = false, box = map.getContainer();
    box.addEventListener("pointerenter", function () { leading = true; });
    box.addEventListener("pointerleave", function () { leading = false; });
    box.addEventListener("focusin", function () { leading = true; });
    box.addEventListener("focusout", function () { leading = false; });
    function share() {
      var c = map.getCenter();
      channel.postMessage([c.lat, c.lng, map.getZoom()]);
    }
    map.on("move", function () { if (leading) share(); });
    channel.onmessage = function (e) {
      if (!e.data) { if (moved()) share(); return; }
      if (leading) return;
      follow();
      map.setView([e.data[0], e.data[1]], e.data[2], { animate: false });
    };
    return { share: share, ask: function () { channel.postMessage(null); } };
  };
})();
