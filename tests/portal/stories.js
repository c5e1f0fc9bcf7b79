// Three dossiers from filing to rating, by everybody who has a hand in them, each at a keyboard and a screen of 360 px, with and without JavaScript; prints TAP. The province, the accounts
// and the payment platform are those of stories.sh.
//
//     node tests/portal/stories.js MODULES BASE PEOPLE.json FILE.pdf
"use strict";
const fs = require("fs");
const { packages, say, plan } = require("./tap");
const { Hand } = require("./hand");

const [folder, base, peopleFile, file] = process.argv.slice(2);
const { chromium, axe } = packages(folder);
const people = JSON.parse(fs.readFileSync(peopleFile, "utf8"));

// Seconds of a person: a key of somebody who types 40 words a minute, and a thought before each box (Card, Moran and Newell: The Psychology of Human-Computer Interaction, 1983).
const SECONDS_A_KEY = 0.28;
const SECONDS_A_THOUGHT = 1.35;

let browser;
const hands = new Map();

// Everybody has one window while a story lasts.
async function hand(name, scripts) {
  const key = `${name} ${scripts}`;
  if (!hands.has(key)) hands.set(key, await Hand.begin(browser, base, axe, { cookie: people[name], scripts }));
  return hands.get(key);
}

// What everybody met with so far, and from here on nothing.
function faultsOfAll() {
  return [...hands.values()].flatMap((h) => h.faults.splice(0));
}

// ---- citizens

async function fileOnline(h, procedure, answers) {
  await h.go(`/apply/${procedure}`);
  await h.open('main form button[type="submit"]');
  for (let n = 0; n < 40 && !h.page.url().includes("/check"); n++) {
    const before = h.page.url();
    if (before.endsWith("/files")) {
      const wanted = await h.page.evaluate(() => [...document.querySelectorAll("select[name=component] option")].map((o) => o.textContent.trim()).filter((t) => t.includes("(bắt buộc)")));
      for (const [i, paper] of wanted.entries()) {
        await h.attach("#f-file", file);
        await h.pick("select[name=component]", paper);
        await h.reach('form[enctype] button[type="submit"]');
        await h.press("Enter"); // with scripts the page stays, and its main part is another
        await h.page.waitForSelector(`#files + ul > li:nth-child(${i + 1})`);
        await h.page.waitForLoadState("load");
      }
      await h.open('form[action$="/files/done"] button');
    } else {
      await h.fill(answers);
      await h.open('main button[value="next"]');
    }
    const wrong = await h.text("#problems");
    if (wrong || h.page.url() === before) throw new Error(`${before} is asked again: ${wrong}`);
  }
  await h.open('form[action$="/send"] button[type="submit"]');
  if (!(await h.page.evaluate(() => !!document.querySelector('#problems a[href="#f-truth"]')))) h.faults.push("the declaration that is not ticked is not told");
  await h.tick("#f-truth");
  await h.open('form[action$="/send"] button[type="submit"]');
  if (!h.page.url().endsWith("/sent")) throw new Error(`it is not sent: ${await h.text()}`);
  return decodeURIComponent(h.page.url().split("/").at(-2));
}

// The page on which an applicant follows a dossier: from the list of his own.
async function ownDossier(h, code) {
  await h.go("/account/dossiers");
  await h.follow(code);
}

async function rate(h, words) {
  await h.choose("rating", "5");
  await h.reach("#f-rating-words");
  await h.write(words);
  await h.follow("Gửi đánh giá");
  await h.expect("Hồ sơ này đã được đánh giá", "the rating is kept");
}

// ---- officers

async function openDossier(h, code) {
  await h.go("/desk/dossiers");
  await h.open("main th a", code);
}

// One step, from the inbox to the page that says it is done.
async function step(h, code, title, answers = {}) {
  await openDossier(h, code);
  await h.open(".ts-choices a", title);
  await h.fill(answers);
  await h.open('main .ts-form-end button[value="save"]');
  if (!h.page.url().includes("#done")) throw new Error(`“${title}” is not done: ${await h.text()}`);
}

async function batch(h, codes, title, answers = {}) {
  await h.go("/desk/dossiers");
  const rows = await h.page.evaluate(() => [...document.querySelectorAll("input[name=d]")].map((e) => e.value));
  for (const code of rows.filter((c) => codes.includes(c))) await h.tick(`input[name=d][value="${code}"]`);
  await h.open("main .ts-form-end button", title);
  if (Object.keys(answers).length) {
    await h.fill(answers);
    await h.open('main .ts-form-end button[value="save"]');
  }
  await h.expect(`${codes.length} hồ sơ`, `“${title}” is done with all`);
}

// What follows a day that did not end has nothing to go on.
async function day(name, work) {
  const stuck = await work().catch((e) => e.stack.replace(/\n\s*/g, " | "));
  say(name, [...faultsOfAll(), ...(stuck ? [stuck] : [])]);
  if (stuck) throw new Error(`stuck: ${name}`);
}

// ---- the stories

