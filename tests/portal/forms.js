// Fills in forms with Debian's Chromium, by keyboard alone, with and without JavaScript, at 360 and 1280 px, and prints TAP. The province is that of forms.sh.
//
//     node tests/portal/forms.js MODULES BASE KEY [--images FOLDER]
"use strict";
const fs = require("fs");
const path = require("path");
const { packages, say, plan } = require("./tap");

const [folder, base, key, ...rest] = process.argv.slice(2);
const { chromium, axe } = packages(folder);
const images = rest[0] === "--images" ? rest[1] : null;

// What every page must be, at both widths.
async function judge(page, name, scripts) {
  const faults = [];
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const facts = await page.evaluate(() => ({
      headings: document.querySelectorAll("h1").length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      unnamed: [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea)")].filter((e) => !e.labels?.length).length,
    }));
    if (facts.headings !== 1) faults.push(`${width}: has ${facts.headings} first headings`);
    if (facts.wide > 0) faults.push(`${width}: scrolls sideways by ${facts.wide} px`);
    if (facts.unnamed) faults.push(`${width}: ${facts.unnamed} boxes without a label`);
    if (scripts) {
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      for (const v of found.violations) faults.push(`${width}: axe ${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)}`);
      if (images) await page.screenshot({ path: path.join(images, `form-${name.replace(/\W+/g, "-")}-${width}.png`), fullPage: true });
    }
  }
  return faults;
}

// Presses Tab until the element that matches has the focus.
async function tabTo(page, selector) {
  for (let i = 0; i < 80; i++) {
    if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return true;
    await page.keyboard.press("Tab");
  }
  return false;
}

async function type(page, selector, text, faults) {
  if (!(await tabTo(page, selector))) faults.push(`Tab does not reach ${selector}`);
  await page.keyboard.type(text);
}

// A pump, from an empty form through its faults to the record.
async function fillIn(context, scripts, code) {
  const how = scripts ? "with" : "without";
  const page = await context.newPage();
  let faults = [];
  page.on("pageerror", (e) => faults.push(`script: ${e}`));
  page.on("console", (m) => m.type() === "error" && !m.text().includes("status of 4") && faults.push(`console: ${m.text()}`));
  await page.goto(base + "/registers/pumps/new");
  faults.push(...(await judge(page, "new", scripts)));
  say(`an empty form ${how} scripts`, faults.splice(0));

  await type(page, "#f-code", code, faults);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#problems");
  if (!(await page.evaluate(() => document.activeElement.id === "problems"))) faults.push("the summary has not the focus");
  faults.push(...(await judge(page, "problems", scripts)));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  if (!(await page.evaluate(() => document.activeElement.id === "f-name" || location.hash === "#f-name"))) faults.push("the link does not lead to the field");
  if ((await page.inputValue("#f-code")) !== code) faults.push("what was typed is lost");
  say(`Enter checks; the summary has the focus and leads to the field, ${how} scripts`, faults.splice(0));

  await page.focus("#f-name");
  await page.keyboard.type("Bơm <b>bàn phím</b> " + code);
  await type(page, "#f-part", "dia ly", faults);
  if (scripts) {
    await page.waitForSelector("[role=option]");
    faults.push(...(await judge(page, "combobox", scripts)));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
  } else {
    await tabTo(page, "button[name=find]");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await tabTo(page, "input[type=radio][name='f.part']");
    await page.keyboard.press("ArrowDown"); // from “leave empty” round to the first
  }
  const chosen = await page.evaluate(() => document.querySelector("input[name='f.part']:checked")?.value);
  if (chosen !== "px") faults.push(`the picker holds ${chosen}`);
  say(`a reference is searched without accents and chosen by keyboard, ${how} scripts`, faults.splice(0));

  await tabTo(page, "p.ts-form-end button[value=check]");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  if (!(await page.textContent("main")).includes("Đĩa ly hợp")) faults.push("the check does not show the reference");
  faults.push(...(await judge(page, "check", scripts)));
  const other = await page.$("#f-other");
  if (other) await other.check();
  await tabTo(page, "button[value=save]");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  if (!page.url().includes(`/registers/pumps/${code}`)) faults.push(`leads to ${page.url()}: ${(await page.textContent("main")).slice(0, 300)}`);
  if (!(await page.isVisible("#saved"))) faults.push("nothing says that it was saved");
  faults.push(...(await judge(page, "saved", scripts)));
  say(`checked and saved by keyboard, ${how} scripts`, faults.splice(0));
  await page.close();
}

async function meetConflict(context, code) {
  const faults = [];
  const [mine, theirs] = [await context.newPage(), await context.newPage()];
  for (const p of [mine, theirs]) await p.goto(`${base}/registers/pumps/${code}/edit`);
  await theirs.fill("#f-name", "Bơm của người khác");
  await Promise.all([theirs.waitForNavigation(), theirs.click("p.ts-form-end button[value=check]")]);
  await Promise.all([theirs.waitForNavigation(), theirs.click("button[value=save]")]);
  await mine.fill("#f-name", "Bơm của tôi");
  await Promise.all([mine.waitForNavigation(), mine.click("p.ts-form-end button[value=check]")]);
  if ((await mine.$$(".ts-conflict")).length !== 1) faults.push("no choice is offered");
  faults.push(...(await judge(mine, "conflict", true)));
  say("a change in between is met", faults);
  await mine.close();
  await theirs.close();
}

async function sendFile(context) {
  const faults = [];
  const page = await context.newPage();
  await page.goto(base + "/registers/pumps/import");
  faults.push(...(await judge(page, "import", true)));
  await page.setInputFiles("#f-file", { name: "máy bơm.csv", mimeType: "text/csv", buffer: Buffer.from("Mã,Tên máy,Số giờ chạy\nz1,Bơm z1,nhiều\nz2,Bơm z2,3\n") });
  await Promise.all([page.waitForURL(/imports/), page.click("main button[type=submit]")]);
  if (!(await page.textContent("main")).includes("1 dòng bị từ chối")) faults.push("the wrong cell is not told");
  faults.push(...(await judge(page, "import-check", true)));
  say("a file is sent by the page's own script, and checked", faults);
  await page.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-quic", "--no-first-run"] });
  if (images) fs.mkdirSync(images, { recursive: true });
  for (const scripts of [true, false]) {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, locale: "vi-VN", javaScriptEnabled: scripts, extraHTTPHeaders: { Authorization: `Bearer ${key}` } });
    await fillIn(context, scripts, scripts ? "js1" : "no1");
    if (scripts) {
      await meetConflict(context, "js1");
      await sendFile(context);
      for (const address of ["/registers/wells/new", "/registers/pumps/js1/edit", "/registers/pumps/js1/remove", "/registers/pumps/bulk?set=hours", "/registers/pumps/export"]) {
        const page = await context.newPage();
        await page.goto(base + address);
        say(`${address} in the browser`, await judge(page, address, true));
        await page.close();
      }
    }
    await context.close();
  }
  await browser.close();
  plan();
})().catch((e) => {
  say("fills in", [e.stack.replace(/\n/g, " ")]);
  process.exit(1);
});
