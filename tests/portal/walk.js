// Walks the pages with Debian's Chromium, in both languages, at 360 and 1280 px, with and without JavaScript, and prints TAP.
//
//     node tests/portal/walk.js MODULES BASE [--cookie "NAME=VALUE; …"] [--images FOLDER] [--who WHO | ADDRESS…]
//
// MODULES holds playwright-core and axe-core. Every visit: answered with 200, in the language asked for, one first heading, nothing on the
// console (so no breach of the content security policy), no request to another host, no horizontal scrolling; with scripts also nothing that
// axe-core finds. Then: the home page stays within its budget, the keyboard reaches the content, what is small on a map can be pointed at,
// what is folded stands on paper, no link of any page is dead.
// With --cookie the pages are visited by whoever is signed in by it; the budget, and the way by keyboard, are those of anyone.
// Without addresses those of addresses.txt: with --who the lines that begin with WHO, without it those that begin with an address.
// With --images each visit with scripts leaves a picture.
"use strict";
const fs = require("fs");
const path = require("path");
const { packages, say, plan } = require("./tap");

const [folder, base, ...rest] = process.argv.slice(2);
const { chromium, axe } = packages(folder);
const cookie = rest[0] === "--cookie" ? rest.splice(0, 2)[1] : null;
const images = rest[0] === "--images" ? rest.splice(0, 2)[1] : null;
const who = rest[0] === "--who" ? rest.splice(0, 2)[1] : null;
const WIDTHS = [360, 1280];
const HOME_BYTES = 60 * 1024;
// Maps want WebGL, which a machine without a graphics card draws by itself.
const FLAGS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

function addresses() {
  if (rest.length) return rest;
  const lines = fs.readFileSync(path.join(__dirname, "addresses.txt"), "utf8").split("\n");
  const pairs = lines.map((l) => l.trim()).filter((l) => l && !l.startsWith("#")).map((l) => (l.includes(" ") ? l.split(" ") : [null, l]));
  return pairs.filter((p) => p[0] === who).map((p) => p[1]);
}

// Address with the language asked for.
function inLanguage(address, lang) {
  const url = new URL(address, base);
  url.searchParams.set("lang", lang);
  return url.href;
}

// Notes what a page does wrong while it loads.
function watch(page, faults) {
  const bytes = { total: 0 };
  const isFault = (m) => ["error", "warning"].includes(m.type()) && !m.text().includes("GL Driver Message");
  page.on("console", (m) => isFault(m) && faults.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => faults.push(`script: ${e}`));
  page.on("request", (r) => {
    const url = new URL(r.url());
    if (url.origin !== new URL(base).origin && !["data:", "blob:"].includes(url.protocol)) faults.push(`asks ${url.host}`);
  });
  page.on("requestfailed", (r) => faults.push(`fails: ${r.url()} ${r.failure()?.errorText}`));
  page.on("requestfinished", async (r) => {
    const s = await r.sizes().catch(() => null);
    if (s) bytes.total += s.responseBodySize + s.responseHeadersSize; // as sent: compressed
  });
  return bytes;
}

async function judge(page, lang, faults) {
  const facts = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll("h1").length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    text: document.querySelector("main")?.innerText.length ?? 0,
    torn: [...document.querySelectorAll("table")].filter((t) => {
      const [head, row] = [t.tHead?.rows[0], t.tBodies[0]?.rows[0]].map((r) => [...(r?.cells ?? [])].map((c) => Math.round(c.getBoundingClientRect().left)));
      return head.length === row.length && head.some((left, i) => Math.abs(left - row[i]) > 1);
    }).length,
    black: [...document.querySelectorAll(".ts-map-shape")].filter((s) => getComputedStyle(s).fill === "rgb(0, 0, 0)").length,
  }));
  if (facts.lang !== lang) faults.push(`is in ${facts.lang}, not ${lang}`);
  if (!facts.title) faults.push("has no title");
  if (facts.headings !== 1) faults.push(`has ${facts.headings} first headings`);
  if (facts.wide > 0) faults.push(`scrolls sideways by ${facts.wide} px`);
  if (facts.black) faults.push(`draws ${facts.black} shapes that no style fills`);
  if (facts.torn) faults.push(`has ${facts.torn} tables whose heads do not stand above their cells`);
  if (facts.text < 20) faults.push("its main part is empty");
}

async function judgeAxe(page, faults) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of found.violations) faults.push(`axe ${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)}`);
}

// A live map has the names that the drawing has; live maps and charts give their place to what the server drew on paper.
async function judgeLive(page, faults) {
  const pairs = [];
  if (await page.$(".ts-map")) pairs.push([".ts-map svg[aria-label]", ".ts-map-live"]);
  if (await page.$("[data-chart] canvas")) pairs.push([".ts-chart-live .ts-plot > svg", ".ts-chart-live canvas"]);
  if (!pairs.length) return;
  const [names, drawn] = await page.evaluate(() => [".ts-map-name", ".ts-areas svg[role] text"].map((s) => document.querySelectorAll(s).length));
  if (names !== drawn) faults.push(`the map has ${names} names, the drawing ${drawn}`);
  const width = async (what) => (await page.locator(what).first().boundingBox())?.width ?? 0;
  for (const media of ["screen", "print"]) {
    await page.emulateMedia({ media });
    for (const [plain, live] of pairs) {
      const [shown, gone] = media === "print" ? [plain, live] : [live, plain];
      if ((await width(shown)) < 100) faults.push(`on ${media} ${shown} is not there`);
      if ((await width(gone)) > 1) faults.push(`on ${media} ${gone} is there`);
    }
  }
  await page.emulateMedia({ media: null });
}

