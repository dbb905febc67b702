// Keeps the numbers of the compared runs in the browser, applies deltas to each, and redraws one chart per frame.
L.cmpCharted = (inst) => ["ret", ...inst.sts.map((_, i) => "hist" + i), "kl", "entropy"];

L.cmpMount = (component) => {
  const root = component.parentElement.querySelector("#ppo-compare");
  let inst = root.inst;
  if (!inst) {
    inst = root.inst = { queue: new Set(), serial: 0, seen: null, key: null, sts: [], runs: [], parted: [], strips: [], ticks: 0, ui: { panels: {}, count: 0 },
      st: { run: "", objective: { eps: 0 } } };
    inst.figure = L.cmpFigure(inst);
    inst.redraw = L.makeRedraw(inst);
    const wait = () => {
      if (inst.gone) return;
      if (!window.Plotly) { setTimeout(wait, 30); return; }
      if (inst.sts.length) inst.redraw(L.cmpCharted(inst));
      setTimeout(() => inst.gone || inst.send("loaded", true), 1500);
    };
    wait();
  }
  inst.send = (name, value) => component.setTriggerValue(name, value);
  const theme = L.theme(root), changed = !inst.theme || theme.bg !== inst.theme.bg || theme.text !== inst.theme.text;
  inst.theme = theme;
  document.documentElement.style.setProperty("--ppo-page", theme.bg);
  root.dataset.dark = document.documentElement.dataset.ppoDark = theme.dark;
  const d = component.data;
  if (d && d.serial !== inst.seen) { inst.seen = d.serial; inst.ticks += 1; L.cmpReceive(inst, root, d); }
  if (changed && inst.last) { inst.ui.lanes.forEach((lane) => { lane.key = ""; }); L.cmpLanes(inst, inst.last); inst.redraw(L.cmpCharted(inst)); }
  return () => { inst.gone = true; clearInterval(inst.clock); L.cmpStopReplay(inst);
    if (window.Plotly) Object.values(inst.ui.panels).forEach((p) => p.plot && window.Plotly.purge(p.plot)); };
};

L.cmpFresh = (inst, root, d) => {
  L.cmpStopReplay(inst);
  inst.key = d.key;
  if (inst.ui.count !== d.runs.length) {
    if (window.Plotly) Object.values(inst.ui.panels).forEach((p) => p.plot && window.Plotly.purge(p.plot));
    clearInterval(inst.clock);
    inst.queue.clear();
    inst.ui = L.cmpBuild(root, d.runs.length);
    L.cmpFilmsInto(inst, (view) => inst.send("view", view));
  }
  Object.assign(inst, { sts: d.runs.map((run) => ({ ...L.fresh(run.run), edges: d.edges })), threshold: d.threshold, parted: [], strips: [] });
  inst.st.run = d.key;
};

L.cmpReceive = (inst, root, d) => {
  if (d.key !== inst.key && !d.whole) { inst.send("need", d.serial); return; }
  if (d.key !== inst.key || d.whole) L.cmpFresh(inst, root, d);
  const complete = d.runs.every((run, i) => L.absorb(inst.sts[i], { ...run, head: undefined }));
  if (!complete) { inst.send("need", d.serial); return; }
  if (d.replay) L.cmpStartReplay(inst, d); else L.cmpShow(inst, d);
};

L.cmpShow = (inst, d) => {
  inst.last = d;
  Object.assign(inst, { runs: d.runs, parted: d.parted, forked: d.forked, strips: d.strips ? d.strips.map((s) => ({ x: L.floats(s.x), y: L.floats(s.y) })) : inst.strips });
  inst.ui.start.textContent = d.start; inst.ui.sentence.textContent = d.sentence;
  inst.ui.foot.title = `${d.start} ${d.sentence}`;
  L.cmpLanes(inst, d); L.cmpTable(inst, d); L.cmpFilms(inst, d); L.cmpDescribe(inst);
  if (d.whole || d.runs.some((run) => run.rows)) inst.redraw(L.cmpCharted(inst));
};

L.cmpDescribe = (inst) => {
  const last = (a) => { for (let i = a.length - 1; i >= 0; i--) if (a[i] !== null) return a[i]; return null; };
  const tell = (column, digits) => inst.sts.map((st, i) => { const v = last(st.cols[column]); return `${L.LETTERS[i]} ${v === null ? "–" : L.fix(v, digits)}`; }).join("   ");
  const p = inst.ui.panels;
  for (const [id, column, digits, words] of [["ret", "ep_rew_mean", 1, "Return"], ["kl", "kl", 4, "KL per update"], ["entropy", "entropy", 2, "Entropy"]]) {
    p[id].now.textContent = tell(column, digits);
    p[id].plot.setAttribute("aria-label", `${words} against environment steps, now ${tell(column, digits)}.`);
  }
  inst.sts.forEach((st, i) => {
    const panel = p["hist" + i];
    panel.sub.textContent = inst.runs[i].name; panel.now.textContent = st.hist ? "update " + st.hist.update : "";
    panel.plot.setAttribute("aria-label", `Histogram of the probability ratio of ${L.LETTERS[i]}, ${inst.runs[i].name}, on the scale of all.`);
  });
};
