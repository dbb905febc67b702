// The clip figure: the Lab's own objective chart and histogram, with one sample, or a batch, under the finger.
L.figures.clipping = (host, values, redraw) => {
  const one = L.clipOneScene(redraw), batch = L.clipBatchScene(values.batch, redraw), critic = L.clipValueScene(redraw);
  host.append(one.node, batch.node, critic.node);
  const scenes = { one, batch, critic };
  const wait = () => { if (!host.isConnected && wait.seen) return; wait.seen = host.isConnected; if (window.Plotly) redraw(); else setTimeout(wait, 30); };
  wait();
  return {
    scenes: { one: one.node, batch: batch.node, critic: critic.node },
    draw: (theme, scene) => scenes[scene].draw(theme),
    end() { if (window.Plotly) host.querySelectorAll(".ppo-plot").forEach((plot) => window.Plotly.purge(plot)); },
  };
};

// The state that the Lab's chart reads, for a lesson: one objective, some samples, and knees that stay in the browser.
L.clipState = (redraw) => ({
  objective: { name: "ppo_clip", title: "Clipped surrogate", eps: 0.2, clips: true, band: true, adaptive: false },
  sample: null, hist: null, edges: [], drag: null, frame: 0, redraw: () => redraw(),
});

// Draws one of the Lab's figures into a panel of a lesson.
L.paint = (panel, figure, theme, st) => {
  if (!window.Plotly || panel.plot.clientHeight < 40) return;
  const [traces, extra] = figure(st, theme);
  panel.serial = (panel.serial || 0) + 1;
  const fixed = { ...extra, dragmode: false, datarevision: panel.serial,
    xaxis: { ...extra.xaxis, fixedrange: true }, yaxis: { ...extra.yaxis, fixedrange: true } };
  window.Plotly.react(panel.plot, traces, L.layout(theme, "lesson", fixed), L.config);
  if (panel.knees) L.placeKnees(st, panel);
  panel.saves ||= L.saveButtons(panel.body, panel.title.textContent, (format) => {
    const t = L.paper(theme.font), [drawn, more] = figure(st, t), title = panel.title.textContent;
    return L.savePlot(panel.plot, drawn, L.layout(t, "saved", more), title, `${panel.sub.textContent} · Clipping`, ["Clipping", title], format);
  });
};

// A lesson's panel with knees: dragged, they move ε; let go, the window of the chart follows.
L.kneedPanel = (host, st, title, sub, settle) => {
  const panel = L.panelOf("objective", title, sub, true);
  host.append(panel.node);
  panel.knees = L.knees(st, panel, (eps) => { st.objective.eps = eps; st.drag = null; settle(); });
  return panel;
};