async function links(page) {
  return page.evaluate(() => [...document.querySelectorAll("a[href]")].map((a) => new URL(a.getAttribute("href"), document.baseURI).href));
}

// A page is loaded once, narrow, and then made wide.
async function visit(context, address, lang, scripts, found) {
  const faults = [];
  const page = await context.newPage();
  watch(page, faults);
  const end = (width) => say(`${address} in ${lang} at ${width} px ${scripts ? "with" : "without"} scripts`, faults.splice(0));
  try {
    const answer = await page.goto(inLanguage(address, lang));
    if (answer.status() !== 200) faults.push(`answers ${answer.status()}`);
    if (scripts && (await page.$("script[src*='/chart.js'], script[src*='/map.js']"))) await page.waitForSelector("canvas", { timeout: 10000 });
    for (const l of await links(page)) if (!found.has(l)) found.set(l, address);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
      await judge(page, lang, faults);
      if (scripts) await judgeAxe(page, faults);
      if (scripts) await judgeLive(page, faults);
      if (images && scripts) await picture(page, address, lang, width);
      end(width);
    }
  } catch (e) {
    faults.push(String(e).split("\n")[0]);
    end("any");
  }
  await page.close();
}

async function picture(page, address, lang, width) {
  const place = new URL(address, base).pathname.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "home";
  await page.screenshot({ path: path.join(images, `${place}-${lang}-${width}.png`), fullPage: width > 500 });
}

// What a first visit of the home page costs on the wire.
async function judgeBudget(browser) {
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  const bytes = watch(page, faults);
  await page.goto(base + "/", { waitUntil: "networkidle" });
  await page.waitForTimeout(200);
  await context.close();
  if (bytes.total > HOME_BYTES) faults.push(`${bytes.total} bytes`);
  if (bytes.total < 1000) faults.push(`only ${bytes.total} bytes were counted`);
  say(`the home page takes ${(bytes.total / 1024).toFixed(1)} of ${HOME_BYTES / 1024} kB`, faults);
}

async function judgeKeyboard(browser) {
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(base + "/about", { waitUntil: "networkidle" });
  await page.keyboard.press("Tab");
  if (!(await page.evaluate(() => document.activeElement.matches(".usa-skipnav")))) faults.push("the first stop is not the skip link");
  await page.keyboard.press("Enter");
  if (!(await page.evaluate(() => document.activeElement.id === "content"))) faults.push("the skip link does not lead to the content");
  await page.goto(base + "/", { waitUntil: "load" });
  for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.type === "search")); i++) await page.keyboard.press("Tab");
  await page.keyboard.type("khai sinh");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\?q=/, { timeout: 5000 }).catch(() => faults.push("Enter does not search"));
  await context.close();
  say("the keyboard alone reaches content and search", faults);
}

// The province is drawn below its districts.
async function judgePointing(browser) {
  const faults = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(base + "/registers/unit_boundaries", { waitUntil: "networkidle" });
  await page.locator(".ts-map-live canvas").click();
  const said = await page.locator(".maplibregl-popup a").textContent({ timeout: 5000 }).catch(() => "nothing");
  if (!/^(Huyện|Thành phố) /.test(said)) faults.push(`the middle of the map is ${said}`);
  await context.close();
  say("a district can be pointed at", faults);
}

async function judgePaper(browser) {
  const faults = [];
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(base + "/developers");
  await page.emulateMedia({ media: "print" });
  if (!(await page.locator("details table").first().isVisible())) faults.push("the inputs of routes are lost");
  await context.close();
  say("what is folded on a screen stands on paper", faults);
}

async function judgeLinks(found) {
  const faults = [];
  const seen = new Set();
  for (const [href, from] of found) {
    const url = new URL(href);
    const address = url.origin + url.pathname + url.search;
    if (url.origin !== new URL(base).origin || seen.has(address)) continue;
    seen.add(address);
    const answer = await fetch(address, { method: "HEAD", redirect: "manual", headers: cookie ? { Cookie: cookie } : {} });
    if (answer.status >= 400) faults.push(`${answer.status} ${url.pathname}${url.search} (on ${from})`);
  }
  say(`none of ${seen.size} links is dead`, faults);
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: FLAGS });
  const found = new Map();
  if (images) fs.mkdirSync(images, { recursive: true });
  for (const scripts of [true, false]) {
    const context = await browser.newContext({ viewport: { width: WIDTHS[0], height: 740 }, javaScriptEnabled: scripts });
    for (const c of cookie?.split("; ") ?? []) await context.addCookies([{ name: c.split("=")[0], value: c.split("=")[1], url: base }]);
    for (const address of addresses())
      for (const lang of ["vi", "en"]) await visit(context, address, lang, scripts, found);
    await context.close();
  }
  if (!cookie) {
    await judgeBudget(browser);
    await judgeKeyboard(browser);
    await judgePointing(browser);
    await judgePaper(browser);
  }
  await browser.close();
  await judgeLinks(found);
  plan();
})().catch((e) => {
  say("walks", [e.stack.replace(/\n/g, " ")]);
  process.exit(1);
});
