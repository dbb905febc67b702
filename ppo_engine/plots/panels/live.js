// Keeps one run's numbers in the browser, applies deltas to them, and redraws one chart per animation frame.
L.COLUMNS = ["timesteps", "ep_rew_mean", "policy_gradient_loss", "value_loss", "entropy", "kl", "explained_variance",
  // Each objective is sent only some of these; for the others they stay empty.
  "clip_fraction", "killed_fraction", "active_outside_fraction", "kl_coef", "decision", "predicted", "improvement", "backtracks", "refused", "residual",
  "noise_episode_return", "noise_reward_to_go", "noise_baseline", "noise_gae", "noise_share"];
L.KEEP = 3000;

L.fresh = (run) => ({ run, last: 0, epLast: 0, update: [], cols: Object.fromEntries(L.COLUMNS.map((c) => [c, []])),
  ep: { x: [], y: [] }, knobs: [], hist: null, sample: null, drag: null, threshold: null, klBand: null,
  objective: { name: "ppo_clip", title: "Objective", eps: 0.2, clips: true, band: true, adaptive: false }, edges: [] });

// Adds a packet's rows; false when something in between is missing and everything must be sent again.
L.absorb = (st, d) => {
  if (!st.edges.length && !d.edges) return false;
  if (d.rows) {
    if (d.rows.after > st.last) return false;
    const u = L.floats(d.rows.update), keep = u.map((v) => v > st.last);
    u.forEach((v, i) => keep[i] && st.update.push(v));
    for (const c of L.COLUMNS) L.floats(d.rows.cols[c]).forEach((v, i) => keep[i] && st.cols[c].push(v));
    if (u.length) st.last = Math.max(st.last, u[u.length - 1]);
    if (st.update.length > L.KEEP) {
      const half = (a) => a.filter((_, i) => i % 2 === 0 || i > L.KEEP / 2);
      st.update = half(st.update);
      for (const c of L.COLUMNS) st.cols[c] = half(st.cols[c]);
    }
  }
  if (d.ep) {
    if (d.ep.after > st.epLast) return false;
    const x = L.floats(d.ep.x), y = L.floats(d.ep.y);
    L.floats(d.ep.id).forEach((id, i) => { if (id > st.epLast) { st.ep.x.push(x[i]); st.ep.y.push(y[i]); } });
    st.epLast = Math.max(st.epLast, d.ep.last);
    while (st.ep.x.length > 1600) { const h = (a) => a.filter((_, i) => i % 2 === 0); st.ep.x = h(st.ep.x); st.ep.y = h(st.ep.y); }
  }
  for (const key of ["objective", "edges", "threshold", "klBand", "knobs", "checkMeanings"]) if (d[key] !== undefined) st[key] = d[key];
  if (d.hist) st.hist = d.hist;
  if (d.sample) st.sample = { update: d.sample.update, log_ratio: L.floats(d.sample.log_ratio),
    advantage: L.floats(d.sample.advantage), slope: L.floats(d.sample.slope) };
  if (st.drag !== null && d.objective && Math.abs(st.objective.eps - st.drag) < 1e-9) st.drag = null;
  return true;
};

L.figure = (st, t, id) => {
  if (id === "objective") return L.objectiveFigure(st, t);
  if (id === "hist") return L.histogramFigure(st, t);
  const [traces, extra] = L.charts[id](st, t);
  const steps = st.cols.timesteps, end = Math.max(steps[steps.length - 1] || 0, st.ep.x[st.ep.x.length - 1] || 0, 1000);
  const annotations = [...L.knobLabels(st, t, id, end), ...(extra.annotations || [])];
  return [traces, { ...extra, annotations, xaxis: { range: [-0.01 * end, 1.03 * end], ...extra.xaxis } }];
};

// The axes follow the data, so what a visitor zoomed into is kept here and laid over every new layout. A new run
// starts unzoomed, and so do the two ratio charts when ε, and with it their window, has changed.
L.keepZoom = (inst, id, panel, layout) => {
  const of = inst.st.run + (id === "objective" || id === "hist" ? ":" + inst.st.objective.eps : "");
  if (panel.zoomOf !== of) { panel.zoomOf = of; panel.zoom = {}; }
  for (const [axis, range] of Object.entries(panel.zoom))
    if (layout[axis]) layout[axis] = { ...layout[axis], range, autorange: false };
};