L.clipOneScene = (redraw) => {
  const M = L.clip, st = L.clipState(redraw), now = { r: 1.35, a: 1 };
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row");
  upper.style.flexGrow = 1;
  node.append(upper);
  const panel = L.kneedPanel(upper, st, "Clipped surrogate", "gain per |Â| against the ratio; dashed: not clipped", redraw);
  panel.node.style.flex = "1";
  const bar = L.el("div", "ppo-panel-controls");
  node.append(bar);
  const ratio = L.lessonSlider(bar, { label: "ratio r", min: 0.05, max: 1.95, step: 0.01, say: (v) => v.toFixed(2), move: (v) => { now.r = v; redraw(); } });
  const advantage = L.lessonSlider(bar, { label: "advantage Â", min: -2, max: 2, step: 0.1, say: (v) => L.number(v, 1), move: (v) => { now.a = v; redraw(); } });
  const range = L.lessonSlider(bar, { label: "clip range ε", min: 0.05, max: 0.5, step: 0.01, say: (v) => v.toFixed(2),
    move: (v) => { st.objective.eps = v; st.drag = null; redraw(); } });
  const filled = L.el("div", "ppo-filled"); filled.dataset.part = "formula";
  const table = L.el("div", "ppo-cases"), cells = [];
  table.setAttribute("role", "group"); table.setAttribute("aria-label", "The six cases; press one to see it on the curve");
  const heads = ["", "r < 1−ε", "1−ε ≤ r ≤ 1+ε", "r > 1+ε"].map((words) => table.appendChild(L.el("span", "ppo-case-head", words)));
  for (const sign of [1, -1]) {
    table.append(L.el("span", "ppo-case-head side", sign > 0 ? "Â > 0" : "Â < 0"));
    for (const region of [-1, 0, 1]) {
      const cell = L.el("button", "ppo-case"), name = L.el("b"), words = L.el("small");
      cell.type = "button"; cell.append(name, words); cell.dataset.part = region && region === sign ? "flat cases" : region ? "open cases" : "cases";
      const dead = region !== 0 && region === sign;
      name.textContent = dead ? "slope 0" : "slope r · Â";
      words.textContent = region === 0 ? "both terms are equal" : dead ? "min takes the clipped term" : "min takes the unclipped term";
      cell.setAttribute("aria-label", `${sign > 0 ? "Â > 0" : "Â < 0"}, ${["r < 1−ε", "r inside 1 ± ε", "r > 1+ε"][region + 1]}: ${name.textContent}, ${words.textContent}`);
      cell.onclick = () => {
        const eps = st.objective.eps;
        now.a = sign * Math.max(0.5, Math.abs(now.a)); now.r = region === 0 ? 1 + 0.4 * eps * sign : Math.max(0.08, 1 + region * Math.min(1.7 * eps, eps + 0.2)); redraw();
      };
      if (dead) cell.classList.add("dead");
      cells.push([cell, sign, region]); table.append(cell);
    }
  }
  node.append(filled, table);

  // The Lab's plot seen as a chart of ours, so that a handle can stand on it.
  const chart = { body: panel.body, handles: [], get w() { return panel.plot.clientWidth; },
    ends: () => L.axis(panel.plot),
    sx(x) { const [lo, hi] = this.ends(); return 40 + ((x - lo) / (hi - lo)) * (this.w - 52); },
    ix(px) { const [lo, hi] = this.ends(); return lo + ((px - 40) / (this.w - 52)) * (hi - lo); },
    sy(y) { const [lo, hi] = panel.plot.layout.yaxis.range, h = panel.plot.clientHeight; return h - 26 - ((y - lo) / (hi - lo)) * (h - 32); },
    iy: () => 0 };
  const gain = () => L.gain("ppo_clip", now.r, now.a < 0 ? -1 : 1, st.drag ?? st.objective.eps);
  L.handle(chart, {
    label: "Ratio of the sample", step: 0.01, colour: "var(--st-text-color)",
    at: () => { if (!panel.plot.layout || !panel.plot.layout.xaxis.range) return null; const [lo, hi] = chart.ends(); return [L.clamp(now.r, lo, hi), gain()]; },
    move: (x) => { now.r = L.clamp(L.snap(x, 0.01), 0.05, 1.95); redraw(); }, says: () => `ratio ${now.r.toFixed(2)}`,
    tag: () => "", bounds: { lo: 0.05, hi: 1.95, now: () => now.r },
  });

  const draw = (theme) => {
    const eps = st.drag ?? st.objective.eps, found = M.caseOf(now.r, now.a, eps), c = L.clamp(now.r, 1 - eps, 1 + eps), f = (v) => L.number(v);
    st.sample = { log_ratio: [Math.log(now.r)], advantage: [now.a], slope: [found.slope] };
    L.paint(panel, L.objectiveFigure, theme, st);
    chart.handles.forEach((h) => h.place());
    ratio.set(now.r); advantage.set(now.a); range.set(eps);
    panel.now.textContent = "ε " + eps.toFixed(2);
    const a = now.a < 0 ? `(${f(now.a)})` : f(now.a), strong = (words, on) => `<span class="${on ? "took" : ""}">${words}</span>`;
    filled.innerHTML = `<span class="how">min( r Â, clip(r, ${f(1 - eps)}, ${f(1 + eps)}) Â )</span><span>= min( ${strong(`${f(now.r)} × ${a}`, found.branch !== "clipped")}, ${strong(`${f(c)} × ${a}`, found.branch === "clipped")} )</span>`
      + `<span>= min( ${f(now.r * now.a)}, ${f(c * now.a)} ) = <b>${f(found.gain)}</b></span><span class="${found.slope === 0 ? "dead" : ""}">slope <b>${found.slope === 0 ? "0" : f(found.slope)}</b></span>`;
    cells.forEach(([cell, sign, region]) => cell.setAttribute("aria-pressed", String(region === found.region && (now.a === 0 ? false : sign === Math.sign(now.a)))));
    const words = `The clipped surrogate against the ratio, with clip range ${eps.toFixed(2)}. A sample of ratio ${now.r.toFixed(2)} and advantage ${now.a.toFixed(1)} gains ${f(found.gain)}; its slope is ${f(found.slope)}${found.slope === 0 && now.a ? ", it is killed" : ""}.`;
    if (panel.words !== words) panel.plot.setAttribute("aria-label", (panel.words = words));
  };
  return { node, draw, state: st, now, heads };
};

