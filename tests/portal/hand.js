// Somebody at a small screen who has a keyboard and nothing else: Tab, Enter, Space, arrows, letters. Each page that he comes to is judged: one first heading, no scrolling sideways at
// 360 px, a label to each box, and with scripts nothing that axe-core finds.
//
//     const hand = await Hand.begin(browser, base, axe, { cookie, scripts: false });
//     await hand.go("/services");
//     await hand.follow("Nộp hồ sơ");                  // Tab to the link or button with these words, Enter
//     await hand.type("f.phone", "0912345678");
//     hand.keys, hand.faults
"use strict";

const TABS = 250; // more than any page has places to stop at

class Hand {
  static async begin(browser, base, axe, { cookie = "", scripts, lang = "vi" }) {
    const hand = new Hand();
    hand.context = await browser.newContext({ javaScriptEnabled: scripts, viewport: { width: 360, height: 780 }, locale: lang });
    const pairs = cookie ? cookie.split("; ") : [];
    await hand.context.addCookies([...pairs, `lang=${lang}`].map((c) => ({ name: c.split("=")[0], value: c.slice(c.indexOf("=") + 1), url: base })));
    Object.assign(hand, { base, axe, scripts, faults: [], keys: 0, page: await hand.context.newPage() });
    hand.page.on("pageerror", (e) => hand.faults.push(`script: ${e}`));
    return hand;
  }

  end() {
    return this.context.close();
  }

  async press(key, times = 1) {
    for (let i = 0; i < times; i++) await this.page.keyboard.press(key);
    this.keys += times;
  }

  async write(text) {
    await this.page.keyboard.type(text);
    this.keys += [...text.normalize("NFD")].length; // a mark is a key more, as in Telex
  }

  async judge() {
    const facts = await this.page.evaluate(() => ({
      headings: document.querySelectorAll("h1").length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      unnamed: [...document.querySelectorAll("main :is(input:not([type=hidden]), select, textarea)")].filter((e) => !e.labels?.length && !e.ariaLabel).length,
    }));
    const at = this.page.url();
    if (facts.headings !== 1) this.faults.push(`${at} has ${facts.headings} first headings`);
    if (facts.wide > 0) this.faults.push(`${at} scrolls sideways by ${facts.wide} px`);
    if (facts.unnamed) this.faults.push(`${at}: ${facts.unnamed} boxes without a label`);
    if (!this.scripts || !at.startsWith(this.base)) return;
    await this.page.evaluate(this.axe);
    const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const v of found.violations) this.faults.push(`${at}: axe ${v.id}: ${v.nodes[0].html.slice(0, 160)}`);
  }

  // An address is typed, or its code was held up to a camera.
  async go(path) {
    await this.page.goto(this.base + path);
    await this.judge();
  }

  // Whether the focus is where it should be: on what the selector matches, with these words when they are given.
  isThere(selector, words) {
    return this.page.evaluate(([s, w]) => {
      const e = document.activeElement;
      return e.matches(s) && (!w || e.textContent.replace(/\s+/g, " ").includes(w));
    }, [selector, words]);
  }

  async reach(selector, words) {
    for (let i = 0; i < TABS; i++) {
      if (await this.isThere(selector, words)) return;
      await this.press("Tab");
    }
    const main = (await this.text()).slice(0, 400);
    throw new Error(`${this.page.url()}: Tab does not reach ${selector} ${words ?? ""}: ${main}`);
  }

  // Enter, and the page to which it leads.
  async enter() {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "load" }), this.press("Enter")]);
    await this.judge();
  }

  async open(selector, words) {
    await this.reach(selector, words);
    await this.enter();
  }

  follow(words) {
    return this.open("main :is(a, button, summary):not([tabindex='-1'])", words);
  }

  async type(name, text) {
    await this.reach(`[name="${name}"]`);
    await this.press("Control+A");
    await this.write(text);
  }

  async tick(selector) {
    await this.reach(selector);
    await this.press("Space");
  }

  // One of a group: the first or the chosen one is reached by Tab, the others by arrows.
  async choose(name, value) {
    const isChosen = () => this.page.evaluate(([n, v]) => document.querySelector(`input[name="${n}"][value="${v}"]`).checked, [name, value]);
    await this.reach(`input[name="${name}"]`);
    await this.press("Space");
    for (let i = 0; i < 12 && !(await isChosen()); i++) await this.press("ArrowDown");
    if (!(await isChosen())) throw new Error(`${this.page.url()}: ${name} has no ${value}`);
  }

  // The entry of a list that begins so.
  async pick(selector, words) {
    const isPicked = () => this.page.evaluate(([s, w]) => document.querySelector(s).selectedOptions[0].textContent.trim().startsWith(w), [selector, words]);
    await this.reach(selector);
    await this.press("Home");
    for (let i = 0; i < TABS && !(await isPicked()); i++) await this.press("ArrowDown");
    if (!(await isPicked())) throw new Error(`${this.page.url()}: ${selector} has no ${words}`);
  }

  // What has a name among the boxes of the page gets its answer.
  async fill(answers) {
    const boxes = await this.page.evaluate(() => {
      const seen = new Map();
      for (const e of document.querySelectorAll("main form.ts-write :is(input, select, textarea)"))
        if (e.name.startsWith("f.") && !seen.has(e.name)) seen.set(e.name, e.localName === "select" ? "select" : e.type);
      return [...seen];
    });
    for (const [name, kind] of boxes) {
      const answer = answers[name.slice(2)];
      if (answer === undefined) continue;
      if (kind === "radio") await this.choose(name, answer);
      else if (kind === "checkbox") for (const one of [].concat(answer)) await this.tick(`input[name="${name}"][value="${one}"]`);
      else if (kind === "select") await this.pick(`select[name="${name}"]`, answer);
      else await this.type(name, answer);
    }
    return boxes.map(([name]) => name.slice(2));
  }

  // The window in which the system lets one choose a file is not the page's.
  async attach(selector, file) {
    await this.page.setInputFiles(selector, file);
  }

  text(selector = "main") {
    return this.page.evaluate((s) => document.querySelector(s)?.textContent.replace(/\s+/g, " ") ?? "", selector);
  }

  async expect(words, why) {
    const text = await this.text();
    if (!text.includes(words)) this.faults.push(`${this.page.url()}: ${why}: “${words}” is not in: ${text.slice(0, 500)}`);
  }

  async expectNot(words, why) {
    if ((await this.text()).includes(words)) this.faults.push(`${this.page.url()}: ${why}: “${words}” is there`);
  }
}

module.exports = { Hand };
