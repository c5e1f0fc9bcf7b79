// Draws maps: <div class="ts-map" data-source="/api/…" data-worker="/assets/…">, see web/templates/map.html. Shapes come from our own API, the style from here;
// nothing comes from another site, so there is no background but the shapes themselves.
import { Map, Marker, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";

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

// What is large lies below, so that all can be pointed at.
function sort(collection) {
  const size = (f) => {
    const box = bounds({ features: [f] });
    return box ? (box[2] - box[0]) * (box[3] - box[1]) : 0;
  };
  collection.features = collection.features.map((f) => [size(f), f]).sort((a, b) => b[0] - a[0]).map((pair) => pair[1]);
}

// What the page knows of a shape: name, text, shade, label and its place.
function join(place, collection) {
  const script = place.querySelector("script[type='application/json']");
  const values = script ? JSON.parse(script.textContent) : {};
  const keyOf = (f) => String(f.properties[place.dataset.key] ?? f.id);
  // A page that knows some shapes is about those: a province would hide its districts.
  if (script) collection.features = collection.features.filter((f) => keyOf(f) in values);
  for (const f of collection.features) {
    const key = keyOf(f);
    const known = values[key] ?? {};
    f.properties = { key, name: known.name ?? f.properties[place.dataset.title] ?? key, shade: known.shade ?? null, text: known.text ?? "" };
  }
  return Object.values(values).filter((v) => v.label);
}

// The shades of the page's legend where it knows them; else one colour.
const SHADES = ["#e4e4e4", "#dbe8ec", "#b5d0d9", "#84b0c0", "#5089a0", "#2e6276"]; // as in _figures.scss
const fill = ["match", ["get", "shade"], ...SHADES.flatMap((c, i) => [i, c]), colour("--bar-soft")];

// Names stand in the page itself: letters drawn on the map would want fonts from somewhere.
function label(map, known) {
  const node = document.createElement("span");
  node.className = "ts-map-name";
  node.textContent = known.label;
  new Marker({ element: node }).setLngLat(known.at).addTo(map);
}

function caption(place, shape) {
  const node = document.createElement("div");
  const part = document.createElement(place.dataset.href ? "a" : "strong");
  if (place.dataset.href) part.href = place.dataset.href + encodeURIComponent(shape.key);
  part.textContent = shape.name;
  node.append(part);
  if (shape.text) node.append(document.createElement("br"), shape.text);
  return node;
}

async function draw(place) {
  // Without WebGL the drawing of the server stays.
  if (!document.createElement("canvas").getContext("webgl2")) return;
  const answer = await fetch(place.dataset.source, { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) return;
  const read = await answer.json();
  const collection = read.type === "Feature" ? { type: "FeatureCollection", features: [read] } : read;
  const box = bounds(collection);
  if (!box) return;
  setWorkerUrl(place.dataset.worker);
  const labels = join(place, collection);
  sort(collection);
  // What the server drew stays for paper.
  const live = document.createElement("div");
  live.className = "ts-map-live";
  place.append(live);
  place.classList.add("ts-map-on");
  const map = new Map({
    container: live,
    attributionControl: false,
    cooperativeGestures: true,
    locale: {
      "Map.Title": place.dataset.label,
      "NavigationControl.ZoomIn": place.dataset.in,
      "NavigationControl.ZoomOut": place.dataset.out,
      "CooperativeGesturesHandler.WindowsHelpText": place.dataset.help,
      "CooperativeGesturesHandler.MacHelpText": place.dataset.help,
      "CooperativeGesturesHandler.MobileHelpText": place.dataset.helpTouch,
    },
    bounds: box,
    fitBoundsOptions: { padding: 24, maxZoom: 14 },
    style: {
      version: 8,
      sources: { shapes: { type: "geojson", data: collection } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": colour("--shade") } },
        { id: "areas", type: "fill", source: "shapes", filter: ["==", ["geometry-type"], "Polygon"],
          paint: { "fill-color": fill, "fill-outline-color": "#ffffff" } },
        { id: "lines", type: "line", source: "shapes", filter: ["!=", ["geometry-type"], "Point"],
          paint: { "line-color": labels.length ? "#ffffff" : colour("--bar"), "line-width": 1 } },
        { id: "points", type: "circle", source: "shapes", filter: ["==", ["geometry-type"], "Point"],
          paint: { "circle-radius": 5, "circle-color": colour("--bar"), "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 } },
      ],
    },
  });
  for (const l of labels) label(map, l);
  map.addControl(new NavigationControl({ showCompass: false }));
  for (const layer of ["areas", "points"]) {
    map.on("click", layer, (e) => {
      new Popup().setLngLat(e.lngLat).setDOMContent(caption(place, e.features[0].properties)).addTo(map);
    });
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

document.querySelectorAll(".ts-map[data-source]").forEach(draw);