L.clipBatchScene = (batch, redraw) => {
  const M = L.clip, st = L.clipState(redraw), now = { rate: 3, epochs: 30 }, MOST = 60;
  // The edges of the Lab's own histogram: log-ratios in equal steps.
  st.edges = Array.from({ length: 61 }, (_, i) => -1.2 + 0.04 * i);
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), lower = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls");
  node.append(upper, bar, lower);
  const panel = L.kneedPanel(upper, st, "The batch on the curve", "open and red: killed", redraw), hist = L.panelOf("hist", "Ratio histogram", "every sample of the batch", true);
  panel.node.style.flex = hist.node.style.flex = "1";
  lower.append(hist.node);
  const epochs = L.lessonSlider(bar, { label: "epochs on this batch", min: 0, max: MOST, step: 1, say: (v) => String(v), move: (v) => { now.epochs = v; redraw(); } });
  const rate = L.lessonSlider(bar, { label: "learning rate", min: -1, max: 1.2, step: 0.05, say: (v) => (10 ** v).toFixed(10 ** v < 1 ? 2 : 1), move: (v) => { now.rate = 10 ** v; redraw(); } });
  const tile = L.tilesOf(node, [
    ["band", "In the band", "Ratio within 1 ± ε"], ["killed", "Killed", "Outside, slope 0"], ["push", "Outside, still pushing", "Outside on the side where the clip does not act"],
    ["carried", "Killed, carried further", "Moved further out after having been killed: others push the parameters they share"], ["far", "Largest ratio", "Beside it: without the clip"],
  ]);
  let key = "", clipped = null, free = null;
  const draw = (theme) => {
    const eps = st.drag ?? st.objective.eps, B = batch.actions.length;
    if (key !== `${eps} ${now.rate}`) {
      key = `${eps} ${now.rate}`;
      clipped = M.logRatios(batch, eps, now.rate, MOST); free = M.logRatios(batch, null, now.rate, MOST);
    }
    const logs = Array.from(clipped[now.epochs]), slope = logs.map((l, i) => M.caseOf(Math.exp(l), batch.advantages[i], eps).slope);
    st.sample = { log_ratio: logs, advantage: batch.advantages, slope };
    const up = new Array(st.edges.length + 1).fill(0), down = new Array(st.edges.length + 1).fill(0);
    logs.forEach((l, i) => (batch.advantages[i] > 0 ? up : down)[st.edges.filter((e) => e <= l).length]++);
    st.hist = { up, down };
    let killed = 0, outside = 0, carried = 0;
    logs.forEach((l, i) => {
      const out = Math.abs(Math.exp(l) - 1) > eps;
      outside += out; killed += out && slope[i] === 0;
      // Since the first epoch at which it was killed, has it gone further out in the same direction?
      for (let e = 1; e < now.epochs && out && slope[i] === 0; e++) {
        const before = clipped[e][i];
        if (M.caseOf(Math.exp(before), batch.advantages[i], eps).slope === 0) { carried += Math.abs(l) > Math.abs(before) + 0.005; break; }
      }
    });
    L.paint(panel, L.objectiveFigure, theme, st); L.paint(hist, L.histogramFigure, theme, st);
    epochs.set(now.epochs); rate.set(Math.log10(now.rate));
    panel.now.textContent = "ε " + eps.toFixed(2); hist.now.textContent = `epoch ${now.epochs}`;
    const share = (n) => Math.round((100 * n) / B) + " %", most = (l) => Math.exp(Math.max(...l));
    tile("band", share(B - outside)); tile("killed", share(killed)); tile("push", share(outside - killed));
    tile("carried", share(carried), "of all", carried > 0);
    tile("far", most(logs).toFixed(2), `unclipped ${most(free[now.epochs]).toFixed(2)}`, most(logs) > 1 + 2 * eps);
    panel.plot.setAttribute("aria-label", `${B} samples on the clipped surrogate after ${now.epochs} epochs: ${share(B - outside)} in the band, ${share(killed)} killed, ${share(outside - killed)} outside and still pushing.`);
    hist.plot.setAttribute("aria-label", `Histogram of their ratios; the largest is ${most(logs).toFixed(2)}, without the clip it would be ${most(free[now.epochs]).toFixed(2)}.`);
  };
  return { node, draw, state: st, now };
};

