// Files a birth online with Debian's Chromium, by keyboard alone, at 360 px, with and without JavaScript, and prints TAP: from the list of services to the page that confirms, then
// to the dossier as its applicant follows it. The province is that of apply.sh; whoever asks is signed in by the cookies given.
//
//     node tests/portal/apply.js MODULES BASE COOKIE-WITHOUT-SCRIPTS COOKIE-WITH-SCRIPTS FILE.pdf
"use strict";
const fs = require("fs");
const path = require("path");

const [folder, base, plainCookie, scriptCookie, file] = process.argv.slice(2);
const modules = path.resolve(folder);
const { chromium } = require(path.join(modules, "node_modules/playwright-core"));
const axe = fs.readFileSync(path.join(modules, "node_modules/axe-core/axe.min.js"), "utf8");
const START = "/apply/1.001193";

// What is typed into boxes, and which value of a group is chosen.
const TEXTS = { "f.phone": "0912345678", "f.address": "Thôn 2", "f.child_name": "Trần Khôi", "f.child_birth_date": "12/11/2026", "f.birth_place": "Trạm y tế",
  "f.child_ethnicity": "Kinh", "f.child_home_place": "Xã Quảng Khê", "f.mother_name": "Trần Thị Lan", "f.mother_birth_year": "1995", "f.copies": "1" };
const CHOICES = { "f.relation": "mother", "f.child_sex": "female", "f.birth_place_kind": "home", "f.has_father": "false", "f.return_by": "electronic" };

let checks = 0;
function say(name, faults) {
  checks++;
  console.log(`${faults.length ? "not ok" : "ok"} ${checks} - ${name}`);
  for (const f of faults) console.log(`#   ${f}`);
}

async function judge(page, scripts) {
  const faults = [];
  const facts = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    unnamed: [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea)")].filter((e) => !e.labels?.length).length,
  }));
  if (facts.headings !== 1) faults.push(`${page.url()} has ${facts.headings} first headings`);
  if (facts.wide > 0) faults.push(`${page.url()} scrolls sideways by ${facts.wide} px`);
  if (facts.unnamed) faults.push(`${page.url()}: ${facts.unnamed} boxes without a label`);
  if (scripts) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const v of found.violations) faults.push(`${page.url()}: axe ${v.id}: ${v.nodes[0].html.slice(0, 160)}`);
  }
  return faults;
}

async function tabTo(page, selector) {
  for (let i = 0; i < 100; i++) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return true;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${page.url()}: Tab does not reach ${selector}`);
}

async function press(page, selector) {
  await tabTo(page, selector);
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
}

// One page of the form: every box that it has, in its order.
async function answer(page) {
  const boxes = await page.evaluate(() =>
    [...new Set([...document.querySelectorAll("main .ts-write :is(input, select, textarea)")].filter((e) => e.name.startsWith("f.")).map((e) => `${e.localName} ${e.type} ${e.name}`))]);
  for (const box of boxes) {
    const [kind, type, name] = box.split(" ");
    if (kind === "select") {
      await tabTo(page, `select[name="${name}"]`);
      await page.keyboard.type("Xã Quảng Khê");
    } else if (type === "radio" && CHOICES[name]) {
      await tabTo(page, `input[name="${name}"]`);
      await page.keyboard.press("Space");
      for (let i = 0; i < 10 && !(await page.evaluate(([n, v]) => document.querySelector(`input[name="${n}"][value="${v}"]`).checked, [name, CHOICES[name]])); i++)
        await page.keyboard.press("ArrowDown");
    } else if (type !== "radio" && TEXTS[name]) {
      await tabTo(page, `[name="${name}"]`);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(TEXTS[name]);
    }
  }
  await press(page, 'button[value="next"]');
}

async function file_(page) {
  await page.setInputFiles("#f-file", file); // the system's window for choosing files is not the page's
  await tabTo(page, 'form[enctype] button[type="submit"]');
  await page.keyboard.press("Enter"); // with scripts the page stays, and its main part is another
  await page.waitForSelector("#files");
  await page.waitForLoadState("load");
  await press(page, 'form[action$="/files/done"] button');
}

async function journey(browser, cookie, scripts) {
  const how = scripts ? "with" : "without";
  const faults = [];
  const context = await browser.newContext({ javaScriptEnabled: scripts, viewport: { width: 360, height: 780 }, locale: "vi" });
  await context.addCookies(cookie.split("; ").map((c) => ({ name: c.split("=")[0], value: c.slice(c.indexOf("=") + 1), url: base })));
  const page = await context.newPage();
  page.on("pageerror", (e) => faults.push(`script: ${e}`));
  await page.goto(base + START + "?lang=vi");
  await press(page, 'main form button[type="submit"]');
  let n = 0;
  for (; n < 40 && !page.url().includes("/check"); n++) {
    const before = page.url();
    faults.push(...(await judge(page, scripts)));
    if (before.includes("/files")) await file_(page);
    else await answer(page);
    const wrong = await page.evaluate(() => document.getElementById("problems")?.textContent);
    if (wrong || page.url() === before) {
      faults.push(`${before} is asked again: ${wrong}`);
      break;
    }
  }
  say(`a birth is declared by keyboard ${how} scripts, ${n} pages`, faults.splice(0));
  faults.push(...(await judge(page, scripts)));
  await press(page, `form[action$="/send"] button[type="submit"]`);
  const told = await page.evaluate(() => document.activeElement.id === "problems" || !!document.querySelector('#problems a[href="#f-truth"]'));
  if (!told) faults.push("the declaration that is not ticked is not told");
  await tabTo(page, "#f-truth");
  await page.keyboard.press("Space");
  await press(page, `form[action$="/send"] button[type="submit"]`);
  if (!page.url().endsWith("/sent")) faults.push(`it is not sent: ${page.url()} ${await page.evaluate(() => document.querySelector("main").textContent.slice(0, 300))}`);
  faults.push(...(await judge(page, scripts)));
  say(`it is looked at once more and sent ${how} scripts`, faults.splice(0));
  await press(page, 'main a.ts-button[href^="/track"]');
  if (new URL(page.url()).pathname !== "/track" || page.url().includes("token")) faults.push(`it does not lead to the dossier: ${page.url()}`);
  if (!(await page.evaluate(() => document.querySelector("main").textContent.includes("Mới đăng ký")))) faults.push("the dossier is not newly filed");
  faults.push(...(await judge(page, scripts)));
  say(`and is followed ${how} scripts`, faults);
  await context.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-quic"] });
  await journey(browser, plainCookie, false).catch((e) => say("the journey without scripts ends", [String(e)]));
  await journey(browser, scriptCookie, true).catch((e) => say("the journey with scripts ends", [String(e)]));
  await browser.close();
  console.log(`1..${checks}`);
})();
