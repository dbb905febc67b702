// The Preflight list: a lamp and a sentence for each check; below, what this browser shows of itself while you look.
const MARK = { good: "✓", bad: "✗", checking: "…", waiting: "·", cancelled: "·" };
const WORD = { good: "well", bad: "to mend", checking: "checking", waiting: "not checked yet", cancelled: "cancelled" };
const make = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text) node.textContent = text;
  return node;
};

const build = (root) => {
  const ui = { rows: {} };
  root.textContent = "";
  ui.head = make("div", "pre-head");
  ui.said = make("p", "pre-said"); ui.said.setAttribute("role", "status");
  ui.bar = make("div", "pre-bar"); ui.fill = make("i"); ui.bar.append(ui.fill);
  ui.bar.setAttribute("role", "progressbar"); ui.bar.setAttribute("aria-label", "Checks carried out");
  ui.bar.setAttribute("aria-valuemin", "0"); ui.bar.setAttribute("aria-valuemax", "100");
  ui.head.append(ui.said, ui.bar);
  ui.machine = make("ul", "pre-list"); ui.machine.setAttribute("aria-label", "This machine");
  ui.browser = make("ul", "pre-list"); ui.browser.setAttribute("aria-label", "This browser");
  ui.film = make("video"); ui.film.muted = ui.film.loop = ui.film.playsInline = true;
  ui.film.setAttribute("aria-label", "The video that is tried out"); ui.film.className = "pre-film";
  const side = make("div", "pre-side");
  side.append(make("h2", "", "This browser"), ui.browser, ui.film);
  const main = make("div", "pre-main");
  main.append(make("h2", "", "This machine"), ui.machine);
  const both = make("div", "pre-both"); both.append(main, side);
  root.append(ui.head, both);
  return ui;
};

const row = (ui, list, name, title, state, sentence, seconds) => {
  let r = ui.rows[name];
  if (!r) {
    r = ui.rows[name] = { node: make("li"), lamp: make("span", "pre-lamp"), title: make("b"), words: make("span", "pre-words"), time: make("small") };
    r.lamp.setAttribute("role", "img");
    r.node.append(r.lamp, r.title, r.words, r.time); r.node.dataset.check = name;
    list.append(r.node);
  }
  r.node.dataset.state = state;
  r.lamp.textContent = MARK[state]; r.lamp.setAttribute("aria-label", WORD[state]);
  r.title.textContent = title; r.words.textContent = sentence || WORD[state];
  r.time.textContent = seconds ? `${seconds.toFixed(1)} s` : "";
};

// What the browser asked for since this tab was opened, and where that was.
const askedOutside = () => {
  const hosts = performance.getEntriesByType("resource").map((e) => { try { return new URL(e.name); } catch { return null; } })
    .filter((u) => u && /^https?:$/.test(u.protocol)).map((u) => u.hostname);
  return { count: hosts.length, outside: [...new Set(hosts.filter((h) => h !== location.hostname))] };
};

const lookAtBrowser = (ui) => {
  const { count, outside } = askedOutside();
  row(ui, ui.browser, "requests", "Requests", outside.length ? "bad" : "good", outside.length
    ? `This tab asked ${outside.join(", ")}: an extension of the browser may do that; try a private window.`
    : `All ${count} requests of this tab went to ${location.hostname}.`);
  const type = getComputedStyle(document.body).fontFamily.split(",")[0].trim();
  document.fonts.load(`16px ${type}`).then((faces) => row(ui, ui.browser, "type", "Fonts", faces.length ? "good" : "bad",
    faces.length ? `${type.replace(/"/g, "")} is loaded from here.` : `${type} did not load: reload the page.`),
  () => row(ui, ui.browser, "type", "Fonts", "bad", `${type} did not load: reload the page.`));
};

const tryFilm = (ui, film) => {
  if (!film.url || ui.url === film.url) return;
  ui.url = film.url;
  const v = ui.film, say = (state, words) => { if (ui.url === film.url) row(ui, ui.browser, "plays", "Videos play", state, words); };
  say("checking", `Trying ${film.what}.`);
  v.ontimeupdate = () => {
    if (v.currentTime > 0 && v.videoWidth > 0) { clearTimeout(ui.late); v.ontimeupdate = null; say("good", `This browser plays ${film.what}, ${v.videoWidth} × ${v.videoHeight}.`); }
  };
  v.onerror = () => { clearTimeout(ui.late); say("bad", "This browser cannot play H.264 in MP4: use Chrome, Edge, Firefox or Safari."); };
  ui.late = setTimeout(() => say("bad", "The video did not begin within 10 seconds: allow autoplay for this page, or reload it."), 10000);
  v.src = film.url; v.load(); v.play().catch(() => {});
};

export default function (component) {
  const root = component.parentElement.querySelector("#ppo-preflight");
  if (!root.ui) { root.ui = build(root); lookAtBrowser(root.ui); }
  const ui = root.ui, d = component.data;
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  document.documentElement.dataset.ppoDark = parseInt(ground.slice(3, 5), 16) < 110;
  ui.said.textContent = d.said; ui.said.dataset.verdict = d.verdict;
  ui.fill.style.width = `${100 * d.share}%`; ui.bar.setAttribute("aria-valuenow", String(Math.round(100 * d.share)));
  for (const r of d.rows) row(ui, ui.machine, r.name, r.title, r.state, r.sentence, r.seconds);
  tryFilm(ui, d.film);
  if (!d.going && ui.was) lookAtBrowser(ui);
  ui.was = d.going;
}