L.watchZoom = (inst, id, panel) => {
  if (panel.watched) return;
  panel.watched = true;
  // A redraw in the middle of a drag would end it: wait until the pointer is let go.
  panel.plot.addEventListener("pointerdown", () => {
    panel.held = true;
    const free = () => { panel.held = false; setTimeout(() => inst.redraw([id]), 150); };
    window.addEventListener("pointerup", free, { once: true, capture: true });
  }, true);
  panel.plot.on("plotly_relayout", (change) => {
    for (const axis of ["xaxis", "yaxis", "yaxis2"])
      if (change[axis + ".range[0]"] !== undefined) panel.zoom[axis] = [change[axis + ".range[0]"], change[axis + ".range[1]"]];
    if (id === "objective") L.placeKnees(inst.st, panel);
  });
  panel.plot.on("plotly_doubleclick", () => { panel.zoom = {}; inst.redraw([id]); });
};

L.makeRedraw = (inst) => (ids) => {
  ids.forEach((id) => inst.queue.add(id));
  if (inst.drawing) return;
  inst.drawing = true;
  const step = () => {
    const id = inst.queue.values().next().value;
    if (id === undefined || inst.gone) { inst.drawing = false; return; }
    inst.queue.delete(id);
    const panel = inst.ui.panels[id];
    // What is not in sight costs nothing.
    if (window.Plotly && !panel.held && panel.plot.clientHeight) {
      const [traces, extra] = (inst.figure || L.figure)(inst.st, inst.theme, id);
      const layout = L.layout(inst.theme, inst.st.run, { ...extra, datarevision: ++inst.serial });
      L.keepZoom(inst, id, panel, layout);
      window.Plotly.react(panel.plot, traces, layout, L.config);
      L.watchZoom(inst, id, panel);
      L.saveable(inst, id, panel);
      if (id === "objective") L.placeKnees(inst.st, panel);
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
};

L.ALL = ["ret", "objective", "hist", "kl", "fractions", "entropy", "ev", "losses"];

L.mount = (component) => {
  const root = component.parentElement.querySelector("#ppo-live");
  let inst = root.inst;
  if (!inst) {
    inst = root.inst = { queue: new Set(), serial: 0, ui: L.build(root), st: L.fresh("") };
    inst.redraw = L.makeRedraw(inst);
    inst.ui.panels.objective.knees = L.knees(new Proxy({}, { get: (_, k) => (k === "redraw" ? inst.redraw : inst.st[k]),
      set: (_, k, v) => { inst.st[k] = v; return true; } }), inst.ui.panels.objective, (eps) => L.letGo(inst, eps, 4));
    inst.watch = new ResizeObserver(() => L.placeKnees(inst.st, inst.ui.panels.objective));
    inst.watch.observe(inst.ui.panels.objective.plot);
    const wait = () => {
      if (inst.gone) return;
      if (!window.Plotly) { setTimeout(wait, 30); return; }
      inst.redraw(L.ALL);
      setTimeout(() => inst.gone || inst.send("loaded", true), 1500);
    };
    wait();
  }
  inst.send = (name, value) => component.setTriggerValue(name, value);
  const theme = L.theme(root), changed = !inst.theme || theme.bg !== inst.theme.bg || theme.text !== inst.theme.text;
  inst.theme = theme;
  document.documentElement.style.setProperty("--ppo-page", theme.bg);
  root.dataset.dark = document.documentElement.dataset.ppoDark = theme.dark;
  if (changed) inst.redraw(L.ALL);
  const d = component.data;
  if (d && (d.replay || d.preview !== undefined || d.serial !== inst.seen)) { inst.seen = d.serial; L.receive(inst, d); }
  return () => { inst.gone = true; inst.watch.disconnect(); L.stopReplay(inst);
    if (window.Plotly) inst.ui && Object.values(inst.ui.panels).forEach((p) => p.plot && window.Plotly.purge(p.plot)); };
};

L.receive = (inst, d) => {
  if (d.run !== inst.st.run) { L.stopReplay(inst); inst.st = L.fresh(d.run); L.noVideo(inst.ui.panels.video); L.noSplit(inst.ui.panels.split); }
  if (d.preview !== undefined) {
    if (d.replay) L.startReplay(inst, d.replay);
    if (!inst.replay) { inst.send("need", 0); return; }
    const preview = d.preview === inst.st.objective.eps ? null : d.preview;
    if (preview !== inst.preview) { inst.preview = inst.st.drag = preview; inst.redraw(["objective", "hist"]); }
    return;
  }
  if (!L.absorb(inst.st, d)) { inst.send("need", d.serial); return; }
  L.show(inst, d);
};

L.show = (inst, d) => {
  L.readouts(inst.st, inst.ui, d);
  L.describe(inst.st, inst.ui);
  if (d.film !== undefined) L.showVideo(inst.ui.panels.video, d.film, (u) => inst.pick ? inst.pick(u) : inst.send("film", u));
  const ids = [];
  if (d.rows || d.knobs || d.objective) ids.push("ret", "kl", "fractions", "entropy", "ev", "losses"); else if (d.ep) ids.push("ret");
  if (d.sample || d.hist || d.objective) ids.push("objective", "hist");
  inst.redraw(ids);
};
