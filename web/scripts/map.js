// Draws maps: <div class="ts-map" data-source="/api/…" data-worker="/assets/…">. Shapes come from our own API, the style from here;
// nothing comes from another site, so there is no background but the shapes themselves.
import { Map, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";

const css = getComputedStyle(document.documentElement);
const colour = (name) => css.getPropertyValue(name).trim();

function bounds(collection) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (c) => {
    if (typeof c[0] !== "number") return c.forEach(walk);
    box[0] = Math.min(box[0], c[0]);
    box[1] = Math.min(box[1], c[1]);
    box[2] = Math.max(box[2], c[0]);
    box[3] = Math.max(box[3], c[1]);
  };
  const geometries = (g) => (g.type === "GeometryCollection" ? g.geometries.forEach(geometries) : walk(g.coordinates));
  for (const f of collection.features) if (f.geometry) geometries(f.geometry);
  return box[0] <= box[2] ? box : null;
}

// Shades by value where data-value names a property; else one colour.
function fill(place, collection) {
  const name = place.dataset.value;
  const values = name ? collection.features.map((f) => f.properties[name]).filter((v) => typeof v === "number") : [];
  const low = Math.min(...values);
  const high = Math.max(...values);
  if (!values.length || low === high) return colour("--bar-soft");
  return ["case", ["==", ["typeof", ["get", name]], "number"],
    ["interpolate", ["linear"], ["get", name], low, "#dbe8ec", high, colour("--bar")], "#e6e6e6"];
}

function caption(place, feature) {
  const node = document.createElement("div");
  const title = feature.properties[place.dataset.title] ?? feature.id ?? "";
  const href = place.dataset.href;
  const part = document.createElement(href ? "a" : "strong");
  if (href) part.href = href + encodeURIComponent(feature.properties[place.dataset.key] ?? feature.id);
  part.textContent = title;
  node.append(part);
  if (place.dataset.value) node.append(document.createElement("br"), String(feature.properties[place.dataset.value] ?? "–"));
  return node;
}

async function draw(place) {
  const answer = await fetch(place.dataset.source, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return;
  const collection = await answer.json();
  const box = bounds(collection);
  if (!box) return;
  setWorkerUrl(place.dataset.worker);
  const plain = place.querySelector("svg");
  if (plain) plain.classList.add("ts-hidden");
  const map = new Map({
    container: place,
    attributionControl: false,
    cooperativeGestures: true,
    bounds: box,
    fitBoundsOptions: { padding: 24, maxZoom: 14 },
    style: {
      version: 8,
      sources: { shapes: { type: "geojson", data: collection } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("--shade") } },
        { id: "areas", type: "fill", source: "shapes", filter: ["==", ["geometry-type"], "Polygon"],
          paint: { "fill-color": fill(place, collection), "fill-outline-color": "#ffffff" } },
        { id: "lines", type: "line", source: "shapes", filter: ["!=", ["geometry-type"], "Point"],
          paint: { "line-color": colour("--bar"), "line-width": 1 } },
        { id: "points", type: "circle", source: "shapes", filter: ["==", ["geometry-type"], "Point"],
          paint: { "circle-radius": 5, "circle-color": colour("--bar"), "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 } },
      ],
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }));
  for (const layer of ["areas", "points"]) {
    map.on("click", layer, (e) => {
      new Popup().setLngLat(e.lngLat).setDOMContent(caption(place, e.features[0])).addTo(map);
    });
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

document.querySelectorAll(".ts-map[data-source]").forEach(draw);