async function birth(scripts, how) {
  const [lan, mai, nam, hanh, long] = await Promise.all([scripts ? "lan" : "kim", "mai", "nam", "hanh", "long"].map((n) => hand(n, scripts)));
  let code;
  await day(`a birth is declared online ${how}`, async () => {
    code = await fileOnline(lan, "1.001193", { unit: "Xã Quảng Khê", phone: "0912345678", address: "Thôn 2", relation: "mother", child_name: "Trần Khôi", child_sex: "female",
      child_birth_date: "12/11/2026", birth_place_kind: "home", birth_place: "Thôn 2, xã Quảng Khê", child_ethnicity: "Kinh", child_home_place: "Xã Quảng Khê",
      mother_name: "Trần Thị Lan", mother_birth_year: "1995", has_father: "false", copies: "1", return_by: "electronic" });
    await lan.open('main a.ts-button[href^="/track"]');
    if (new URL(lan.page.url()).pathname !== "/track" || lan.page.url().includes("token")) lan.faults.push(`it does not lead to the dossier: ${lan.page.url()}`);
    await lan.expect("Mới đăng ký", "the dossier is newly filed");
  });
  await day(`it is accepted, supplemented and handed over ${how}`, async () => {
    await step(mai, code, "Yêu cầu bổ sung trước khi tiếp nhận", { faults: "Giấy chứng sinh: ảnh mờ", answer_by: "02/01/2030" });
    await ownDossier(lan, code);
    await lan.expect("ảnh mờ", "the applicant reads what is missing");
    await lan.attach('input[type="file"]', file);
    await lan.open('form[enctype] button[type="submit"]');
    await step(mai, code, "Tiếp nhận sau bổ sung");
    await batch(mai, [code], "Giao cho bộ phận chuyên môn");
    await batch(nam, [code], "Ký nhận hồ sơ");
  });
  await day(`it is examined, approved and signed ${how}`, async () => {
    await openDossier(nam, code);
    await nam.expect("Trần Khôi", "the officer reads what was declared");
    await step(nam, code, "Trình dự thảo kết quả", { draft_text: "Đủ điều kiện đăng ký khai sinh" });
    await step(hanh, code, "Duyệt dự thảo");
    await step(long, code, "Ký và ban hành kết quả", { result_number: scripts ? "01/2026" : "02/2026", signer: "Nguyễn Long" });
  });
  await day(`the result is taken and the office rated ${how}`, async () => {
    await ownDossier(lan, code);
    await lan.expect("kết quả", "the result is there");
    await lan.follow("Nhận kết quả điện tử");
    await lan.expect("Đã trả", "it is returned");
    await rate(lan, "Nhanh");
  });
}

async function land(scripts, how) {
  const [ba, tam, sau, chin, muoi, tien] = await Promise.all([scripts ? "ba" : "bay", "tam", "sau", "chin", "muoi", "tien"].map((n) => hand(n, scripts)));
  let code;
  await day(`a change of land is filed online ${how}`, async () => {
    code = await fileOnline(ba, "1.013831", { unit: "Xã Quảng Khê", phone: "0987654321", address: "Thôn 5", change_kind: "transfer", change_words: "Chuyển nhượng toàn bộ thửa đất",
      certificate_number: "DA 123456", certificate_on: "05/03/2015", map_sheet: "12", plot: "345", area_m2: "1250", land_address: "Thôn 5, xã Quảng Khê", other_party: "Lê Thị Bên Kia",
      price_vnd: "350000000", owes_duty: "false", return_by: "counter" });
  });
  await day(`its clock stands while a duty is owed ${how}`, async () => {
    await step(tam, code, "Tiếp nhận");
    await batch(tam, [code], "Giao cho bộ phận chuyên môn");
    await batch(sau, [code], "Ký nhận hồ sơ");
    await openDossier(sau, code);
    await sau.expect("DA 123456", "the officer reads the number of the certificate");
    await step(sau, code, "Yêu cầu nghĩa vụ tài chính", { fee_vnd: "7000000", fee_note: "Thuế thu nhập, lệ phí trước bạ" });
    await openDossier(tien, code);
    await tien.expect("nghĩa vụ tài chính", "the dossier waits for the duty");
    await tien.expect("tạm dừng từ", "the clock stands");
    await ownDossier(ba, code);
    await ba.expect("7.000.000 đồng", "the applicant reads what is due");
  });
  await day(`the duty is paid on the platform and the clock goes on ${how}`, async () => {
    await ba.reach("main button", "Thanh toán");
    await ba.enter();
    if (ba.page.url().startsWith(base)) ba.faults.push(`it does not lead to the platform: ${await ba.text()}`);
    await ba.reach('button[value="THANH_CONG"]');
    await Promise.all([ba.page.waitForURL((u) => u.href.startsWith(base)), ba.press("Enter")]);
    await ba.judge();
    await ba.expect("Giấy đã ra", "the receipt is there");
    await openDossier(sau, code);
    await sau.expect("Trình dự thảo kết quả", "it can be worked on again");
    await sau.expectNot("tạm dừng từ", "the clock goes on");
  });
  await day(`it is decided, fetched at the counter and rated ${how}`, async () => {
    await step(sau, code, "Trình dự thảo kết quả", { draft_text: "Đủ điều kiện đăng ký biến động" });
    await step(chin, code, "Duyệt dự thảo");
    await step(muoi, code, "Ký và ban hành kết quả", { result_number: scripts ? "11/GCN" : "12/GCN", signer: "Trần Mười" });
    await batch(tam, [code], "Một cửa ký nhận kết quả");
    await step(tam, code, "Trả kết quả", { received_by: "Nguyễn Văn Ba" });
    await ownDossier(ba, code);
    await rate(ba, "Được báo rõ số tiền phải nộp");
  });
}

