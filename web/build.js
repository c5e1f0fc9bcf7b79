// Makes what the browser gets: node web/build.js FOLDER
//
//   site.css    every page    the parts of USWDS that pages use, and our own styles
//   site.js     every page    small comforts; no page needs it
//   form.js     forms         pickers that search while one types, drafts kept by themselves
//   chart.js    chart pages   Apache ECharts, lines only
//   map.js, map.css, map-worker.js   map pages   MapLibre GL
//   icon.svg
//
// A file is written only when it changed, so that nothing is compiled anew for nothing.
"use strict";
const fs = require("fs");
const path = require("path");
const esbuild = require("esbuild");
const sass = require("sass");

const here = __dirname;
const out = process.argv[2];

function write(name, bytes) {
  const file = path.join(out, name);
  if (!fs.existsSync(file) || !fs.readFileSync(file).equals(Buffer.from(bytes))) fs.writeFileSync(file, bytes);
}

function styles(name) {
  const made = sass.compile(path.join(here, "styles", name + ".scss"), {
    loadPaths: [path.join(here, "node_modules/@uswds/uswds/packages"), path.join(here, "node_modules")],
    quietDeps: true,
    silenceDeprecations: ["if-function"],
  });
  write(name + ".css", esbuild.transformSync(made.css, { loader: "css", minify: true, target: ["chrome90", "firefox90", "safari14"] }).code);
}

function script(name, entry) {
  const made = esbuild.buildSync({
    entryPoints: [path.join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["es2020"],
    legalComments: "eof",
    logLevel: "error",
  });
  write(name, made.outputFiles[0].contents);
}

fs.mkdirSync(out, { recursive: true });
styles("site");
styles("map");
script("site.js", "scripts/site.js");
script("chart.js", "scripts/chart.js");
script("form.js", "scripts/form.js");
script("map.js", "scripts/map.js");
script("map-worker.js", "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs");
write("icon.svg", fs.readFileSync(path.join(here, "icon.svg")));
