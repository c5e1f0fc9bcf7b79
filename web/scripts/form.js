// Forms in which records are written. They work without it: this makes pickers search while one types (WAI-ARIA combobox).

let numbers = 0;

class Picker {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector(".ts-picker-find input");
    this.found = box.querySelector(".ts-picker-found");
    this.choices = [];
    this.at = -1;
    this.list = document.createElement("ul");
    this.list.id = `picker-${++numbers}`;
    this.list.className = "ts-combo";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.querySelector("legend").textContent.trim());
    this.list.hidden = true;
    this.input.after(this.list);
    box.querySelector("button[name=find]").hidden = true;
    for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", this.list.id], ["aria-autocomplete", "list"]])
      this.input.setAttribute(name, value);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (e) => this.press(e));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 200);
  }

  async ask() {
    const words = this.input.value.trim();
    if (words.length < 2) return this.close();
    const day = this.box.closest("form").elements[this.box.dataset.day]?.value ?? "";
    const query = new URLSearchParams({ q: words, day });
    const answer = await fetch(`${this.box.dataset.choices}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || words !== this.input.value.trim()) return;
    this.choices = (await answer.json()).choices;
    this.at = -1;
    this.list.replaceChildren(...this.choices.map((c, i) => this.option(c, i)));
    this.list.hidden = this.choices.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  option(choice, i) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${i}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(choice.title);
    const note = document.createElement("span");
    note.className = "ts-quiet";
    note.textContent = ` ${choice.note}`;
    item.append(note);
    item.addEventListener("mousedown", (e) => e.preventDefault());
    item.addEventListener("click", () => this.choose(i));
    return item;
  }

  press(e) {
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) this.move((this.at + step + this.choices.length + (this.at < 0 && step < 0 ? 1 : 0)) % this.choices.length);
    else if (e.key === "Enter") this.choose(Math.max(this.at, 0));
    else if (e.key === "Escape") this.close();
    else return;
    e.preventDefault();
  }

  move(at) {
    this.at = at;
    [...this.list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
    this.list.children[at].scrollIntoView({ block: "nearest" });
  }

  // What was found becomes a radio that is pressed, as without scripts.
  choose(i) {
    const choice = this.choices[i];
    const label = document.createElement("label");
    label.className = "ts-option";
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = this.box.dataset.name;
    radio.value = choice.value;
    radio.checked = true;
    const text = document.createElement("span");
    text.append(choice.title, " ");
    const note = document.createElement("span");
    note.className = "ts-quiet";
    note.textContent = choice.note;
    text.append(note);
    label.append(radio, " ", text);
    for (const old of this.found.querySelectorAll("input")) if (old.value === choice.value || old.value === "") old.closest("label").remove();
    this.found.prepend(label);
    this.input.value = "";
    this.close();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

// What was typed is kept as a draft a while after the last change, as the button does.
class Keeper {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-draft-status]");
    form.addEventListener("input", () => this.later());
    form.addEventListener("change", () => this.later());
    form.addEventListener("submit", () => clearTimeout(this.timer));
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.keep());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), 5000);
  }

  async keep() {
    clearTimeout(this.timer);
    this.timer = null;
    const body = new URLSearchParams(new FormData(this.form));
    body.set("do", "draft");
    const answer = await fetch(this.form.action, { method: "POST", body, redirect: "manual", keepalive: body.toString().length < 60000 }).catch(() => null);
    if (answer?.ok) this.status.textContent = this.form.dataset.draft;
  }
}

// A file on its way: how much of it was sent. What comes back is shown as if the browser had sent the form.
function send(form, event) {
  if (!form.querySelector("input[type=file]")?.files.length) return;
  event.preventDefault();
  const bar = document.createElement("progress");
  const label = document.createElement("p");
  label.setAttribute("role", "status");
  label.textContent = form.dataset.upload;
  bar.max = 1;
  bar.setAttribute("aria-label", form.dataset.upload);
  form.append(label, bar);
  form.querySelector("button[type=submit]").disabled = true;
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.onprogress = (e) => {
    if (e.lengthComputable) bar.value = e.loaded / e.total;
  };
  request.onload = () => {
    if (request.responseURL && request.responseURL !== form.action && request.status < 400) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
    start();
    if (!document.getElementById("problems")) document.getElementById("files")?.focus();
  };
  request.onerror = () => form.submit();
  request.send(new FormData(form));
}

// Work that takes a while is announced; a second press does nothing.
function wait(form) {
  const label = document.createElement("p");
  label.setAttribute("role", "status");
  label.textContent = form.dataset.waits;
  form.append(label);
  setTimeout(() => form.querySelectorAll("button").forEach((b) => (b.disabled = true)), 0);
}

function start() {
  for (const box of document.querySelectorAll(".ts-picker")) new Picker(box);
  for (const form of document.querySelectorAll("form[data-draft]")) new Keeper(form);
  for (const form of document.querySelectorAll("form[data-upload]")) form.addEventListener("submit", (e) => send(form, e));
  for (const form of document.querySelectorAll("form[data-waits]")) form.addEventListener("submit", () => wait(form));
  document.getElementById("problems")?.focus();
}
start();
