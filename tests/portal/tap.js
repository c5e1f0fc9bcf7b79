// What the programs in a browser share: their packages, and lines of TAP.
"use strict";
const fs = require("fs");
const path = require("path");

// The browser and the text of axe-core, from the folder of the packages of tests/package.json.
exports.packages = function (folder) {
  const modules = path.join(path.resolve(folder), "node_modules");
  return { chromium: require(path.join(modules, "playwright-core")).chromium, axe: fs.readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8") };
};

let checks = 0;

// One check; it failed when there are faults.
exports.say = function (name, faults) {
  checks++;
  console.log(`${faults.length ? "not ok" : "ok"} ${checks} - ${name}`);
  for (const f of faults) console.log(`#   ${f}`);
};

exports.plan = () => console.log(`1..${checks}`);
