// Builds the Compare page's panels for a number of runs; it is built anew only when that number changes.
L.LETTERS = ["A", "B", "C", "D"];
L.SYMBOLS = ["circle", "square", "diamond", "triangle-up"];

// Colour and dash are the objective's own; runs of one objective differ in dash and in the mark at their head.
L.twinIdentity = (runs, i, t) => {
  const name = runs[i].objective.name, [colour, dash] = L.identity(name, t);
  const kin = runs.slice(0, i).filter((r) => r.objective.name === name).length;
  const others = ["solid", "dot", "longdash", "dashdot"].filter((d) => d !== dash);
  return { colour, dash: kin ? others[(kin - 1) % 3] : dash, symbol: L.SYMBOLS[i], width: kin ? 2 : 2.5 };
};

L.DASHES = { solid: "", dash: "9,6", dot: "2,4", dashdot: "9,4,2,4", longdash: "15,6" };

L.swatch = (id) => {
  const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), line = document.createElementNS(ns, "line");
  svg.setAttribute("viewBox", "0 0 44 12"); svg.setAttribute("class", "cmp-swatch"); svg.setAttribute("aria-hidden", "true");
  for (const [k, v] of Object.entries({ x1: 1, x2: 43, y1: 6, y2: 6, stroke: id.colour, "stroke-width": 3, "stroke-dasharray": L.DASHES[id.dash] }))
    line.setAttribute(k, v);
  svg.append(line);
  return svg;
};

L.cmpPanel = (parent, cls, title, sub, chart) => {
  const p = L.el("section", "ppo-panel " + cls), head = L.el("header"), body = L.el("div", "ppo-body");
  const panel = { node: p, title: L.el("h3", "", title), sub: L.el("small", "", sub), now: L.el("b", "ppo-now"), body, head };
  head.append(panel.title, panel.sub, panel.now);
  p.setAttribute("aria-label", title);
  p.append(head, body);
  if (chart) {
    panel.plot = L.el("div", "ppo-plot");
    panel.plot.dataset.chart = chart; panel.plot.setAttribute("role", "img");
    body.append(panel.plot);
  }
  parent.append(p);
  return panel;
};

L.cmpBuild = (root, count) => {
  const ui = { panels: {}, lanes: [], count };
  root.textContent = "";
  ui.strip = L.el("div", "cmp-lanes"); ui.strip.style.setProperty("--lanes", count);
  for (let i = 0; i < count; i++) {
    const lane = L.el("div", "cmp-lane"), top = L.el("div", "cmp-top"), bar = L.el("div", "ppo-bar"), fill = L.el("i");
    const parts = { node: lane, letter: L.el("b", "cmp-letter", L.LETTERS[i]), swatch: L.el("span"), name: L.el("span", "cmp-name"),
      badge: L.el("span", "ppo-badge"), at: L.el("span", "cmp-at"), fill, bar };
    bar.setAttribute("role", "progressbar"); bar.setAttribute("aria-label", `Training progress of ${L.LETTERS[i]}`);
    bar.append(fill); top.append(parts.letter, parts.swatch, parts.name, parts.badge, parts.at);
    lane.append(top, bar); ui.strip.append(lane);
    ui.lanes.push(parts);
  }
  ui.grid = L.el("div", "cmp-grid");
  ui.panels.ret = L.cmpPanel(ui.grid, "cmp-ret", "Return", count > 1 ? "mean of 100 episodes; below, the difference from A" : "mean of 100 episodes", "ret");
  ui.panels.films = L.cmpPanel(ui.grid, "cmp-films", "Rollouts", "", null);
  const hists = L.el("div", "cmp-hists"); hists.style.setProperty("--lanes", count); ui.grid.append(hists);
  for (let i = 0; i < count; i++)
    ui.panels["hist" + i] = L.cmpPanel(hists, "cmp-hist", `${L.LETTERS[i]} ratio histogram`, "", "hist" + i);
  ui.panels.kl = L.cmpPanel(ui.grid, "cmp-kl", "KL, old ‖ new", "how far each update moved the policy, log scale", "kl");
  ui.panels.entropy = L.cmpPanel(ui.grid, "cmp-entropy", "Entropy", "how undecided the policy is", "entropy");
  ui.panels.table = L.cmpPanel(ui.grid, "cmp-table", count > 1 ? "Knobs that differ" : "One run", "", null);
  ui.foot = L.el("div", "ppo-foot"); ui.start = L.el("b", "cmp-start"); ui.sentence = L.el("span", "ppo-sentence");
  ui.start.setAttribute("role", "status");
  ui.foot.append(ui.start, ui.sentence);
  root.append(ui.strip, ui.grid, ui.foot);
  return ui;
};

L.cmpLanes = (inst, d) => d.runs.forEach((run, i) => {
  const lane = inst.ui.lanes[i], id = L.twinIdentity(d.runs, i, inst.theme), key = id.colour + id.dash;
  if (lane.key !== key) { lane.key = key; lane.swatch.replaceChildren(L.swatch(id)); lane.letter.style.color = id.colour; lane.fill.style.background = id.colour; }
  lane.name.textContent = run.name; lane.node.title = run.sentence;
  lane.badge.textContent = run.badge; lane.badge.dataset.state = run.state;
  // What is replayed says what it is of: the set-up above may be of another environment.
  lane.at.textContent = `${run.of ? run.of + " · " : ""}update ${run.update} · ${L.compact(run.timesteps)} of ${L.compact(run.total)} steps`;
  lane.fill.style.width = (100 * Math.min(1, run.share)).toFixed(2) + "%";
  lane.bar.setAttribute("aria-valuenow", Math.round(100 * run.share));
});

L.cmpTable = (inst, d) => {
  const panel = inst.ui.panels.table, told = JSON.stringify(d.table);
  if (panel.told === told) return;
  panel.told = told;
  if (!d.table.length) {
    panel.body.replaceChildren(L.el("p", "cmp-none", inst.ui.count > 1
      ? "No knob differs: with one seed these runs stay identical, bit for bit." : "Fork it at any update to see what another knob would have done."));
    return;
  }
  const table = L.el("table"), head = L.el("tr");
  head.append(L.el("th", "", "Knob"), ...d.runs.map((_, i) => L.el("th", "", L.LETTERS[i])));
  const rows = d.table.map(([label, values]) => {
    const tr = L.el("tr"), th = L.el("th", "", label);
    th.setAttribute("scope", "row");
    tr.append(th, ...values.map((v) => L.el("td", v === "not read" ? "unread" : "", v)));
    return tr;
  });
  table.append(head, ...rows);
  const box = L.el("div", "cmp-scroll"); box.append(table);
  panel.body.replaceChildren(box);
};