L.clipValueScene = (redraw) => {
  const M = L.clip, st = { v: 1.6, ret: 1, old: 0, eps: 0.5 };
  const node = L.el("div", "ppo-scene"), upper = L.el("div", "ppo-row"), bar = L.el("div", "ppo-panel-controls");
  node.append(upper, bar);
  const c = new L.Chart(upper, { title: "Squared error of one prediction", sub: "against the new value V", xlabel: "V", margin: { l: 44, t: 20, r: 24 } });
  const range = L.lessonSlider(bar, { label: "value clip range", min: 0.05, max: 2, step: 0.05, say: (v) => v.toFixed(2), move: (v) => { st.eps = v; redraw(); } });
  const tile = L.tilesOf(node, [["plain", "Error², not clipped"], ["clipped", "Error², clipped"], ["vslope", "Slope, clipped", "∂(error²)/∂V"]]);
  const handle = (label, name, colour, y, part) => L.handle(c, {
    label, step: 0.05, colour, part, at: () => [st[name], y()], move: (x) => { st[name] = L.clamp(L.snap(x, 0.05), -2, 3); redraw(); },
    says: () => `${label} ${L.number(st[name])}`, tag: () => `${{ v: "V", ret: "return", old: "V old" }[name]} ${L.number(st[name])}`, bounds: { lo: -2, hi: 3, now: () => st[name] },
  });
  handle("New value V", "v", "var(--ppo-blue)", () => M.valueError(st.v, st.ret, st.old, st.eps)[0] ** 2, "clippedcurve");
  handle("Return", "ret", "var(--st-text-color)", () => 0, "return");
  handle("Old value", "old", "var(--ppo-purple)", () => 3.6, "old");
  const draw = (t) => {
    range.set(st.eps);
    const [error, bend] = M.valueError(st.v, st.ret, st.old, st.eps), plain = st.v - st.ret;
    if (c.begin([-2, 3], [0, 4], t)) {
      const xs = Array.from({ length: 201 }, (_, i) => -2 + i / 40);
      c.axes();
      c.path("band", `M${c.sx(st.old - st.eps)} ${c.margin.t}H${c.sx(st.old + st.eps)}V${c.h - c.margin.b}H${c.sx(st.old - st.eps)}Z`, { fill: L.fade(t.purple, 0.13), part: "old" });
      c.line("plain", xs, xs.map((x) => (x - st.ret) ** 2), { stroke: t.orange, dash: "dash", part: "plaincurve" });
      c.line("clipped", xs, xs.map((x) => M.valueError(x, st.ret, st.old, st.eps)[0] ** 2), { stroke: t.blue, width: 3, part: "clippedcurve" });
      c.rule("ret", st.ret, { stroke: t.muted, dash: "dot", part: "return" });
      c.end();
      c.describe(`Squared error against the new value. Return ${L.number(st.ret)}, old value ${L.number(st.old)}, clip range ${st.eps.toFixed(2)}: at V ${L.number(st.v)} the clipped error squared is ${L.number(error ** 2)} and its slope ${L.number(2 * error * bend)}.`);
    }
    tile("plain", L.number(plain ** 2)); tile("clipped", L.number(error ** 2)); tile("vslope", L.number(2 * error * bend), bend ? "" : "no pull, although wrong", !bend && Math.abs(plain) > 0.01);
  };
  return { node, draw, state: st };
};
