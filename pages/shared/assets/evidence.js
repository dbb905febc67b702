// Draws a sweep: its strip, the verdict, curves and heatmap, and a row for each setting in which every seed is a link.
const E = (window.PPOEvidence = {});
E.COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9", "#6A51A3", "#7A8088"];
E.DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
E.MANY = 6;

E.el = (tag, cls, parent, text) => {
  const made = document.createElement(tag);
  if (cls) made.className = cls;
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};

// Colour and dash of a cell: its objective's own where objectives are compared, else by the values of its knobs.
E.look = (cell, t) => {
  const [a = 0, b = 0] = cell.rank;
  if (cell.objective) {
    const [colour, dash] = window.PPOLive.identity(cell.objective, t);
    return [colour, a ? E.DASHES[(E.DASHES.indexOf(dash) + a) % E.DASHES.length] : dash];
  }
  return [E.COLOURS[a % E.COLOURS.length], E.DASHES[b % E.DASHES.length]];
};

E.build = (root) => {
  const ui = { root };
  const strip = E.el("div", "ev-strip", root);
  ui.badge = E.el("span", "ppo-badge", strip);
  ui.title = E.el("b", "", strip);
  const bar = E.el("span", "ev-bar", strip);
  ui.bar = E.el("i", "", bar);
  ui.text = E.el("span", "ev-muted", strip);
  ui.verdict = E.el("p", "ev-verdict", root);
  ui.verdict.setAttribute("role", "status");
  const charts = E.el("div", "ev-charts", root);
  ui.panels = {};
  for (const id of ["curves", "heat"]) {
    const panel = E.el("section", "ev-panel", charts), head = E.el("h4", "", panel);
    const plot = E.el("div", "ev-plot", panel);
    plot.dataset.chart = id; plot.setAttribute("role", "img");
    ui.panels[id] = { panel, head, plot };
    window.PPOLive.saveButtons(panel, id === "heat" ? "the heatmap" : "the curves", (format) => E.save(ui.root.inst, id, format));
  }
  ui.table = E.el("div", "ev-table", root);
  ui.note = E.el("p", "ev-muted ev-note", root);
  return ui;
};

E.curveTraces = (inst) => {
  const { curves, leader } = inst.data, t = inst.theme, many = curves.cells.length > E.MANY, traces = [];
  const strong = (cell) => (inst.picked === null ? !many || cell.cell === leader : cell.cell === inst.picked);
  for (const cell of [...curves.cells].sort((a, b) => strong(a) - strong(b))) {
    const [colour, dash] = E.look(cell, t), on = strong(cell), fade = inst.picked !== null && !on ? 0.25 : 1;
    for (const seed of cell.seeds)
      traces.push({ x: curves.x, y: seed, mode: "lines", line: { color: colour, width: 1 }, hoverinfo: "skip",
        opacity: (on ? 0.4 : many ? 0.16 : 0.4) * fade });
    if (cell.low) {
      const known = curves.x.map((_, i) => i).filter((i) => cell.low[i] !== null), at = (a) => known.map((i) => a[i]);
      traces.push({ x: [...at(curves.x), ...at(curves.x).reverse()], y: [...at(cell.high), ...at(cell.low).reverse()],
        mode: "lines", line: { width: 0 }, fill: "toself", hoverinfo: "skip",
        fillcolor: window.PPOLive.fade(colour, (on ? 0.16 : 0.04) * fade) });
    }
    if (cell.centre)
      traces.push({ x: curves.x, y: cell.centre, mode: "lines", name: cell.label, opacity: (on ? 1 : 0.7) * fade,
        line: { color: colour, dash, width: on ? 2.5 : 1.2 },
        hovertemplate: `${E.plain(cell.label)}: %{y:.1f}<extra></extra>` });
  }
  return traces;
};

