// Draws kept settings as rows: every seed a dot that is a link, their centre and interval, and what stands beside them.
const K = (window.PPOKept = {});
K.NEAR = 1.4; // per cent of the strip's width within which two dots would hide each other
K.STEP = 8;

// Round values across a span: 1, 2 or 5 times a power of ten apart.
K.ticks = ([low, high]) => {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough), found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
};

K.span = (data) => {
  const values = data.rows.flatMap((r) => [r.low, r.high, r.centre, r.mark, ...r.seeds.map((s) => s.value)]);
  const known = [...values, ...data.within, ...data.lines.map((l) => l.value)].filter((v) => v !== null && v !== undefined);
  if (!known.length) return [0, 1];
  const low = Math.min(...known), high = Math.max(...known), pad = 0.05 * (high - low || 1);
  return [low - pad, high + pad];
};

// Dots that would hide each other are stacked; returns how many levels there are.
K.stack = (strip, seeds, span) => {
  const levels = [], dots = [...strip.querySelectorAll(".ev-dot")], shown = seeds.filter((s) => s.value !== null);
  shown.map((s, i) => [(100 * (s.value - span[0])) / (span[1] - span[0]), dots[i]]).sort((a, b) => a[0] - b[0]).forEach(([x, dot]) => {
    let level = levels.findIndex((last) => x - last >= K.NEAR);
    if (level < 0) level = levels.push(0) - 1;
    levels[level] = x;
    dot.style.bottom = `${5 + K.STEP * level}px`;
  });
  return Math.max(1, levels.length);
};

K.strip = (row, data, span, theme, place) => {
  const at = (value) => `${(100 * (value - span[0])) / (span[1] - span[0])}%`;
  window.PPOEvidence.dots(row, span, place);
  const strip = place.lastChild;
  strip.style.setProperty("--dot", window.PPOLive.identity(row.objective, theme)[0]);
  strip.style.height = `${20 + K.STEP * (K.stack(strip, row.seeds, span) - 1)}px`;
  data.lines.forEach((line) => { window.PPOEvidence.el("i", "kept-line", strip).style.left = at(line.value); });
  if (row.mark !== null) {
    const mark = window.PPOEvidence.el("i", "kept-mark", strip);
    mark.style.left = at(row.mark);
    mark.title = data.mark_title.replace("%", row.mark);
  }
};

K.axis = (data, span, table) => {
  const E = window.PPOEvidence, row = E.el("div", "ev-row kept-axis", table);
  row.style.gridTemplateColumns = data.widths;
  E.el("span", "", row);
  const place = E.el("span", "", row), strip = E.el("div", "kept-scale", place);
  for (const value of K.ticks(span)) {
    const tick = E.el("i", "", strip, value.toLocaleString("en").replace("-", "−").replaceAll(",", "\u202f"));
    tick.style.left = `${(100 * (value - span[0])) / (span[1] - span[0])}%`;
  }
  E.el("div", "ev-muted", place, data.axis);
};

K.cell = (cell, line) => {
  const E = window.PPOEvidence, place = E.el("span", "", line);
  if (cell.title) place.title = cell.title;
  // A number of ours leads to its runs, one from elsewhere to where it was published, in a tab of its own.
  const lead = (link, url, target) => { if (url) { link.href = url; link.target = target; link.rel = "noopener"; } };
  const from = cell.text ? cell.source : "";
  lead(E.el(cell.url || from ? "a" : "b", "ev-number", place, cell.text), cell.url || from, cell.url ? "_self" : "_blank");
  if (cell.muted) lead(E.el(cell.source ? "a" : "span", "ev-muted", place, cell.muted), cell.source, "_blank");
};

K.draw = (root, data, theme, pick) => {
  const E = window.PPOEvidence, span = K.span(data), table = E.el("div", "ev-table");
  const head = E.el("div", "ev-row ev-head", table);
  head.style.gridTemplateColumns = data.widths;
  data.heads.forEach(([text, title]) => { E.el("span", "", head, text).title = title; });
  for (const row of data.rows) {
    const line = E.el("div", "ev-row", table);
    line.style.gridTemplateColumns = data.widths;
    line.dataset.on = row.on;
    const name = E.el(row.pick ? "button" : "span", "ev-name", line);
    E.swatch(window.PPOLive.identity(row.objective, theme), E.el("i", "", name));
    E.el("span", "", name, row.label);
    if (row.pick) { name.title = "Show the runs behind this row"; name.onclick = () => pick(row.pick); name.setAttribute("aria-pressed", row.on); }
    K.strip(row, data, span, theme, E.el("span", "", line));
    row.cells.forEach((cell) => K.cell(cell, line));
    const runs = E.el("span", "ev-runs", line);
    for (const seed of row.seeds) {
      const link = E.el(seed.url ? "a" : "span", "", runs, seed.text);
      if (seed.url) { link.href = seed.url; link.target = "_self"; }
      link.title = seed.title;
      link.dataset.state = seed.state;
    }
  }
  K.axis(data, span, table);
  const words = E.el("p", "kept-lines ev-muted", table);
  words.textContent = data.lines.map((line) => `┆ ${line.text}`).join("   ") + (data.mark_title ? `${data.lines.length ? "   " : ""}◇ ${data.mark_words}` : "");
  words.hidden = !words.textContent;
  root.replaceChildren(table);
};

K.mount = (component) => {
  const root = component.parentElement.querySelector(".ppo-kept"), theme = window.PPOLive.theme(root);
  const stamp = JSON.stringify(component.data) + theme.bg + theme.text;
  if (stamp !== root.dataset.stamp) {
    root.dataset.stamp = stamp;
    K.draw(root, component.data, theme, (key) => component.setTriggerValue("picked", key));
  }
};
K.ready = true;