// Received at the counter: the code, and what it took.
async function receive(h, name, number) {
  const keys = h.keys, since = Date.now();
  await h.go("/desk/counter");
  await h.reach("#q");
  await h.write("ho ngheo");
  await h.enter();
  if (!h.page.url().includes("/desk/counter/1.011607")) await h.follow("hộ nghèo");
  await h.type("f.applicant", name);
  await h.type("f.personal_id", number);
  await h.type("f.phone", "0905123456");
  await h.tick("#f-complete");
  await h.enter();
  if (!h.page.url().endsWith("/received")) throw new Error(`${name} is not received: ${await h.text()}`);
  return { code: decodeURIComponent(h.page.url().split("/").at(-2)), keys: h.keys - keys, waited: (Date.now() - since) / 1000 };
}

async function poor(scripts, how) {
  const [mai, nam, hanh, long] = await Promise.all(["mai", "nam", "hanh", "long"].map((n) => hand(n, scripts)));
  const households = [["Điểu Sơn", "067188000011"], ["H’Lan Niê", "067192000012"], ["Lò Văn Tấn", "067179000013"]];
  const codes = [];
  await day(`three poor households are received at the counter, each in under a minute, ${how}`, async () => {
    for (const [name, number] of households) {
      const got = await receive(mai, name, number);
      const seconds = got.keys * SECONDS_A_KEY + 5 * SECONDS_A_THOUGHT + got.waited;
      console.log(`# ${got.keys} keys, ${got.waited.toFixed(1)} s of waiting: ${seconds.toFixed(0)} s`);
      if (seconds >= 60) mai.faults.push(`it took ${seconds.toFixed(0)} s`);
      codes.push(got.code);
    }
  });
  await day(`and their forms written down ${how}`, async () => {
    for (const [i, code] of codes.entries()) {
      await openDossier(mai, code);
      await mai.open(".ts-choices a", "Ghi tờ khai");
      if (i === 0) {
        await mai.open('main button[value="save"]');
        await mai.expect("Họ và tên chủ hộ: Chưa điền", "what is missing is told");
      }
      await mai.fill({ head: households[i][0], village: "Bon R'Long", members: "5", children: "3", was_poor: "none", income_vnd: "900000", lacks: ["housing_quality", "device"], shock: "false" });
      await mai.open('main button[value="save"]');
      await mai.expect("Bon R'Long", "the dossier shows it");
    }
  });
  await day(`handed over together, drafted, approved and decided by one decision ${how}`, async () => {
    await batch(mai, codes, "Giao cho bộ phận chuyên môn");
    await batch(nam, codes, "Ký nhận hồ sơ");
    for (const code of codes) {
      await step(nam, code, "Trình dự thảo kết quả", { draft_text: "Công nhận hộ nghèo" });
      await step(hanh, code, "Duyệt dự thảo");
    }
    await batch(long, codes, "Ký và ban hành kết quả", { result_number: scripts ? "21/QĐ-UBND" : "22/QĐ-UBND", signer: "Nguyễn Long" });
    await long.expect("Quyết định và danh sách", "the decision can be printed");
  });
  await day(`returned, and rated by whoever holds the slip, ${how}`, async () => {
    await batch(mai, codes, "Một cửa ký nhận kết quả");
    for (const [i, code] of codes.entries()) {
      await mai.go(`/desk/dossiers/${code}/papers/1`);
      const token = (await mai.text("body")).match(/\b[0-9a-z]{4}(-[0-9a-z]{4}){3}\b/)?.[0];
      await step(mai, code, "Trả kết quả", { received_by: households[i][0] });
      const holder = await hand(`holder of ${code}`, scripts);
      await holder.go("/track");
      await holder.type("code", code);
      await holder.type("token", token ?? "");
      await holder.enter();
      await rate(holder, "Cán bộ đến tận nhà");
    }
  });
}

(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-quic", "--no-first-run"] });
  for (const scripts of [false, true]) {
    const how = scripts ? "with scripts" : "without scripts";
    for (const story of [birth, land, poor]) {
      await story(scripts, how).catch((e) => console.log(`# ${e.message}`));
      for (const h of hands.values()) await h.end();
      hands.clear();
    }
  }
  await browser.close();
  plan();
})().catch((e) => {
  say("the stories end", [e.stack.replace(/\n/g, " ")]);
  process.exit(1);
});