E.plain = (text) => text.replace(/[<>&]/g, (sign) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;" }[sign]));

E.drawCurves = (inst) => {
  const t = inst.theme, L = window.PPOLive, goal = inst.data.threshold;
  const shapes = goal === null ? [] : [L.level(goal, `solved: ${goal}`, t.muted)];
  const end = Math.max(...inst.data.curves.x) * 1.02;
  const layout = L.layout(t, inst.data.key, { shapes, hovermode: "closest", margin: { l: 52, r: 12, t: 8, b: 40 },
    xaxis: { range: [0, end], title: { text: "environment steps", font: { size: 12, color: t.muted }, standoff: 6 } } });
  window.Plotly.react(inst.ui.panels.curves.plot, E.curveTraces(inst), layout, L.config);
};

E.drawHeat = (inst) => {
  const heat = inst.data.heat, panel = inst.ui.panels.heat, t = inst.theme, L = window.PPOLive;
  panel.panel.hidden = !heat;
  if (!heat) return;
  const known = heat.z.flat().filter((v) => v !== null), [low, high] = [Math.min(...known), Math.max(...known)];
  const note = [];
  heat.z.forEach((line, j) => line.forEach((value, i) => note.push({ x: i, y: j, showarrow: false,
    text: value === null ? "·" : heat.text[j][i],
    font: { size: heat.x.length * heat.y.length > 60 ? 10 : 14, color: value === null ? t.faint : (value - low) / (high - low || 1) > 0.55 ? "#1B1F24" : "#FFFFFF" } })));
  const axis = (title, labels) => ({ title: { text: title, font: { size: 12, color: t.muted }, standoff: 6 }, tickmode: "array",
    tickvals: labels.map((_, i) => i), ticktext: labels, range: [-0.5, labels.length - 0.5], fixedrange: true, showgrid: false });
  const layout = L.layout(t, inst.data.key, { annotations: note, hovermode: "closest", dragmode: false, margin: { l: 34 + 6.5 * Math.max(...heat.y.map((s) => s.length)), r: 8, t: 8, b: 40 },
    xaxis: axis(heat.x_title, heat.x), yaxis: axis(heat.y_title, heat.y) });
  const trace = { type: "heatmap", z: heat.z, customdata: heat.count, colorscale: "Cividis", xgap: 2, ygap: 2, hoverongaps: false,
    zmin: low, zmax: high > low ? high : low + 1, colorbar: { thickness: 8, outlinewidth: 0, tickfont: { color: t.muted, size: 11 } },
    hovertemplate: "%{z:.1f}, mean of %{customdata} ended<extra></extra>" };
  window.Plotly.react(panel.plot, known.length ? [trace] : [{ x: [], y: [] }], layout, L.config);
  if (!panel.watched) {
    panel.watched = true;
    panel.plot.on("plotly_click", (event) => {
      const { x, y } = event.points[0], cells = inst.data.heat.cells[y][x];
      if (cells.length === 1) { inst.picked = inst.picked === cells[0] ? null : cells[0]; E.draw(inst); }
    });
  }
};

// Drawn once more on light paper, read off, and drawn again as it was.
E.save = (inst, id, format) => {
  const L = window.PPOLive, { plot, head } = inst.ui.panels[id], kept = inst.theme, draw = id === "heat" ? E.drawHeat : E.drawCurves;
  inst.theme = L.paper(kept.font); draw(inst);
  const { data, layout } = plot, title = inst.data.title;
  inst.theme = kept; draw(inst);
  return L.savePlot(plot, data, layout, head.textContent, title, [title, inst.data.key.slice(0, 26), id, inst.data.progress.text], format);
};
E.sha = (seed) => (seed.sha256 ? ` · SHA-256 ${seed.sha256}…` : "");

E.dots = (row, span, parent) => {
  const at = (value) => `${(100 * (value - span[0])) / (span[1] - span[0])}%`;
  const strip = E.el("div", "ev-dots", parent);
  if (row.low !== null) {
    const band = E.el("i", "ev-interval", strip);
    band.style.left = at(row.low);
    band.style.width = `calc(${at(row.high)} - ${at(row.low)})`;
  }
  if (row.centre !== null) E.el("i", "ev-centre", strip).style.left = at(row.centre);
  for (const seed of row.seeds || []) {
    if (seed.value === null) continue;
    const dot = E.el("a", "ev-dot", strip);
    dot.href = seed.url;
    dot.target = "_self";
    dot.style.left = at(seed.value);
    dot.title = seed.title || `seed ${seed.seed}: ${seed.value}${E.sha(seed)}`;
    dot.setAttribute("aria-label", dot.title);
    dot.dataset.state = seed.state;
  }
};

E.swatch = (look, parent) => {
  const dash = { solid: "", dash: "7 3", dot: "2 3", dashdot: "7 3 2 3", longdash: "11 3", longdashdot: "11 3 2 3" }[look[1]];
  parent.innerHTML = `<svg width="26" height="8" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" stroke="${look[0]}" stroke-width="2.5" stroke-dasharray="${dash}"/></svg>`;
};

E.drawTable = (inst) => {
  const d = inst.data, box = inst.ui.table, all = [...d.pooled, ...d.rows];
  const marks = all.flatMap((row) => [row.low, row.high, row.centre, ...(row.seeds || []).map((s) => s.value)]).filter((v) => v !== null && v !== undefined);
  let span = [Math.min(...marks, ...(d.threshold === null ? [] : [d.threshold])), Math.max(...marks, ...(d.threshold === null ? [] : [d.threshold]))];
  if (!marks.length) span = [0, 1];
  const pad = 0.04 * (span[1] - span[0] || 1);
  span = [span[0] - pad, span[1] + pad];
  box.replaceChildren();
  const head = E.el("div", "ev-row ev-head", box);
  for (const [text, title] of [["setting", ""], ["final return of each seed", "Mean return of the episodes of the last tenth of the run. Each dot is a stored run: click to open it."],
    ["centre [95 % interval]", "Below 5 seeds the mean and no interval; from 5 the mean with its t interval; from 10 the interquartile mean with its bootstrap interval."],
    [`better than ${d.reference}`, "Probability of improvement: how often a seed of this setting beats one of that."],
    ["collapsed", "Diverged, or ended below half-way between its first ten episodes and the solved line."], ["runs", ""]])
    E.el("span", "", head, text).title = title;
  for (const row of all) {
    const line = E.el("div", "ev-row", box), own = row.cell !== undefined;
    line.dataset.on = own && inst.picked === row.cell;
    const name = E.el(own ? "button" : "span", "ev-name", line);
    const cell = own ? d.curves.cells.find((c) => c.cell === row.cell) : { objective: row.objective, rank: [0, 0] };
    E.swatch(E.look(cell, inst.theme), E.el("i", "", name));
    E.el("span", "", name, row.label);
    if (own) { name.title = "Show only this setting's curve"; name.onclick = () => { inst.picked = inst.picked === row.cell ? null : row.cell; E.draw(inst); }; }
    E.dots(row, span, E.el("span", "", line));
    const centre = E.el("span", "", line), number = E.el(row.url ? "a" : "b", "ev-number", centre, row.text);
    if (row.url) { number.href = row.url; number.target = "_self"; }
    centre.title = row.words;
    E.el("span", "ev-muted", centre, row.interval || row.few);
    E.el("span", row.better && row.better.is ? "ev-muted" : "", line, row.better ? row.better.text : "");
    const fell = E.el("span", "", line, row.collapsed.text);
    fell.title = row.collapsed.words;
    const runs = E.el("span", "ev-runs", line);
    for (const seed of row.seeds || []) {
      const link = E.el("a", "", runs, String(seed.seed));
      link.href = seed.url; link.target = "_self"; link.dataset.state = seed.state;
      link.title = `seed ${seed.seed}: ${seed.state}${seed.value === null ? "" : `, return ${seed.value}`}${E.sha(seed)}`;
    }
  }
};

E.draw = (inst) => {
  const d = inst.data, ui = inst.ui, n = d.curves.cells.length;
  ui.badge.textContent = d.badge; ui.badge.dataset.state = d.state;
  ui.title.textContent = d.title; ui.text.textContent = d.progress.text; ui.verdict.textContent = d.verdict;
  ui.bar.style.width = `${100 * d.progress.done}%`;
  ui.note.textContent = d.note;
  const picked = d.curves.cells.find((c) => c.cell === inst.picked) || (n > E.MANY && d.curves.cells.find((c) => c.cell === d.leader));
  ui.panels.curves.head.textContent = `Return, every seed's own line${picked ? ` · bold: ${picked.label}` : ""}`;
  ui.panels.curves.plot.setAttribute("aria-label", `${ui.panels.curves.head.textContent}, against environment steps; the rows below have the numbers.`);
  ui.panels.heat.head.textContent = d.heat ? `Mean final return, ${d.heat.y_title} × ${d.heat.x_title}` : "";
  ui.panels.heat.plot.setAttribute("aria-label", `Heatmap: ${ui.panels.heat.head.textContent || "none"}; the rows below have the numbers.`);
  E.drawTable(inst);
  // Streamlit may have taken the place away between a tick and its drawing.
  if (!window.Plotly || !ui.root.isConnected) return;
  E.drawCurves(inst);
  E.drawHeat(inst);
};

E.mount = (component) => {
  const root = component.parentElement.querySelector("#ppo-evidence");
  const inst = root.inst || (root.inst = { ui: E.build(root), picked: null });
  inst.theme = window.PPOLive.theme(root);
  root.dataset.dark = document.documentElement.dataset.ppoDark = inst.theme.dark;
  document.documentElement.style.setProperty("--ppo-page", inst.theme.bg);
  const data = component.data, stamp = JSON.stringify(data) + inst.theme.bg;
  if (inst.data && inst.data.key !== data.key) inst.picked = null;
  inst.data = data;
  if (stamp !== inst.stamp) { inst.stamp = stamp; E.draw(inst); }
  if (!inst.waits) {
    inst.waits = true;
    const wait = () => {
      if (!root.isConnected) return;
      if (!window.Plotly) { setTimeout(wait, 30); return; }
      E.draw(inst);
      setTimeout(() => root.isConnected && component.setTriggerValue("loaded", true), 1500);
    };
    wait();
  }
  // The end of one tick's mounting is not the end of the page: only what has gone for good is taken down.
  return () => setTimeout(() => { if (!root.isConnected && window.Plotly) Object.values(inst.ui.panels).forEach((p) => window.Plotly.purge(p.plot)); }, 0);
};
E.ready = true;
