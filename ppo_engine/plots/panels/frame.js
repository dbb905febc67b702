// Builds the panels once: strip, tiles, charts, video and sentence; nothing is ever replaced afterwards.
L.PANELS = [
  ["ret", "Return", "what an episode earns"],
  ["objective", "Objective", "gain per |Â| against the ratio"],
  ["video", "Rollout", "the newest policy, acting greedily"],
  ["kl", "KL, old ‖ new", "how far this update moved the policy"],
  ["hist", "Ratio histogram", "every sample of this update"],
  ["split", "Where the samples are", "and what still pushes"],
  ["entropy", "Entropy", "how undecided the policy is"],
  ["ev", "Explained variance", "how well the critic predicts"],
  ["losses", "Losses", "value (left), policy (right, dotted)"],
  ["fractions", "Outside the band", "per update"],
];

L.build = (root) => {
  const ui = { panels: {} };
  root.textContent = "";
  ui.strip = L.el("div", "ppo-strip");
  ui.badge = L.el("span", "ppo-badge"); ui.title = L.el("span", "ppo-title");
  ui.bar = L.el("div", "ppo-bar"); ui.fill = L.el("i"); ui.bar.append(ui.fill);
  ui.bar.setAttribute("role", "progressbar"); ui.bar.setAttribute("aria-label", "Training progress");
  ui.progress = L.el("span", "ppo-progress");
  L.lightsInto(ui);
  ui.strip.append(ui.badge, ui.title, ui.lights, ui.bar, ui.progress);
  ui.tiles = L.el("div", "ppo-tiles");
  ui.grid = L.el("div", "ppo-grid");
  const side = L.el("div", "ppo-side");
  for (const [id, title, sub] of L.PANELS) {
    const panel = L.panelOf(id, title, sub, !["video", "split"].includes(id)), p = panel.node;
    ui.panels[id] = panel;
    if (id === "video") ui.grid.append(side);
    (["video", "split"].includes(id) ? side : ui.grid).append(p);
  }
  ui.foot = L.el("div", "ppo-foot");
  ui.warning = L.el("b", "ppo-warning"); ui.warning.setAttribute("role", "status");
  ui.sentence = L.el("span", "ppo-sentence");
  ui.foot.append(ui.warning, ui.sentence);
  root.append(ui.strip, ui.tiles, ui.grid, ui.foot);
  L.splitInto(ui.panels.split);
  L.videoInto(ui.panels.video);
  L.evaluationInto(ui.panels.video);
  L.trajectoriesInto(ui.panels.hist);
  return ui;
};

L.noSplit = (panel) => {
  for (const row of Object.values(panel.rows)) { row.v.textContent = "–"; row.fill.style.width = "0"; }
};

L.splitInto = (panel) => {
  panel.rows = {};
  for (const [id, label, help] of [
    ["in", "in band", "ratio within 1±ε: the full gradient"],
    ["killed", "killed", "outside, and the clip has cut its gradient to zero"],
    ["push", "outside, still pushing", "outside, but the clip does not act on this side"],
  ]) {
    const row = L.el("div", "ppo-split " + id), bar = L.el("div", "track"), fill = L.el("i"), v = L.el("b", "", "–");
    row.title = help;
    bar.append(fill); row.append(L.el("span", "", label), bar, v);
    panel.body.append(row);
    panel.rows[id] = { v, fill };
  }
  panel.hint = L.el("p", "ppo-hint");
  panel.body.append(panel.hint);
};
